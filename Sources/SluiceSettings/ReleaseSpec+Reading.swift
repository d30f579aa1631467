import SluiceModel
import SluiceYAML

/// Where the names of a release spec stand that only the model can confirm, table by table.
struct ReleasePlaces: Hashable, Sendable {
    struct Axis: Hashable, Sendable {
        var dimension: Node
        /// Parallel to the axis's levels.
        var levels: [Node]
        /// Parallel to the axis's codes.
        var codes: [Node]
    }

    struct Table: Hashable, Sendable {
        var event: Node
        /// Parallel to the table's axes.
        var axes: [Axis]
    }

    var purpose: Node
    struct Source: Hashable, Sendable {
        var node: Node
        var authority: AuthorityID
    }

    /// Of `sources`, one for each that is known.
    var sources: [Source] = []
    /// Parallel to the spec's tables.
    var tables: [Table]

    struct Zero: Hashable, Sendable {
        var event: Node
        var dimensions: [Node] = []
        /// Parallel to the dimensions.
        var codes: [Node] = []
    }

    /// Parallel to the spec's structural zeros.
    var zeros: [Zero] = []

    struct NotExpected: Hashable, Sendable {
        var authority: AuthorityID
        var dataset: Node?
    }

    /// Parallel to the spec's sources that it does not wait for.
    var notExpected: [NotExpected] = []
}

/// - Parameter stem: The file's name without `.yaml`.
func readReleaseSpec(
    _ root: Node, stem: String, authorities: [String], profiles: [DisclosureProfile], _ noise: NoiseTableFolder,
    mistakes: Mistakes
) -> (spec: ReleaseSpec, places: ReleasePlaces)? {
    guard var reader = MappingReader(root, mistakes: mistakes, what: "a release") else { return nil }
    refuseUnproved(&reader)
    let id = reader.ownName("release", stem: stem)
    let title = reader.requiredString("title")
    let audience = reader.requiredChoice("audience", ReleaseSpec.Audience.self)
    let recipients = readRecipients(&reader)
    let purpose = reader.requiredShortName("purpose")
    let purposeNode = reader.node("purpose")
    let sources = (reader.nodes("sources") ?? []).compactMap { node -> ReleasePlaces.Source? in
        let name = knownName(node, "the authority", among: authorities, mistakes: mistakes)
        return name.flatMap { AuthorityID($0) }.map { ReleasePlaces.Source(node: node, authority: $0) }
    }
    let period = reader.requiredMapping("period", what: "`period`").flatMap { readPeriod($0) }
    let profile = reader.requiredNode("profile").flatMap { readProfile($0, among: profiles, noise, mistakes: mistakes) }
    let acceptsHidingMost = reader.boolean("acceptHidingMost") ?? false
    let tables = readTables(&reader)
    let zeros = readStructuralZeros(&reader)
    let notExpected = readNotExpected(&reader, authorities: authorities)
    let acceptsIncomplete = reader.boolean("acceptIncomplete") ?? false
    reader.finish()
    guard let id, let title, let audience, let purpose, let purposeNode, let period, let profile else { return nil }
    var spec = ReleaseSpec(
        id: id, title: title, audience: audience, recipients: recipients, purpose: purpose,
        sources: sources.map(\.authority),
        period: period, profile: profile, tables: tables.map(\.table))
    spec.acceptsHidingMost = acceptsHidingMost
    spec.structuralZeros = zeros.map(\.zero)
    spec.notExpected = notExpected.map(\.source)
    spec.acceptsIncomplete = acceptsIncomplete
    return (
        spec,
        ReleasePlaces(
            purpose: purposeNode, sources: sources, tables: tables.map(\.places), zeros: zeros.map(\.places),
            notExpected: notExpected.map(\.places))
    )
}

/// What cannot be proved safe is refused here, with the reason.
private func refuseUnproved(_ reader: inout MappingReader) {
    if let key = reader.keyNode("overlap") {
        reader.mistakes.add(
            key,
            "`overlap` is refused: what persons in common give away beside the tables they come from cannot be proved yet",
            hint: "remove the table; overlaps are counted and kept meanwhile, see `sluice links list`")
    }
    if let key = reader.keyNode("microdata") {
        reader.mistakes.add(
            key, "`microdata` is refused: single records cannot be proved safe yet",
            hint: "remove it and ask for tables")
    }
}

private func readRecipients(_ reader: inout MappingReader) -> [ReleaseSpec.Recipient] {
    guard let node = reader.requiredNode("recipients"), let items = reader.nodes("recipients") else { return [] }
    if items.isEmpty {
        reader.mistakes.add(node, "`recipients` is empty", hint: "name who gets it: [{kind: vru, name: …}]")
    }
    return items.compactMap { item in
        guard var recipient = MappingReader(item, mistakes: reader.mistakes, what: "a recipient") else { return nil }
        let kind = recipient.requiredChoice("kind", AuthorityKind.self)
        let name = recipient.requiredString("name")
        recipient.finish()
        guard let kind, let name else { return nil }
        return ReleaseSpec.Recipient(kind: kind, name: name)
    }
}

private func readPeriod(_ period: MappingReader) -> Period? {
    var reader = period
    let from = reader.requiredMonth("from")
    let to = reader.requiredMonth("to")
    reader.finish()
    guard let from, let to else { return nil }
    if let period = Period(first: from, last: to) { return period }
    if let node = reader.node("to") {
        reader.mistakes.add(node, "`to` is before `from`", hint: "write the last month of the period")
    }
    return nil
}

// MARK: - Tables

private func readTables(_ reader: inout MappingReader) -> [(table: TableSpec, places: ReleasePlaces.Table)] {
    guard let node = reader.requiredNode("tables"), let items = reader.nodes("tables") else { return [] }
    if items.isEmpty { reader.mistakes.add(node, "`tables` is empty", hint: "ask for at least one table") }
    var result: [(table: TableSpec, places: ReleasePlaces.Table)] = []
    var ids: [String: Int] = [:]
    for item in items {
        guard var table = MappingReader(item, mistakes: reader.mistakes, what: "a table") else { continue }
        refuseUnproved(&table)
        let id = table.requiredShortName("id")
        if let id, let node = table.node("id") {
            if let line = ids[id] {
                table.mistakes.add(node, "table \(shown(id)) is on line \(line) already", hint: "give it another id")
            }
            ids[id] = ids[id] ?? node.line
        }
        let title = table.requiredString("title")
        let event = table.requiredShortName("event")
        let eventNode = table.node("event")
        let axes = readAxes(&table)
        let publicCells = readPublicCells(&table, axes.map(\.axis.dimension))
        table.finish()
        guard let id, let title, let event, let eventNode else { continue }
        var spec = TableSpec(id: id, title: title, eventKind: event, axes: axes.map(\.axis))
        spec.publicCells = publicCells
        result.append((spec, ReleasePlaces.Table(event: eventNode, axes: axes.map(\.places))))
    }
    return result
}

/// `by` in its order, each axis with the codes that `only` chooses.
private func readAxes(_ table: inout MappingReader) -> [(axis: TableSpec.Axis, places: ReleasePlaces.Axis)] {
    let mistakes = table.mistakes
    let by = pairs(table.requiredNode("by"), "`by`", mistakes)
    let only = pairs(table.node("only"), "`only`", mistakes)
    if let by, by.isEmpty, let node = table.node("by") {
        mistakes.add(node, "`by` is empty", hint: "name at least one dimension and its level: {area: lad}")
    }
    let dimensions = (by ?? []).compactMap { $0.key.text }
    for pair in only ?? [] where by != nil {
        guard let dimension = pair.key.text, !dimensions.contains(dimension) else { continue }
        mistakes.add(pair.key, "`only` names \(shown(dimension)), which is not in `by`", hint: "add it to `by`")
    }
    let totals = readTotals(table.node("totals"), dimensions, mistakes)
    return (by ?? []).compactMap { pair in
        guard let dimension = pair.key.text else { return nil }
        var levelNodes = [pair.value]
        if case .sequence(let items) = pair.value.value { levelNodes = items }
        let levels = levelNodes.compactMap {
            scalarText($0, mistakes: mistakes, what: "the level of \(shown(dimension))")
        }
        guard !levels.isEmpty, levels.count == levelNodes.count else {
            if levelNodes.isEmpty {
                mistakes.add(pair.value, "no level for \(shown(dimension))", hint: "name one: {area: lad}")
            }
            return nil
        }
        var codes: [Node] = []
        if let chosen = only?.first(where: { $0.key.text == dimension }) {
            if case .sequence(let items) = chosen.value.value, !items.isEmpty {
                codes = items.filter { scalarText($0, mistakes: mistakes, what: "a code") != nil }
            } else {
                mistakes.add(
                    chosen.value, "`only` for \(shown(dimension)) must be a list of codes",
                    hint: "write [CODE, …], or leave it out to show every code")
            }
        }
        let axis = TableSpec.Axis(
            dimension: dimension, levels: levels, codes: codes.compactMap(\.text), hasTotal: totals.contains(dimension))
        return (axis, ReleasePlaces.Axis(dimension: pair.key, levels: levelNodes, codes: codes))
    }
}

/// `notExpected: [marshvale-yot, {authority: marshvale-police, dataset: stop-and-search, to: 2025-08, because: …}]`: whom a
/// release does not wait for.
private func readNotExpected(
    _ reader: inout MappingReader, authorities: [String]
) -> [(source: NotExpected, places: ReleasePlaces.NotExpected)] {
    let mistakes = reader.mistakes
    return (reader.nodes("notExpected") ?? []).compactMap { item in
        if item.text != nil {
            guard let name = knownName(item, "the authority", among: authorities, mistakes: mistakes),
                let id = AuthorityID(name)
            else { return nil }
            return (NotExpected(authority: id), ReleasePlaces.NotExpected(authority: id))
        }
        guard var inner = MappingReader(item, mistakes: mistakes, what: "an item of `notExpected`") else { return nil }
        let name = inner.requiredNode("authority").flatMap {
            knownName($0, "the authority", among: authorities, mistakes: mistakes)
        }
        let dataset = inner.shortName("dataset")
        let from = inner.month("from")
        let to = inner.month("to")
        let because = inner.string("because")
        let node = inner.node("dataset")
        inner.finish()
        if let from, let to, to < from, let node = inner.node("to") {
            mistakes.add(node, "`to` is before `from`", hint: "write the last month in which it is not expected")
        }
        guard let id = name.flatMap({ AuthorityID($0) }) else { return nil }
        return (
            NotExpected(authority: id, dataset: dataset, from: from, to: to, because: because),
            ReleasePlaces.NotExpected(authority: id, dataset: node)
        )
    }
}

/// `structuralZeros: [{event: exclusion, codes: {offence: homicide}}]`: what cannot occur.
private func readStructuralZeros(
    _ reader: inout MappingReader
) -> [(zero: StructuralZero, places: ReleasePlaces.Zero)] {
    let mistakes = reader.mistakes
    return (reader.nodes("structuralZeros") ?? []).compactMap { item in
        guard var inner = MappingReader(item, mistakes: mistakes, what: "a structural zero") else { return nil }
        let event = inner.requiredShortName("event")
        let eventNode = inner.node("event")
        let pairs = pairs(inner.requiredNode("codes"), "`codes`", mistakes) ?? []
        inner.finish()
        var codes: [String: String] = [:]
        var places = ReleasePlaces.Zero(event: eventNode ?? item)
        for pair in pairs {
            guard let dimension = scalarText(pair.key, mistakes: mistakes, what: "a dimension"),
                let code = scalarText(pair.value, mistakes: mistakes, what: "a code")
            else { continue }
            codes[dimension] = code
            places.dimensions.append(pair.key)
            places.codes.append(pair.value)
        }
        if codes.isEmpty, let node = inner.node("codes") {
            mistakes.add(node, "a structural zero needs a code", hint: "write {offence: homicide}")
        }
        guard let event, !codes.isEmpty else { return nil }
        return (StructuralZero(eventKind: event, codes: codes), places)
    }
}

/// `public: [{area: E1, month: 2025-Q2}]`: cells that must be shown.
private func readPublicCells(_ table: inout MappingReader, _ dimensions: [String]) -> [[String: String]] {
    let mistakes = table.mistakes
    return (table.nodes("public") ?? []).compactMap { node in
        guard let pairs = pairs(node, "an item of `public`", mistakes) else { return nil }
        var cell: [String: String] = [:]
        for pair in pairs {
            guard let dimension = knownName(pair.key, "the dimension", among: dimensions, mistakes: mistakes),
                let code = scalarText(pair.value, mistakes: mistakes, what: "a code")
            else { continue }
            cell[dimension] = code
        }
        return cell
    }
}

/// `totals: true`, or the dimensions over which totals are shown.
private func readTotals(_ node: Node?, _ dimensions: [String], _ mistakes: Mistakes) -> Set<String> {
    guard let node else { return [] }
    if case .sequence(let items) = node.value {
        return Set(items.compactMap { knownName($0, "the dimension", among: dimensions, mistakes: mistakes) })
    }
    switch node.text {
    case "true": return Set(dimensions)
    case "false": return []
    default:
        mistakes.add(
            node, "`totals` must be true, false or a list of dimensions", hint: "write `totals: true` or [area, month]")
        return []
    }
}

private func pairs(_ node: Node?, _ what: String, _ mistakes: Mistakes) -> [Node.Pair]? {
    guard let node else { return nil }
    if case .mapping(let pairs) = node.value { return pairs }
    mistakes.add(node, "\(what) must be a mapping, not \(node.kindName)", hint: "write {dimension: …}")
    return nil
}
