import Glibc
import SluiceCertificate
import SluiceModel

/// Tables from elsewhere: JSON on standard input, as `Tests/Audit/audit.py` writes it.
struct Given {
    var tables: LinkedTables
    var threshold: Int

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
                guard let atom = pair.items?.first?.number, let count = pair.items?.last?.number else { return nil }
                return Contribution(atom: UInt64(atom), count: count)
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
