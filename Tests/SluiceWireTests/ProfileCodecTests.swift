import SluiceModel
import SluiceWire
import Testing

/// A profile crosses as it is, and bytes of a worker that was taken over do not.
@Suite struct ProfileCodecTests {
    private static let plan: FormatPlan = {
        func field(_ name: String, _ type: FieldType) -> FieldPlan {
            FieldPlan(name: name, headers: [name], type: type, privacy: .neutral)
        }
        var missing = field("missing", .string)
        missing.missingValues = ["NA", "-"]
        var flag = field("flag", .boolean)
        flag.trueValues = ["Y"]
        flag.falseValues = ["N"]
        var day = field("day", .date)
        day.dateFormats = [DateFormat(text: "%Y-%m-%d", parts: [.year, .literal(0x2D), .month, .literal(0x2D), .day])]
        let dataset = DatasetPlan(
            id: "sample", edition: "", encodings: [.utf8, .windows1252], delimiters: [0x2C, 0x3B],
            headerWithinRows: 20, ignoredHeaders: [], fields: [missing, flag, day], rowRules: [], primaryKey: [],
            output: OutputPlan(kind: .event(""), columns: []), period: .none, toleranceRowsPerMillion: 0)
        var limits = DecodeLimits()
        limits.rowLimit = 1000
        return FormatPlan(
            plugin: "sample", pluginVersion: "0.0.0", isHealth: false, today: CivilDate(dayNumber: 20_000),
            limits: limits, patientColumns: [], codeTables: [], patterns: [], dimensions: [], datasets: [dataset])
    }()

    private static let sandbox = SandboxLevel(landlockABI: 5, hasNoNewPrivileges: true, hasResourceLimits: true)

    private static func column(_ heading: String?, _ change: (inout ColumnProfile) -> Void = { _ in }) -> ColumnProfile
    {
        var column = ColumnProfile(heading: heading)
        column.filledCount = 30
        column.blankCount = 2
        column.distinctCount = 3
        column.lengthMinimum = 1
        column.lengthMaximum = 9
        column.answers = [[1, 0], [4], [30]]
        change(&column)
        return column
    }

    private static func sample(_ columns: [ColumnProfile]) -> SampleProfile {
        SampleProfile(
            encoding: .windows1252, hasByteOrderMark: false, delimiter: 0x3B, headerRowNumber: 2, rowCount: 33,
            raggedRowCount: 4, isCut: true, columns: columns)
    }

    private static let good = sample([
        column("Kind") { $0.values = [.init(text: "a,\"b\"", rowCount: 12), .init(text: "ü", rowCount: 10)] },
        column(nil), column("Surname") { $0.checkCounts[3] = 5 },
    ])

    private func decode(_ bytes: [UInt8]) throws(WireError) -> ProfileAnswer {
        try ProfileCodec.decode(bytes, plan: Self.plan).answer
    }

    private func sent(_ profile: SampleProfile) throws(WireError) -> ProfileAnswer {
        try decode(ProfileCodec.encode(.profile(profile), sandbox: Self.sandbox))
    }

    @Test func `every answer arrives as it was sent`() throws {
        let answers: [ProfileAnswer] =
            [.profile(Self.good)] + ProfileRefusal.allCases.map { .refused($0) }
            + WorkerFailure.allCases.map { .failed($0) }
        for answer in answers {
            let read = try ProfileCodec.decode(ProfileCodec.encode(answer, sandbox: Self.sandbox), plan: Self.plan)
            #expect(read.answer == answer)
            #expect(read.sandbox == Self.sandbox)
        }
    }

    @Test func `no beginning of an answer is one, and nothing may follow`() throws {
        let bytes = ProfileCodec.encode(.profile(Self.good), sandbox: Self.sandbox)
        for length in bytes.indices { #expect(throws: WireError.self) { try decode(Array(bytes[..<length])) } }
        #expect(throws: WireError.trailing(.profile)) { try decode(bytes + [0]) }
    }

    /// Whatever is read from changed bytes obeys the bounds, and is written as those bytes again.
    @Test func `changed bytes are refused or are another sound profile`() throws {
        let bytes = ProfileCodec.encode(.profile(Self.good), sandbox: Self.sandbox)
        for index in bytes.indices {
            for value in [0, 1, 2, 9, 0x22, 0x3D, 0x7F, 0x80, 0xC3, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = value
                guard let read = try? ProfileCodec.decode(changed, plan: Self.plan) else { continue }
                #expect(ProfileCodec.encode(read.answer, sandbox: read.sandbox) == changed)
                guard case .profile(let profile) = read.answer else { continue }
                for column in profile.columns where !column.values.isEmpty { #expect(column.mayListValues) }
            }
        }
    }

    @Test func `values that may not be told are refused`() {
        func refuses(_ column: ColumnProfile) -> Bool { (try? sent(Self.sample([column]))) == nil }
        let listed = [ColumnProfile.Value(text: "x", rowCount: 10)]
        #expect(!refuses(Self.column("Kind") { $0.values = listed }))
        #expect(refuses(Self.column("Surname") { $0.values = listed }))
        #expect(refuses(Self.column(nil) { $0.values = listed }))
        for check in CheckDigit.allCases {
            #expect(
                refuses(
                    Self.column("Kind") {
                        $0.values = listed
                        $0.checkCounts[Int(check.rawValue)] = 1
                    }))
        }
        for form in IdentifierForm.allCases {
            #expect(
                refuses(
                    Self.column("Kind") {
                        $0.values = listed
                        $0.formCounts[Int(form.rawValue)] = 1
                    }))
        }
        #expect(refuses(Self.column("Kind") { $0.values = [.init(text: "x", rowCount: 9)] }))
        #expect(refuses(Self.column("Kind") { $0.values = [.init(text: "", rowCount: 10)] }))
        #expect(refuses(Self.column("Kind") { $0.values = [.init(text: "=1", rowCount: 10)] }))
        #expect(refuses(Self.column("Kind") { $0.values = [.init(text: "a\nb", rowCount: 10)] }))
        #expect(refuses(Self.column("Kind") { $0.values = listed + listed }))
        let long = String(repeating: "x", count: ColumnProfile.listedValueLimitBytes + 1)
        #expect(refuses(Self.column("Kind") { $0.values = [.init(text: long, rowCount: 10)] }))
    }

    @Test func `numbers that no file gives are refused`() {
        func refuses(_ change: (inout SampleProfile) -> Void) -> Bool {
            var profile = Self.good
            change(&profile)
            return (try? sent(profile)) == nil
        }
        #expect(refuses { $0.delimiter = 0x7C })
        #expect(refuses { $0.encoding = .utf16 })
        #expect(refuses { $0.headerRowNumber = 0 })
        #expect(refuses { $0.headerRowNumber = 21 })
        #expect(refuses { $0.rowCount = 1001 })
        #expect(refuses { $0.columns = [] })
        #expect(refuses { $0.columns[0].filledCount = 34 })
        #expect(refuses { $0.columns[0].blankCount = 4 })
        #expect(refuses { $0.columns[0].distinctCount = 31 })
        #expect(refuses { $0.columns[0].answers[2][0] = 34 })
        #expect(refuses { $0.columns[0].answers[2] = [] })
        #expect(refuses { $0.columns[0].checkCounts[0] = 31 })
        #expect(refuses { $0.columns[0].lengthMinimum = 10 })
        #expect(refuses { $0.columns[1].heading = String(repeating: "h", count: 4097) })
        #expect(refuses { $0.columns = Array(repeating: Self.column("a"), count: 2001) })
    }
}
