import SluiceModel
import SluiceReaders

/// What a cell means where it is not written as its field asks for: forms that spreadsheets, databases and people on the
/// way give a value, and that nothing else can be meant by. All of it is off the beaten path: a cell comes here once it
/// does not fit.
extension RowJudge {
    // MARK: - What stands around a value

    /// The bounds of a cell without what programs put around it: hard blanks and marks of no width at its ends, and
    /// `="…"`. The cell is from then on what it is without them.
    @inline(never)
    mutating func unwrapped(
        _ text: Flat<UInt8>, _ cell: RowScanner.Cell, _ row: Int, column: Int
    ) -> (start: Int, end: Int) {
        var (start, end) = (Int(cell.start), Int(cell.end))
        if cell.marks.contains(.beyondASCII) { (start, end) = RowJudge.withoutHardBlanks(text, start, end) }
        // `="8N"`, and the same in quotes of its own.
        if end - start >= 3, text[start] == UInt8(ascii: "="), text[start + 1] == UInt8(ascii: "\""),
            text[end - 1] == UInt8(ascii: "\"")
        {
            (start, end) = (start + 2, end - 1)
        }
        guard start != Int(cell.start) || end != Int(cell.end) else { return (start, end) }
        let cells = batch.cells(of: row)
        cells[column].start = Int32(truncatingIfNeeded: start)
        cells[column].end = Int32(truncatingIfNeeded: end)
        return (start, end)
    }

    /// Without blanks of any kind and marks of no width at both ends: only where one of them is there.
    private static func withoutHardBlanks(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> (start: Int, end: Int) {
        var (first, last) = (start, end)
        var isChanged = false
        while first < last {
            if isBlank(text[first]) {
                first += 1
            } else if let length = hardBlank(text, at: first, end: last) {
                first += length
                isChanged = true
            } else {
                break
            }
        }
        while last > first {
            if isBlank(text[last - 1]) {
                last -= 1
            } else if let length = [2, 3].first(where: {
                last - $0 >= first && hardBlank(text, at: last - $0, end: last) == $0
            }) {
                last -= length
                isChanged = true
            } else {
                break
            }
        }
        return isChanged ? (first, last) : (start, end)
    }

    /// How many bytes a blank that is no U+0020, or a mark without width, takes up at `index`; nil where there is none.
    ///
    /// U+00A0, U+2000 to U+200D, U+202F, U+205F, U+2060, U+3000, U+FEFF. Source: Unicode 16.0, White_Space, and the
    /// characters of no width that web pages and exports put beside values.
    static func hardBlank(_ text: Flat<UInt8>, at index: Int, end: Int) -> Int? {
        guard index < end else { return nil }
        if text[index] == 0xC2 { return index + 1 < end && text[index + 1] == 0xA0 ? 2 : nil }
        guard index + 2 < end else { return nil }
        switch (text[index], text[index + 1], text[index + 2]) {
        case (0xE2, 0x80, 0x80...0x8D), (0xE2, 0x80, 0xAF), (0xE2, 0x81, 0x9F), (0xE2, 0x81, 0xA0), (0xE3, 0x80, 0x80),
            (0xEF, 0xBB, 0xBF):
            return 3
        default: return nil
        }
    }

    /// Behind the apostrophe with which a spreadsheet marks a text; nil where there is none.
    private static func withoutApostrophe(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        end - start >= 2 && text[start] == UInt8(ascii: "'") ? start + 1 : nil
    }

    // MARK: - Values

    /// Reads a cell that is not of its type as it stands.
    @inline(never)
    mutating func readOtherwise(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int, _ value: inout FieldValue
    ) -> Bool {
        let reading = checkers[index].reading
        let inner = RowJudge.withoutApostrophe(text, start, end) ?? start
        switch reading {
        case .date, .datetime, .time, .yearmonth, .formattedYear, .year:
            return readTimeOtherwise(index, text, inner, end, &value)
        case .integer:
            if let dateSystem, let serial = dateForms.serialNumber(text, inner, end, dateSystem) {
                value.value = serial
                return true
            }
            // Programs that know only numbers write a whole one as `34.0`.
            let whole = RowJudge.withoutZeroDecimals(text, inner, end) ?? end
            guard inner > start || whole < end, let number = NumberReader.integer(text, inner, whole) else {
                return false
            }
            value.value = number
            return true
        case .number where inner > start:
            select(row)
            return readNumber(index, text, inner, end, &value)
        case .boolean:
            let whole = RowJudge.withoutZeroDecimals(text, inner, end) ?? end
            let entry = checkers[index].lookup.find(text, inner, whole)
            value.value = entry < Int(checkers[index].trueCount) ? 1 : 0
            return entry >= 0
        case .text, .number, .other: return false
        }
    }

    private mutating func readTimeOtherwise(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: inout FieldValue
    ) -> Bool {
        let reading = checkers[index].reading
        let formats = checkers[index].formats
        let field = Int(checkers[index].field)
        let native = formats.count
        let chosen = Int(chosenFormat[field])
        func take(_ time: CivilTime, _ format: Int) -> Bool {
            if chosen < 0 { chosenFormat[field] = Int32(truncatingIfNeeded: format) }
            RowJudge.take(time, reading, &value)
            return true
        }
        // A column is in one form throughout: real dates beside dates that are text were swapped by some program.
        if let dateSystem, chosen < 0 || chosen == native,
            let time = dateForms.workbookTime(text, start, end, reading, dateSystem)
        {
            return take(time, native)
        }
        if reading == .year { return false }
        for format in 0..<formats.count where chosen < 0 || chosen == format {
            if let time = formats[format].read(text, start, end) { return take(time, format) }
        }
        for format in 0..<formats.count where chosen < 0 || chosen == format {
            if let time = dateForms.time(text, start, end, reading, formats[format]) { return take(time, format) }
        }
        return false
    }

    /// The end of `34.0`, `34.00` without its fraction of noughts; nil where the text is no such number.
    private static func withoutZeroDecimals(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = end
        while index > start, text[index - 1] == 0x30 { index -= 1 }
        guard index < end, index - 1 > start, text[index - 1] == UInt8(ascii: ".") else { return nil }
        let whole = index - 1
        for place in start..<whole where text[place] &- 0x30 > 9 {
            guard place == start, text[place] == UInt8(ascii: "-"), whole > start + 1 else { return nil }
        }
        return whole
    }

    // MARK: - Codes

    /// The entry of the field's list that a cell means which is no entry as it stands; −1 for none.
    @inline(never)
    mutating func entryOtherwise(_ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int32 {
        guard !checkers[index].traits.contains(.hasCodesPart), end - start <= RowJudge.scratchBytes else { return -1 }
        let lookup = checkers[index].lookup
        let inner = RowJudge.withoutApostrophe(text, start, end) ?? start
        var found = inner > start ? lookup.find(text, inner, end) : -1
        if found < 0, let whole = RowJudge.withoutZeroDecimals(text, inner, end) {
            found = lookup.find(text, inner, whole)
        }
        if found < 0, let dateSystem, let serial = dateForms.serialNumber(text, inner, end, dateSystem) {
            found = find("\(serial)", in: lookup)
        }
        if found < 0 { found = entryWithPlainBlanks(lookup, text, inner, end) }
        return Int32(truncatingIfNeeded: found)
    }

    /// With a blank for each hard one, and without marks of no width.
    private func entryWithPlainBlanks(_ lookup: CodeIndex, _ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Int {
        var length = 0
        var isChanged = false
        var index = start
        while index < end {
            guard let blank = RowJudge.hardBlank(text, at: index, end: end) else {
                scratch[length] = text[index]
                length += 1
                index += 1
                continue
            }
            isChanged = true
            // U+200B to U+200D, U+2060 and U+FEFF have no width.
            let last = text[index + blank - 1]
            let hasWidth = blank == 2 || !(text[index] == 0xEF || last == 0xA0 || (0x8B...0x8D).contains(last))
            if hasWidth {
                scratch[length] = 0x20
                length += 1
            }
            index += blank
        }
        return isChanged ? lookup.find(scratch, 0, length) : -1
    }

    private func find(_ code: String, in lookup: CodeIndex) -> Int {
        scratch.copy(Array(code.utf8))
        return lookup.find(scratch, 0, code.utf8.count)
    }

    // MARK: - Months and ages

    /// Of a field that tells the period or the month of the event.
    @inline(__always)
    mutating func checkMonth(_ index: Int, _ value: FieldValue, _ row: Int) {
        let months = checkers[index].months
        let month = value.time.month
        guard month < months.first || month > months.last || month < months.onlyFirst || month > months.onlyLast else {
            return
        }
        noteMonth(index, month, row)
    }

    @inline(never)
    private mutating func noteMonth(_ index: Int, _ month: Int32, _ row: Int) {
        let months = checkers[index].months
        let isPlausible = month >= months.first && month <= months.last
        select(row)
        if isPlausible, !batch.isRejected[row] { outsideCount += 1 }
        reject(isPlausible ? .outsidePeriod : .dateImplausible, column: Int(checkers[index].column))
    }

    /// Notes ages that nobody has: the row is kept without one.
    mutating func judgeAges(count: Int) {
        for row in 0..<count where !batch.isRejected[row] {
            for index in 0..<ages.count where ages[index].isImplausible(batch, row) {
                select(row)
                note(.ageImplausible, column: columnNumber(of: ages[index].field) - 1)
                // Of those beyond any age nothing is made anyway.
                if ages[index].isStated { batch[row, ages[index].field].state = .bad }
            }
        }
    }
}

extension RowScanner.Marks {
    /// Of cells that may have something around their value.
    static var wrapping: RowScanner.Marks { [.beyondASCII, .formula, .escaped] }
}

/// What an age is made of: a number, or a date of birth and the day it is counted on.
struct AgePair: BitwiseCopyable {
    let field: Int
    /// −1 for a number.
    private let at: Int
    /// Of the number's slot, for one year.
    private let unit: Int
    /// The dataset states the ages.
    let isStated: Bool
    private let youngest: Int
    private let oldest: Int

    private init(_ field: Int, at: Int = -1, unit: Int = 1, _ dataset: DatasetPlan) {
        let ages = dataset.plausibleAges
        isStated = dataset.ages != nil
        (self.field, self.at, self.unit) = (field, at, unit)
        (youngest, oldest) = (ages.lowerBound, ages.upperBound)
    }

    static func all(of dataset: DatasetPlan, plan: FormatPlan, hasColumn: (Int) -> Bool) -> [AgePair] {
        var pairs: [AgePair] = []
        for column in dataset.output.columns where plan.dimensions[column.dimension].id == "age" {
            for source in column.sources {
                switch source {
                case .age(let birth, let at, _) where hasColumn(birth) && hasColumn(at):
                    pairs.append(AgePair(birth, at: at, dataset))
                case .band(let field, _) where hasColumn(field):
                    let unit = dataset.fields[field].type == .number ? 1000 : 1
                    pairs.append(AgePair(field, unit: unit, dataset))
                default: break
                }
            }
        }
        return pairs
    }

    func isImplausible(_ batch: RowBatch, _ row: Int) -> Bool {
        let value = batch[row, field]
        guard value.state == .good else { return false }
        guard at >= 0 else { return value.value < youngest * unit || value.value >= (oldest + 1) * unit }
        let day = batch[row, at]
        guard day.state == .good else { return false }
        var months = Int(day.time.month) - Int(value.time.month)
        if day.time.dayOfMonth < value.time.dayOfMonth { months -= 1 }
        return months < youngest * 12 || months / 12 > oldest
    }
}
