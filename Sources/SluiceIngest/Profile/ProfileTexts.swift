import SluiceModel

/// The texts of a sample file that leave the worker: headings, and values that many rows share. They go to the person
/// whose file it is, into a folder of theirs; a delivery is never read this way.
enum ProfileTexts {
    static func heading(_ bytes: [UInt8]) -> String? {
        guard bytes.count <= ColumnProfile.headingLimitBytes else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Those that a code list can hold: no control characters, none that a spreadsheet would take for a formula, and of
    /// those that Unicode holds equal the first.
    static func values(_ shared: [(bytes: [UInt8], rowCount: Int)]) -> [ColumnProfile.Value] {
        var seen: Set<String> = []
        return shared.compactMap { value in
            guard let first = value.bytes.first, !Array("=+-@".utf8).contains(first),
                let text = String(validating: value.bytes, as: UTF8.self),
                text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }),
                seen.insert(text).inserted
            else { return nil }
            return ColumnProfile.Value(text: text, rowCount: value.rowCount)
        }
    }
}
