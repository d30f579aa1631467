import DeliverySupport
import SluiceIngest
import SluiceModel
import SluiceSystem
import SluiceTestSupport

/// What is fuzzed: a reader with the whole pipeline behind it, or a decoder of bytes that another program sent.
enum FuzzKind: String, CaseIterable {
    case delimited, zip, gzip, xlsx, xml, json, jsonl
    case fixedWidth = "fixed-width"
    case plan, wire, profile
}

/// One input and what it is tried with. `name` and `bytes` say everything.
struct FuzzCase {
    var kind: FuzzKind
    var plugin: String
    /// Of the change to the plugin's plan; 0 for none.
    var planSeed: UInt64
    var bytes: [UInt8]

    /// `KIND.PLUGIN.PLANSEED`, the beginning of a file's name.
    var name: String { "\(kind.rawValue).\(plugin).\(planSeed)" }

    init(kind: FuzzKind, plugin: String, planSeed: UInt64, bytes: [UInt8]) {
        self.kind = kind
        self.plugin = plugin
        self.planSeed = planSeed
        self.bytes = bytes
    }

    /// Reads `name` from a file's name; nil when it has none.
    init?(fileName: String, bytes: [UInt8]) {
        let parts = fileName.split(separator: "/").last?.split(separator: ".") ?? []
        guard parts.count >= 3, let kind = FuzzKind(rawValue: String(parts[0])), let planSeed = UInt64(parts[2]),
            ShippedPlugin.names.contains(String(parts[1]))
        else { return nil }
        self.init(kind: kind, plugin: String(parts[1]), planSeed: planSeed, bytes: bytes)
    }

    /// - Throws: the first promise that is broken.
    func check(_ corpus: Corpus, team: ThreadTeam) throws {
        let plan = corpus.plan(plugin, planSeed)
        switch kind {
        case .plan: try CodecInvariants.checkPlan(bytes, corpus.plugin(plugin), team: team)
        case .wire: try CodecInvariants.checkWire(bytes, plan: plan)
        case .profile: try CodecInvariants.checkProfile(bytes)
        default: try DeliveryInvariants.check(bytes, plan: plan, team: team)
        }
    }
}

/// The shipped plugins and their samples as tables, read once.
struct Corpus {
    private var plugins: [String: ShippedPlugin] = [:]
    private var tables: [String: [PlainTable]] = [:]

    init(_ names: [String] = ShippedPlugin.names) throws {
        for name in names {
            let plugin = try ShippedPlugin(name)
            plugins[name] = plugin
            tables[name] = plugin.samples.compactMap { Corpus.table($0.bytes) }.filter { $0.header.count > 1 }
        }
    }

    func plugin(_ name: String) -> ShippedPlugin { plugins[name]! }
    func tables(_ name: String) -> [PlainTable] { tables[name]! }

    private static func table(_ bytes: [UInt8]) -> PlainTable? {
        let encoding = bytes.first == 0xFF || bytes.first == 0xFE ? TextEncoding.utf16 : .utf8
        let candidates = [",", "\t"].compactMap { delimiter in
            PlainTable(reading: bytes, encoding: encoding, delimiter: delimiter, headerRow: 1)
        }
        return candidates.max { $0.header.count < $1.header.count }
    }

    /// The plugin's plan, changed at random in what a partnership or another plugin might say otherwise.
    func plan(_ name: String, _ seed: UInt64) -> FormatPlan {
        let plan = plugin(name).plan
        guard seed > 0 else { return plan }
        var random = SplitMix64(seed: seed)
        for _ in 0..<5 {
            var changed = plan
            Corpus.changeLimits(&changed.limits, &random)
            changed.isAgencySide = random.oneIn(6)
            if random.oneIn(6) { changed.isHealth.toggle() }
            for index in changed.datasets.indices { Corpus.change(&changed.datasets[index], &random) }
            if changed.check().isEmpty { return changed }
        }
        return plan
    }

    private static func changeLimits(_ limits: inout DecodeLimits, _ random: inout SplitMix64) {
        if random.oneIn(3) { limits.rowLimitBytes = random.element(of: [16, 100, 300, 1000, 5000]) }
        if random.oneIn(4) { limits.cellLimitBytes = random.element(of: [1, 8, 20, 100, 1000]) }
        if random.oneIn(6) { limits.columnLimit = random.element(of: [20, 40, 100]) }
        if random.oneIn(4) { limits.rowLimit = random.element(of: [1, 3, 10, 50]) }
        if random.oneIn(2) { limits.blockRows = random.element(of: [1, 2, 7, 64]) }
        if random.oneIn(4) { limits.findingLimit = random.element(of: [1, 2, 5]) }
        if random.oneIn(4) { limits.memberLimit = random.element(of: [1, 2, 12]) }
        if random.oneIn(6) { limits.inflatedLimitBytes = random.element(of: [100, 1000, 10_000]) }
        if random.oneIn(6) { limits.inflationRatioLimit = random.element(of: [1, 2, 10]) }
        if random.oneIn(4) { limits.nestingLimit = random.element(of: [1, 2, 3, 8]) }
    }

    private static func change(_ dataset: inout DatasetPlan, _ random: inout SplitMix64) {
        if random.oneIn(3) { dataset.encodings = [.utf8, .utf16, .windows1252] }
        if random.oneIn(5) { dataset.encodings = [.utf16LittleEndian, .utf16BigEndian, .utf8] }
        if random.oneIn(2) { dataset.delimiters = Array(",;\t|".utf8) }
        if random.oneIn(4) { dataset.headerWithinRows = random.element(of: [1, 2, 5]) }
        if random.oneIn(4) { dataset.ignoredHeaders = ["", "1", "comment"] }
        if random.oneIn(3) { dataset.footers = ["total", "end"] }
        if random.oneIn(3) { dataset.toleranceRowsPerMillion = random.element(of: [0, 100_000, 1_000_000]) }
        if random.oneIn(4) { dataset.uniqueKeys = [[random.int(0...dataset.fields.count - 1)]] }
        if random.oneIn(4) { dataset.fields[random.int(0...dataset.fields.count - 1)].isUnique = true }
        if random.oneIn(4) { dataset.fields[random.int(0...dataset.fields.count - 1)].isRequired.toggle() }
        if random.oneIn(5) {
            dataset.fileRules.append(
                FileRule(
                    id: "whole", kind: .controlTotal(words: ["total"], isRequired: random.oneIn(2)), severity: .error))
            dataset.footers = ["total"]
        }
        if random.oneIn(5) {
            dataset.fileRules.append(FileRule(id: "gaps", kind: .coverage(.month), severity: .warning))
        }
        if random.oneIn(6) { dataset.fieldsMatch = random.element(of: FieldsMatch.allCases) }
        if random.oneIn(5) { dataset.forms.json?.recordsPath = ["data", "items"] }
        if random.oneIn(5) { dataset.forms.xml?.recordPath = ["records", "*"] }
        if random.oneIn(8) { dataset.forms.workbook?.sheetPosition = 1 }
        if random.oneIn(3) {
            var columns: [FixedWidthForm.Column] = []
            var offset = 0
            for field in dataset.fields where !field.isOptional || random.oneIn(2) {
                let width = random.int(1...12)
                columns.append(FixedWidthForm.Column(name: field.headers[0], offset: offset, width: width))
                offset += random.oneIn(8) ? 0 : width
            }
            dataset.forms.fixedWidth = FixedWidthForm(columns: columns, leadingLines: random.int(0...2))
        }
    }
}
