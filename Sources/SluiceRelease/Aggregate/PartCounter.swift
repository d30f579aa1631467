import SluiceCertificate
import SluiceModel
import SluiceStore

/// Counts the events of one kind for all tables of a release that are about them.
struct PartCounter {
    let eventKind: String
    /// In the release's order.
    let specs: [TableSpec]
    let axes: [AxisCodes]
    private let tables: [LinkedTable]
    private let period: Period
    /// Authority numbers in the order they came.
    private var authorities: [AuthorityID] = []
    private var persons: [UInt128: Int] = [:]
    private var events: [Event] = []
    /// Whether any record names the person it is about, by a token.
    private(set) var countsPersons = false
    /// Combinations that cannot occur, one code for each axis.
    private var structuralZeros: [[Int]] = []
    /// Where figures are perturbed by cell key.
    private var recordKeys: RecordKeys?

    private struct Event: Comparable {
        var atom: UInt64
        var authority: Int32
        var person: UInt32
        var count: Int32
        var key: UInt64 = 0

        static func < (first: Event, second: Event) -> Bool {
            (first.atom, first.authority, first.person) < (second.atom, second.authority, second.person)
        }
    }

    /// - Parameters:
    ///   - zeros: those of the release that are about this kind of event.
    ///   - recordKeys: nil where no figure is perturbed.
    init(
        _ eventKind: String, _ specs: [TableSpec], model: EventModel, period: Period, zeros: [StructuralZero],
        recordKeys: RecordKeys?
    ) throws(ReleaseRefusal) {
        self.eventKind = eventKind
        self.recordKeys = recordKeys
        self.specs = specs
        self.period = period
        var ids: [String] = []
        for spec in specs {
            for axis in spec.axes where !ids.contains(axis.dimension) {
                guard model.dimensionIndex(axis.dimension) != nil else {
                    throw .axisUnknown(table: spec.id, dimension: axis.dimension)
                }
                ids.append(axis.dimension)
            }
        }
        var axes: [AxisCodes] = []
        var shown = specs.map { _ in [[Int]]() }
        for id in ids {
            let uses = specs.map { $0.axes.first { $0.dimension == id } }
            let (made, codes) = AxisCodes.make(
                model.dimensions[model.dimensionIndex(id)!], uses: uses, zeros: zeros.compactMap { $0.codes[id] },
                period: period)
            axes.append(made)
            for table in specs.indices { shown[table].append(codes[table]) }
        }
        guard axes.reduce(1.0, { $0 * Double($1.axis.atomCount) }) < 0x1p63 else {
            throw .tableTooLarge(table: specs[0].id, cellLimit: PartCounter.cellLimit)
        }
        self.axes = axes
        tables = specs.indices.map { table in
            LinkedTable(
                id: specs[table].id, codes: shown[table],
                columns: specs[table].axes.compactMap { axis in ids.firstIndex(of: axis.dimension) })
        }
        // One on a dimension that no table has says nothing about these.
        for zero in zeros where zero.codes.keys.allSatisfy({ ids.contains($0) }) {
            structuralZeros.append(
                zip(ids, axes).map { id, axis in zero.codes[id].flatMap { axis.zeroCodes[$0] } ?? 0 })
        }
        for (place, axis) in axes.enumerated() {
            for code in axis.emptyCodes { structuralZeros.append(ids.indices.map { $0 == place ? code : 0 }) }
        }
        for (spec, table) in zip(specs, tables) {
            guard table.codes.reduce(1, { min($0 * max(1, $1.count), 1 << 40) }) <= PartCounter.cellLimit else {
                throw .tableTooLarge(table: spec.id, cellLimit: PartCounter.cellLimit)
            }
        }
    }

    /// Cells above which a table is refused: it would hold more zeros than sense.
    static let cellLimit = 5_000_000

    /// Adds the events of a block that fall in the period.
    mutating func add(_ stored: StoredBlock, of authority: AuthorityID) {
        let block = stored.block
        guard let months = column("month", of: stored) else { return }
        var keys = [UInt64](repeating: 0, count: block.rowCount)
        var isOutside = [Bool](repeating: false, count: block.rowCount)
        months.forEachCode { row, month in
            isOutside[row] = month < period.first.index || month > period.last.index
        }
        for axis in axes {
            let size = UInt64(axis.axis.atomCount)
            guard let column = column(axis.dimension.id, of: stored) else {
                let atom = UInt64(axis.unknownAtom)
                for row in keys.indices { keys[row] = keys[row] * size + atom }
                continue
            }
            if axis.dimension.kind == .month {
                column.forEachCode { row, month in
                    keys[row] = keys[row] * size + (isOutside[row] ? 0 : UInt64(axis.atom(ofMonth: month)))
                }
            } else {
                let atoms = axis.atoms(of: stored.dictionary.dimensions[column.dimension])
                column.forEachCode { row, code in keys[row] = keys[row] * size + UInt64(atoms[code]) }
            }
        }
        let number: Int32
        if let known = authorities.firstIndex(of: authority) {
            number = Int32(known)
        } else {
            number = Int32(authorities.count)
            authorities.append(authority)
        }
        let from = events.count
        var recordKey = recordKeys.map { _ in [UInt64]() } ?? []
        if recordKeys != nil { recordKey = recordKeys!.keys(of: stored) }
        for row in keys.indices where !isOutside[row] {
            events.append(
                Event(
                    atom: keys[row], authority: number, person: person(block, row), count: 1,
                    key: recordKey.isEmpty ? 0 : recordKey[row]))
        }
        if from < events.count { PartCounter.merge(&events, from: from, modulus: recordKeys?.modulus) }
    }

    // MARK: - What was not delivered

    /// What a source has not delivered.
    ///
    /// - Parameter areas: codes that its records are about; empty for all.
    func gap(months: [Int], areas: [String]) -> CoverageGap {
        CoverageGap(
            atoms: axes.map { axis in
                switch axis.dimension.id {
                case "month": axis.atoms(ofMonths: months)
                case "area": areas.isEmpty ? [] : axis.atoms(about: areas)
                default: []
                }
            })
    }

    /// What nobody has delivered, for it lies outside of all these areas; nil where that is nothing.
    func gap(months: [Int], outside areas: [String]) -> CoverageGap? {
        guard let place = axes.firstIndex(where: { $0.dimension.id == "area" }) else { return nil }
        let outside = axes[place].atoms(outside: areas)
        guard !outside.isEmpty else { return nil }
        var gap = gap(months: months, areas: [])
        gap.atoms[place] = outside
        return gap
    }

    private mutating func person(_ block: RecordBlock, _ row: Int) -> UInt32 {
        guard let token = block.linkToken(row) else { return 0 }
        countsPersons = true
        if let known = persons[token] { return UInt32(known) }
        persons[token] = persons.count + 1
        return UInt32(persons.count)
    }

    /// Sorts what stands from `from` on and makes one of what is alike.
    private static func merge(_ events: inout [Event], from: Int, modulus: UInt64?) {
        events[from...].sort()
        var last = from
        for index in from + 1..<max(events.count, from + 1) {
            let event = events[index]
            if event.atom == events[last].atom, event.authority == events[last].authority,
                event.person == events[last].person
            {
                events[last].count += event.count
                if let modulus { events[last].key = (events[last].key + event.key) % modulus }
            } else {
                last += 1
                events[last] = event
            }
        }
        events.removeLast(events.count - last - 1)
    }

    private func column(_ dimension: String, of stored: StoredBlock) -> RecordBlock.Column? {
        stored.block.columns.first { stored.dictionary.dimensions[$0.dimension].id == dimension }
    }

    /// All that was added, as the certificate has it.
    ///
    /// - Parameter rules: what an authority asks for its own records, besides what the release asks.
    mutating func linkedTables(_ rules: (AuthorityID) -> PrimaryRules?) -> LinkedTables {
        if authorities.isEmpty { authorities = [AuthorityID("none")!] }
        let order = authorities.indices.sorted { authorities[$0].text < authorities[$1].text }
        var place = [Int32](repeating: 0, count: order.count)
        for (new, old) in order.enumerated() { place[old] = Int32(new) }
        for index in events.indices { events[index].authority = place[Int(events[index].authority)] }
        if !events.isEmpty { PartCounter.merge(&events, from: 0, modulus: recordKeys?.modulus) }
        return LinkedTables(
            eventKind: eventKind, axes: axes.map(\.axis), tables: tables,
            authorities: order.map { LinkedTables.Authority(id: authorities[$0].text, rules: rules(authorities[$0])) },
            contributions: events.map {
                Contribution(
                    atom: $0.atom, authority: Int($0.authority), person: Int($0.person), count: Int($0.count),
                    key: $0.key)
            }, structuralZeros: structuralZeros)
    }
}
