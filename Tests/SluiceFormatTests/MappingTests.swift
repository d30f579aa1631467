import SluiceFormat
import SluiceModel
import Testing

@testable import SluiceFormat

/// The skeleton with lines added to its mapping.
private func trial(_ lines: String, _ change: (PluginFolder) throws -> Void = { _ in }) throws
    -> (plan: DatasetPlan?, text: String)
{
    let folder = try PluginFolder()
    try folder.change(PluginFolder.mapping, "map:", lines + "\nmap:")
    try change(folder)
    let (compiled, text) = try folder.compiled()
    return (compiled?.plan.datasets[0], text)
}

@Suite struct `Forms` {
    @Test func `are all but fixed width where nothing is said`() throws {
        let plan = try #require(try trial("").plan)
        #expect(plan.forms == TableForms())
        #expect(plan.forms.delimited && plan.forms.fixedWidth == nil && plan.forms.xml != nil)
        #expect(plan.footers.contains("grandtotal") && plan.footers.count == Mapping.defaultFooters.count)
        #expect(plan.encodings == [.utf8, .utf16, .windows1252])
    }

    @Test(arguments: [
        ("[csv]", true, false, false, false), ("[xlsx]", false, true, false, false),
        ("[json]", false, false, true, false), ("[jsonl]", false, false, true, false),
        ("[xml, csv]", true, false, false, true),
    ])
    func `are only those named`(names: String, csv: Bool, xlsx: Bool, json: Bool, xml: Bool) throws {
        let forms = try #require(try trial("forms: \(names)").plan).forms
        #expect(forms.delimited == csv && (forms.workbook != nil) == xlsx)
        #expect((forms.json != nil) == json && (forms.xml != nil) == xml)
    }

    @Test func `say where the records stand`() throws {
        let plan = try #require(
            try trial(
                """
                xlsx: {sheets: ["Data 2024", Extra]}
                json: {records: data.items}
                xml:
                  records: /CTfile/CTFpupilData/Pupil
                  namespace: urn:example
                  fields: {Reference: "@id", Date: Basic/Day, Kind: ../Header/Kind}
                """
            ).plan)
        #expect(plan.forms.workbook?.sheetNames == ["data2024", "extra"])
        #expect(plan.forms.json?.recordsPath == ["data", "items"])
        let xml = try #require(plan.forms.xml)
        #expect(xml.recordPath == ["CTfile", "CTFpupilData", "Pupil"] && xml.namespace == "urn:example")
        #expect(
            xml.columns == [
                XMLForm.Column(name: "reference", path: ["@id"]), XMLForm.Column(name: "date", path: ["Basic", "Day"]),
                XMLForm.Column(name: "kind", path: ["..", "Header", "Kind"]),
            ])
        #expect(try trial("xlsx: {sheet: 3}").plan?.forms.workbook?.sheetPosition == 3)
        #expect(try trial("json: {records: [a.b, c]}").plan?.forms.json?.recordsPath == ["a.b", "c"])
    }

    private let columns =
        "[{field: Reference, from: 1, width: 8}, {field: Date, from: 9, width: 10}, {field: Area, from: 19, width: 9}, {field: Kind, from: 28, width: 2}]"

    @Test func `of fixed width count places from 1 in the file and from 0 in the plan`() throws {
        let (plan, text) = try trial("fixedWidth: {skip: 2, columns: \(columns)}")
        let form = try #require(plan?.forms.fixedWidth, "\(text)")
        #expect(form.leadingLines == 2 && form.columns.map(\.offset) == [0, 8, 18, 27])
        #expect(form.columns[0] == FixedWidthForm.Column(name: "reference", offset: 0, width: 8))
        let only = try trial("forms: [fixed-width]\nfixedWidth: {columns: \(columns)}").plan?.forms
        #expect(only?.delimited == false && only?.fixedWidth?.leadingLines == 0)
    }

    @Test func `pass over a field that only another edition has`() throws {
        let (plan, text) = try trial("xml: {fields: {Reference: \"@id\", Years: age}}") { folder in
            try folder.folder.write(
                "trial/datasets/incidents/schema@other.yaml",
                try folder.text(PluginFolder.schema).replacing("name: Age", with: "name: Years"))
            try folder.change(PluginFolder.mapping, "  age: Age", "  age: [Age, Years]")
        }
        #expect(plan?.forms.xml?.columns.map(\.name) == ["reference"], "\(text)")
    }

    @Test func `have footers and encodings of their own`() throws {
        let plan = try #require(
            try trial("") {
                try $0.change(
                    PluginFolder.mapping, "dialect:", "dialect:\n  footers: [\"*** End ***\", \"END\", Sum of]")
                try $0.change(PluginFolder.mapping, "utf-16,", "utf-16, utf-16le, utf-16be,")
            }.plan)
        #expect(plan.footers == ["end", "sumof"])
        #expect(plan.encodings == [.utf8, .utf16, .utf16LittleEndian, .utf16BigEndian, .windows1252])
        #expect(
            try trial("") { try $0.change(PluginFolder.mapping, "dialect:", "dialect:\n  footers: []") }.plan?.footers
                == [])
    }

    @Test(arguments: [
        ("forms: []", "`forms` is empty"),
        ("forms: [xls]", "`xls` is not a form; did you mean `xlsx`?"),
        ("forms: [csv, csv]", "`csv` stands twice"),
        ("forms: [csv]\nxml: {records: /a}", "`xml` without `xml` in `forms`"),
        ("forms: [csv, fixed-width]", "`fixed-width` needs `fixedWidth`"),
        ("forms: [csv]\nfixedWidth: {columns: []}", "`fixedWidth` without `fixed-width` in `forms`"),
        ("fixedWidth: {columns: []}", "`columns` is empty"),
        ("fixedWidth: {skip: -1, columns: [{field: Date, from: 1, width: 3}]}", "`skip` is out of range"),
        ("fixedWidth: {columns: [{field: Dat, from: 1, width: 3}]}", "no field `Dat`; did you mean `Date`?"),
        ("fixedWidth: {columns: [{field: Date, from: 0, width: 3}]}", "`from` is out of range"),
        ("fixedWidth: {columns: [{field: Date, from: 1}]}", "a column needs the key `width`"),
        (
            "fixedWidth: {columns: [{field: Date, from: 1, width: 2}, {field: Date, from: 4, width: 2}]}",
            "`Date` stands twice"
        ),
        ("fixedWidth: {columns: [{field: Date, from: 1, width: 2}]}", "`fixedWidth` has no column for `Reference`"),
        ("xlsx: {sheet: 0}", "`sheet` is out of range"),
        ("xlsx: {sheet: 1, sheets: [a]}", "`sheet` beside `sheets`"),
        ("xlsx: {sheets: [\"--\"]}", "a sheet's name without a letter or digit"),
        ("xlsx: {page: 1}", "unknown key `page`"),
        ("json: {records: data..items}", "a step of the path is empty"),
        ("json: {record: data}", "unknown key `record`; did you mean `records`?"),
        ("xml: {records: a/b}", "does not begin with `/`"),
        ("xml: {records: /a//b}", "a step of the path is empty"),
        ("xml: {records: /a/@b}", "`@b` is not an element"),
        ("xml: {records: /x:a}", "`x:a` has a prefix"),
        ("xml: {fields: [a]}", "`fields` must be a mapping"),
        ("xml: {fields: {Date: \"@a/b\"}}", "an attribute is the last step"),
        ("xml: {fields: {Date: a/..}}", "`..` comes first"),
        ("xml: {fields: {Date: ../../a}}", "leads out of the document"),
        ("xml: {fields: {Date: a/*}}", "`*` in the path of a field"),
        ("xml: {fields: {Dat: a}}", "there is no field `Dat`; did you mean `Date`?"),
        ("xml: {fields: {Date: \"\"}}", "a step of the path is empty"),
        ("refuse: no", "`refuse` is a sentence or two"),
    ])
    func `with a slip are refused with a hint`(lines: String, expected: String) throws {
        let (plan, text) = try trial(lines)
        #expect(text.contains(expected), "\(text)")
        #expect(plan == nil && (text.contains("mapping.yaml:") || text.contains("schema.yaml:")))
    }

    @Test func `of a dataset that may not be taken come with advice`() throws {
        let plan = try trial("refuse: This file identifies patients. Send the monthly counts instead.").plan
        #expect(plan?.refusalAdvice == "This file identifies patients. Send the monthly counts instead.")
        #expect(try trial("").plan?.refusalAdvice == "")
    }

    @Test func `are read inside the agency when the plan is for it`() throws {
        let folder = try PluginFolder()
        let options = PlanOptions(isHealth: false, today: anyDay, isAgencySide: true)
        #expect(try folder.compiled(options).plugin?.plan.isAgencySide == true)
        #expect(try folder.compiled().plugin?.plan.isAgencySide == false)
    }
}

@Suite struct `Rules of a mapping` {
    private func rule(_ text: String, _ change: (PluginFolder) throws -> Void = { _ in }) throws -> RowRule? {
        let (plan, mistakes) = try trial("rules: [{id: r, \(text)}]", change)
        #expect(mistakes.isEmpty, "\(mistakes)")
        return plan?.rowRules.first
    }

    private func fileRule(_ text: String) throws -> FileRule? {
        let (plan, mistakes) = try trial("rules: [{id: r, \(text)}]")
        #expect(mistakes.isEmpty, "\(mistakes)")
        return plan?.fileRules.first
    }

    @Test(
        arguments: [
            ("Age >= 10", RowRule.Kind.compareValue(field: 4, .greaterOrEqual, value: 10)),
            ("10 <= Age", .compareValue(field: 4, .greaterOrEqual, value: 10)),
            ("10 > Age", .compareValue(field: 4, .less, value: 10)),
            ("Age != -5", .compareValue(field: 4, .notEqual, value: -5)),
            ("Date >= 2020-01-01", .compareValue(field: 1, .greaterOrEqual, value: 18_262)),
            ("Date < 02/01/1970", .compareValue(field: 1, .less, value: 1)),
            ("Reference != Notes", .compare(left: 0, .notEqual, right: 5)),
        ] as [(String, RowRule.Kind)])
    func `compare two fields or a field and a value`(check: String, kind: RowRule.Kind) throws {
        #expect(try rule("check: \"\(check)\"")?.kind == kind)
    }

    @Test func `compare numbers in thousandths and booleans by their values`() throws {
        func change(_ type: String) -> (PluginFolder) throws -> Void {
            { folder in
                try folder.change(
                    PluginFolder.schema, "  - name: Notes",
                    "  - name: X\n    type: \(type)\n    sluice: {class: S, treatment: drop}\n  - name: Notes")
            }
        }
        #expect(
            try rule("check: \"X < 2.5\"", change("number"))?.kind == .compareValue(field: 5, .less, value: 2500))
        #expect(
            try rule("check: \"X = true\"", change("boolean"))?.kind == .compareValue(field: 5, .equal, value: 1))
    }

    @Test func `ask for fields where another has a value, none, or one of some codes`() throws {
        #expect(
            try rule("require: [Age, Area], when: Kind, severity: warning")
                == RowRule(
                    id: "r", kind: .requiredWhen(fields: [4, 2], condition: .hasValue(3)), severity: .warning))
        #expect(
            try rule("require: Age, when: not Kind")?.kind
                == .requiredWhen(fields: [4], condition: .isMissing(3)))
        #expect(
            try rule("require: Age, when: {field: Kind, in: [T, A]}")?.kind
                == .requiredWhen(fields: [4], condition: .isOneOf(3, entries: [2, 0])))
    }

    @Test func `ask for one of several fields`() throws {
        #expect(try rule("oneOf: [Age, Notes]")?.kind == .oneOf(fields: [4, 5], isExclusive: false))
        #expect(try rule("oneOf: [Age, Notes], exactly: one")?.kind == .oneOf(fields: [4, 5], isExclusive: true))
    }

    @Test func `over the file are its own`() throws {
        #expect(
            try fileRule("controlTotal: {footers: [\"Total records:\", Sum], required: true}")
                == FileRule(
                    id: "r", kind: .controlTotal(words: ["totalrecords", "sum"], isRequired: true), severity: .error))
        #expect(
            try fileRule("coverage: term, severity: warning")
                == FileRule(id: "r", kind: .coverage(.term), severity: .warning))
        #expect(
            try fileRule("suddenChange: {percent: 50}")
                == FileRule(id: "r", kind: .suddenChange(percent: 50, deliveriesMin: 3), severity: .warning))
        let plan = try trial("rules: [{id: r, controlTotal: {footers: [Checksum]}}]").plan
        #expect(plan?.footers.last == "checksum", "a row with a total is no record")
        #expect(plan?.rowRules == [])
    }

    @Test func `use their fields, so that none is kept for nothing`() throws {
        let (plan, text) = try trial("rules: [{id: r, require: Notes, when: not Age}]") {
            try $0.change(PluginFolder.schema, "class: D, treatment: scan", "class: S, treatment: keep")
        }
        #expect(plan != nil, "\(text)")
    }

    @Test(arguments: [
        ("severity: error", "the rule says nothing; write one of check, require"),
        ("check: \"Age > 1\", coverage: month", "the rule says several things"),
        ("check: \"Ag > 1\"", "there is no field `Ag`"),
        ("check: \"Age > ten\"", "there is no field `ten`, and it is no value of `Age`"),
        ("check: \"Age > Dat\"", "did you mean `Date`?"),
        ("check: \"Kind = A\"", "the values of a text are a code list or an `enum`"),
        ("check: \"Date > 2020-02-30\"", "it is no value of `Date`"),
        ("check: \"Age > 9223372036854775807\"", "it is no value of `Age`"),
        ("check: \"1 > 2\"", "there is no field `1`"),
        ("check: \"Age > 1\", when: Kind", "`when` without `require`"),
        ("check: \"Age > 1\", exactly: one", "`exactly` without `oneOf`"),
        ("require: Age", "a rule needs the key `when`"),
        ("require: [], when: Kind", "`require` needs at least one field"),
        ("require: [Age, Age], when: Kind", "`Age` stands twice"),
        ("require: Age, when: Age", "`Age` is required and decides itself"),
        ("require: Age, when: Kin", "there is no field `Kin`; did you mean `Kind`?"),
        ("require: Age, when: {field: Kind, in: []}", "`in` is empty"),
        ("require: Age, when: {field: Kind, in: [B]}", "`B` is not a code of `Kind`"),
        ("require: Age, when: {field: Kind, in: [A, A]}", "`A` stands twice"),
        ("require: Area, when: {field: Age, in: [A]}", "`Age` has no code list"),
        ("require: Age, when: {field: Kind, on: [A]}", "unknown key `on`"),
        ("oneOf: [Age]", "`oneOf` needs at least two fields"),
        ("oneOf: [Age, Notes], exactly: two", "`exactly` cannot be `two`"),
        ("controlTotal: {footers: []}", "`footers` is empty"),
        ("controlTotal: {footers: [\"--\"]}", "a footer without a letter or digit"),
        ("controlTotal: {required: true}", "needs the key `footers`"),
        ("coverage: week", "`coverage` cannot be `week`"),
        ("suddenChange: {percent: 0}", "`percent` is out of range"),
        ("suddenChange: {percent: 5, severity: error}", "unknown key `severity`"),
        ("suddenChange: {percent: 5}, severity: error", "a sudden change is always a warning"),
        ("coverage: month, severity: fatal", "`severity` cannot be `fatal`"),
    ])
    func `with a slip are refused with a hint`(text: String, expected: String) throws {
        let (plan, mistakes) = try trial("rules: [{id: r, \(text)}]")
        #expect(mistakes.contains(expected), "\(mistakes)")
        #expect(plan == nil && mistakes.contains("mapping.yaml:"))
    }

    @Test func `over the period need one`() throws {
        let (plan, text) = try trial("rules: [{id: r, coverage: month}]") {
            try $0.change(PluginFolder.mapping, "{field: Date, unit: month}", "none")
            try $0.change(PluginFolder.mapping, "replace: period", "replace: append")
        }
        #expect(plan == nil && text.contains("the rule needs a period, and the dataset has none"), "\(text)")
    }
}

@Suite struct `Editions by date` {
    @Test func `follow one another, from the base on, and others are told by their headings`() throws {
        let folder = try PluginFolder()
        let schema = try folder.text(PluginFolder.schema)
        for name in ["2024-04-01", "2025-09-01", "variant", "2024-13-01"] {
            try folder.folder.write("trial/datasets/incidents/schema@\(name).yaml", schema)
        }
        let (compiled, text) = try folder.compiled()
        let plan = try #require(compiled, "\(text)").plan
        let validity = Dictionary(
            uniqueKeysWithValues: plan.datasets.map { dataset in
                (
                    dataset.edition,
                    [dataset.validFrom, dataset.validTo].map { $0.map(\.description) ?? "" }
                )
            })
        #expect(validity[""] == ["", "2024-03-31"])
        #expect(validity["2024-04-01"] == ["2024-04-01", "2025-08-31"])
        #expect(validity["2025-09-01"] == ["2025-09-01", ""])
        #expect(validity["variant"] == ["", ""])
        #expect(validity["2024-13-01"] == ["", ""])
    }
}
