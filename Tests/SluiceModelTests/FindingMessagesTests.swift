import SluiceModel
import Testing

@Suite struct `Messages of findings` {
    /// The message about a column of `ModelPlan`, after a change to its dataset.
    private func message(
        _ code: FindingCode, column: Int? = nil, rule: String = FindingRule.type, _ arguments: [Int] = [],
        severity: Severity = .error, rows: [Int] = [3], columnNumber: Int? = 5,
        change: (inout DatasetPlan) -> Void = { _ in }
    ) -> String {
        var plan = ModelPlan.plan
        change(&plan.datasets[0])
        let finding = Finding(
            column: column.map { plan.datasets[0].fields[$0].name }, columnNumber: columnNumber, rule: rule, code: code,
            severity: severity, rows: rows, arguments: arguments, message: "")
        return FindingMessages.message(for: finding, plan: plan, datasetIndex: 0)
    }

    @Test(arguments: FindingCode.allCases)
    func `exist for every code, whatever the arguments`(code: FindingCode) {
        var seen: Set<String> = []
        for arguments in [[], [0], [1, 0], [0, 0], [2, 5, 7], [Int.max, Int.max, Int.max, Int.max]] {
            for column in [nil, 0, 1, 2, 3, 4, 5, 6] {
                let text = message(code, column: column, arguments)
                #expect(text.hasSuffix(".") || text.hasSuffix("?") || text.contains("pattern"), "\(text)")
                #expect(text.count > 25 && !text.contains("  "), "\(text)")
                seen.insert(text)
                // Nor do they need a dataset or a field that the plan has.
                var finding = Finding(rule: "file", code: code, severity: .error, arguments: arguments, message: "")
                #expect(!FindingMessages.message(for: finding, plan: ModelPlan.plan, datasetIndex: nil).isEmpty)
                finding.column = "Nobody"
                #expect(!FindingMessages.message(for: finding, plan: ModelPlan.plan, datasetIndex: 9).isEmpty)
            }
        }
        #expect(!seen.isEmpty)
    }

    @Test func `name near codes of the list, at most three, and never more than the list has`() {
        #expect(
            message(.codeUnknown, column: ModelPlan.weapon, rule: FindingRule.codes, [0])
                == "The value is none of those allowed. Did you mean \"knife\"? Use one of: knife, gun, none.")
        #expect(
            message(.codeUnknown, column: ModelPlan.area, rule: FindingRule.codes, [0, 1])
                == "The code is not in the list \"area\". Did you mean \"E01999001\" or \"E01999002\"? Use a code of the "
                + "list, or ask the partnership to add it.")
        #expect(
            message(.codeUnknown, column: ModelPlan.area, rule: FindingRule.codes, [2, 1, 0, 5], severity: .warning)
                == "The code is not in the list \"area\". The row is kept without it. Did you mean \"E01999003\", "
                + "\"E01999002\" or \"E01999001\"? Use a code of the list, or ask the partnership to add it.")
        #expect(
            !message(.codeUnknown, column: ModelPlan.area, rule: FindingRule.codes, [900]).contains("Did you mean"))
    }

    @Test func `name the schema's nearest heading`() {
        #expect(
            message(.columnUnknown, rule: FindingRule.header, [ModelPlan.weapon])
                == "No schema knows the heading of column 5; the column was not read. The nearest heading of the schema "
                + "is \"Weapon\". Correct the heading if that is meant; otherwise leave the column out of the export.")
        #expect(
            message(.columnUnknown, rule: FindingRule.header)
                == "No schema knows the heading of column 5; the column was not read. Leave it out of the export.")
        #expect(
            message(.columnMissing, column: ModelPlan.age, rule: FindingRule.header, [4])
                == "The column is not in the file. Add it, with the heading \"Age\". The heading of column 4 comes near: "
                + "rename it if it is meant.")
    }

    @Test func `tell a bound as it was written, and whether it is allowed`() {
        func text(_ column: Int, _ code: FindingCode, _ change: (inout FieldPlan) -> Void) -> String {
            message(code, column: column) { change(&$0.fields[column]) }
        }
        #expect(
            text(ModelPlan.amount, .belowMinimum) { $0.numberMinimum = ExactDecimal(digits: -1250, exponent: -2) }
                == "The value is below the least allowed, -12.5. Check it at the source.")
        #expect(
            text(ModelPlan.amount, .aboveMaximum) {
                $0.numberMaximum = ExactDecimal(digits: 12, exponent: 3)
                $0.isMaximumExclusive = true
            } == "The value must be less than 12000. Check it at the source.")
        #expect(
            text(ModelPlan.day, .belowMinimum) {
                $0.minimum = CivilDate("2020-01-01")?.dayNumber
                $0.isMinimumExclusive = true
            } == "The value must be after 2020-01-01. Check it at the source.")
        #expect(
            text(ModelPlan.age, .aboveMaximum) { $0.maximum = 120 }
                == "The value is above the greatest allowed, 120. Check it at the source.")
    }

    @Test(arguments: [
        (0, 0, "0"), (5, 0, "5"), (-5, -1, "-0.5"), (5, -3, "0.005"), (12345, -2, "123.45"), (1200, -2, "12"),
        (1, 3, "1000"), (-1, 100, "-1E100"), (7, -100, "7E-100"),
    ])
    func `write a decimal as people do`(digits: Int, exponent: Int32, text: String) {
        #expect(FindingMessages.text(of: ExactDecimal(digits: Int128(digits), exponent: exponent)) == text)
    }

    @Test(
        arguments: [
            (
                RowRule.Kind.compare(left: 1, .greaterOrEqual, right: 1),
                "Day must not be before or less than Day. Correct one of the two."
            ),
            (
                .compareValue(field: ModelPlan.age, .greaterOrEqual, value: 10),
                "Age must not be before or less than 10. Check it at the source."
            ),
            (
                .compareValue(field: ModelPlan.amount, .less, value: 2500),
                "Amount must be before or less than 2.5. Check it at the source."
            ),
            (
                .compareValue(field: ModelPlan.day, .notEqual, value: 0),
                "Day must differ from 1970-01-01. Check it at the source."
            ),
            (
                .requiredWhen(fields: [0, 3], condition: .hasValue(ModelPlan.weapon)),
                "CrimeRef and Amount must have a value where Weapon has one. Fill it in at the source."
            ),
            (
                .requiredWhen(fields: [0], condition: .isMissing(ModelPlan.weapon)),
                "CrimeRef must have a value where Weapon has none. Fill it in at the source."
            ),
            (
                .requiredWhen(fields: [0], condition: .isOneOf(ModelPlan.weapon, entries: [1, 0])),
                "CrimeRef must have a value where Weapon is \"gun\" or \"knife\". Fill it in at the source."
            ),
            (
                .oneOf(fields: [0, 3], isExclusive: true),
                "Exactly one of CrimeRef and Amount must have a value: not none, and not several."
            ),
            (
                .oneOf(fields: [0, 3, 4], isExclusive: false),
                "At least one of CrimeRef, Amount and Age must have a value. Fill it in at the source."
            ),
        ] as [(RowRule.Kind, String)])
    func `say each kind of rule in words`(kind: RowRule.Kind, text: String) {
        let made = message(.ruleBroken, rule: "rules.r") {
            $0.rowRules = [RowRule(id: "r", kind: kind, severity: .error)]
        }
        #expect(made == text)
    }

    @Test func `say the rules over the file with their figures`() {
        func text(_ code: FindingCode, _ kind: FileRule.Kind, _ arguments: [Int]) -> String {
            message(code, rule: "rules.r", arguments) {
                $0.fileRules = [FileRule(id: "r", kind: kind, severity: .warning)]
            }
        }
        #expect(
            text(.totalMismatch, .controlTotal(words: ["total"], isRequired: false), [12, 1])
                == "The file states 12 records and has 1 row. Some rows were lost or added on the way. Export the file "
                + "again and compare the two numbers.")
        #expect(
            text(.periodGap, .coverage(.month), [2, CivilMonth("2026-04")!.index])
                == "Between the first and the last row of the file, 2 months have no accepted row, the first of which "
                + "begins with 2026-04. Check that the export is complete; if nothing happened then, tell the "
                + "partnership.")
        #expect(
            text(.periodGap, .coverage(.academicYear), [1, CivilMonth("2025-09")!.index])
                .hasPrefix(
                    "Between the first and the last row of the file, 1 academic year has no accepted row, which "
                        + "begins with 2025-09."))
        #expect(
            text(.suddenChange, .suddenChange(percent: 50, deliveriesMin: 3), [120, 400])
                == "The number of rows differs by more than 50 % from that of earlier deliveries: 120 now, 400 as the "
                + "median before. Check that nothing was left out or sent twice. If the number is right, nothing is to "
                + "be done.")
    }

    @Test func `tell where a document breaks, as far as it is known`() {
        #expect(message(.syntaxInvalid, [3, 9]).hasPrefix("The document is not well formed (line 3, column 9)."))
        #expect(message(.syntaxInvalid, [3, 0]).hasPrefix("The document is not well formed (line 3)."))
        #expect(message(.syntaxInvalid, [0, 0]).hasPrefix("The document is not well formed."))
        #expect(message(.syntaxInvalid, [90]).hasPrefix("The document is not well formed, at byte 90."))
    }

    @Test func `name the keys by their fields`() {
        #expect(
            message(.notUnique, rule: FindingRule.uniqueKeys, [1]) { $0.uniqueKeys = [[0], [1, 2]] }
                == "An earlier row has the same Day and Weapon, which may occur together only once. Send each record "
                + "once.")
        #expect(
            message(.referenceMissing, rule: FindingRule.foreignKeys) {
                $0.foreignKeys = [ForeignKey(fields: [2], dataset: 0, referenced: [0])]
            }.hasPrefix("No row of this table has this Weapon as its CrimeRef."))
    }

    @Test func `tell the form that a number must have`() {
        func text(_ column: Int, _ change: (inout FieldPlan) -> Void) -> String {
            message(.typeMismatch, column: column) { change(&$0.fields[column]) }
        }
        #expect(
            text(ModelPlan.amount) { _ in }
                == "The value is not of the column's type. Write a number with a full stop before decimals and no "
                + "thousands separators.")
        #expect(
            text(ModelPlan.amount) {
                $0.decimalMark = ","
                $0.groupMark = "."
                $0.isBareNumber = false
            }.hasSuffix(
                "Write a number with \",\" before decimals and \".\" between groups of three digits; a currency or per cent "
                    + "sign beside it is passed over."))
        #expect(
            text(ModelPlan.tags) {
                $0.listDelimiter = ";"
                $0.itemType = .date
            }.hasSuffix("Write dates (YYYY-MM-DD) with \";\" between them."))
        #expect(
            text(ModelPlan.age) { $0.allowedSlots = [1, 2] }.hasSuffix("Use one of: 1, 2."))
    }

    @Test func `repeat the advice of a dataset that may not be taken`() {
        #expect(
            message(.datasetNotAccepted, rule: FindingRule.refusal, severity: .refusal) {
                $0.refusalAdvice = "Send the counts."
            } == "This is a file of crimes, which may not be taken. Nothing of it was kept. Send the counts.")
    }
}
