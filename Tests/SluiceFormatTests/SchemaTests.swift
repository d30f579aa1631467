import SluiceFormat
import SluiceModel
import Testing

@testable import SluiceFormat

/// The skeleton's schema with further fields before its last, and the plan of one of them.
private struct FieldTrial {
    var plan: FieldPlan?
    var text: String
    var full: FormatPlan?

    /// `lines` are keys of a field named `X`, without its `sluice`.
    init(_ lines: String, own: String = "class: S, treatment: drop") throws {
        let folder = try PluginFolder()
        let field =
            "  - name: X\n" + lines.split(separator: "\n").map { "    \($0)\n" }.joined() + "    sluice: {\(own)}\n"
        try folder.change(PluginFolder.schema, "  - name: Notes", field + "  - name: Notes")
        let (compiled, text) = try folder.compiled()
        full = compiled?.plan
        plan = compiled?.plan.datasets[0].fields.first { $0.name == "X" }
        self.text = text
    }
}

@Suite struct `Types and formats` {
    @Test(arguments: SchemaFieldReader.types.map(\.text))
    func `of every name of the standard compile`(type: String) throws {
        let trial = try FieldTrial("type: \(type)")
        let plan = try #require(trial.plan, "\(trial.text)")
        #expect(SchemaFieldReader.name(of: plan.type) == type)
        // The profile's names, which a schema of any origin may have.
        #expect(SchemaFieldReader.types.count == FieldType.allCases.count)
    }

    @Test(arguments: [
        ("default", StringFormat.any), ("email", .email), ("uri", .uri), ("binary", .binary), ("uuid", .uuid),
    ])
    func `of strings are those of the standard`(name: String, format: StringFormat) throws {
        #expect(try FieldTrial("format: \(name)").plan?.stringFormat == format)
    }

    @Test(arguments: [("default", GeopointFormat.text), ("array", .array), ("object", .object)])
    func `of geopoints are those of the standard`(name: String, format: GeopointFormat) throws {
        #expect(try FieldTrial("type: geopoint\nformat: \(name)").plan?.geopointFormat == format)
    }

    @Test func `of numbers have marks, and need not be bare`() throws {
        let plan = try #require(
            try FieldTrial("type: number\ndecimalChar: \",\"\ngroupChar: \".\"\nbareNumber: false").plan)
        #expect(plan.decimalMark == "," && plan.groupMark == "." && !plan.isBareNumber)
        let plain = try #require(try FieldTrial("type: number").plan)
        #expect(plain.decimalMark == "." && plain.groupMark == "" && plain.isBareNumber)
        let whole = try #require(try FieldTrial("type: integer\ngroupChar: \".\"").plan)
        #expect(whole.groupMark == "." && whole.decimalMark != ".")
        #expect(try FieldTrial("type: integer\ngroupChar: \", \"").plan?.groupMark == ", ")
    }

    @Test func `of lists have items of a type, in its default form`() throws {
        let plan = try #require(try FieldTrial("type: list\ndelimiter: \";\"\nitemType: date").plan)
        #expect(plan.listDelimiter == ";" && plan.itemType == .date)
        #expect(plan.dateFormats.map(\.text) == ["%Y-%m-%d"])
        let plain = try #require(try FieldTrial("type: list\nconstraints: {minLength: 1, maxLength: 9}").plan)
        #expect(plain.listDelimiter == "," && plain.itemType == .string && plain.lengthMaximum == 9)
        #expect(try FieldTrial("type: list\nitemType: boolean").plan?.trueValues == ["true", "True", "TRUE", "1"])
    }

    @Test func `of dates may be written as version 0 of the standard did`() throws {
        #expect(
            try FieldTrial("type: date\nformat: \"fmt:%d/%m/%Y\"").plan?.dateFormats.map(\.text) == ["%d/%m/%Y"])
    }

    @Test(arguments: [
        ("type: text", "`type` cannot be `text`"),
        ("type: string\nformat: mail", "`string` has no format `mail`; did you mean `email`?"),
        ("type: string\nformat: \"%Y\"", "`format` is for dates and times"),
        ("type: boolean\nformat: email", "`format` is for dates and times"),
        ("type: geopoint\nformat: objekt", "`geopoint` has no format `objekt`; did you mean `object`?"),
        ("type: geojson\nformat: topojson", "the format `topojson` is refused"),
        ("type: geojson\nformat: x", "`format` is for dates and times"),
        ("type: datetime\nformat: any", "the format `any` is refused"),
        ("type: datetime\nformat: \"fmt:any\"", "the format `any` is refused"),
        ("type: integer\ndecimalChar: \",\"", "`decimalChar` is for numbers"),
        ("type: string\ngroupChar: \",\"", "`groupChar` is for numbers and integers"),
        ("type: string\nbareNumber: false", "`bareNumber` is for numbers and integers"),
        ("type: number\nbareNumber: no", "must be true or false"),
        ("type: number\ndecimalChar: \"\"", "cannot be a `decimalChar`"),
        ("type: number\ndecimalChar: \"1\"", "`1` cannot be a `decimalChar`"),
        ("type: number\ngroupChar: \"-\"", "`-` cannot be a `groupChar`"),
        ("type: number\ngroupChar: \".\"", "`groupChar` is also the `decimalChar`"),
        ("type: string\ndelimiter: \";\"", "`delimiter` is for lists"),
        ("type: array\nitemType: string", "`itemType` is for lists"),
        ("type: list\ndelimiter: \"\"", "`delimiter` is empty"),
        ("type: list\nitemType: list", "`itemType` cannot be `list`"),
        ("type: list\nitemType: object", "`itemType` cannot be `object`"),
    ])
    func `that are none are refused with a hint`(lines: String, expected: String) throws {
        let trial = try FieldTrial(lines)
        #expect(trial.text.contains(expected), "\(trial.text)")
        #expect(trial.text.contains("schema.yaml:") && trial.plan == nil)
    }

    @Test func `that have no value cannot become anything`() throws {
        for treatment in ["band", "truncate", "group"] {
            let text = try FieldTrial("type: geojson", own: "class: Q, treatment: \(treatment)").text
            #expect(text.contains("nothing can be made of") || text.contains("is for dates"), "\(text)")
        }
        #expect(try FieldTrial("type: object", own: "class: Q, treatment: keep").text.contains("kept for nothing"))
    }

    @Test func `beside keys that only people and other programs read compile as without`() throws {
        let trial = try FieldTrial(
            "title: T\ndescription: D\nexample: {a: [1]}\nrdfType: https://schema.org/Country\ntype: any")
        #expect(trial.plan?.type == .any, "\(trial.text)")
        let folder = try PluginFolder()
        try folder.change(
            PluginFolder.schema, "fields:", "$schema: https://datapackage.org/profiles/2.0/tableschema.json\nfields:")
        #expect(try folder.compiled().plugin != nil)
    }
}

@Suite struct `Constraints` {
    private func decimal(_ digits: Int, _ exponent: Int32 = 0) -> ExactDecimal {
        ExactDecimal(digits: Int128(digits), exponent: exponent)
    }

    @Test func `on numbers are exact`() throws {
        let plan = try #require(
            try FieldTrial("type: number\nconstraints: {minimum: -0.10, exclusiveMaximum: \"1e3\"}").plan)
        #expect(plan.numberMinimum == decimal(-1, -1) && !plan.isMinimumExclusive)
        #expect(plan.numberMaximum == decimal(1000) && plan.isMaximumExclusive)
        #expect(plan.minimum == nil && plan.maximum == nil)
        let long = "123456789012345678901234567890.123456"
        #expect(
            try FieldTrial("type: number\nconstraints: {minimum: \(long)}").plan?.numberMinimum
                == ExactDecimal(digits: Int128("123456789012345678901234567890123456")!, exponent: -6))
        #expect(try FieldTrial("type: number\nconstraints: {minimum: \(long)7}").text.contains("is not a value"))
    }

    @Test func `on whole numbers that no slot holds are exact`() throws {
        let bounds = "type: integer\nconstraints: {minimum: 0, maximum: 18446744073709551615}"
        let plan = try #require(try FieldTrial(bounds).plan)
        #expect(plan.numberMinimum == decimal(0) && plan.minimum == nil)
        #expect(plan.numberMaximum == ExactDecimal(digits: Int128(UInt64.max), exponent: 0) && plan.maximum == nil)
        let list = try #require(
            try FieldTrial("type: integer\nconstraints: {enum: [9223372036854775808, 1]}").plan)
        #expect(list.allowedNumbers == [decimal(1), ExactDecimal(digits: Int128(Int.max) + 1, exponent: 0)])
        #expect(list.allowedSlots == [])
        let numbers = try FieldTrial("type: number\nconstraints: {enum: [9223372036854775]}")
        #expect(numbers.plan?.allowedNumbers == [decimal(9_223_372_036_854_775)], "\(numbers.text)")
    }

    @Test func `may be written as the field's own cells are`() throws {
        let bounds = "type: number\ndecimalChar: \",\"\ngroupChar: \".\"\nconstraints: "
        let plan = try #require(try FieldTrial(bounds + "{minimum: \"1,5\", maximum: \"1.000,5\"}").plan)
        #expect(plan.numberMinimum == decimal(15, -1) && plan.numberMaximum == decimal(10_005, -1))
        #expect(try FieldTrial(bounds + "{minimum: 1.5}").plan?.numberMinimum == decimal(15, -1))
        #expect(try FieldTrial(bounds + "{enum: [\"1,5\", 2.5]}").plan?.allowedSlots == [1500, 2500])
        // Groups are of three digits, as in cells: these are no 15 and no 175.
        #expect(try FieldTrial(bounds + "{maximum: \"1.5\"}").plan?.numberMaximum == decimal(15, -1))
        #expect(try FieldTrial("type: number\ngroupChar: \",\"\nconstraints: {maximum: \"17,5\"}").plan == nil)
        let flags = "type: boolean\ntrueValues: [\"Y\"]\nfalseValues: [\"N\"]\nconstraints: "
        #expect(try FieldTrial(flags + "{enum: [true]}").plan?.allowedSlots == [1])
        #expect(try FieldTrial(flags + "{enum: [\"N\"]}").plan?.allowedSlots == [0])
    }

    @Test func `on moments are the instants that their zones make them`() throws {
        let midnight = CivilDate("2024-01-01")!.dayNumber * 86_400
        for (text, slot) in [
            ("2024-01-01T00:00:00Z", midnight), ("2024-01-01T00:30:00+01:00", midnight - 1800),
            ("2023-12-31T23:30:00-01:00", midnight + 1800), ("2024-01-01T00:00:00", midnight),
        ] {
            let trial = try FieldTrial("type: datetime\nconstraints: {minimum: \"\(text)\"}")
            #expect(trial.plan?.minimum == slot, "\(text) \(trial.text)")
        }
    }

    @Test(arguments: [
        ("minimum: 5, exclusiveMinimum: 5", 5, true), ("minimum: 6, exclusiveMinimum: 5", 6, false),
        ("minimum: 5, exclusiveMinimum: 6", 6, true), ("exclusiveMinimum: 5", 5, true), ("minimum: 5", 5, false),
    ])
    func `that are given twice leave the tighter`(bounds: String, minimum: Int, isExclusive: Bool) throws {
        let plan = try #require(try FieldTrial("type: integer\nconstraints: {\(bounds)}").plan)
        #expect(plan.minimum == minimum && plan.isMinimumExclusive == isExclusive)
        let upper = bounds.replacing("inimum", with: "aximum")
        let other = try #require(try FieldTrial("type: number\nconstraints: {\(upper)}").plan)
        // Of two upper bounds the smaller leaves less.
        #expect(other.numberMaximum == decimal(5))
        #expect(other.isMaximumExclusive == (bounds != "minimum: 5" && bounds != "minimum: 5, exclusiveMinimum: 6"))
    }

    @Test func `on dates, times, years and months are slots in the format or in ISO 8601`() throws {
        let dates =
            "type: date\nformat: \"%d/%m/%Y\"\nconstraints: {exclusiveMinimum: \"01/02/2024\", maximum: \"2024-03-01\"}"
        let plan = try #require(try FieldTrial(dates).plan)
        #expect(plan.minimum == CivilDate("2024-02-01")?.dayNumber && plan.isMinimumExclusive)
        #expect(plan.maximum == CivilDate("2024-03-01")?.dayNumber)
        #expect(try FieldTrial("type: yearmonth\nconstraints: {minimum: 2024-03}").plan?.minimum == 2024 * 12 + 2)
        #expect(try FieldTrial("type: time\nconstraints: {maximum: \"12:00:00\"}").plan?.maximum == 43_200)
        #expect(try FieldTrial("type: year\nconstraints: {exclusiveMaximum: 2030}").plan?.maximum == 2030)
    }

    @Test func `that list values hold for every type with a value`() throws {
        #expect(try FieldTrial("type: integer\nconstraints: {enum: [3, 1, \"2\"]}").plan?.allowedSlots == [1, 2, 3])
        #expect(
            try FieldTrial("type: number\nconstraints: {enum: [0.5, 2, -1.250]}").plan?.allowedSlots
                == [-1250, 500, 2000])
        #expect(try FieldTrial("type: boolean\nconstraints: {enum: [true]}").plan?.allowedSlots == [1])
        #expect(
            try FieldTrial("type: date\nconstraints: {enum: [2024-02-01]}").plan?.allowedSlots
                == [CivilDate("2024-02-01")!.dayNumber])
        let texts = try FieldTrial("constraints: {enum: [b, a]}")
        #expect(texts.full?.codeTables[try #require(texts.plan?.codes)].entries.map(\.text) == ["b", "a"])
    }

    @Test func `by categories are as by enum, which may be some of them`() throws {
        let integers =
            "type: integer\ncategories: [{value: 0, label: apple}, {value: 1, label: orange}]\ncategoriesOrdered: true"
        #expect(try FieldTrial(integers).plan?.allowedSlots == [0, 1])
        #expect(try FieldTrial(integers + "\nconstraints: {enum: [1]}").plan?.allowedSlots == [1])
        let texts = try FieldTrial("categories: [a, b]")
        #expect(texts.full?.codeTables[try #require(texts.plan?.codes)].entries.map(\.text) == ["a", "b"])
    }

    @Test(arguments: [
        ("type: integer\nconstraints: {minimum: 1.5}", "`1.5` is not a value of the field's type"),
        ("type: integer\nconstraints: {exclusiveMinimum: x}", "`x` is not a value of the field's type"),
        ("type: integer\nconstraints: {minimum: 1.5}", "is not a value of the field's type"),
        ("type: integer\nconstraints: {minimum: 3, exclusiveMaximum: 3}", "no value is between the bounds"),
        ("type: number\nconstraints: {exclusiveMinimum: 1.0, maximum: 1}", "no value is between the bounds"),
        ("type: number\nconstraints: {minimum: 0.2, maximum: 0.1}", "`minimum` is above `maximum`"),
        ("type: number\nconstraints: {minimum: \"1e2000\"}", "is not a value of the field's type"),
        ("type: boolean\nconstraints: {minimum: 0}", "`minimum` is for numbers, dates and times"),
        ("type: list\nconstraints: {exclusiveMaximum: 0}", "`exclusiveMaximum` is for numbers"),
        ("type: duration\nconstraints: {minimum: P1D}", "`minimum` of a duration is refused"),
        ("type: integer\nconstraints: {minLength: 1}", "`minLength` is for strings, objects, arrays and lists"),
        ("type: list\nconstraints: {pattern: a}", "`pattern` is for strings"),
        ("type: object\nconstraints: {jsonSchema: {type: object}}", "`jsonSchema` is refused"),
        ("type: object\nconstraints: {enum: [\"{}\"]}", "`enum` is for strings, numbers, booleans, dates"),
        ("type: any\nconstraints: {enum: [a]}", "`enum` is for strings, numbers, booleans, dates"),
        ("type: integer\nconstraints: {enum: []}", "`enum` is empty"),
        ("type: integer\nconstraints: {enum: [1, \"01\"]}", "`01` stands twice"),
        ("type: integer\nconstraints: {enum: [1, one]}", "`one` is not a value"),
        ("type: integer\nconstraints: {enum: [1.5]}", "`1.5` is not a value of the field's type"),
        ("type: number\nconstraints: {enum: [1, 1.0]}", "`1.0` stands twice"),
        ("type: boolean\nconstraints: {enum: [maybe]}", "`maybe` is not a value"),
        ("type: integer\nmissingValues: [\"9\"]\nconstraints: {enum: [8, 9]}", "`9` is a missing value"),
        ("type: number\ncategories: [1]", "`categories` is for strings and integers"),
        ("categories: []", "`categories` is empty"),
        ("categories: [a]\nconstraints: {enum: [b]}", "`b` is not one of the `categories`"),
        ("categories: [{value: a, label: x}, {value: b, label: x}]", "the label `x` stands twice"),
        ("categoriesOrdered: true", "`categoriesOrdered` without `categories`"),
        ("missingValues: [\"\", NA, NA]", "`NA` stands twice"),
        ("missingValues: [{label: x}]", "a missing value needs the key `value`"),
        ("missingValues: [{value: a, lable: x}]", "unknown key `lable`; did you mean `label`?"),
    ])
    func `that cannot hold are refused with a hint`(lines: String, expected: String) throws {
        let trial = try FieldTrial(lines)
        #expect(trial.text.contains(expected), "\(trial.text)")
        #expect(trial.plan == nil)
    }

    @Test func `know missing values with labels`() throws {
        let lines = "missingValues: [{value: \"\", label: omitted}, {value: \"-99\", label: refused}]"
        #expect(try FieldTrial(lines).plan?.missingValues == ["", "-99"])
        let folder = try PluginFolder()
        try folder.change(PluginFolder.schema, "\"NA\", \"Not known\"", "{value: NA, label: not available}")
    }

    @Test func `order decimals by value`() {
        let texts = [
            "-1e9", "-12.5", "-12.49", "-1", "-0.001", "0", "1e-900", "0.1", "0.10001", "1", "9.99", "10", "1e900",
        ]
        let decimals = texts.compactMap { DecimalNotation.read($0) }
        #expect(decimals.count == texts.count)
        for (i, a) in decimals.enumerated() {
            for (j, b) in decimals.enumerated() { #expect((a < b) == (i < j), "\(texts[i]) \(texts[j])") }
        }
        for (a, b) in [("1.0", "1"), ("1e2", "100"), ("0.00", "-0"), ("+5", "5"), (".5", "0.5")] {
            #expect(DecimalNotation.read(a) == DecimalNotation.read(b), "\(a)")
        }
        for none in ["", "-", ".", "1.2.3", "1e", "e1", "1e1.5", "0x1", "1 0", "NaN", "1e99999999999999999999"] {
            #expect(DecimalNotation.read(none) == nil, "\(none)")
        }
    }
}

@Suite struct `Keys` {
    private func trial(_ keys: String, _ change: (PluginFolder) throws -> Void = { _ in }) throws
        -> (plan: DatasetPlan?, text: String)
    {
        let folder = try PluginFolder()
        try folder.change(PluginFolder.schema, "primaryKey: Reference", "primaryKey: Reference\n" + keys)
        try change(folder)
        let (compiled, text) = try folder.compiled()
        return (compiled?.plan.datasets[0], text)
    }

    @Test func `may be several`() throws {
        #expect(try trial("uniqueKeys: [[Date, Kind], [Age]]").plan?.uniqueKeys == [[1, 3], [4]])
    }

    @Test func `may refer to the same table`() throws {
        for reference in [
            "{fields: [Reference]}", "{resource: \"\", fields: Reference}",
            "{resource: incidents, fields: [Reference]}",
        ] {
            let (plan, text) = try trial("foreignKeys: [{fields: [Notes], reference: \(reference)}]")
            #expect(plan?.foreignKeys == [ForeignKey(fields: [5], dataset: 0, referenced: [0])], "\(text)")
        }
    }

    @Test func `may refer to another table of the plugin, and keep its fields`() throws {
        let folder = try PluginFolder()
        try folder.change("plugin.yaml", "[incidents]", "[incidents, people]")
        try folder.folder.write("trial/datasets/people/mapping.yaml", try folder.text(PluginFolder.mapping))
        try folder.folder.write(
            "trial/datasets/people/schema.yaml",
            try folder.text(PluginFolder.schema).replacing("primaryKey: Reference", with: ""))
        try folder.change(
            PluginFolder.schema, "primaryKey: Reference",
            "primaryKey: Reference\nforeignKeys: [{fields: [Reference, Kind], reference: {resource: people, fields: [Notes, Kind]}}]"
        )
        let (compiled, text) = try folder.compiled()
        let plan = try #require(compiled, "\(text)").plan
        #expect(plan.datasets[0].foreignKeys == [ForeignKey(fields: [0, 3], dataset: 1, referenced: [5, 3])])
        #expect(plan.datasets[1].foreignKeys == [])
        // A sender that may not send the other table is not held to it.
        let only = PlanOptions(isHealth: false, today: anyDay, datasets: ["incidents"])
        #expect(try folder.compiled(only).plugin?.plan.datasets[0].foreignKeys == [])
    }

    @Test func `to a code list are the field's codes`() throws {
        let (plan, text) = try trial(
            "foreignKeys: [{fields: Kind, reference: {resource: codes/incident-kind, fields: code}}]"
        ) {
            try $0.change(PluginFolder.schema, "treatment: group, codes: incident-kind", "treatment: group")
        }
        #expect(plan?.foreignKeys == [] && plan?.fields[3].codes != nil, "\(text)")
    }

    @Test(arguments: [
        ("uniqueKeys: [[Dat]]", "there is no field `Dat`; did you mean `Date`?"),
        ("uniqueKeys: []", "`uniqueKeys` is empty"),
        ("uniqueKeys: [[]]", "the key is empty"),
        ("uniqueKeys: [Date]", "a key of `uniqueKeys` must be a list"),
        ("uniqueKeys: [[Date, Kind], [Kind, Date]]", "the key stands twice"),
        ("uniqueKeys: [[Date, Date]]", "`Date` stands twice"),
        ("uniqeKeys: [[Date]]", "unknown key `uniqeKeys`; did you mean `uniqueKeys`?"),
        ("foreignKeys: []", "`foreignKeys` is empty"),
        ("foreignKeys: [{fields: [Date]}]", "a foreign key needs the key `reference`"),
        ("foreignKeys: [{fields: [Date], reference: {resource: x}}]", "`reference` needs the key `fields`"),
        (
            "foreignKeys: [{fields: [Date], reference: {resource: incident, fields: [Date]}}]",
            "did you mean `incidents`?"
        ),
        ("foreignKeys: [{fields: [Date, Kind], reference: {fields: [Date]}}]", "has 2 and refers to 1 fields"),
        ("foreignKeys: [{fields: [Date], reference: {fields: [Date]}}]", "the foreign key refers to itself"),
        ("foreignKeys: [{fields: [Date], reference: {fields: [Kind]}}]", "`Date` is a date and `Kind` a string"),
        ("foreignKeys: [{fields: [Dat], reference: {fields: [Kind]}}]", "`incidents` has no field `Dat`"),
        (
            "foreignKeys: [{fields: [Kind], reference: {resource: codes/incident, fields: [code]}}]",
            "no code list `incident`"
        ),
        (
            "foreignKeys: [{fields: [Kind], reference: {resource: codes/incident-kind, fields: [label]}}]",
            "by `code`, not `label`"
        ),
        (
            "foreignKeys: [{fields: [Kind, Date], reference: {resource: codes/incident-kind, fields: [code, x]}}]",
            "has one key, `code`"
        ),
        (
            "foreignKeys: [{fields: [Age], reference: {resource: codes/incident-kind, fields: [code]}}]",
            "`codes` is for strings"
        ),
        (
            "foreignKeys: [{fields: [Kid], reference: {resource: codes/incident-kind, fields: [code]}}]",
            "there is no field `Kid`"
        ),
        ("fieldsMatch: most", "`fieldsMatch` cannot be `most`"),
        ("fieldsMatch: [exact, equal]", "`fieldsMatch` is one word"),
        ("fieldsMatch: equal", "`Notes` is optional, but `fieldsMatch` asks for every field"),
        ("$shema: x", "unknown key `$shema`"),
    ])
    func `that lead nowhere are refused with a hint`(keys: String, expected: String) throws {
        let (plan, text) = try trial(keys)
        #expect(text.contains(expected), "\(text)")
        #expect(plan == nil && text.contains("schema.yaml:"))
    }

    @Test(arguments: [
        ("exact", FieldsMatch.exact), ("equal", .equal), ("subset", .subset), ("superset", .superset),
        ("partial", .partial), ("[partial]", .partial),
    ])
    func `and columns match as the schema says`(word: String, match: FieldsMatch) throws {
        let (plan, text) = try trial("fieldsMatch: \(word)") { folder in
            let schema = try folder.text(PluginFolder.schema)
            try folder.folder.write("trial/" + PluginFolder.schema, schema.replacing(", optional: true", with: ""))
        }
        #expect(plan?.fieldsMatch == match, "\(text)")
        #expect(try trial("").plan?.fieldsMatch == .byName)
    }
}
