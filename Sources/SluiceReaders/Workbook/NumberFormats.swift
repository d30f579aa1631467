import SluiceModel

/// What a cell's number stands for, by its number format.
enum NumberKind: UInt8, BitwiseCopyable {
    case number = 0
    case date, dateTime, timeOfDay
    /// Hours that go on counting past 24.
    case elapsed

    /// The formats that every workbook has without listing them.
    ///
    /// Source: ECMA-376 part 1, section 18.8.30; 27 to 36 and 50 to 58 are dates and times of East Asian editions.
    init(builtIn id: Int) {
        switch id {
        case 14...17, 27...31, 36, 50...54, 57, 58: self = .date
        case 18...21, 32...35, 45, 47: self = .timeOfDay
        case 55, 56: self = .date
        case 22: self = .dateTime
        case 46: self = .elapsed
        default: self = .number
        }
    }

    /// Reads a format code as far as it tells dates and times from numbers: its first section, which is that of
    /// positive numbers. Source: ECMA-376 part 1, section 18.8.31.
    init(formatCode code: String) {
        let text = Array(code.utf8)
        var (hasDay, hasClock, hasMonthOrMinute, hasElapsed) = (false, false, false, false)
        var index = 0
        scan: while index < text.count {
            let byte = text[index] | (0x41...0x5A ~= text[index] ? 0x20 : 0)
            index += 1
            switch byte {
            case UInt8(ascii: ";"): break scan
            case UInt8(ascii: "\""):
                while index < text.count, text[index] != UInt8(ascii: "\"") { index += 1 }
                index += 1
            // The next character stands for itself, is as wide as a gap, or fills the cell.
            case UInt8(ascii: "\\"), UInt8(ascii: "_"), UInt8(ascii: "*"): index += 1
            case UInt8(ascii: "["):
                let start = index
                while index < text.count, text[index] != UInt8(ascii: "]") { index += 1 }
                let content = text[start..<min(index, text.count)].map { $0 | 0x20 }
                index += 1
                if let first = content.first, Array("hms".utf8).contains(first),
                    content.allSatisfy({ $0 == first })
                {
                    hasElapsed = true
                }
            case UInt8(ascii: "y"), UInt8(ascii: "d"): hasDay = true
            case UInt8(ascii: "h"), UInt8(ascii: "s"): hasClock = true
            case UInt8(ascii: "m"): hasMonthOrMinute = true
            case UInt8(ascii: "a"):
                let rest = text[(index - 1)...].map { $0 | (0x41...0x5A ~= $0 ? 0x20 : 0) }
                for mark in ["am/pm", "a/p"] where rest.starts(with: mark.utf8) {
                    hasClock = true
                    index += mark.utf8.count - 1
                    break
                }
            case UInt8(ascii: "g"):
                let rest = text[(index - 1)...].map { $0 | (0x41...0x5A ~= $0 ? 0x20 : 0) }
                if rest.starts(with: "general".utf8) { index += "general".utf8.count - 1 }
            default: break
            }
        }
        switch (hasDay, hasClock) {
        case _ where hasElapsed && !hasDay: self = .elapsed
        case (true, true): self = .dateTime
        case (true, false): self = .date
        case (false, true): self = .timeOfDay
        case (false, false): self = hasMonthOrMinute ? .date : .number
        }
    }
}

/// The kinds of all cell styles, by style number.
final class CellStyles: MarkupHandler {
    private(set) var kinds: [NumberKind] = []

    private var custom: [Int: NumberKind] = [:]
    private var isInCellFormats = false

    /// Excel's own limit is 65,490.
    private static let styleLimit = 100_000

    override func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
        let local = unsafe Markup.afterLast(UInt8(ascii: ":"), name)
        if unsafe local.elementsEqual("cellXfs".utf8) {
            isInCellFormats = true
        } else if unsafe local.elementsEqual("numFmt".utf8) {
            guard let id = unsafe attributes.text("numFmtId").flatMap({ Int($0) }),
                let code = unsafe attributes.text("formatCode")
            else { return }
            guard custom.count < CellStyles.styleLimit else { return fail(.limitExceeded, FindingRule.sheet) }
            custom[id] = NumberKind(formatCode: code)
        } else if isInCellFormats, depth == 3, unsafe local.elementsEqual("xf".utf8) {
            guard kinds.count < CellStyles.styleLimit else { return fail(.limitExceeded, FindingRule.sheet) }
            let id = unsafe attributes.text("numFmtId").flatMap { Int($0) } ?? 0
            kinds.append(custom[id] ?? NumberKind(builtIn: id))
        }
    }

    override func end(_ name: UnsafePointer<CChar>) {
        if unsafe Markup.afterLast(UInt8(ascii: ":"), name).elementsEqual("cellXfs".utf8) { isInCellFormats = false }
    }
}
