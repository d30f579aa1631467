import SluiceModel

/// Tries a cell as each of the things a column might hold.
struct CellTrials {
    /// One of the plan's fields as a question.
    private enum Question {
        case missing([[UInt8]])
        case boolean([[UInt8]])
        case temporal([DateReader])
    }

    private let questions: [Question]
    private let currentYear: Int

    init(plan: FormatPlan, arena: Arena) {
        let calendar = Calendar(arena: arena)
        questions = plan.datasets[0].fields.map { field in
            switch field.type {
            case .boolean: .boolean((field.trueValues + field.falseValues).map { Array($0.utf8) })
            case .date, .datetime, .time, .year, .yearmonth:
                .temporal(
                    field.dateFormats.map { DateReader($0, today: plan.today, calendar: calendar, arena: arena) })
            default: .missing(field.missingValues.map { Array($0.utf8) })
            }
        }
        currentYear = plan.today.parts.year
    }

    /// As many zeros as each field asks questions.
    var noAnswers: [[Int]] {
        questions.map { question in
            switch question {
            case .missing(let values): [Int](repeating: 0, count: values.count)
            case .boolean: [0]
            case .temporal(let readers): [Int](repeating: 0, count: readers.count)
            }
        }
    }

    /// Counts a cell that means "no value".
    func countMissing(_ text: Flat<UInt8>, _ start: Int, _ end: Int, in column: inout ColumnProfile) -> Bool {
        for (field, question) in questions.enumerated() {
            guard case .missing(let values) = question else { continue }
            if let index = values.firstIndex(where: { CellTrials.equal(text, start, end, $0) }) {
                column.answers[field][index] += 1
                return true
            }
        }
        return false
    }

    /// Counts a filled cell.
    func count(_ text: Flat<UInt8>, _ start: Int, _ end: Int, in column: inout ColumnProfile) {
        let shape = Shape(text, start, end)
        if column.filledCount == 0 || shape.length < column.lengthMinimum { column.lengthMinimum = shape.length }
        column.lengthMaximum = max(column.lengthMaximum, shape.length)
        column.filledCount += 1
        if shape.blanks > 0 { column.spacedCount += 1 }
        countNumber(text, start, end, shape, in: &column)
        if shape.length == 9, shape.digits == 8, (text[start] | 0x20) &- 0x61 < 26 { column.areaCodeCount += 1 }
        for (field, question) in questions.enumerated() {
            switch question {
            case .missing: break
            case .boolean(let words):
                if end - start <= 5, words.contains(where: { CellTrials.equal(text, start, end, $0) }) {
                    column.answers[field][0] += 1
                }
            case .temporal(let readers):
                guard shape.digits >= 1, end - start <= 40 else { continue }
                for index in readers.indices where readers[index].read(text, start, end) != nil {
                    column.answers[field][index] += 1
                }
            }
        }
        countIdentifiers(text, start, end, shape, in: &column)
    }

    /// What a first look at the bytes says.
    private struct Shape {
        var digits = 0
        var blanks = 0
        /// Unicode scalars.
        var length = 0

        init(_ text: Flat<UInt8>, _ start: Int, _ end: Int) {
            for index in start..<end {
                let byte = text[index]
                if byte &- 0x30 < 10 { digits += 1 }
                if byte == 0x20 { blanks += 1 }
                if byte & 0xC0 != 0x80 { length += 1 }
            }
        }
    }

    private func countNumber(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ shape: Shape, in column: inout ColumnProfile
    ) {
        guard shape.digits > 0, end - start <= 24 else { return }
        let first = text[start] == UInt8(ascii: "-") || text[start] == UInt8(ascii: "+") ? start + 1 : start
        let others = end - first - shape.digits
        guard first < end, text[first] &- 0x30 < 10, text[end - 1] &- 0x30 < 10, others <= 1 else { return }
        var mark: UInt8 = 0
        for index in first..<end where text[index] &- 0x30 >= 10 { mark = text[index] }
        let isLong = text[first] == 0x30 && first + 1 < end && text[first + 1] &- 0x30 < 10
        if isLong {
            if others == 0 { column.leadingZeroCount += 1 }
            return
        }
        if others == 0, shape.digits <= 18 {
            column.integerCount += 1
            column.pointNumberCount += 1
            column.commaNumberCount += 1
        } else if shape.digits <= 15 {
            if mark == UInt8(ascii: ".") { column.pointNumberCount += 1 }
            if mark == UInt8(ascii: ",") { column.commaNumberCount += 1 }
        }
    }

    private func countIdentifiers(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ shape: Shape, in column: inout ColumnProfile
    ) {
        if shape.digits >= 1, end - start >= 5, end - start <= 32 {
            for check in CheckDigit.allCases {
                guard var identifier = Identifier(text, start, end, check: check) else { continue }
                if case .wrong = identifier.judge(check, year: currentYear) { continue }
                column.checkCounts[Int(check.rawValue)] += 1
            }
        }
        for form in IdentifierForm.allCases where form.fits(text, start, end) {
            column.formCounts[Int(form.rawValue)] += 1
        }
    }

    /// Whether a cell of the first rows can be no heading: a number, a date, an identifier.
    func isValue(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var column = ColumnProfile(heading: nil)
        column.answers = noAnswers
        count(text, start, end, in: &column)
        // Six digits and a letter and digits are headings too: `E01005205` is none, `Q1` is one.
        return column.pointNumberCount + column.commaNumberCount + column.leadingZeroCount + column.areaCodeCount > 0
            || column.checkCounts.contains { $0 > 0 } || column.formCounts.contains { $0 > 0 }
            || zip(column.answers, questions).contains { answers, question in
                guard case .temporal = question else { return false }
                return answers.contains { $0 > 0 }
            }
    }

    private static func equal(_ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: [UInt8]) -> Bool {
        guard end - start == value.count else { return false }
        for (offset, byte) in value.enumerated() where text[start + offset] != byte { return false }
        return true
    }
}
