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
    /// A file with a byte order mark is what the mark says. One without is UTF-8 when its first bytes are valid, and
    /// Windows-1252 when they are not and a dataset lists it.
    static func verdict(_ raw: Flat<UInt8>, count: Int, isWhole: Bool, plan: FormatPlan) -> Verdict {
        func starts(_ bytes: [UInt8]) -> Bool {
            bytes.count <= count && bytes.indices.allSatisfy { raw[$0] == bytes[$0] }
        }
        func datasets(_ encoding: TextEncoding) -> [Int] {
            plan.datasets.indices.filter { plan.datasets[$0].encodings.contains(encoding) }
        }
        let markBytes = starts([0xEF, 0xBB, 0xBF]) ? 3 : 0
        guard count > markBytes else { return .unreadable(.fileEmpty, rule: FindingRule.file) }
        let unsupported = Verdict.unreadable(.encodingUnsupported, rule: FindingRule.encodings)

        if foreignStarts.contains(where: starts) { return .unreadable(.formatUnsupported, rule: FindingRule.file) }
        if starts([0xFF, 0xFE, 0, 0]) || starts([0, 0, 0xFE, 0xFF]) { return unsupported }
        if starts([0xFF, 0xFE]) || starts([0xFE, 0xFF]) {
            let readers = datasets(.utf16)
            if readers.isEmpty { return unsupported }
            if count == 2 { return .unreadable(.fileEmpty, rule: FindingRule.file) }
            let form: TextSource.Form = starts([0xFF, 0xFE]) ? .utf16LittleEndian : .utf16BigEndian
            return .readings([Reading(form: form, encoding: .utf16, byteOrderMarkBytes: 2, datasets: readers)])
        }
        if looksLikeUTF16(raw, count: count) { return unsupported }
        if startsLikeMarkup(raw, from: markBytes, count: count) {
            return .unreadable(.formatUnsupported, rule: FindingRule.file)
        }

        let isUTF8 = isValidUTF8(raw, 0..<count, mayBeCut: !isWhole)
        let utf8 = Reading(form: .utf8, encoding: .utf8, byteOrderMarkBytes: markBytes, datasets: datasets(.utf8))
        var readings = [utf8]
        if markBytes == 0 {
            // Valid UTF-8 is read as Windows-1252 only by datasets that accept nothing else.
            let readers = datasets(.windows1252).filter { !isUTF8 || !utf8.datasets.contains($0) }
            let windows = Reading(
                form: .windows1252, encoding: .windows1252, byteOrderMarkBytes: 0, datasets: readers)
            readings = isUTF8 ? [utf8, windows] : [windows, utf8]
        }
        readings.removeAll { $0.datasets.isEmpty }
        return readings.isEmpty ? unsupported : .readings(readings)
    }

    /// ZIP (and with it XLSX), the old Office container, gzip, PDF.
    private static let foreignStarts: [[UInt8]] = [
        [0x50, 0x4B, 0x03, 0x04], [0x50, 0x4B, 0x05, 0x06], [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
        [0x1F, 0x8B], Array("%PDF-".utf8),
    ]

    private static func startsLikeMarkup(_ raw: Flat<UInt8>, from start: Int, count: Int) -> Bool {
        var index = start
        while index < count, isBlank(raw[index]) || raw[index] == 0x0A || raw[index] == 0x0D { index += 1 }
        return ["<?xml", "<!DOCTYPE", "<!doctype", "<html", "<HTML"].contains { mark in
            mark.utf8.count <= count - index
                && mark.utf8.enumerated().allSatisfy { raw[index + $0.offset] == $0.element }
        }
    }

    /// Every other byte of the beginning is zero: UTF-16 whose byte order mark is missing.
    private static func looksLikeUTF16(_ raw: Flat<UInt8>, count: Int) -> Bool {
        let length = min(count, 256) & ~1
        guard length >= 4 else { return false }
        for parity in 0...1 {
            var zeros = 0
            var others = 0
            for index in stride(from: 0, to: length, by: 2) {
                zeros += raw[index + parity] == 0 ? 1 : 0
                others += raw[index + 1 - parity] == 0 ? 1 : 0
            }
            if others * 20 <= length, zeros * 20 >= length * 9 { return true }
        }
        return false
    }
}
