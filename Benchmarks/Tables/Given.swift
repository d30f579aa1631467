import Glibc
import SluiceCertificate
import SluiceModel

/// Tables from elsewhere: JSON on standard input, as `Tests/Audit/audit.py` writes it.
struct Given {
    var tables: LinkedTables
    var threshold: Int
    /// Noise of the cell key method, where it is asked for.
    var noise: PerturbationTable?

    /// Nil when it is no such JSON.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSON(reading: bytes), let threshold = json["threshold"]?.number,
            let axes = json["axes"]?.items, let tables = json["tables"]?.items, let counts = json["counts"]?.items
        else { return nil }
        self.threshold = threshold
        self.tables = LinkedTables(
            eventKind: "given",
            axes: axes.enumerated().map { number, axis in
                Axis(
                    id: "x\(number)", atomCount: axis["atoms"]?.number ?? 0,
                    codes: (axis["codes"]?.items ?? []).enumerated().map { code, atoms in
                        Axis.Code(name: "c\(code)", atoms: (atoms.items ?? []).compactMap(\.number))
                    })
            },
            tables: tables.enumerated().map { number, table in
                LinkedTable(id: "t\(number)", codes: (table.items ?? []).map { ($0.items ?? []).compactMap(\.number) })
            },
            authorities: [LinkedTables.Authority(id: "one")],
            contributions: counts.compactMap { pair in
                guard let items = pair.items, items.count >= 2, let atom = items[0].number, let count = items[1].number
                else { return nil }
                return Contribution(
                    atom: UInt64(atom), count: count, key: items.count > 2 ? UInt64(items[2].number ?? 0) : 0)
            })
        guard let noise = json["noise"] else { return }
        self.noise = PerturbationTable(
            modulus: UInt64(noise["modulus"]?.number ?? 0),
            rows: (noise["rows"]?.items ?? []).map { row in
                (row.items ?? []).map { entry in
                    PerturbationTable.Entry(
                        last: UInt64(entry.items?.first?.number ?? 0), noise: entry.items?.last?.number ?? 0)
                }
            }, cycle: noise["cycle"]?.number ?? 0, hiddenBelow: noise["hiddenBelow"]?.number ?? 0)
    }

    /// What every cell is published as, null where it is hidden; nothing is proved.
    func published(_ noise: PerturbationTable) -> JSON {
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        let keys = layout.keys(of: tables, modulus: noise.modulus)
        return .array(
            values.indices.map { slot in
                noise.published(Int(values[slot]), key: keys[slot]).map { .int($0) } ?? .null
            })
    }

    static func readStandardInput() -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe read(0, &buffer, buffer.count)
            if count <= 0 { return bytes }
            bytes += buffer[..<count]
        }
    }
}
