import SluiceModel
import SluiceYAML

/// Where a review names a dataset that only the authority's plugin can confirm.
struct ReviewPlaces: Hashable, Sendable {
    var dataset: Node?
}

func readReviews(
    _ root: Node, authorities: [String], mistakes: Mistakes
) -> [(item: ReviewItem, places: ReviewPlaces)] {
    guard var reader = MappingReader(root, mistakes: mistakes, what: "reviews.yaml") else { return [] }
    var lines: [String: Int] = [:]
    var result: [(item: ReviewItem, places: ReviewPlaces)] = []
    let list = reader.requiredNode("reviews")
    for node in list == nil ? [] : reader.nodes("reviews") ?? [] {
        guard let read = readReview(node, authorities: authorities, lines: &lines, mistakes: mistakes) else {
            continue
        }
        result.append(read)
    }
    reader.finish()
    return result
}

private func readReview(
    _ node: Node, authorities: [String], lines: inout [String: Int], mistakes: Mistakes
) -> (item: ReviewItem, places: ReviewPlaces)? {
    guard var reader = MappingReader(node, mistakes: mistakes, what: "a review") else { return nil }
    let id = reader.requiredShortName("id")
    if let id, let node = reader.node("id") {
        if let line = lines[id] {
            mistakes.add(node, "review \(shown(id)) is on line \(line) already", hint: "give it another id")
        }
        lines[id] = lines[id] ?? node.line
        if let authority = authorities.first(where: { agreementReviewID($0) == id }) {
            mistakes.add(
                node, "review \(shown(id)) has the name that the end of the agreement with \(authority) has",
                hint: "remove it, for that date raises its warnings by itself; or give it another id")
        }
    }
    let kind = reader.requiredChoice("kind", ReviewItem.Kind.self)
    let title = reader.requiredString("title")
    let owner = reader.requiredString("owner")
    let (schedule, dataset) = readSchedule(&reader, kind: kind, authorities: authorities)
    let warnings = readWarnings(&reader)
    let source = reader.string("source") ?? ""
    reader.finish()
    guard let id, let kind, let title, let owner, let schedule else { return nil }
    let item = ReviewItem(
        id: id, kind: kind, title: title, owner: owner, schedule: schedule, warningDays: warnings, source: source)
    return (item, ReviewPlaces(dataset: dataset))
}

private func readWarnings(_ reader: inout MappingReader) -> [Int] {
    guard let node = reader.node("warnings"), let days = reader.integers("warnings", in: 0...3650) else {
        return ReviewItem.defaultWarningDays
    }
    if days.isEmpty || zip(days, days.dropFirst()).contains(where: { $0 <= $1 }) {
        reader.mistakes.add(
            node, "`warnings` must run down from the earliest", hint: "write days before the date, as [90, 30, 7, 0]")
    }
    return days
}

private func readSchedule(
    _ reader: inout MappingReader, kind: ReviewItem.Kind?, authorities: [String]
) -> (ReviewItem.Schedule?, dataset: Node?) {
    let ways = ["due", "every", "delivery"].compactMap { reader.keyNode($0) }
    guard let way = ways.first?.text, ways.count == 1 else {
        reader.mistakes.add(
            ways.dropFirst().first ?? reader.node,
            ways.isEmpty ? "a review needs a date or a rule for one" : "a review has one date or rule",
            hint: "write one of `due: 2026-12-01`, `every: {months: 12, first: 2026-12-01}` and `delivery: {…}`")
        return (nil, nil)
    }
    if let kind, (kind == .expectedDelivery) != (way == "delivery") {
        reader.mistakes.add(
            ways[0], "`\(way)` does not go with `kind: \(kind.rawValue)`",
            hint: "an expected-delivery has `delivery`, every other kind `due` or `every`")
    }
    switch way {
    case "due": return (reader.requiredDate("due").map { .once($0) }, nil)
    case "every":
        guard var every = reader.requiredMapping("every", what: "`every`") else { return (nil, nil) }
        let months = every.requiredInteger("months", in: 1...120)
        let first = every.requiredDate("first")
        every.finish()
        guard let months, let first else { return (nil, nil) }
        return (.every(months: months, first: first), nil)
    default:
        guard var delivery = reader.requiredMapping("delivery", what: "`delivery`") else { return (nil, nil) }
        let authority = delivery.requiredNode("authority").flatMap {
            knownName($0, "the authority", among: authorities, mistakes: delivery.mistakes)
        }
        let dataset = delivery.requiredShortName("dataset")
        let unit = delivery.requiredChoice("unit", PeriodUnit.self)
        let first = delivery.requiredMonth("first")
        let graceDays = delivery.requiredInteger("graceDays", in: 0...366)
        let places = (dataset: delivery.node("dataset"), first: delivery.node("first"))
        delivery.finish()
        if let unit, let first, let node = places.first, unit.period(holding: first).first != first {
            delivery.mistakes.add(
                node, "`first` does not begin a period of `unit: \(unit.rawValue)`",
                hint: "write \(unit.period(holding: first).first)")
        }
        guard let authority = authority.flatMap({ AuthorityID($0) }), let dataset, let unit, let first, let graceDays
        else { return (nil, nil) }
        let schedule = ReviewItem.Schedule.delivery(
            authority: authority, dataset: dataset, unit: unit, first: first, graceDays: graceDays)
        return (schedule, places.dataset)
    }
}
