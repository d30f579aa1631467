import SluiceModel

/// Lengths of time: `PnYnMnDTnHnMnS`, each part with its letter or left out, not all of them.
///
/// Source: XML Schema part 2, section 3.2.6, which Table Schema follows. Weeks are not part of it.
enum DurationReader {
    static func isDuration(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var index = start
        if index < end, text[index] == UInt8(ascii: "-") { index += 1 }
        guard index < end, text[index] == UInt8(ascii: "P") else { return false }
        index += 1
        let days = parts("YMD", text, &index, end)
        guard index < end else { return days > 0 }
        guard text[index] == UInt8(ascii: "T") else { return false }
        index += 1
        return parts("HMS", text, &index, end) > 0 && index == end
    }

    /// Numbers before some of the letters in their order; how many there are.
    private static func parts(_ letters: String, _ text: Flat<UInt8>, _ index: inout Int, _ end: Int) -> Int {
        var count = 0
        for letter in letters.utf8 {
            var place = index
            func digits() -> Bool {
                let start = place
                while place < end, text[place] >= 0x30, text[place] <= 0x39 { place += 1 }
                return place > start
            }
            guard digits() else { continue }
            if letter == UInt8(ascii: "S"), place < end, text[place] == UInt8(ascii: ".") {
                place += 1
                guard digits() else { continue }
            }
            guard place < end, text[place] == letter else { continue }
            index = place + 1
            count += 1
        }
        return count
    }
}

/// Items of one type between delimiters, each in the default form of its type.
///
/// Source: Data Package (v2) Table Schema, "list". Blanks round an item are not part of it.
struct ListReader: BitwiseCopyable {
    private let delimiter: Flat<UInt8>
    private let itemType: FieldType
    private let formats: Flat<DateReader>
    private let booleans: CodeIndex
    private let numbers: NumberForm

    init(_ field: FieldPlan, today: CivilDate, calendar: Calendar, arena: Arena) {
        delimiter = arena.flat(Array(field.listDelimiter.utf8))
        itemType = field.itemType
        let defaults = DateFormat.standard(for: field.itemType).map { [$0] } ?? []
        let formats = field.type == .list && field.dateFormats.isEmpty ? defaults : field.dateFormats
        self.formats = arena.flat(
            formats.map { DateReader($0, today: today, calendar: calendar, arena: arena) })
        booleans = CodeIndex(
            ["true", "True", "TRUE", "1", "false", "False", "FALSE", "0"].map { Array($0.utf8) }, ignoresCase: false,
            arena: arena)
        numbers = NumberForm(decimalMark: field.itemType == .integer ? "" : ".")
    }

    /// How many items the bytes from `start` to `end` hold; nil when one of them is not of the type.
    func itemCount(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var count = 0
        var itemStart = start
        while true {
            let itemEnd = nextDelimiter(text, itemStart, end)
            var (first, last) = (itemStart, itemEnd)
            while first < last, isBlank(text[first]) { first += 1 }
            while first < last, isBlank(text[last - 1]) { last -= 1 }
            guard isItem(text, first, last) else { return nil }
            count += 1
            guard itemEnd < end else { return count }
            itemStart = itemEnd + delimiter.count
        }
    }

    private func nextDelimiter(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int {
        guard delimiter.count > 0, end - start >= delimiter.count else { return end }
        return (start...end - delimiter.count).first { place in
            (0..<delimiter.count).allSatisfy { text[place + $0] == delimiter[$0] }
        } ?? end
    }

    private func isItem(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        switch itemType {
        case .integer, .number: NumberReader.number(text, start, end, numbers) != nil
        case .boolean: booleans.find(text, start, end) >= 0
        case .date, .datetime, .time:
            (0..<formats.count).contains { formats[$0].read(text, start, end) != nil }
        default: true
        }
    }
}
