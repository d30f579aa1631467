package import SluiceModel

/// A plugin written from a sample file: its files, and what a person should know of the guessing.
package struct InferredPlugin: Sendable {
    /// Paths below the plugin's folder.
    package var files: [(path: String, text: String)]
    /// The name of its one dataset.
    package var dataset: String
    /// What was assumed of the file, one line each, without a value from it.
    package var assumptions: [String]
    /// Columns that were passed over.
    package var ignoredColumnCount: Int
}

/// No plugin can be written for a file.
package enum InferenceError: Error, CustomStringConvertible {
    /// Every heading is empty, unreadable or there more than once.
    case noUsableHeading
    case noEventKind(String)

    package var description: String {
        switch self {
        case .noUsableHeading:
            "no heading of the file can be told from the others: each is empty, unreadable or stands twice"
        case .noEventKind(let known): "the event kind is none of the model's; there are: \(known)"
        }
    }
}

/// Writes a plugin for files like the one that was profiled. It compiles against `model`, and its samples get the
/// receipts beside them.
///
/// Nothing of the file is in it but headings, and values that the rule of `ColumnProfile.mayListValues` lets through.
///
/// - Parameters:
///   - id: the plugin's name, its folder's too.
///   - event: what a row is, an event kind of the model; nil for the model's first.
package func inferPlugin(
    id: String, profile: SampleProfile, plan: FormatPlan, model: EventModel, event: String? = nil
) throws(InferenceError) -> InferredPlugin {
    let kinds = model.eventKinds.map(\.id)
    if let event, !kinds.contains(event) { throw .noEventKind(kinds.joined(separator: ", ")) }
    guard let eventKind = event ?? kinds.first else { throw .noEventKind("none") }
    var inference = PluginInference(
        id: id, profile: profile, questions: plan.datasets[0], model: model, eventKind: eventKind,
        isEventChosen: event != nil)
    inference.guessColumns()
    guard !inference.columns.isEmpty else { throw .noUsableHeading }
    return inference.written()
}

/// The guesses about one sample file, and what they add up to.
struct PluginInference {
    static let dataset = "records"
    /// Code lists written; columns beyond are dropped without one.
    private static let listLimit = 100

    let id: String
    let profile: SampleProfile
    let questions: DatasetPlan
    let model: EventModel
    let eventKind: String
    let isEventChosen: Bool
    /// Those a schema can name, in the file's order.
    private(set) var columns: [ColumnGuess] = []
    /// Headings that are passed over because they are empty or stand more than once, as the file writes them.
    private(set) var ignoredHeadings: [String] = []
    private(set) var ignoredColumnCount = 0
    /// Missing values that the file uses.
    private(set) var missingValues: [String] = []
    /// The field that stands in for a day where the file has none.
    private(set) var standInMonth: String?

    init(
        id: String, profile: SampleProfile, questions: DatasetPlan, model: EventModel, eventKind: String,
        isEventChosen: Bool
    ) {
        self.id = id
        self.profile = profile
        self.questions = questions
        self.model = model
        self.eventKind = eventKind
        self.isEventChosen = isEventChosen
    }

    mutating func guessColumns() {
        nameColumns()
        let judge = ColumnJudge(questions: questions, model: model, rowCount: profile.rowCount)
        for index in columns.indices { columns[index] = judge.judge(columns[index]) }
        chooseKey()
        chooseDay()
        chooseLists()
        chooseOthers()
        for (field, question) in questions.fields.enumerated() where question.type == .string {
            for (index, value) in question.missingValues.enumerated()
            where profile.columns.contains(where: { $0.answers[field][index] > 0 }) {
                missingValues.append(value)
            }
        }
    }

    // MARK: - Names

    /// Columns are found by the letters and digits of their headings: what has none, or shares them, is passed over.
    private mutating func nameColumns() {
        var owners: [String: Int] = [:]
        for column in profile.columns {
            guard let heading = column.heading else { continue }
            owners[HeaderName.normalised(heading), default: 0] += 1
        }
        for (index, column) in profile.columns.enumerated() {
            guard let heading = column.heading else {
                ignoredColumnCount += 1
                continue
            }
            let normalised = HeaderName.normalised(heading)
            guard !normalised.isEmpty, owners[normalised] == 1 else {
                ignoredColumnCount += 1
                if !ignoredHeadings.contains(where: { HeaderName.normalised($0) == normalised }) {
                    ignoredHeadings.append(normalised.isEmpty ? "" : heading)
                }
                continue
            }
            let name = Self.fieldName(heading)
            let isSame = HeaderName.normalised(name) == normalised
            columns.append(
                ColumnGuess(columnNumber: index + 1, name: name, alias: isSame ? nil : heading, profile: column))
        }
    }

    /// A heading without control characters and line ends, and without the signs that make a cell a formula.
    private static func fieldName(_ heading: String) -> String {
        var name = ""
        for scalar in heading.unicodeScalars {
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFF0...0xFFFF:
                if name.last != " " { name.append(" ") }
            default: name.unicodeScalars.append(scalar)
            }
        }
        let loose: Set<Unicode.Scalar> = [" ", "=", "+", "-", "@", "'", "\""]
        var scalars = Substring(name).unicodeScalars
        while let first = scalars.first, loose.contains(first) { scalars.removeFirst() }
        while let last = scalars.last, last == " " { scalars.removeLast() }
        return String(Substring(scalars))
    }

    // MARK: - What the columns are for

    private mutating func chooseKey() {
        let candidates = columns.indices.filter { index in
            let column = columns[index]
            return column.isUnique(rowCount: profile.rowCount) && [.string, .integer].contains(column.type)
                && column.treatment == .drop && column.profile.values.isEmpty
        }
        guard let index = candidates.first(where: { ColumnWords.key.fits(columns[$0].name) }) ?? candidates.first
        else { return }
        columns[index].isKey = true
        columns[index].isRequired = true
        columns[index].privacy = .direct
        columns[index].reasons.append("Each row has its own: taken as the key.")
    }

    /// The column that says when a row happened: by its heading, then by how many rows have it, then the first.
    private mutating func chooseDay() {
        func rank(_ column: ColumnGuess) -> (Int, Int, Int) {
            let words =
                (ColumnWords.event.fits(column.name) ? 1 : 0) - (ColumnWords.paperwork.fits(column.name) ? 2 : 0)
            return (words, column.type == .yearmonth ? 0 : 1, column.profile.filledCount)
        }
        let candidates = columns.indices.filter { index in
            let column = columns[index]
            return [.date, .datetime, .yearmonth].contains(column.type) && column.privacy == .quasi
                && column.profile.filledCount * 20 >= profile.rowCount * 19
        }
        let best = candidates.max { a, b in
            let (rankA, rankB) = (rank(columns[a]), rank(columns[b]))
            return rankA != rankB ? rankA < rankB : a > b
        }
        if let best {
            columns[best].use = .eventDay
            columns[best].treatment = .truncate
            columns[best].isRequired = columns[best].profile.filledCount == profile.rowCount
            columns[best].reasons.append("Taken as the day of the event; only month and weekday are kept.")
            if columns[best].type == .date,
                let clock = columns.indices.first(where: { columns[$0].type == .time && columns[$0].privacy == .quasi })
            {
                columns[clock].use = .clock
                columns[clock].treatment = .truncate
                columns[clock].reasons.append("Only the part of the day is kept.")
            }
        } else {
            var number = 1
            var name = "Month"
            let taken = Set(
                columns.map { HeaderName.normalised($0.name) } + ignoredHeadings.map { HeaderName.normalised($0) })
            // As many names as there are columns, and one more: one of them is free.
            while taken.contains(HeaderName.normalised(name)) {
                number += 1
                name = "Month \(number)"
            }
            standInMonth = name
        }
        // What is not kept should cost no row: a type that some cells do not have goes.
        for index in columns.indices where columns[index].type.isTemporal && columns[index].use == .nothing {
            guard let notation = columns[index].notation,
                let type = questions.fields.firstIndex(where: { field in
                    field.type == columns[index].type && field.dateFormats.contains { $0.text == notation }
                }), let place = questions.fields[type].dateFormats.firstIndex(where: { $0.text == notation }),
                columns[index].profile.answers[type][place] < columns[index].profile.filledCount
            else { continue }
            columns[index].type = .string
            columns[index].notation = nil
        }
    }

    private mutating func chooseLists() {
        var names: Set<String> = []
        var mapped: Set<String> = []
        for index in columns.indices {
            let column = columns[index]
            guard !column.profile.values.isEmpty, column.type == .string, column.treatment == .drop, !column.isKey,
                column.privacy == .sensitive || column.privacy == .neutral, names.count < Self.listLimit
            else { continue }
            let name = Self.listName(column, taken: names)
            names.insert(name)
            let likely = ColumnWords.dimensions.filter { id, words in
                words.fits(column.name) && model.dimensionIndex(id) != nil
            }.map(\.id)
            var groups = [String](repeating: "", count: column.profile.values.count)
            if let dimension = likely.first(where: { !mapped.contains($0) }),
                let place = model.dimensionIndex(dimension)
            {
                let codes = ModelCodes(model.dimensions[place])
                groups = column.profile.values.map { codes.code(for: $0.text) ?? "" }
                let known = groups.count { !$0.isEmpty }
                if known > 0 {
                    mapped.insert(dimension)
                    columns[index].use = .list(dimension: dimension)
                    columns[index].treatment = .group
                    columns[index].privacy = .sensitive
                    columns[index].reasons.append(
                        "\(known) of the values look like codes of `\(dimension)`: read `group` in codes/\(name).csv.")
                } else {
                    columns[index].suggestedDimension = dimension
                }
            }
            columns[index].list = (name, groups)
        }
    }

    private mutating func chooseOthers() {
        if model.dimensionIndex("area") != nil,
            let index = columns.indices.first(where: { index in
                let column = columns[index]
                return column.type == .string && column.privacy == .quasi && column.profile.areaCodeCount > 0
                    && column.profile.areaCodeCount * 20 >= column.profile.filledCount * 19
            })
        {
            columns[index].use = .area
            columns[index].treatment = .area
            columns[index].reasons.append(
                "Kept no finer than the model keeps areas; a code it does not know is not known.")
        }
        let hasAge = columns.contains { $0.use == .list(dimension: "age") }
        if !hasAge, model.dimensionIndex("age") != nil,
            let index = columns.indices.first(where: { index in
                columns[index].type == .integer && columns[index].privacy == .quasi && !columns[index].isKey
                    && ColumnWords.age.fits(columns[index].name)
            })
        {
            columns[index].use = .age
            columns[index].treatment = .band
        }
    }

    /// A short name made of the heading's ASCII letters and digits.
    private static func listName(_ column: ColumnGuess, taken: Set<String>) -> String {
        var name = ""
        for word in PersonHeading.split(column.name) {
            let kept = word.unicodeScalars.filter { $0.isASCII }.map { String($0) }.joined()
            guard !kept.isEmpty, name.utf8.count + kept.utf8.count < 30 else { continue }
            name += (name.isEmpty ? "" : "-") + kept
        }
        // `-nocase` at the end of a list's name means something.
        if name.hasSuffix("-nocase") || !isShortName(name) { name = "column-\(column.columnNumber)" }
        return taken.contains(name) ? "\(name)-\(column.columnNumber)" : name
    }
}

/// A dimension's codes by the words people write for them.
private struct ModelCodes {
    private var codes: [String: String] = [:]
    /// First words that only one code's label has.
    private var firstWords: [String: String?] = [:]

    init(_ dimension: Dimension) {
        for node in dimension.nodes.dropFirst() {
            codes[HeaderName.normalised(node.code)] = node.code
            codes[HeaderName.normalised(node.label)] = node.code
            // `White - any other` is told by its first word; other lists begin with words like `other`.
            guard dimension.id == "ethnicity", let word = Self.firstWord(node.label) else { continue }
            firstWords[word] = firstWords[word] == nil ? .some(node.code) : .some(nil)
        }
        // Letters that forms use. Source: formats reference, section 9.
        if dimension.id == "sex" {
            codes["m"] = codes["male"]
            codes["f"] = codes["female"]
        }
    }

    func code(for text: String) -> String? {
        if let code = codes[HeaderName.normalised(text)] { return code }
        let normalised = HeaderName.normalised(text)
        if ["notstated", "notknown", "unknown", "refused", "notdefined", "notrecorded"].contains(where: {
            normalised.contains($0)
        }) {
            return nil
        }
        guard let word = Self.firstWord(text), word.utf8.count >= 4, let code = firstWords[word] else { return nil }
        return code
    }

    /// Lower-case letters up to the first that is none.
    private static func firstWord(_ text: String) -> String? {
        let letters = text.utf8.prefix { ($0 | 0x20) &- 0x61 < 26 }.map { $0 | 0x20 }
        return letters.isEmpty ? nil : String(decoding: letters, as: UTF8.self)
    }
}
