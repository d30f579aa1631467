import DeliverySupport
import SluiceFormat
import SluiceIngest
import SluiceModel
import SluiceTestSupport
import SluiceWire

/// Makes the input of a kind that belongs to a seed: a sample's table, changed, written in a form, and spoilt.
struct Generator {
    let corpus: Corpus

    func make(_ kind: FuzzKind, seed: UInt64) throws -> FuzzCase {
        var random = SplitMix64(seed: seed)
        let plugin = random.element(of: ShippedPlugin.names)
        var planSeed = random.oneIn(3) ? 0 : UInt64(random.int(1...1_000_000))
        if kind == .fixedWidth {
            while corpus.plan(plugin, planSeed).datasets.allSatisfy({ $0.forms.fixedWidth == nil }) { planSeed += 1 }
        }
        let plan = corpus.plan(plugin, planSeed)
        let bytes = try bytes(kind, plugin, plan, &random)
        return FuzzCase(kind: kind, plugin: plugin, planSeed: planSeed, bytes: bytes)
    }

    private func bytes(
        _ kind: FuzzKind, _ plugin: String, _ plan: FormatPlan, _ random: inout SplitMix64
    ) throws -> [UInt8] {
        var bytes: [UInt8]
        var isSpoilt = random.oneIn(2)
        switch kind {
        case .plan:
            var plan = plan
            // Most of a plan is code lists; a change should meet the rest too.
            for index in plan.codeTables.indices where random.oneIn(2) {
                plan.codeTables[index].entries = Array(plan.codeTables[index].entries.prefix(5))
            }
            bytes = PlanCodec.encode(plan)
            isSpoilt = true
        case .wire:
            bytes = try frames(text(plugin, &random), plan)
            isSpoilt = !random.oneIn(8)
        case .profile:
            bytes = text(plugin, &random)
            if random.oneIn(2), let answer = answer(bytes) { bytes = answer }
        case .delimited: bytes = text(plugin, &random)
        case .gzip:
            bytes = gzipped(member(plugin, plan, &random).bytes)
            if random.oneIn(6) { bytes += gzipped(member(plugin, plan, &random).bytes) }
            isSpoilt = random.oneIn(3)
        case .zip:
            bytes = zip(plugin, plan, &random)
            isSpoilt = random.oneIn(3)
        case .xlsx:
            bytes = workbook(table(plugin, &random), &random)
            isSpoilt = random.oneIn(6)
        case .xml: bytes = document(xml(table(plugin, &random), &random), &random)
        case .json: bytes = document(json(table(plugin, &random), &random), &random)
        case .jsonl: bytes = document(table(plugin, &random).jsonLines(), &random)
        case .fixedWidth: bytes = fixedWidth(table(plugin, &random), plan, &random)
        }
        if isSpoilt { Mutation.mutate(&bytes, &random) }
        return bytes
    }

    // MARK: - Tables

    private static let cells = [
        "", " ", "-", "NA", "NULL", "0", "-1", "1e9", "0.1", "1,234", "zqcanary", "zqcanary 73920461", "73920461",
        "2026-02-29", "2026-04-01", "31/12/2026", "0001-01-01", "9999-12-31", "2026-04-01T25:00:00", "24:00",
        "E01999001", "E99999999", "x\ny", "a\"b", "\"", ",", ";", "\t", "=1+1", "true", "Yes", "é", "🙂", "\u{FEFF}a",
        "\u{A0}", "\u{0}", "\u{1F}", "999 000 0034", "9990000034", "Total", "Total 3", "End of report", "{\"a\":1}",
        "[1,2]", "12345678901234567890123456789012345678901234567890", "-0", "+1", "1.", ".5", "½",
    ]

    private func table(_ plugin: String, _ random: inout SplitMix64) -> PlainTable {
        var table = random.element(of: corpus.tables(plugin))
        if random.oneIn(20) { table.rows = [] }
        if random.oneIn(3) { table.rows = Array(table.rows.prefix(random.int(0...4))) }
        for _ in 0..<random.skewed(12) { change(&table, &random) }
        return table
    }

    private func change(_ table: inout PlainTable, _ random: inout SplitMix64) {
        let column = random.int(0...table.header.count - 1)
        func cell(_ random: inout SplitMix64) -> String {
            random.oneIn(40)
                ? String(repeating: random.element(of: ["x", "9", "é", "\"", " "]), count: random.skewed(70_000))
                : random.element(of: Generator.cells)
        }
        switch random.int(0...13) {
        case 0: table.header[column] = cell(&random)
        case 1: table.header[column] = table.header[random.int(0...table.header.count - 1)]
        case 2: table.rows.insert([], at: random.int(0...table.rows.count))
        case 3:
            table.rows.insert(
                [String](repeating: "", count: table.header.count), at: random.int(0...table.rows.count))
        case 4: table.rows.insert(table.header, at: random.int(0...table.rows.count))
        case 5: table.rows.append([random.element(of: ["Total", "Total records", "End of report"]), cell(&random)])
        case 6:
            table.header.append(cell(&random))
            for row in table.rows.indices { table.rows[row].append(cell(&random)) }
        case 7:
            guard table.header.count > 2 else { return }
            table.header.remove(at: column)
            for row in table.rows.indices where column < table.rows[row].count { table.rows[row].remove(at: column) }
        case 8:
            let other = random.int(0...table.header.count - 1)
            table.header.swapAt(column, other)
            for row in table.rows.indices where max(column, other) < table.rows[row].count {
                table.rows[row].swapAt(column, other)
            }
        default:
            guard !table.rows.isEmpty else { return }
            let row = random.int(0...table.rows.count - 1)
            switch random.int(0...5) {
            case 0: table.rows.insert(table.rows[row], at: random.int(0...table.rows.count))
            case 1: table.rows[row].append(cell(&random))
            case 2: if !table.rows[row].isEmpty { table.rows[row].removeLast() }
            case 3 where table.rows.count < 200:
                for _ in 0..<random.skewed(64) { table.rows.append(table.rows[row]) }
            default:
                if column < table.rows[row].count { table.rows[row][column] = cell(&random) }
            }
        }
    }

    // MARK: - Forms

    private func text(_ plugin: String, _ random: inout SplitMix64) -> [UInt8] {
        let table = table(plugin, &random)
        var text = table.delimited(
            random.oneIn(3) ? random.element(of: [";", "\t", "|"]) : ",",
            lineEnd: random.element(of: ["\n", "\n", "\r\n", "\r", "\n\r\n"]))
        if random.oneIn(6) { text = random.element(of: ["A title\n", "\n\n", "a,b,c\n,,\n", "sep=;\n"]) + text }
        let encoding = random.element(of: [.utf8, .utf8, .utf8] + TextEncoding.allCases)
        return encoding.bytes(text, hasMark: random.oneIn(2)) ?? Array(text.utf8)
    }

    /// A document's bytes, now and then in another encoding.
    private func document(_ text: String, _ random: inout SplitMix64) -> [UInt8] {
        guard random.oneIn(6) else { return Array(text.utf8) }
        let encoding = random.element(of: TextEncoding.allCases)
        let name = random.element(of: ["utf-8", "utf-16", "windows-1252", "iso-8859-1", "ebcdic"])
        let declared = text.replacing("encoding=\"UTF-8\"", with: "encoding=\"\(name)\"")
        return encoding.bytes(declared, hasMark: random.oneIn(2)) ?? Array(text.utf8)
    }

    private func json(_ table: PlainTable, _ random: inout SplitMix64) -> String {
        var text = table.json()
        if random.oneIn(3) { text = "{\"meta\": {\"n\": [1, {}]}, \"data\": {\"items\": \(text)}}" }
        if random.oneIn(4) {
            // Values of other kinds than text.
            for _ in 0..<random.int(1...5) {
                text = text.replacing(
                    random.element(of: ["\"\"", "\"1\"", "\"M\"", "\"2026"]),
                    with: random.element(of: ["null", "1.50", "{\"a\": {\"b\": [1]}}", "[]", "false", "\"2026"]),
                    maxReplacements: random.int(1...4))
            }
        }
        return text
    }

    private func xml(_ table: PlainTable, _ random: inout SplitMix64) -> String {
        var table = table
        for index in table.header.indices where HeaderName.normalised(table.header[index]).isEmpty {
            table.header[index] = "x"
        }
        var text = table.xml()
        switch random.int(0...7) {
        case 0: text = text.replacing("<records>", with: "<records xmlns=\"urn:made-up\">")
        case 1: text = text.replacing("<records>", with: "<records xmlns:p=\"urn:made-up\"><p:record p:a=\"1\"/>")
        case 2: text = text.replacing("<record>", with: "<record id=\"zqcanary\"><inner>", maxReplacements: 3)
        case 3:
            text = text.replacing(
                "<records>", with: "<!DOCTYPE records [<!ENTITY a \"zqcanary\">]><records>", maxReplacements: 1)
        case 4: text = text.replacing("</record>", with: "<deep><deeper><deepest>1</deepest></deeper></deep></record>")
        default: break
        }
        return text
    }

    private func workbook(_ table: PlainTable, _ random: inout SplitMix64) -> [UInt8] {
        guard !random.oneIn(4) else { return table.workbook(sharesStrings: random.oneIn(2)) }
        var (rows, strings) = table.sheet(sharesStrings: random.oneIn(2))
        if random.oneIn(3) {
            rows = rows.replacing(
                " t=\"inlineStr\"", with: random.element(of: ["", " t=\"b\"", " t=\"e\"", " s=\"1\"", " t=\"d\""]),
                maxReplacements: random.int(1...9))
        }
        if random.oneIn(3) {
            for _ in 0..<random.int(1...4) {
                let day = random.element(of: [
                    "0", "1", "59", "60", "61", "45000.5", "-1", "1e300", "2958466", "0.999999",
                ])
                rows = rows.replacing("<is>", with: "<f>A1</f><v>\(day)</v><is>", maxReplacements: random.int(1...3))
            }
        }
        var styles =
            "<numFmts><numFmt numFmtId=\"170\" formatCode=\"yyyy\\-mm;[h]\"/></numFmts>"
            + "<cellXfs><xf numFmtId=\"170\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/></cellXfs>"
        var after = random.oneIn(3) ? "<mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>" : ""
        switch random.int(0...5) {
        case 0: rows = Mutation.mutate(rows, &random)
        case 1: strings = Mutation.mutate(strings, &random)
        case 2: styles = Mutation.mutate(styles, &random)
        case 3: after = Mutation.mutate(after, &random)
        default: break
        }
        var writer = WorkbookWriter(rows: rows, afterRows: after, strings: strings, styles: styles)
        if random.oneIn(4) { writer.tabs.append("name=\"Other\" sheetId=\"2\" state=\"hidden\"") }
        if random.oneIn(4) { writer.tabs.insert("name=\"Notes\" sheetId=\"9\"", at: random.int(0...1)) }
        if random.oneIn(6) { writer.properties = "<workbookPr date1904=\"1\"/>" }
        if random.oneIn(6) { writer.properties = Mutation.mutate("<workbookPr date1904=\"1\"/>", &random) }
        if random.oneIn(10) { writer.extraParts = [.init("xl/vbaProject.bin", "x")] }
        return writer.bytes()
    }

    private func fixedWidth(_ table: PlainTable, _ plan: FormatPlan, _ random: inout SplitMix64) -> [UInt8] {
        let forms = plan.datasets.compactMap { dataset in dataset.forms.fixedWidth.map { (dataset, $0) } }
        let (dataset, form) = random.element(of: forms)
        let names = table.header.map { HeaderName.normalised($0) }
        var text = String(repeating: "heading zqcanary\n", count: form.leadingLines)
        for row in table.rows {
            var line: [Character] = []
            for column in form.columns {
                let headers = dataset.fields.first { $0.headers.contains(column.name) }?.headers ?? []
                let place = names.firstIndex { headers.contains($0) }
                let cell = place.flatMap { $0 < row.count ? row[$0] : nil } ?? random.element(of: Generator.cells)
                while line.count < column.offset { line.append(" ") }
                line.replaceSubrange(column.offset..<line.count, with: Array(cell.prefix(column.width)))
                while line.count < column.offset + column.width { line.append(" ") }
            }
            text += String(line) + (random.oneIn(10) ? "\r\n" : "\n")
        }
        let encoding = random.element(of: [.utf8, .utf8, .utf8] + TextEncoding.allCases)
        return encoding.bytes(text, hasMark: random.oneIn(3)) ?? Array(text.utf8)
    }

    // MARK: - Containers

    private func member(
        _ plugin: String, _ plan: FormatPlan, _ random: inout SplitMix64
    ) -> (name: String, bytes: [UInt8]) {
        var made: (name: String, bytes: [UInt8])
        switch random.int(0...5) {
        case 0: made = ("table.json", document(json(table(plugin, &random), &random), &random))
        case 1: made = ("table.xml", document(xml(table(plugin, &random), &random), &random))
        case 2: made = ("table.xlsx", workbook(table(plugin, &random), &random))
        default: made = ("table.csv", text(plugin, &random))
        }
        if random.oneIn(6) { Mutation.mutate(&made.bytes, &random) }
        return made
    }

    private func zip(_ plugin: String, _ plan: FormatPlan, _ random: inout SplitMix64) -> [UInt8] {
        var writer = ZipWriter()
        for index in 0..<random.element(of: [0, 1, 1, 1, 1, 2, 3]) {
            let made = member(plugin, plan, &random)
            var part = ZipWriter.Part(index == 0 ? made.name : "\(index)-\(made.name)", made.bytes)
            if random.oneIn(5) { part.isDeflated = false }
            switch random.int(0...19) {
            case 0: part.name = Array(random.element(of: ["../a", "/a", "a\\b", "", "__MACOSX/a", "a/", "\u{0}"]).utf8)
            case 1: part.crc = UInt32(random.int(0...1000))
            case 2: part.size = random.element(of: [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF])
            case 3: part.storedBytes = random.element(of: [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF])
            case 4: part.headerOffset = random.element(of: [0, 1, 100, 0xFFFF_FFFF])
            case 5: part.flags = UInt16(random.int(0...0xFFFF))
            case 6: part.method = UInt16(random.int(0...99))
            case 7: part.mode = UInt32(random.element(of: [0o120777, 0o040755, 0o100644]))
            default: break
            }
            writer.parts.append(part)
        }
        return writer.bytes()
    }

    // MARK: - Messages between programs

    private func frames(_ bytes: [UInt8], _ plan: FormatPlan) throws -> [UInt8] {
        var output = FramesOutput(
            plan: plan, sandbox: SandboxLevel(landlockABI: 7, hasNoNewPrivileges: true, hasResourceLimits: true))
        let report = try Ingest(plan: plan).run(input: MemoryDelivery(bytes), output: &output)
        if let fault = output.fault { throw fault }
        try output.frames.report(report)
        return output.frames.buffer
    }

    private func answer(_ bytes: [UInt8]) -> [UInt8]? {
        let plan = ProfilePlan.plan(today: CivilDate("2027-01-01")!)
        let sandbox = SandboxLevel(landlockABI: 1, hasNoNewPrivileges: true, hasResourceLimits: true)
        guard let result = try? Profiler(plan: plan).run(input: MemoryDelivery(bytes)),
            case .success(let profile) = result
        else { return nil }
        return ProfileCodec.encode(.profile(profile), sandbox: sandbox)
    }
}
