import SluiceFormat
import SluiceModel
import SluiceSystem
import Testing

/// Writing a plugin from a sample file: each one compiles, and gives its own samples their receipts
/// (`InferredFixture` checks both).
@Suite struct `A plugin written from a file` {
    /// 40 rows of an invented crime export.
    private static func crimes(_ change: (Int, inout [String]) -> Void = { _, _ in }) -> String {
        var text = "Crime Ref,Offence Date,Crime Type,VictimAge,VictimSex,Surname,Postcode,LSOA,Cleared,MO,Amount\n"
        for row in 0..<40 {
            var cells = [
                "MADE-UP-\(row)", padded(row % 28 + 1, 2) + "/0\(row % 3 + 1)/2025", row % 2 == 0 ? "Robbery" : "Arson",
                "\(10 + row)", row % 2 == 0 ? "F" : "M", "Canary\(row % 3)", "ZZ\(row % 9 + 1) 9ZZ",
                "E0199900\(row % 9)",
                row % 4 == 0 ? "Yes" : "No", "Offender \(row) did something at a place that is made up",
                "\(row).25",
            ]
            change(row, &cells)
            text += cells.joined(separator: ",") + "\n"
        }
        return text
    }

    @Test func `takes columns for what they are`() throws {
        let fixture = try InferredFixture(Array(Self.crimes().utf8))
        let plan = fixture.compiled.plan.datasets[0]
        #expect(try fixture.field("Offence Date").type == .date)
        #expect(try fixture.field("Offence Date").dateFormats.map(\.text) == ["%d/%m/%Y"])
        #expect(try fixture.field("VictimAge").type == .integer)
        #expect(try fixture.field("Cleared").type == .boolean)
        #expect(try fixture.field("Amount").type == .number)
        #expect(try fixture.field("Surname").privacy == .direct)
        #expect(try fixture.field("Postcode").privacy == .quasi)
        #expect(plan.primaryKey == [0])
        #expect(plan.period == .field(1, unit: .month))
        let dimensions = plan.output.columns.map { fixture.compiled.plan.dimensions[$0.dimension].id }
        #expect(dimensions == ["month", "weekday", "area", "offence", "age", "sex"])

        // The file itself is accepted, every row of it.
        let report = try fixture.report(Array(Self.crimes().utf8))
        #expect(report.rows == RowCounts(read: 40, accepted: 40, rejected: 0))
        #expect(report.outcome == .accepted, "\(report.findings)")
    }

    @Test func `says how many cells it guessed from`() throws {
        let text = Self.crimes { row, cells in if row == 7 { cells[1] = "last spring" } }
        let fixture = try InferredFixture(Array(text.utf8))
        let schema = try fixture.text("datasets/records/schema.yaml")
        #expect(
            schema.split(separator: "\n").joined(separator: " ").replacing("   # ", with: " ")
                .contains("39 of 40 cells read as dates %d/%m/%Y; 1 did not."))
        #expect(!schema.contains("last spring"))
        #expect(try fixture.report(Array(text.utf8)).rows.rejected == 1)
    }

    @Test func `lists values that ten rows share, and maps those the model knows`() throws {
        let fixture = try InferredFixture(Array(Self.crimes().utf8))
        let seen = "seen in ten or more rows of the sample file"
        #expect(
            try fixture.text("codes/victim-sex.csv")
                == "code,label,group,valid_from,valid_to,source\nF,F,female,,,\(seen)\nM,M,male,,,\(seen)\n")
        #expect(try fixture.text("codes/crime-type.csv").contains("Robbery,Robbery,robbery,,,\(seen)\n"))
        #expect(!fixture.files.contains { $0.path.contains("surname") })
    }

    // MARK: - Canaries

    @Test func `nothing of the file is in the folder but headings and shared values`() throws {
        let nhs = ["9990000034", "9990000182", "9991112227", "9990000271"]
        var text = "Case,Seen,Kind,Worker,Health No,Note,Score,Contact\n"
        for row in 0..<60 {
            let rare = row < 9 ? "canaryrare" : row % 2 == 0 ? "burglary" : "theft"
            text += "canaryid\(row)x,2023-11-\(padded(row % 28 + 1, 2)),\(rare),canaryworker,\(nhs[row % 4]),"
            text += "canary words about someone \(row),77\(row)4211,canary\(row)@example.invalid\n"
        }
        let fixture = try InferredFixture(Array(text.utf8))
        let allowed: Set<String> = ["burglary", "theft"]
        for (path, written) in fixture.files {
            #expect(!written.contains("canary"), "\(path)")
            #expect(!written.contains("2023-11"), "\(path)")
            for row in text.split(separator: "\n").dropFirst() {
                for cell in row.split(separator: ",") where !allowed.contains(String(cell)) {
                    // The made-up identifiers are the reference's own, and stand in samples only.
                    if path.hasPrefix("samples/"), nhs.contains(String(cell)) { continue }
                    #expect(!written.contains(cell), "\(path)")
                }
            }
        }
        #expect(try fixture.text("codes/kind.csv").contains("burglary,"))
        #expect(fixture.files.filter { $0.path.hasPrefix("codes/") }.count == 1)
    }

    @Test(arguments: ["Surname", "victim_name", "DOB", "Officer in case", "Home address", "Contact", "E-mail"])
    func `a column whose heading names a person lists nothing`(heading: String) throws {
        let text = "\(heading),Kind\n" + String(repeating: "canary,x\n", count: 50)
        let fixture = try InferredFixture(Array(text.utf8))
        #expect(fixture.files.allSatisfy { !$0.text.contains("canary") })
        #expect(fixture.profile.columns[0].values.isEmpty)
        #expect(fixture.profile.columns[1].values.map(\.text) == ["x"])
    }

    @Test(arguments: [
        "9990000034", "999 000 0034", "G999999900001", "2099/9999999V", "000001/99W", "X999999", "A9999ZZ", "AB123456C",
        "9999999998", "ZZ9 9ZZ", "07700 900123", "+44 7700 900123", "someone@example.invalid", "AB12 CDE",
        "INVEN912345AB9XY",
    ])
    func `one identifier in a column keeps all its values back`(value: String) throws {
        var text = "Thing,Kind\n\(value),x\n"
        for _ in 0..<50 { text += "canary,x\n" }
        let fixture = try InferredFixture(Array(text.utf8))
        #expect(fixture.profile.columns[0].values.isEmpty)
        #expect(fixture.files.allSatisfy { !$0.text.contains("canary") && !$0.text.contains(value) })
    }

    @Test func `nine rows are too few, and two hundred and one values too many`() throws {
        func kinds(_ values: Int, rows: Int) throws -> [String] {
            var text = "Kind,Other\n"
            for value in 0..<values { for _ in 0..<rows { text += "v\(value),x\n" } }
            return try profile(Array(text.utf8)).get().columns[0].values.map(\.text)
        }
        #expect(try kinds(3, rows: 9) == [])
        #expect(try Set(kinds(3, rows: 10)) == ["v0", "v1", "v2"])
        #expect(try kinds(200, rows: 10).count == 200)
        #expect(try kinds(201, rows: 10) == [])
    }

    // MARK: - Odd files

    @Test func `headings may be anything`() throws {
        let headings = [
            "", "  ", "Dup", "dup ", "D.U.P", String(repeating: "Long heading ", count: 24), "Größe – naïve", "日付",
            "yes", "null", "~", "- item", "x: y # z", "{flow}", "[x]", "*alias", "&anchor", "!tag", "%percent",
            "=1+1", "+cmd|' /C calc'!A0", "@SUM(1)", "say \"\"hi\"\"", "back\\slash", "two\nlines", "tab\there",
            "a|b`c",
            "1st", "\u{202E}reversed", "\u{2028}line separator", "emoji 🙂",
        ]
        let text =
            headings.map { "\"\($0)\"" }.joined(separator: ",") + "\n"
            + (0..<12).map { row in headings.indices.map { "r\(row)c\($0)" }.joined(separator: ",") + "\n" }.joined()
        let fixture = try InferredFixture(Array(text.utf8))
        let report = try fixture.report(Array(text.utf8))
        #expect(report.outcome == .accepted, "\(report.findings)")
        #expect(report.rows.accepted == 12)
        // Without a letter or digit: two blank ones and the tilde. Three are one name. The stand-in for a month is added.
        #expect(fixture.compiled.plan.datasets[0].fields.count == headings.count - 6 + 1)
        for line in try fixture.text("samples/good.csv").split(separator: ",") {
            #expect(!["=", "+", "@", "-"].contains(line.first))
        }
    }

    @Test func `a file without a day gets a month to be filled`() throws {
        let text = "Month,Kind\n" + (0..<20).map { "m\($0),k\($0 % 2)\n" }.joined()
        let fixture = try InferredFixture(Array(text.utf8))
        #expect(fixture.compiled.plan.datasets[0].period == .none)
        #expect(try fixture.field("Month 2").isOptional)
        #expect(try fixture.report(Array(text.utf8)).outcome == .accepted)
    }

    @Test(arguments: ["A", "A\n", "A,B,C\n", "\u{FEFF}A;B\r\n", "One column\nx\ny\n", "A,B\n,\n,\n"])
    func `small files do`(text: String) throws {
        _ = try InferredFixture(Array(text.utf8))
    }

    @Test(arguments: [12, 100])
    func `a file of 1,900 columns does`(length: Int) throws {
        let pad = String(repeating: "h", count: length)
        var text = (0..<1900).map { "\(pad)\($0)" }.joined(separator: ",") + "\n"
        for row in 0..<12 {
            text += (0..<1900).map { $0 == 700 ? "2025-01-0\(row % 9 + 1)" : "c\(row)" }.joined(separator: ",") + "\n"
        }
        let fixture = try InferredFixture(Array(text.utf8))
        #expect(try fixture.text("datasets/records/schema.yaml").utf8.count <= 1 << 20)
        #expect(fixture.compiled.plan.datasets[0].fields.contains { $0.headers == ["\(pad)700"] && $0.type == .date })
        #expect(try fixture.report(Array(text.utf8)).rows.accepted == 12)
    }

    @Test(arguments: [",", ";", "\t", "|"])
    func `the delimiter is found below title rows`(delimiter: String) throws {
        let table = Self.crimes().split(separator: "\n").map { $0.split(separator: ",").joined(separator: delimiter) }
        let text = "An invented export, of crimes\n\n" + table.joined(separator: "\r\n") + "\r\n"
        let fixture = try InferredFixture(Array(text.utf8))
        #expect(fixture.profile.delimiter == Array(delimiter.utf8)[0])
        #expect(fixture.profile.headerRowNumber == 3)
        #expect(try fixture.report(Array(text.utf8)).rows.accepted == 40)
    }

    @Test func `the encoding is found`() throws {
        let text = "Straße,Fällig\n" + (0..<12).map { "Ä\($0),2025-02-0\($0 % 9 + 1)\n" }.joined()
        var utf16: [UInt8] = [0xFF, 0xFE]
        for unit in text.utf16 { utf16 += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
        let windows = text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        for (bytes, encoding) in [(Array(text.utf8), TextEncoding.utf8), (utf16, .utf16), (windows, .windows1252)] {
            let fixture = try InferredFixture(bytes)
            #expect(fixture.profile.encoding == encoding)
            #expect(try fixture.report(bytes).rows.accepted == 12)
        }
    }

    @Test func `what cannot be profiled is refused with a reason`() throws {
        func refusal(_ bytes: [UInt8]) throws -> ProfileRefusal? {
            if case .failure(let refusal) = try profile(bytes) { refusal } else { nil }
        }
        #expect(try refusal([]) == .fileEmpty)
        #expect(try refusal(Array("\n\n\n".utf8)) == .fileEmpty)
        #expect(try refusal(Array("PK\u{3}\u{4}anything".utf8)) == .formUnsupported)
        #expect(try refusal(Array("<?xml version=\"1.0\"?><a/>".utf8)) == .formUnsupported)
        #expect(try refusal(Array("%PDF-1.7\n".utf8)) == .formUnsupported)
        #expect(try refusal([0xFF, 0xFE, 0, 0, 1, 0, 0, 0]) == .encodingUnsupported)
        #expect(try refusal(Array("1,2025-01-01\n2,2025-01-02\n".utf8)) == .headerMissing)
        #expect(try refusal(Array("a,b\n\"never closed,1\n2,3\n".utf8)) == .quoteUnclosed)
        let wide = (0..<2001).map { "h\($0)" }.joined(separator: ",")
        #expect(try refusal(Array(wide.utf8)) == .tooManyColumns)
        let long = (0..<1900).map { String(repeating: "h", count: 300) + "\($0)" }.joined(separator: ",")
        #expect(try refusal(Array(long.utf8)) == .rowTooLong)
        #expect(throws: InferenceError.self) { try InferredFixture(Array("x,X\n1,2\n".utf8)) }
    }

    // MARK: - Files of the shipped plugins

    @Test(arguments: shippedPlugins)
    func `every sample of a shipped plugin does`(plugin: String) throws {
        let folder = repository + "/plugins/" + plugin + "/samples"
        var count = 0
        for name in try listSmallFolder(folder) where name.hasSuffix(".csv") {
            let bytes = try readSmallFile(folder + "/" + name)
            guard case .success(let found) = try profile(bytes) else { continue }
            count += 1
            let fixture = try InferredFixture(bytes, sourceName: name)
            let report = try fixture.report(bytes)
            #expect(report.assumptions?.dataset == "records", "\(name)")
            #expect(report.rows.accepted * 20 >= found.rowCount * 19 - 20, "\(name) \(report.findings)")
        }
        #expect(count >= 10)
    }
}
