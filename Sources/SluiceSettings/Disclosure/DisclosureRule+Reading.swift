import SluiceModel
import SluiceSystem
package import SluiceYAML

/// Reads a file of disclosure rules; nil when it cannot be read at all.
package func readDisclosureRules(file: String, mistakes: Mistakes) -> [DisclosureRule]? {
    guard let bytes = try? readSmallFile(file) else {
        mistakes.add(
            Mistake(file: file, what: "cannot be read", hint: "check that it is there and may be read"))
        return nil
    }
    return readYAML(file: file, bytes: bytes, mistakes: mistakes).map { readDisclosureRules($0, mistakes: mistakes) }
}

/// Reads `disclosure/rules.yaml`.
func readDisclosureRules(_ root: Node, mistakes: Mistakes) -> [DisclosureRule] {
    guard var top = MappingReader(root, mistakes: mistakes, what: "the disclosure rules") else { return [] }
    let nodes = top.requiredNode("rules") == nil ? [] : top.nodes("rules") ?? []
    top.finish()
    var rules: [DisclosureRule] = []
    for node in nodes {
        guard let (rule, idNode) = readRule(node, mistakes: mistakes) else { continue }
        if rules.contains(where: { $0.id == rule.id }) {
            mistakes.add(idNode, "two rules are called `\(rule.id)`", hint: "give each a name of its own")
        } else {
            rules.append(rule)
        }
    }
    return rules
}

private func readRule(_ node: Node, mistakes: Mistakes) -> (rule: DisclosureRule, idNode: Node)? {
    guard var reader = MappingReader(node, mistakes: mistakes, what: "a rule") else { return nil }
    let id = reader.requiredShortName("id")
    let idNode = reader.node("id") ?? node
    let senders = readSet(&reader, "senders", AuthorityKind.allCases.map(\.rawValue))
    let operators = readSet(&reader, "operators", AuthorityKind.allCases.map(\.rawValue))
    let gateways = readSet(&reader, "gateways", Authority.gateways)
    let functions = reader.has("functions") ? readSet(&reader, "functions", Authority.functions) : []
    let condition = reader.requiredChoice("when", DisclosureRule.Condition.self)
    let contents = readContents(&reader, condition: condition, node: node)
    let exception = readException(&reader)
    let effect = reader.requiredChoice("effect", DisclosureRule.Effect.self)
    let citation = reader.requiredString("citation")
    let agency = reader.requiredString("agency")
    let record = reader.requiredString("record")
    if let condition, let effect, let effectNode = reader.node("effect") {
        let possible = DisclosureRule.effects(condition)
        if !possible.contains(effect) {
            mistakes.add(
                effectNode, "`effect: \(effect.rawValue)` is not possible with `when: \(condition.rawValue)`",
                hint: "it may be " + possible.map(\.rawValue).joined(separator: ", "))
        }
    }
    if condition != .released, let key = reader.keyNode("unless") {
        mistakes.add(
            key, "`unless` is for rules with `when: released`", hint: "remove it, or narrow the rule otherwise")
    }
    // Every mistake that could make a set empty is on record already, but for this one.
    for (key, set) in [("senders", senders), ("operators", operators), ("gateways", gateways)]
    where set?.isEmpty ?? false {
        mistakes.add(
            reader.keyNode(key) ?? node, "the rule can never strike: `\(key)` leaves nobody",
            hint: "leave `\(key)` out for everybody")
    }
    if !(functions?.isEmpty ?? true), let senders, !senders.contains(AuthorityKind.localAuthority.rawValue) {
        mistakes.add(
            reader.keyNode("functions") ?? node,
            "the rule can never strike: only a local-authority has functions, and `senders` leaves it out",
            hint: "remove `functions`, or add local-authority to `senders`")
    }
    reader.finish()
    guard let id, let senders, let operators, let gateways, let functions, let condition, let effect, let citation,
        let agency, let record
    else { return nil }
    var rule = DisclosureRule(
        id: id, senders: kinds(senders), operators: kinds(operators), gateways: gateways, functions: functions,
        condition: condition, exception: exception, effect: effect, citation: citation, agency: agency, record: record)
    rule.identifiers = contents.identifiers
    rule.percent = contents.percent
    rule.classes = contents.classes
    rule.facts = contents.facts
    return (rule, idNode)
}

private struct Contents {
    var identifiers: IdentifierKinds = []
    var percent = 0
    var classes: Set<PrivacyClass> = []
    var facts: Set<FieldFact> = []
}

/// What goes with a condition on contents: each key with its own condition only, and never empty.
private func readContents(
    _ reader: inout MappingReader, condition: DisclosureRule.Condition?, node: Node
) -> Contents {
    var contents = Contents()
    func set(_ key: String, for wanted: DisclosureRule.Condition, among all: [String]) -> Set<String> {
        guard let keyNode = reader.keyNode(key) else {
            if condition == wanted {
                reader.mistakes.add(
                    node, "`\(key)` is missing", hint: "say which, `\(key): [\(all[0])]`")
            }
            return []
        }
        let found = words(&reader, key, all)
        if condition != wanted {
            reader.mistakes.add(keyNode, "`\(key)` is for `when: \(wanted.rawValue)`", hint: "remove it")
        } else if found?.isEmpty ?? false {
            reader.mistakes.add(keyNode, "the rule can never strike: `\(key)` is empty", hint: "name at least one")
        }
        return found ?? []
    }
    let identifiers = set("identifiers", for: .holdsIdentifiers, among: IdentifierKind.allCases.map(\.text))
    contents.identifiers = IdentifierKinds(identifiers.compactMap { IdentifierKind(text: $0) })
    let classes = set("classes", for: .holdsClasses, among: PrivacyClass.allCases.map { String($0.letter) })
    contents.classes = Set(PrivacyClass.allCases.filter { classes.contains(String($0.letter)) })
    let facts = set("facts", for: .tellsTogether, among: FieldFact.allCases.map(\.text))
    contents.facts = Set(FieldFact.allCases.filter { facts.contains($0.text) })
    if let keyNode = reader.keyNode("percent") {
        contents.percent = reader.integer("percent", in: 0...100) ?? 0
        if condition != .holdsIdentifiers {
            reader.mistakes.add(keyNode, "`percent` is for `when: holds-identifiers`", hint: "remove it")
        }
    }
    return contents
}

private func kinds(_ texts: Set<String>) -> Set<AuthorityKind> { Set(texts.compactMap { AuthorityKind(rawValue: $0) }) }

/// A list of words, `{except: [...]}` for all but these, or nothing for all; nil when it has a mistake.
private func readSet(_ reader: inout MappingReader, _ key: String, _ all: [String]) -> Set<String>? {
    guard let node = reader.node(key) else { return Set(all) }
    guard case .mapping = node.value else { return words(&reader, key, all) }
    guard var inner = MappingReader(node, mistakes: reader.mistakes, what: "`\(key)`") else { return nil }
    let excepted = inner.requiredNode("except") == nil ? nil : words(&inner, "except", all)
    inner.finish()
    return excepted.map { Set(all).subtracting($0) }
}

private func words(_ reader: inout MappingReader, _ key: String, _ all: [String]) -> Set<String>? {
    guard let nodes = reader.nodes(key) else { return nil }
    let known = nodes.map { node -> String? in
        guard let text = scalarText(node, mistakes: reader.mistakes, what: "an item of `\(key)`") else { return nil }
        if all.contains(text) { return text }
        reader.mistakes.add(node, "`\(key)` cannot have \(shown(text))", hint: choiceHint(text, among: all))
        return nil
    }
    return known.contains(nil) ? nil : Set(known.compactMap(\.self))
}

private func readException(_ reader: inout MappingReader) -> DisclosureRule.Exception? {
    guard var inner = reader.mapping("unless", what: "`unless`") else { return nil }
    let all = AuthorityKind.allCases.map(\.rawValue)
    var exception = DisclosureRule.Exception()
    if inner.has("operators") { exception.operators = words(&inner, "operators", all).map(kinds) }
    if inner.has("recipients") { exception.recipients = words(&inner, "recipients", all).map(kinds) }
    if inner.has("purposes") { exception.purposes = inner.strings("purposes").map { Set($0) } }
    inner.finish()
    if exception == DisclosureRule.Exception() {
        reader.mistakes.add(
            inner.node, "`unless` lets nothing pass", hint: "name operators, purposes or recipients, or remove it")
    }
    return exception
}
