package import SluiceModel
package import SluiceYAML

/// One file of `samples/` and what the worker should find in it.
package struct PluginSample: Hashable, Sendable {
    /// The file's name without its ending.
    package var name: String
    /// The path of the sample.
    package var file: String
    package var expected: ExpectedReceipt
}

/// What a `.receipt.json` says. What it leaves out may be anything.
package struct ExpectedReceipt: Hashable, Sendable {
    package struct ExpectedFinding: Hashable, Sendable {
        /// Nil when it is left out; `.some(nil)` for `null`, a finding about no column.
        package var column: String??
        package var columnNumber: Int??
        package var rule: String?
        package var code: FindingCode?
        package var severity: Severity?
        package var count: Int?
        package var rows: [Int]?
    }

    package var outcome: Outcome?
    package var dataset: String?
    package var edition: String?
    package var rowsRead: Int?
    package var rowsAccepted: Int?
    package var rowsRejected: Int?
    /// All the findings there should be, in any order.
    package var findings: [ExpectedFinding]?

    /// How a report differs from what was expected, one line each; empty when it fits.
    package func differences(from report: DecodeReport) -> [String] {
        var lines: [String] = []
        func compare(_ name: String, _ expected: String?, _ actual: String) {
            guard let expected, expected != actual else { return }
            lines.append(
                "\(name): expected \(expected.isEmpty ? "none" : expected), got \(actual.isEmpty ? "none" : actual)")
        }
        compare("outcome", outcome?.rawValue, report.outcome.rawValue)
        compare("dataset", dataset, report.assumptions?.dataset ?? "")
        compare("edition", edition, report.assumptions?.edition ?? "")
        compare("rows read", rowsRead.map(String.init), String(report.rows.read))
        compare("rows accepted", rowsAccepted.map(String.init), String(report.rows.accepted))
        compare("rows rejected", rowsRejected.map(String.init), String(report.rows.rejected))
        guard let findings else { return lines }
        var rest = report.findings
        for finding in findings {
            if let index = rest.firstIndex(where: { finding.fits($0) }) {
                rest.remove(at: index)
            } else {
                lines.append("missing finding: \(finding.text)")
            }
        }
        for finding in rest {
            let place = finding.column ?? finding.columnNumber.map { "column \($0)" } ?? "file"
            let rows = finding.rows.map(String.init).joined(separator: ", ")
            lines.append(
                "unexpected finding: \(place) \(finding.rule) \(finding.code.rawValue) \(finding.severity.text) "
                    + "× \(finding.count), rows \(rows)")
        }
        return lines
    }
}

extension ExpectedReceipt.ExpectedFinding {
    func fits(_ finding: Finding) -> Bool {
        if let column, column != finding.column { return false }
        if let columnNumber, columnNumber != finding.columnNumber { return false }
        if let rule, rule != finding.rule { return false }
        if let code, code != finding.code { return false }
        if let severity, severity != finding.severity { return false }
        if let count, count != finding.count { return false }
        if let rows, rows != finding.rows { return false }
        return true
    }

    var text: String {
        var parts = [(column ?? nil) ?? (columnNumber ?? nil).map { "column \($0)" } ?? "file"]
        if let rule { parts.append(rule) }
        if let code { parts.append(code.rawValue) }
        if let severity { parts.append(severity.text) }
        if let count { parts.append("× \(count)") }
        if let rows { parts.append("rows " + rows.map(String.init).joined(separator: ", ")) }
        return parts.joined(separator: " ")
    }
}

/// Reads the samples of the plugin in `folder`, in the order of their names. A sample without a receipt and a receipt
/// without a sample are mistakes.
///
/// JSON is read as the YAML it also is, so that mistakes have lines and columns.
package func readSamples(folder: String, mistakes: Mistakes) -> [PluginSample] {
    let ending = ".receipt.json"
    let path = folder + "/samples"
    let names = folderNames(path, mistakes: mistakes)
    var samples: [PluginSample] = []
    for receipt in names where receipt.hasSuffix(ending) {
        let name = String(receipt.dropLast(ending.count))
        let file = path + "/" + receipt
        let matches = names.filter { $0.hasPrefix(name + ".") && !$0.hasSuffix(ending) && stem($0) == name }
        if matches.count != 1 {
            let what = matches.isEmpty ? "there is no sample for this receipt" : "several samples have this name"
            mistakes.add(Mistake(file: file, what: what, hint: "put one file \(name).csv beside it"))
        }
        guard let bytes = settingsBytes(file, mistakes: mistakes),
            let node = readYAML(file: file, bytes: bytes, mistakes: mistakes),
            let expected = ReceiptReader(mistakes: mistakes).read(node), let match = matches.first
        else { continue }
        samples.append(PluginSample(name: name, file: path + "/" + match, expected: expected))
    }
    for file in names where !file.hasSuffix(ending) && !names.contains(stem(file) + ending) {
        mistakes.add(
            Mistake(
                file: path + "/" + file, what: "the sample has no receipt",
                hint: "write \(stem(file))\(ending) with what should be found"))
    }
    return samples
}

/// The name without its last ending.
private func stem(_ name: String) -> String {
    guard let dot = name.lastIndex(of: ".") else { return name }
    return String(name[..<dot])
}

private struct ReceiptReader {
    let mistakes: Mistakes
    static let countLimit = 1_000_000_000_000

    func read(_ node: Node) -> ExpectedReceipt? {
        let countBefore = mistakes.all.count
        guard var reader = MappingReader(node, mistakes: mistakes, what: "a receipt") else { return nil }
        var receipt = ExpectedReceipt()
        receipt.outcome = reader.choice("outcome", Outcome.self)
        receipt.dataset = text("dataset", &reader)
        receipt.edition = text("edition", &reader)
        if var rows = reader.mapping("rows", what: "`rows`") {
            receipt.rowsRead = rows.integer("read", in: 0...Self.countLimit)
            receipt.rowsAccepted = rows.integer("accepted", in: 0...Self.countLimit)
            receipt.rowsRejected = rows.integer("rejected", in: 0...Self.countLimit)
            rows.finish()
        }
        receipt.findings = reader.nodes("findings")?.compactMap { finding($0) }
        reader.finish()
        return mistakes.all.count == countBefore ? receipt : nil
    }

    /// A written `null` is the empty text.
    private func text(_ key: String, _ reader: inout MappingReader) -> String? {
        reader.node(key) == nil && reader.has(key) ? "" : reader.string(key)
    }

    private func finding(_ node: Node) -> ExpectedReceipt.ExpectedFinding? {
        guard var reader = MappingReader(node, mistakes: mistakes, what: "a finding") else { return nil }
        var finding = ExpectedReceipt.ExpectedFinding()
        if reader.has("column") { finding.column = .some(reader.string("column")) }
        if reader.has("columnNumber") {
            finding.columnNumber = .some(reader.integer("columnNumber", in: 1...1_000_000))
        }
        finding.rule = reader.string("rule")
        finding.code = reader.choice("code", FindingCode.self)
        finding.severity = reader.word("severity", among: Severity.allCases.map { ($0.text, $0) })
        finding.count = reader.integer("count", in: 0...Self.countLimit)
        if let items = reader.nodes("rows") {
            finding.rows = items.compactMap { item in
                if let number = item.text.flatMap({ Int($0) }), number > 0 { return number }
                mistakes.add(
                    item, "a row number is a whole number from 1", hint: "count from the first row of the file")
                return nil
            }
        }
        reader.finish()
        return finding
    }
}
