import DeliverySupport
import SluiceModel
import SluiceReaders
import SluiceTestSupport
import Testing

@testable import SluiceIngest

@Suite struct PatientScanTests {
    private func isFound(_ text: String, step: Int = 1 << 20) throws -> Bool {
        let input = PiecesInput(Array(text.utf8), sizes: [step])
        return try PatientScan.finding(
            in: DeliveredTable(bytes: { DeliveredStream(input) }), plan: SmallPlan().plan) != nil
    }

    @Test func `a number is found wherever it stands, and not inside a longer one`() throws {
        #expect(try isFound("999 000 0018"))
        #expect(try isFound("<a>9990000018</a>"))
        #expect(try !isFound("1239990000018"))
        #expect(try !isFound("9990000018123"))
        #expect(try !isFound("9990000019"))
        #expect(try isFound(String(repeating: "7", count: 200) + " 9990000018"))
        #expect(try !isFound(String(repeating: "7", count: 200) + "9990000018"))
        // A hash is one word, an escape of JSON is none.
        #expect(try !isFound(String(repeating: "b7", count: 200) + "b9990000018"))
        #expect(try isFound(#"{"note": "seen\n9990000018"}"#))
        #expect(try isFound(#"{"note": "\u00a09990000018"}"#))
    }

    /// Notes of cells, comments and text in drawings are of no reading.
    @Test(arguments: [
        (
            "comments",
            "<comments><commentList><comment><text><r><t>seen </t></r><r><t>999 000</t></r><r><t> 0018</t></r>"
        ),
        ("threadedComment", "<a><text>999 000 0018</text>"), ("drawing", "<a:p><a:r><a:t>NHS: 9990000018</a:t></a:r>"),
    ])
    func `a note beside a cell refuses a health sender's file`(kind: String, text: String) throws {
        let names = text.split(separator: "<").compactMap { $0.split(separator: ">").first }
        var open: [Substring] = []
        for name in names { if name.hasPrefix("/") { open.removeLast() } else { open.append(name) } }
        let document =
            text.replacing("<a:p>", with: "<a:p xmlns:a=\"urn:a\">") + open.reversed().map { "</\($0)>" }.joined()
        let relationships = """
            <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="n" \
            Type="\(WorkbookWriter.relationships)/\(kind)" Target="../notes.xml"/></Relationships>
            """
        for (isHealth, number) in [(true, true), (true, false), (false, true)] {
            let plan = SmallPlan { dataset, plan in
                dataset.forms.workbook = WorkbookForm()
                plan.isHealth = isHealth
            }.plan
            let cells = ["Id", "Day", "Sex", "Age"].map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }.joined()
            let row = ["a", "2026-01-31", "M", "20"].map { "<c t=\"inlineStr\"><is><t>\($0)</t></is></c>" }.joined()
            var writer = WorkbookWriter(rows: "<row>\(cells)</row><row>\(row)</row>")
            writer.extraParts = [
                ZipWriter.Part("xl/tabs/_rels/0.xml.rels", Array(relationships.utf8)),
                ZipWriter.Part(
                    "xl/notes.xml",
                    Array(
                        (number
                            ? document : document.replacing("0018", with: "0019").replacing("9990000018", with: "x"))
                            .utf8)),
            ]
            let result = try ingest(writer.bytes(), plan)
            #expect(
                (result.report.outcome == .refused) == (isHealth && number),
                "\(isHealth) \(number) \(result.report.findings)")
        }
    }

    @Test(arguments: [("NHSNumber", true), ("Comment", false)])
    func `a hidden sheet with a heading that names a patient refuses a health sender's file`(
        heading: String, isRefused: Bool
    ) throws {
        let plan = SmallPlan { dataset, plan in
            dataset.forms.workbook = WorkbookForm()
            plan.isHealth = true
            plan.patientColumns = ["nhsnumber"]
        }.plan
        var writer = WorkbookWriter(
            rows: "<row r=\"1\"><c t=\"inlineStr\"><is><t>\(heading)</t></is></c></row>"
                + "<row r=\"2\"><c t=\"inlineStr\"><is><t>x</t></is></c></row>")
        writer.tabs = ["name=\"Data\" sheetId=\"1\" state=\"hidden\"", "name=\"Empty\" sheetId=\"2\""]
        let result = try ingest(writer.bytes(), plan)
        #expect((result.finding(.patientIdentifier) != nil) == isRefused)
        #expect((result.report.outcome == .refused) == isRefused && result.report.outcome != .accepted)
    }

    /// Numbers of patients stand near others, longer and shorter ones, and reads end anywhere.
    @Test(arguments: 0..<200)
    func `the size of reads makes no difference`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let pieces = [
            "9990000018", "999 000 0018", "99900 00018", "999-0000018", "7", "77", " ", "-", ",", "<", "a",
            String(repeating: "7", count: 70), String(repeating: " x", count: 40), "NHS", "\\n", "\\u00a0",
            String(repeating: "b7", count: 100),
        ]
        let text = (0..<random.int(1...12)).map { _ in random.element(of: pieces) }.joined()
        let whole = try isFound(text)
        for step in [1, 2, 3, 7, 10, 64, 65, 100] {
            #expect(try isFound(text, step: step) == whole, "\(step) \(text)")
        }
    }
}
