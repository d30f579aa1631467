package import SluiceModel
import SluiceStore

/// Counts the persons whom two kinds of event have in common, from the tokens of their records.
struct OverlapCounter {
    private let overlap: CohortOverlap
    private let area: Dimension
    /// By code of any level, the node of the overlap's level that it lies in.
    private let areaOfCode: [String: Int]
    /// Persons of the first kind by quarter and area, those of the second by quarter.
    private var first: [Place: Set<UInt128>] = [:]
    private var second: [Int: Set<UInt128>] = [:]
    private var firstSide = OverlapCounts.Side()
    private var secondSide = OverlapCounts.Side()

    private struct Place: Hashable {
        /// Of the years since 0: a month's index by three.
        var quarter: Int
        /// Among the nodes of `area`.
        var area: Int
    }

    init?(_ overlap: CohortOverlap, model: EventModel) {
        guard let index = model.dimensionIndex("area") else { return nil }
        self.overlap = overlap
        let area = model.dimensions[index]
        self.area = area
        areaOfCode = Dictionary(
            area.nodes.indices.map { (area.nodes[$0].code, area.ancestor(of: $0, at: overlap.areaLevel)) },
            uniquingKeysWith: { first, _ in first })
    }

    var eventKinds: [String] { [overlap.first, overlap.second] }

    mutating func add(_ stored: StoredBlock) {
        let isFirst = stored.eventKind == overlap.first
        guard isFirst || stored.eventKind == overlap.second else { return }
        let block = stored.block
        let months = codes("month", of: stored)
        let areas = isFirst ? codes("area", of: stored) : []
        let places = isFirst ? areaPlaces(of: stored) : []
        var side = OverlapCounts.Side(rows: block.rowCount)
        for row in 0..<block.rowCount {
            guard let token = block.linkToken(row) else { continue }
            side.linked += 1
            guard row < months.count, CivilMonth(index: months[row]) != nil else { continue }
            let quarter = months[row] / 3
            if isFirst {
                let place = row < areas.count && places.indices.contains(areas[row]) ? places[areas[row]] : 0
                first[Place(quarter: quarter, area: place), default: []].insert(token)
            } else {
                second[quarter, default: []].insert(token)
            }
        }
        if isFirst {
            firstSide = OverlapCounts.Side(rows: firstSide.rows + side.rows, linked: firstSide.linked + side.linked)
        } else {
            secondSide = OverlapCounts.Side(rows: secondSide.rows + side.rows, linked: secondSide.linked + side.linked)
        }
    }

    func counts(at instant: Instant) -> OverlapCounts {
        let cells = first.compactMap { place, persons -> OverlapCounts.Cell? in
            let common = persons.intersection(second[place.quarter] ?? []).count
            guard common > 0, let month = CivilMonth(index: place.quarter * 3) else { return nil }
            return OverlapCounts.Cell(
                area: area.nodes[place.area].code, quarter: AxisCodes.monthCode(month, level: "quarter"),
                persons: common)
        }
        return OverlapCounts(
            id: overlap.id, countedAt: instant, first: firstSide, second: secondSide,
            cells: cells.sorted { ($0.area, $0.quarter) < ($1.area, $1.quarter) })
    }

    private func codes(_ dimension: String, of stored: StoredBlock) -> [Int] {
        let column = stored.block.columns.first { stored.dictionary.dimensions[$0.dimension].id == dimension }
        guard let column else { return [] }
        var codes: [Int] = []
        codes.reserveCapacity(stored.block.rowCount)
        column.forEachCode { _, code in codes.append(code) }
        return codes
    }

    /// By code of the block, the node at the overlap's level.
    private func areaPlaces(of stored: StoredBlock) -> [Int] {
        guard let dictionary = stored.dictionary.dimensions.first(where: { $0.id == "area" }) else { return [] }
        return dictionary.codes.map { areaOfCode[$0] ?? 0 }
    }
}

extension ReleaseBuilder {
    /// Counts the overlaps of one recipe over what the store holds.
    ///
    /// Left out are records received under s.17, which are for one body alone (PCSC Act 2022 s.17(7)), and those from
    /// before the recipe's key was changed, whose tokens cannot meet later ones.
    ///
    /// - Parameter authorities: whose agreements let their records be linked by the recipe today.
    package func overlaps(
        _ recipe: LinkRecipe, of authorities: Set<AuthorityID>, keySince: Instant?
    ) throws -> [OverlapCounts] {
        var counters = recipe.overlaps.compactMap { OverlapCounter($0, model: model) }
        guard !counters.isEmpty else { return [] }
        var isLeftOut: Set<DeliveryID> = []
        for delivery in try store.deliveries(DeliveryFilter()) {
            let isOld = keySince.map { delivery.finishedAt ?? delivery.receivedAt <= $0 } ?? false
            if isOld || !authorities.contains(delivery.authority) || isSection17(delivery.gateway) {
                isLeftOut.insert(delivery.id)
            }
        }
        try store.forEachBlock(RecordFilter(eventKinds: Array(Set(counters.flatMap(\.eventKinds))))) { stored in
            guard !isLeftOut.contains(stored.delivery) else { return }
            for index in counters.indices { counters[index].add(stored) }
        }
        let now = clock.now()
        return counters.map { $0.counts(at: now) }
    }
}
