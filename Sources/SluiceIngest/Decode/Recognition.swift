import SluiceModel

/// What a file is taken for, from its first bytes.
struct Recognition {
    /// One way to read the file, with the datasets that accept it so.
    struct Reading {
        var form: TextSource.Form
        var encoding: TextEncoding
        var byteOrderMarkBytes: Int
        /// Indices into `FormatPlan.datasets`, ascending.
        var datasets: [Int]
    }

    enum Verdict {
        /// In the order in which they should be tried; not empty.
        case readings([Reading])
        /// The file cannot be read by this plan.
        case unreadable(FindingCode, rule: String)
    }

    /// Judges the first `count` bytes of a file; `isWhole` when there are no more.
    ///
    /// A file with a byte order mark, or several, is what the mark says. One without is UTF-8 when its first bytes are valid, and
    /// Windows-1252 when they are not and a dataset lists it.
    static func verdict(_ raw: Flat<UInt8>, count: Int, isWhole: Bool, plan: FormatPlan) -> Verdict {
        func starts(_ bytes: [UInt8], at start: Int = 0) -> Bool {
            start + bytes.count <= count && bytes.indices.allSatisfy { raw[start + $0] == bytes[$0] }
        }
        func datasets(_ encoding: TextEncoding) -> [Int] {
            plan.datasets.indices.filter { plan.datasets[$0].encodings.contains(encoding) }
        }
        var markBytes = 0
        // A program that appends to a file marks it once more.
        while markBytes < 4 * 3, starts([0xEF, 0xBB, 0xBF], at: markBytes) { markBytes += 3 }
        guard count > markBytes else { return .unreadable(.fileEmpty, rule: FindingRule.file) }
        let unsupported = Verdict.unreadable(.encodingUnsupported, rule: FindingRule.encodings)

        if starts([0xFF, 0xFE, 0, 0]) || starts([0, 0, 0xFE, 0xFF]) { return unsupported }
        if starts([0xFF, 0xFE]) || starts([0xFE, 0xFF]) {
            let form: TextSource.Form = starts([0xFF, 0xFE]) ? .utf16LittleEndian : .utf16BigEndian
            let stated: TextEncoding = form == .utf16LittleEndian ? .utf16LittleEndian : .utf16BigEndian
            let marked = datasets(.utf16)
            // A dataset that states the order of bytes takes a file that states the same.
            var readings = [
                Reading(form: form, encoding: .utf16, byteOrderMarkBytes: 2, datasets: marked),
                Reading(
                    form: form, encoding: stated, byteOrderMarkBytes: 2,
                    datasets: datasets(stated).filter { !marked.contains($0) }),
            ]
            readings.removeAll { $0.datasets.isEmpty }
            if readings.isEmpty { return unsupported }
            return count == 2 ? .unreadable(.fileEmpty, rule: FindingRule.file) : .readings(readings)
        }
        if let form = utf16Form(raw, count: count) {
            let encoding: TextEncoding = form == .utf16LittleEndian ? .utf16LittleEndian : .utf16BigEndian
            let readers = datasets(encoding)
            if readers.isEmpty { return unsupported }
            return .readings([Reading(form: form, encoding: encoding, byteOrderMarkBytes: 0, datasets: readers)])
        }
        let isUTF8 = isValidUTF8(raw, 0..<count, mayBeCut: !isWhole)
        let utf8 = Reading(form: .utf8, encoding: .utf8, byteOrderMarkBytes: markBytes, datasets: datasets(.utf8))
        var readings = [utf8]
        if markBytes == 0 {
            // Valid UTF-8 is read as Windows-1252 only by datasets that accept nothing else.
            let readers = datasets(.windows1252).filter {
                !isUTF8 || !utf8.datasets.contains($0) || plan.encoding == .windows1252
            }
            let windows = Reading(
                form: .windows1252, encoding: .windows1252, byteOrderMarkBytes: 0, datasets: readers)
            readings = isUTF8 ? [utf8, windows] : [windows, utf8]
        }
        readings.removeAll { $0.datasets.isEmpty }
        // What the rest of the file showed on an earlier reading.
        if let asked = plan.encoding, readings.contains(where: { $0.encoding == asked }) {
            readings.removeAll { $0.encoding != asked }
        }
        return readings.isEmpty ? unsupported : .readings(readings)
    }

    /// Every other byte of the beginning is zero: UTF-16 without a byte order mark. Nil for other text.
    private static func utf16Form(_ raw: Flat<UInt8>, count: Int) -> TextSource.Form? {
        let length = min(count, 256) & ~1
        guard length >= 4 else { return nil }
        var zeros = (even: 0, odd: 0)
        for index in stride(from: 0, to: length, by: 2) {
            zeros.even += raw[index] == 0 ? 1 : 0
            zeros.odd += raw[index + 1] == 0 ? 1 : 0
        }
        if zeros.even * 20 <= length, zeros.odd * 20 >= length * 9 { return .utf16LittleEndian }
        if zeros.odd * 20 <= length, zeros.even * 20 >= length * 9 { return .utf16BigEndian }
        return nil
    }
}
