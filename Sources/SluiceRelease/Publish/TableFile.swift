package import SluiceCertificate
import SluiceModel

/// One file of `tables/`: how a proved table is written, and how a published one is read back to be checked.
enum TableFile {
    /// One row per cell: the dimensions, `measure`, `value`, `marker`.
    ///
    /// - Parameter notAvailable: as `LinkedTables.notAvailable`.
    static func text(_ proved: ProvedTables, notAvailable: [Bool], table: Int) -> String {
        let tables = proved.tables
        var text = header(tables, table)
        forEachRow(tables, proved.layout, table) { slot, names in
            text += names
            if !notAvailable.isEmpty, notAvailable[slot] {
                text += ",,\(notAvailableMarker)\r\n"
                return
            }
            switch proved.shown(slot) {
            case .count(let count): text += ",\(count),\r\n"
            case .confidential: text += ",,\(marker)\r\n"
            case .low: text += ",0,\(lowMarker)\r\n"
            case .notApplicable: text += ",,\(notApplicableMarker)\r\n"
            }
        }
        return text
    }

    /// As the Government Analysis Function has them.
    static let marker = "[c]"
    static let lowMarker = "[low]"
    static let notApplicableMarker = "[z]"
    static let notAvailableMarker = "[x]"

    private static func header(_ tables: LinkedTables, _ table: Int) -> String {
        (tables.tables[table].columns.map { tables.axes[$0].id } + ["measure", "value", "marker"])
            .joined(separator: ",") + "\r\n"
    }

    /// The cells in the order of the file's rows, with what stands before value and marker.
    private static func forEachRow(
        _ tables: LinkedTables, _ layout: Layout, _ table: Int, _ body: (_ slot: Int, _ names: String) throws -> Void
    ) rethrows {
        let spec = tables.tables[table]
        let block = layout.blocks[table]
        let names = spec.columns.map { axis in spec.codes[axis].map { csvField(tables.axes[axis].codes[$0].name) } }
        let measure = csvField(tables.eventKind)
        var positions = [Int](repeating: 0, count: spec.columns.count)
        while true {
            var slot = block.base
            var text = ""
            for (place, axis) in spec.columns.enumerated() {
                slot += positions[place] * block.strides[axis]
                text += names[place][positions[place]]
                text += ","
            }
            try body(slot, text + measure)
            var place = positions.count - 1
            while place >= 0 {
                positions[place] += 1
                if positions[place] < names[place].count { break }
                positions[place] = 0
                place -= 1
            }
            if place < 0 { return }
        }
    }

    /// What a published file shows, by slot of its table; nil for what is not available.
    ///
    /// - Throws: `VerifyRefusal` at the first row that is not the one that should stand there.
    static func read(
        _ text: String, _ tables: LinkedTables, _ layout: Layout, table: Int,
        _ body: (_ slot: Int, ProvedTables.Shown?) -> Void
    ) throws {
        let id = tables.tables[table].id
        var rest = Substring(text)
        func line() throws -> Substring {
            guard let end = rest.firstIndex(of: "\r\n") else { throw VerifyRefusal.tableCut(id) }
            defer { rest = rest[rest.index(after: end)...] }
            return rest[..<end]
        }
        guard try String(line()) + "\r\n" == header(tables, table) else { throw VerifyRefusal.rowDiffers(id, row: 1) }
        var row = 1
        try forEachRow(tables, layout, table) { slot, names in
            row += 1
            let found = try line()
            guard found.hasPrefix(names + ",") else { throw VerifyRefusal.rowDiffers(id, row: row) }
            let cell = found.dropFirst(names.count + 1)
            if cell == "," + marker {
                body(slot, .confidential)
            } else if cell == "0," + lowMarker {
                body(slot, .low)
            } else if cell == "," + notAvailableMarker {
                body(slot, nil)
            } else if cell == "," + notApplicableMarker {
                body(slot, .notApplicable)
            } else if cell.hasSuffix(","), let count = Int(cell.dropLast()), "\(count)" == cell.dropLast() {
                body(slot, .count(count))
            } else {
                throw VerifyRefusal.rowDiffers(id, row: row)
            }
        }
        guard rest.isEmpty else { throw VerifyRefusal.rowDiffers(id, row: row + 1) }
    }
}

/// Why a published release does not verify.
package enum VerifyRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case missing(String)
    case tableCut(String)
    case rowDiffers(String, row: Int)
    case valueDiffers(table: String, cell: Int)
    case hashDiffers(String)
    case signatureDiffers
    case sumsUnreadable
    case notProved(ProofRefusal)
    /// The certificate is about another release.
    case otherCertificate

    package var description: String {
        switch self {
        case .missing(let path): "\(path) is missing"
        case .tableCut(let table): "tables/\(table).csv ends too early"
        case .rowDiffers(let table, let row):
            "tables/\(table).csv, row \(row): not the row that was proved to stand there"
        case .valueDiffers(let table, let cell):
            "tables/\(table).csv, cell \(cell + 1): not the count that was proved"
        case .hashDiffers(let path): "\(path): its SHA-256 is not the one on record"
        case .signatureDiffers: "SHA256SUMS.sig is no signature of SHA256SUMS by this key"
        case .sumsUnreadable: "SHA256SUMS cannot be read"
        case .notProved(let refusal): "the proof fails: \(refusal)"
        case .otherCertificate: "the certificate is about other tables"
        }
    }
}
