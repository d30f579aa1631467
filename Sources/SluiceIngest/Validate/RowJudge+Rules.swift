import SluiceModel

/// What is judged across the fields of a row. What is called for each row is mutating, see `RowJudge+Cells.swift`.
extension RowJudge {
    struct Rule: BitwiseCopyable {
        enum Kind: UInt8, BitwiseCopyable {
            case compare, compareValue, requiredWhen, oneOf
        }

        enum Condition: UInt8, BitwiseCopyable {
            case hasValue, isMissing, isOneOf
        }

        let kind: Kind
        let rejectsRow: Bool
        private(set) var comparison = RowRule.Comparison.equal
        private(set) var unit = RowRule.Unit.slot
        /// Numbers that are equal in thousandths may still differ.
        private(set) var isExact = false
        /// The only field, or that of the condition.
        private(set) var left = 0
        private(set) var right = 0
        private(set) var value = 0
        private(set) var condition = Condition.hasValue
        private(set) var isExclusive = false
        private(set) var fields: Flat<Int32>
        /// By entry of the code table, whether the condition names it.
        private(set) var entries: Flat<Bool>

        init(_ rule: RowRule, dataset: DatasetPlan, plan: FormatPlan, arena: Arena) {
            rejectsRow = rule.severity >= .error
            fields = arena.empty()
            entries = arena.empty()
            switch rule.kind {
            case .compare(let left, let comparison, let right):
                kind = .compare
                self.left = left
                self.right = right
                self.comparison = comparison
                let types = (dataset.fields[left].type, dataset.fields[right].type)
                unit = types.0.hasSlot && types.1.hasSlot ? RowRule.unit(types.0, types.1) ?? .slot : .text
                isExact = types.0 == .number || types.1 == .number
            case .compareValue(let field, let comparison, let value):
                kind = .compareValue
                left = field
                self.comparison = comparison
                self.value = value
                isExact = dataset.fields[field].type == .number
            case .requiredWhen(let fields, let condition):
                kind = .requiredWhen
                self.fields = arena.flat(fields.map(Int32.init))
                switch condition {
                case .hasValue(let field): (self.condition, left) = (.hasValue, field)
                case .isMissing(let field): (self.condition, left) = (.isMissing, field)
                case .isOneOf(let field, let named):
                    (self.condition, left) = (.isOneOf, field)
                    entries = arena.flat(
                        Rule.named(named, in: dataset.fields[field].codes.map { plan.codeTables[$0] }))
                }
            case .oneOf(let fields, let isExclusive):
                kind = .oneOf
                self.fields = arena.flat(fields.map(Int32.init))
                self.isExclusive = isExclusive
            }
        }

        /// An entry stands for all entries of the same text: of these a cell is found to be the first.
        private static func named(_ entries: [Int], in table: CodeTable?) -> [Bool] {
            guard let table else { return [] }
            func key(_ entry: CodeTable.Entry) -> [UInt8] {
                entry.text.utf8.map { table.ignoresCase && $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
            }
            let texts = Set(entries.map { key(table.entries[$0]) })
            return table.entries.map { texts.contains(key($0)) }
        }
    }

    @inline(__always)
    mutating func judge(rule index: Int, _ text: Flat<UInt8>) {
        guard rules[index].kind == .compare else {
            if !holds(index, text) { note(rule: index) }
            return
        }
        // Member by member: a copy of the whole rule would cost more than the comparison.
        let left = rules[index].left
        let right = rules[index].right
        guard values[left].state == .good, values[right].state == .good else { return }
        var order: Int
        switch rules[index].unit {
        case .text: order = compareTexts(left, right, text)
        case .slot: order = sign(values[left].value, values[right].value)
        case .thousandths: order = sign(thousandths(left), thousandths(right))
        case .day: order = sign(Int(values[left].time.day), Int(values[right].time.day))
        case .month: order = sign(Int(values[left].time.month), Int(values[right].time.month))
        case .year: order = sign(Int(values[left].time.month) / 12, Int(values[right].time.month) / 12)
        }
        if rules[index].isExact, order == 0 { order = compareExactly(left, right, text) }
        if !holds(rules[index].comparison, order) { note(rule: index) }
    }

    @inline(__always)
    private func holds(_ comparison: RowRule.Comparison, _ order: Int) -> Bool {
        switch comparison {
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .equal: order == 0
        case .notEqual: order != 0
        case .greaterOrEqual: order >= 0
        case .greater: order > 0
        }
    }

    /// Whether a rule that is no comparison of two fields holds.
    @inline(never)
    private mutating func holds(_ index: Int, _ text: Flat<UInt8>) -> Bool {
        let rule = rules[index]
        // A bad cell is not missing: what is wrong with it was said.
        func hasValue(_ field: Int) -> Bool { values[field].state != .missing }
        switch rule.kind {
        case .compare: return true
        case .compareValue:
            guard values[rule.left].state == .good else { return true }
            var order = sign(values[rule.left].value, rule.value)
            if rule.isExact, order == 0, let number = exactNumber(of: rule.left, text) {
                order = number.compare(DecimalNumber(thousandths: rule.value))
            }
            return holds(rule.comparison, order)
        case .requiredWhen:
            switch rule.condition {
            case .hasValue: if !hasValue(rule.left) { return true }
            case .isMissing: if hasValue(rule.left) { return true }
            case .isOneOf:
                let entry = Int(values[rule.left].entry)
                guard entry >= 0, entry < rule.entries.count, rule.entries[entry] else { return true }
            }
            return (0..<rule.fields.count).allSatisfy { hasValue(Int(rule.fields[$0])) }
        case .oneOf:
            let count = (0..<rule.fields.count).count { hasValue(Int(rule.fields[$0])) }
            return rule.isExclusive ? count == 1 : count >= 1
        }
    }

    @inline(__always)
    private func sign(_ left: Int, _ right: Int) -> Int { left < right ? -1 : left > right ? 1 : 0 }

    private func thousandths(_ field: Int) -> Int {
        guard type(of: field) == .integer else { return values[field].value }
        // Numbers have at most 15 digits before the point, so a bound keeps the order.
        return max(-9_000_000_000_000_000, min(9_000_000_000_000_000, values[field].value)) * 1000
    }

    @inline(never)
    private mutating func compareExactly(_ left: Int, _ right: Int, _ text: Flat<UInt8>) -> Int {
        guard let a = exactNumber(of: left, text), let b = exactNumber(of: right, text) else { return 0 }
        return a.compare(b)
    }

    private mutating func compareTexts(_ left: Int, _ right: Int, _ text: Flat<UInt8>) -> Int {
        let (a, b) = (cell(of: left), cell(of: right))
        let length = min(a.end - a.start, b.end - b.start)
        for offset in 0..<Int(length) {
            let order = sign(Int(text[Int(a.start) + offset]), Int(text[Int(b.start) + offset]))
            if order != 0 { return order }
        }
        return sign(Int(a.end - a.start), Int(b.end - b.start))
    }

    /// Looks whether codes were in force when the event was; of entries with the same text takes the one that was.
    mutating func judgeValidity() {
        var first = Int32.min
        var last = Int32.max
        var isKnown = false
        for index in 0..<eventFields.count {
            let field = Int(eventFields[index])
            guard values[field].state == .good else { continue }
            first = values[field].time.day
            last = first
            if type(of: field) == .yearmonth {
                let month = Int(values[field].time.month)
                last += Int32(CivilDate.dayCount(year: month / 12, month: month % 12 + 1)) - 1
            }
            isKnown = true
            break
        }
        guard isKnown else { return }
        for index in 0..<dated.count {
            let dated = dated[index]
            var value = values[dated.field]
            guard value.state == .good, value.entry >= 0 else { continue }
            var entry = value.entry
            while entry >= 0, dated.from[Int(entry)] > last || dated.to[Int(entry)] < first {
                entry = dated.next[Int(entry)]
            }
            if entry < 0 {
                note(.codeNotInForce, column: columnNumber(of: dated.field) - 1)
            } else {
                value.entry = entry
                values[dated.field] = value
            }
        }
    }
}
