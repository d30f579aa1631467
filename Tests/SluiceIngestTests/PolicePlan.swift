package import SluiceModel

/// A plan of the size of a real one: recorded crime in sixteen columns, with every kind of check.
package enum PolicePlan {
    package static let offences = [
        "105A", "8N", "8P", "28A", "30C", "34B", "66", "10D", "10C", "105B", "5D", "4.1", "1", "2", "37.2", "195",
    ]
    package static let locations = ["PUBLIC PLACE", "DWELLING", "LICENSED PREMISES", "SCHOOL", "TRANSPORT", "OTHER"]
    package static let weapons = ["none", "knife", "bottle", "firearm", "blunt", "fist", "corrosive", "unknown"]
    package static let sexes = ["M", "F", "U"]
    package static let ethnicities = ["W1", "W2", "M1", "A1", "A2", "B1", "B2", "O9", "NS"]
    package static let areas = (1000..<1900).map { "E0103" + padded($0, 4) }

    package static let header =
        "CrimeRef,OffenceCode,OffenceDesc,CommittedFrom,CommittedTo,RecordedDate,LSOA,Ward,LocationType,Weapon,"
        + "VictimSex,VictimAge,VictimEthnicity,KnifeFlag,DAFlag,Outcome"

    package static func plan(blockRows: Int = 16_384) -> FormatPlan {
        let tables = [offences, locations, weapons, sexes, ethnicities, areas].enumerated().map { index, texts in
            CodeTable(name: "list-\(index)", ignoresCase: false, entries: texts.map { CodeTable.Entry(text: $0) })
        }
        let patterns = [fixedPattern("E01######"), fixedPattern("E05######")]
        var limits = DecodeLimits()
        limits.blockRows = blockRows
        let missing = ["", "NA", "Not known"]
        func field(
            _ name: String, _ type: FieldType = .string, _ privacy: PrivacyClass = .sensitive,
            _ change: (inout FieldPlan) -> Void = { _ in }
        ) -> FieldPlan {
            var field = FieldPlan(name: name, headers: [HeaderName.normalised(name)], type: type, privacy: privacy)
            field.missingValues = missing
            change(&field)
            return field
        }
        func coded(_ name: String, _ table: Int) -> FieldPlan { field(name) { $0.codes = table } }
        func flag(_ name: String) -> FieldPlan {
            field(name, .boolean) {
                $0.trueValues = ["Y"]
                $0.falseValues = ["N"]
            }
        }
        let fields = [
            field("CrimeRef", .string, .direct) {
                $0.isRequired = true
                $0.lengthMaximum = 20
            },
            coded("OffenceCode", 0),
            field("OffenceDesc", .string, .direct),
            field("CommittedFrom", .datetime) {
                $0.dateFormats = [isoDateTime, ukDateTime]
                $0.isRequired = true
            },
            field("CommittedTo", .datetime) { $0.dateFormats = [isoDateTime, ukDateTime] },
            field("RecordedDate", .date) {
                $0.dateFormats = [isoDate, ukDate]
                $0.isRequired = true
                $0.mayLieInFuture = false
            },
            field("LSOA") {
                $0.pattern = 0
                $0.codes = 5
                $0.codesSeverity = .warning
            },
            field("Ward") { $0.pattern = 1 },
            coded("LocationType", 1),
            coded("Weapon", 2),
            coded("VictimSex", 3),
            field("VictimAge", .integer) {
                $0.minimum = 0
                $0.maximum = 120
            },
            coded("VictimEthnicity", 4),
            flag("KnifeFlag"),
            flag("DAFlag"),
            field("Outcome", .integer) {
                $0.minimum = 1
                $0.maximum = 22
            },
        ]
        let ages = [(0, 10), (10, 15), (15, 18), (18, 25), (25, 35), (35, 50), (50, 150)].enumerated().map {
            OutputSource.Band(lower: $1.0, upper: $1.1, code: UInt32($0 + 1))
        }
        func codes(_ count: Int) -> [UInt32] { (1...UInt32(count)).map { $0 } }
        let dataset = DatasetPlan(
            id: "recorded-crime", edition: "", encodings: [.utf8, .utf16], delimiters: [UInt8(ascii: ",")],
            headerWithinRows: 20, ignoredHeaders: [], fields: fields,
            rowRules: [
                RowRule(id: "committed-order", left: 4, comparison: .greaterOrEqual, right: 3, severity: .error),
                RowRule(id: "recorded-order", left: 5, comparison: .greaterOrEqual, right: 3, severity: .error),
            ],
            primaryKey: [0],
            output: OutputPlan(
                kind: .event("offence"),
                columns: [
                    OutputColumn(dimension: 0, sources: [.month(field: 3)]),
                    OutputColumn(dimension: 1, sources: [.weekday(field: 3, codes: codes(7))]),
                    OutputColumn(
                        dimension: 2, sources: [.partOfDay(field: 3, codes: codes(4), midnightIsUnknown: true)]),
                    OutputColumn(dimension: 3, sources: [.lookup(field: 6, codes: codes(areas.count))]),
                    OutputColumn(dimension: 4, sources: [.lookup(field: 1, codes: codes(offences.count))]),
                    OutputColumn(dimension: 5, sources: [.lookup(field: 8, codes: codes(locations.count))]),
                    OutputColumn(
                        dimension: 6,
                        sources: [
                            .lookup(field: 9, codes: codes(weapons.count - 1) + [0]),
                            .boolean(field: 13, whenTrue: 2, whenFalse: 0),
                        ]),
                    OutputColumn(dimension: 7, sources: [.band(field: 11, bands: ages)]),
                    OutputColumn(dimension: 8, sources: [.lookup(field: 10, codes: codes(sexes.count))]),
                    OutputColumn(dimension: 9, sources: [.lookup(field: 12, codes: codes(ethnicities.count))]),
                ]),
            period: .field(5, unit: .month), toleranceRowsPerMillion: 50_000)
        return FormatPlan(
            plugin: "police", pluginVersion: "1.0.0", isHealth: false, today: CivilDate("2026-06-30")!, limits: limits,
            patientColumns: [], codeTables: tables, patterns: patterns,
            dimensions: [
                DimensionPlan(id: "month", codeCount: 120_000, isMonth: true),
                DimensionPlan(id: "weekday", codeCount: 8), DimensionPlan(id: "part-of-day", codeCount: 5),
                DimensionPlan(id: "area", codeCount: areas.count + 1),
                DimensionPlan(id: "offence", codeCount: offences.count + 1),
                DimensionPlan(id: "place", codeCount: locations.count + 1),
                DimensionPlan(id: "weapon", codeCount: weapons.count + 1),
                DimensionPlan(id: "age", codeCount: ages.count + 1),
                DimensionPlan(id: "sex", codeCount: sexes.count + 1),
                DimensionPlan(id: "ethnicity", codeCount: ethnicities.count + 1),
            ],
            datasets: [dataset])
    }

    package static let ukDate = dateFormat("%d/%m/%Y")
    package static let ukDateTime = dateFormat("%d/%m/%Y %H:%M")
    package static let isoDate = dateFormat("%Y-%m-%d")
    package static let isoDateTime = dateFormat("%Y-%m-%dT%H:%M:%S")

    /// A format from its `%` notation.
    package static func dateFormat(_ text: String) -> DateFormat {
        var parts: [DateFormat.Part] = []
        var isPart = false
        for byte in text.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if isPart {
                let known: [Character: DateFormat.Part] = [
                    "Y": .year, "y": .shortYear, "m": .month, "d": .day, "H": .hour, "M": .minute, "S": .second,
                    "b": .monthName, "z": .zone, "f": .fraction,
                ]
                parts.append(known[character]!)
                isPart = false
            } else if character == "%" {
                isPart = true
            } else {
                parts.append(.literal(byte))
            }
        }
        return DateFormat(text: text, parts: parts)
    }

    /// A pattern of fixed length, in which `#` stands for a digit.
    package static func fixedPattern(_ form: String) -> PatternTable {
        let bytes = Array(form.utf8)
        // Class 0 is every byte the form does not name, class 1 a digit, further ones a letter each.
        var classes = [UInt8](repeating: 0, count: 256)
        for digit in 0x30...0x39 { classes[digit] = 1 }
        var count = 2
        for byte in bytes where byte != UInt8(ascii: "#") && classes[Int(byte)] == 0 {
            classes[Int(byte)] = UInt8(count)
            count += 1
        }
        // A digit named by the form itself is a class of its own that a `#` lets through too.
        var ownDigits: [Int] = []
        for byte in Set(bytes) where byte >= 0x30 && byte <= 0x39 {
            classes[Int(byte)] = UInt8(count)
            ownDigits.append(count)
            count += 1
        }
        var transitions = [UInt16](repeating: .max, count: (bytes.count + 1) * count)
        for (state, byte) in bytes.enumerated() {
            let symbols = byte == UInt8(ascii: "#") ? [1] + ownDigits : [Int(classes[Int(byte)])]
            for symbol in symbols { transitions[state * count + symbol] = UInt16(state + 1) }
        }
        return PatternTable(
            text: form, classes: classes, classCount: count, transitions: transitions,
            accepting: bytes.indices.map { _ in false } + [true])
    }
}
