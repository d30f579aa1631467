package import SluiceCertificate
package import SluiceModel

/// Hides what the primary rules ask for and the cheapest cells beside it that make it safe.
///
/// Sensitive cells are taken one after the other. For each the attainable values that earlier walks have shown count; for
/// what is missing products are looked for, those over hidden cells first, and what they touch is bought. At the end
/// complements are unhidden again, the dearest first, where their walks can be replaced by others over what stays hidden.
///
/// - Source: hypercubes as witnesses, Repsilber (1994) and Giessing & Repsilber, "Tools and strategies to protect
///   multiple tables with the GHQUAR cell suppression engine" (2002); amounts, sums and proofs as in `docs/disclosure.md`.
package struct Protector {
    private(set) var board: Board
    private var search: Search
    private let options: SearchOptions
    /// What it was asked to go by; see `rules`.
    private let asked: AuditRules
    /// By need.
    private var low: [Int32]
    private var high: [Int32]
    private var walksOfNeed: [[Shown]]
    private var walks: [Trail] = []
    /// Needs for which nothing was found.
    package private(set) var unproved: [Int] = []
    package private(set) var facts = SearchFacts()

    /// What a walk shows about a need.
    private struct Shown {
        var walk: Int32
        var low: Int32
        var high: Int32
    }

    /// How far a walk has come with a need.
    private struct Reached {
        var need: Int32
        var position: Int32
        var low: Int32
        var high: Int32
        /// It moved by more than one at a time, so that not all between has been reached.
        var hasGaps = false
    }

    private var reached: [Reached] = []

    /// A walk as it was found.
    private struct Trail {
        var legs: [(changes: [Int32], times: Int32)]
        /// Needs that its proof serves.
        var users: [Int32] = []
        /// Who are alone in a cell that it changes; empty where nobody reckons with that.
        var singletons: [Int] = []
        var isUsed = true
    }

    /// Where rounding is to be controlled and cannot be, each figure is rounded by itself, see `rules`.
    package init(_ tables: LinkedTables, _ rules: AuditRules, _ options: SearchOptions) {
        self.init(tables, rules, options, draw: 0)
    }

    /// - Parameter draw: which of the orders, and of the draws of controlled rounding, that follow from a key.
    private init(_ tables: LinkedTables, _ rules: AuditRules, _ options: SearchOptions, draw: UInt64) {
        asked = rules
        var rules = rules
        var options = options
        if draw > 0 { options.key = mixed(options.key &+ draw) }
        var isRaised: [Bool] = []
        if case .controlled(let base) = rules.perturbation {
            let key = draw > 0 ? options.key : mixed(options.key)
            if let found = ControlledRounding(tables, base: base, key: key).raised() {
                isRaised = found
            } else {
                rules = rules.roundingEach
            }
        }
        let board = Board(tables, rules, options, isRaised: isRaised)
        self.board = board
        search = Search(board, key: options.key)
        self.options = options
        low = board.needs.map { board.value($0) }
        high = low
        walksOfNeed = Array(repeating: [], count: board.needs.count)
    }

    /// Does all of it: where something stays unproved, again in other orders, the first of them that proves all. Where
    /// none does, the first order stands.
    ///
    /// - Parameter orders: how many are tried, 1 or more.
    package mutating func run(orders: UInt64 = Protector.orderLimit) -> Protection {
        let protection = runOnce()
        if options.tier == .good, let better = exact() {
            facts = better.facts
            return better.protection()
        }
        // What one order hides may be what another cell would have needed; with controlled rounding, what one draw leaves
        // too narrow another may not.
        for draw in 1..<max(1, orders) where !unproved.isEmpty {
            var other = Protector(board.tables, asked, options, draw: draw)
            let found = other.runOnce()
            guard other.unproved.isEmpty else { continue }
            self = other
            return found
        }
        return protection
    }

    package static let orderLimit: UInt64 = 8

    /// The same over the cheapest pattern there is, where the tables are small enough to ask for it and it is cheaper.
    private func exact() -> Protector? {
        guard unproved.isEmpty, board.rules.perturbation == .none, !board.standsFree, board.singletons.isEmpty,
            let pattern = ExactPattern(board: board).slots(cheaperThan: cost)
        else { return nil }
        var options = options
        options.forcedPublic.formUnion(
            board.cells.indices.filter {
                !board.isTwin($0) && !pattern.contains($0) && board.needOfSlot[$0] < 0
            })
        var other = Protector(board.tables, board.rules, options)
        _ = other.runOnce()
        return other.unproved.isEmpty && other.cost < cost ? other : nil
    }

    /// What is hidden besides the sensitive cells.
    private var cost: Int { complements().reduce(0) { $0 + Int(board.prices[$1]) } }

    private mutating func runOnce() -> Protection {
        facts.cells = board.layout.slotCount
        facts.sensitive = board.asked.count
        // What the first pass hides for others may be what some could not find.
        unproved = order()
        for need in unproved { _ = prove(need) }
        for _ in 0..<2 { unproved = unproved.filter { !isProved($0) && !prove($0) } }
        unhideWhatCan()
        facts.tried = search.tried
        facts.programs = search.programs
        return protection()
    }

    /// The finest cells first: what they hide serves the cells above them too. Sums of several last, when each of them is
    /// proved by itself.
    private func order() -> [Int] {
        let depth = board.needs.map { need in
            zip(board.tables.axes, board.layout.codes(of: need.slot, board.tables)).count { axis, code in
                axis.codes[code].atoms.count > 1
            }
        }
        return board.needs.indices.sorted { first, second in
            let (a, b) = (board.needs[first], board.needs[second])
            if a.with.isEmpty != b.with.isEmpty { return a.with.isEmpty }
            return (depth[first], board.values[a.slot], mixed(options.key ^ UInt64(a.slot)))
                < (depth[second], board.values[b.slot], mixed(options.key ^ UInt64(b.slot)))
        }
    }

    /// Whether one sensitive cell can be protected at all, whatever is hidden for it.
    mutating func canProve(_ slot: Int) -> Bool {
        let need = Int(board.needOfSlot[board.firstSlots[slot] ?? slot])
        return need < 0 || prove(need)
    }

    // MARK: - One cell

    private func isProved(_ need: Int) -> Bool {
        isEnough(board.needs[need], low: low[need], high: high[need])
            && (board.singletons.isEmpty
                || singletonInTheWay(need, own: board.singletons[board.needs[need].slot]) == nil)
    }

    private func isEnough(_ wanted: Need, low: Int32, high: Int32) -> Bool {
        Int(high) >= wanted.reach && Int(high - low) + 1 >= wanted.width && (!wanted.wantsZero || low <= 0)
    }

    /// A walk that was found and not yet made.
    private struct Attempt {
        var legs: [(changes: [Int32], times: Int32)] = []
        var cost = 0
    }

    /// Finds what is missing to prove a need, also against each who is alone in a cell that its walks change.
    private mutating func prove(_ need: Int, buys: Bool = true) -> Bool {
        guard board.isHidden[board.needs[need].slot] || board.rules.perturbation.showsAll else { return false }
        guard proveEither(need, buys: buys) else { return false }
        guard !board.singletons.isEmpty else { return true }
        let own = board.singletons[board.needs[need].slot]
        var rounds = 0
        while let person = singletonInTheWay(need, own: own) {
            rounds += 1
            guard rounds <= Protector.singletonRounds else { return false }
            // As if all that this person knows were shown.
            let known = board.slotsOfSingleton[person] ?? []
            let prices = known.map { board.cells[$0].price }
            for slot in known { board.cells[slot].price = Board.forbidden }
            recount(need, without: person)
            let isProved = proveEither(need, buys: buys)
            for (slot, price) in zip(known, prices) { board.cells[slot].price = price }
            recount(need)
            guard isProved else { return false }
        }
        return true
    }

    private static let singletonRounds = 24

    /// Who would know too much, when there is somebody.
    private func singletonInTheWay(_ need: Int, own: Int?) -> Int? {
        let wanted = board.needs[need]
        let persons = Set(walksOfNeed[need].flatMap { walks[Int($0.walk)].singletons })
        return persons.sorted().first { person in
            guard person != own else { return false }
            var low = board.value(wanted)
            var high = low
            for shown in walksOfNeed[need] where !walks[Int(shown.walk)].singletons.contains(person) {
                low = min(low, shown.low)
                high = max(high, shown.high)
            }
            return !isEnough(wanted, low: low, high: high)
        }
    }

    /// Of a sum, one cell moves while the others stay, the first that can.
    private mutating func proveEither(_ need: Int, buys: Bool) -> Bool {
        let slots = board.needs[need].slots
        if slots.count == 1 { return proveOnce(need, moving: slots[0], buys: buys) }
        for slot in slots {
            let others = slots.filter { $0 != slot }
            let before = others.map { board.cells[$0] }
            for other in others { board.cells[other] = Board.Cell(price: Board.forbidden, room: 0, lift: 0) }
            let isProved = proveOnce(need, moving: slot, buys: buys)
            for (other, cell) in zip(others, before) { board.cells[other] = cell }
            if isProved { return true }
        }
        return false
    }

    private mutating func proveOnce(_ need: Int, moving slot: Int, buys: Bool) -> Bool {
        let wanted = board.needs[need]
        let value = board.value(wanted)
        if board.standsFree { return proveFree(need) }
        if Int(high[need]) < wanted.reach {
            guard let up = attempt(slot, isUp: true, Int32(wanted.reach) - value, buys: buys) else { return false }
            carryOut(up, need)
        }
        let missing = wanted.width - Int(high[need] - low[need]) - 1
        if missing > 0 {
            let depth = value - low[need] + Int32(missing)
            if board.hasRanges { return proveInRange(need, missing: Int32(missing)) }
            let canFall = board.values[slot] - depth >= board.floor
            let down = canFall ? attempt(slot, isUp: false, depth, buys: buys) : nil
            if let down, down.cost == 0 {
                carryOut(down, need)
            } else {
                let up = attempt(slot, isUp: true, high[need] - value + Int32(missing), buys: buys)
                guard let better = cheaper(down, up) else { return false }
                carryOut(better, need)
            }
        }
        if wanted.wantsZero, low[need] > 0 {
            guard let down = attempt(slot, isUp: false, value, buys: buys) else { return false }
            carryOut(down, need)
        }
        return isEnough(wanted, low: low[need], high: high[need])
    }

    /// Some of the missing values below and some above, as the ranges around allow.
    private mutating func proveInRange(_ need: Int, missing: Int32) -> Bool {
        let slot = board.needs[need].slot
        let value = board.values[slot]
        var below = min(value - board.floor, value - low[need] + missing)
        while below >= 0 {
            let above = value - low[need] + high[need] - value + missing - below
            let down = below > 0 ? attempt(slot, isUp: false, below, buys: false) : Attempt()
            if let down, let up = above > 0 ? attempt(slot, isUp: true, above, buys: false) : Attempt() {
                if below > 0 { carryOut(down, need) }
                if above > 0 { carryOut(up, need) }
                return isEnough(board.needs[need], low: low[need], high: high[need])
            }
            below -= 1
        }
        return false
    }

    private func cheaper(_ first: Attempt?, _ second: Attempt?) -> Attempt? {
        guard let first, let second else { return first ?? second }
        return first.cost <= second.cost ? first : second
    }

    /// Nothing ties the cell to another: it may be what the marker allows.
    private mutating func proveFree(_ need: Int) -> Bool {
        let slot = board.needs[need].slot
        let value = board.values[slot]
        let wanted = board.needs[need]
        let cell = board.cells[slot]
        let most = Int32(max(wanted.reach, wanted.width))
        let top =
            board.rules.perturbation.showsAll
            ? value + min(cell.lift, most) : max(value, min(Int32(board.markerTops[slot] ?? 0), most))
        let bottom = board.rules.perturbation.showsAll ? value - min(cell.room, most) : min(1, value)
        guard let atoms = possibleAtoms(slot) else { return false }
        let changes = atoms.enumerated().map { axis, atom in search.number(axis: axis, atom) }
        for times in [top - value, bottom - value] where times != 0 {
            carryOut(Attempt(legs: [(changes, times)]), need)
        }
        return isProved(need)
    }

    /// Atoms of a cell at which something can be counted, or is.
    private func possibleAtoms(_ slot: Int) -> [Int]? {
        let codes = board.layout.codes(of: slot, board.tables)
        let lists = codes.enumerated().map { axis, code in board.tables.axes[axis].codes[code].atoms }
        let first = lists.map { $0[0] }
        if board.atoms.isEmpty { return first }
        // Where there are records to mind, one that is there can go and come.
        let keys = board.atoms.keys.sorted().lazy.map { board.tables.atoms(ofKey: $0) }
        return keys.first { atoms in zip(atoms, lists).allSatisfy { $1.contains($0) } } ?? first
    }

    private static let legLimit = 16
    private static let bringLimit = 6

    /// A walk that moves the cell `times` up or down. What it would buy is not bought yet.
    private mutating func attempt(_ slot: Int, isUp: Bool, _ times: Int32, buys: Bool = true) -> Attempt? {
        var attempt = Attempt()
        var bought: [(slot: Int, price: Int32)] = []
        var left = times
        var brought = 0
        while left > 0, attempt.legs.count < Protector.legLimit {
            var direction: Int32 = isUp ? 1 : -1
            var found = find(slot, isUp: isUp, left, buys: buys)
            if found == nil, isUp, buys, brought < Protector.bringLimit {
                // Nothing near can fall: first bring something near.
                found = bringNear(slot, left)
                direction = 1
                brought += 1
            }
            guard let found, found.times > 0 else { break }
            attempt.legs.append((found.changes, direction * found.times))
            attempt.cost += Int(found.cost)
            apply(found.changes, direction * found.times)
            for (touched, by) in search.moves where Int(touched) == slot {
                left -= (isUp ? 1 : -1) * direction * by * found.times
            }
            if found.cost > 0 {
                for (touched, _) in search.moves {
                    let price = board.cells[Int(touched)].price
                    if price > 0 { bought.append((Int(touched), price)) }
                    board.cells[Int(touched)].price = 0
                }
            }
        }
        for leg in attempt.legs { apply(leg.changes, -leg.times) }
        for item in bought { board.cells[item.slot].price = item.price }
        return left <= 0 ? attempt : nil
    }

    private mutating func find(_ slot: Int, isUp: Bool, _ left: Int32, buys: Bool) -> Candidate? {
        let breadths: [Search.Breadth] =
            board.atoms.isEmpty
            ? [.siblings, .cousins, .transfers, .farTransfers] : [.swaps, .siblings, .transfers, .farTransfers]
        var result: Candidate?
        let limit = buys ? Board.forbidden - 1 : 0
        for breadth in breadths
        where buys ? breadth != .farTransfers || result == nil : board.hasRanges || breadth <= spareBreadth {
            let found = search.best(board, slot: slot, isUp: isUp, wanted: left, limit: limit, breadth: breadth)
            if let found, isCheaper(found, than: result) { result = found }
            guard let result else { continue }
            // Records that exchange something disturb least.
            if breadth == .swaps || Int(result.cost) <= Int(result.times) * Int(Protector.cheapEnough) { break }
        }
        guard buys, usesPrograms || result == nil, result.map({ $0.cost > 0 }) ?? true else { return result }
        var times = left
        while times > 0 {
            let ceiling = result?.cost ?? limit
            if var found = search.local(board, slot: slot, isUp: isUp, times: times, limit: ceiling) {
                found.times = min(found.times, left)
                if isCheaper(found, than: result) { result = found }
                break
            }
            times /= 2
        }
        return result
    }

    private func isCheaper(_ first: Candidate, than second: Candidate?) -> Bool {
        guard let second else { return true }
        return Int(first.cost) * Int(second.times) < Int(second.cost) * Int(first.times)
    }

    /// Whether linear programs are asked where products cost something, and not only where there are none.
    private var usesPrograms: Bool { options.tier == .good && board.needs.count <= Protector.goodLimit }

    /// The cheapest way to raise a cell beside this one, from which the next leg can then take.
    private mutating func bringNear(_ slot: Int, _ left: Int32) -> Candidate? {
        var result: Candidate?
        // Not from this one.
        let room = board.cells[slot].room
        board.cells[slot].room = 0
        defer { board.cells[slot].room = room }
        for beside in search.beside(slot) where board.cells[beside].room < Board.endless / 2 {
            for breadth in [Search.Breadth.transfers, .farTransfers] {
                let found = search.best(
                    board, slot: beside, isUp: true, wanted: left, limit: Board.forbidden - 1, breadth: breadth)
                guard let found, found.times > 0 else { continue }
                if let best = result, Int(found.cost) * Int(best.times) >= Int(best.cost) * Int(found.times) {
                    continue
                }
                result = found
            }
        }
        return result
    }

    /// Sixteenths of a bit for each time, above which one looks further.
    private static let cheapEnough: Int32 = 60

    private mutating func apply(_ changes: [Int32], _ times: Int32) {
        search.expand(changes)
        for (slot, by) in search.moves where board.cells[Int(slot)].room < Board.endless / 2 {
            board.cells[Int(slot)].room += by * times
            board.cells[Int(slot)].lift -= by * times
        }
        if !board.atoms.isEmpty {
            for (key, by) in search.atoms(changes) { board.atoms[key, default: 0] += by * times }
        }
    }

    /// Buys what a walk touches and notes what it shows, about this cell and all others on its way.
    private mutating func carryOut(_ attempt: Attempt, _ need: Int) {
        let number = Int32(walks.count)
        var trail = Trail(legs: attempt.legs)
        reached.removeAll(keepingCapacity: true)
        let summed = board.needs[need].with.isEmpty ? [] : board.needs[need].slots
        for leg in attempt.legs {
            search.expand(leg.changes)
            for (touched, by) in search.moves {
                let slot = Int(touched)
                if !board.isHidden[slot], !board.isTwin(slot), !board.hasRanges {
                    board.hide(slot)
                }
                if !board.singletons.isEmpty, let person = board.singletons[slot], !trail.singletons.contains(person) {
                    trail.singletons.append(person)
                }
                if board.isTwin(slot) { continue }
                if summed.contains(slot) { note(Int32(need), by, leg.times) }
                let other = board.needOfSlot[slot]
                if other < 0 || isProved(Int(other)) && Int(other) != need { continue }
                note(other, by, leg.times)
            }
        }
        for entry in reached where !entry.hasGaps {
            let other = Int(entry.need)
            let value = board.value(board.needs[other])
            // Where singletons are reckoned with, a walk that shows no more may still be one that avoids somebody.
            guard
                value + entry.low < low[other] || value + entry.high > high[other]
                    || (other == need && !board.singletons.isEmpty)
            else { continue }
            low[other] = min(low[other], value + entry.low)
            high[other] = max(high[other], value + entry.high)
            walksOfNeed[other].append(Shown(walk: number, low: value + entry.low, high: value + entry.high))
            trail.users.append(entry.need)
        }
        walks.append(trail)
        facts.legs += attempt.legs.count
    }

    /// Notes how far a leg takes what a need is about.
    private mutating func note(_ need: Int32, _ by: Int32, _ times: Int32) {
        guard let place = reached.firstIndex(where: { $0.need == need }) else {
            let position = by * times
            reached.append(
                Reached(
                    need: need, position: position, low: min(0, position), high: max(0, position),
                    hasGaps: abs(by) > 1))
            return
        }
        reached[place].position += by * times
        reached[place].low = min(reached[place].low, reached[place].position)
        reached[place].high = max(reached[place].high, reached[place].position)
        if abs(by) > 1 { reached[place].hasGaps = true }
    }

    // MARK: - Unhiding

    /// Complements that a walk over other hidden cells can spare become visible, the dearest first.
    private mutating func unhideWhatCan() {
        // Nothing but small counts is hidden.
        if board.hasRanges { return }
        var walksOfSlot = [[Int32]](repeating: [], count: board.isHidden.count)
        for number in walks.indices {
            for slot in complementsTouched(walks[number]) { walksOfSlot[Int(slot)].append(Int32(number)) }
        }
        for slot in complements() where spare(slot, &walksOfSlot) { facts.unhidden += 1 }
    }

    private static let goodLimit = 60_000

    /// Hidden cells that are not sensitive, the dearest first.
    private func complements() -> [Int] {
        board.isHidden.indices.filter { board.isHidden[$0] && board.needOfSlot[$0] < 0 }.sorted {
            (board.prices[$1], mixed(options.key ^ UInt64($0))) < (board.prices[$0], mixed(options.key ^ UInt64($1)))
        }
    }

    private mutating func complementsTouched(_ walk: Trail) -> [Int32] {
        var slots: [Int32] = []
        for leg in walk.legs {
            search.expand(leg.changes)
            for (slot, _) in search.moves where board.needOfSlot[Int(slot)] < 0 && !board.isTwin(Int(slot)) {
                if !slots.contains(slot) { slots.append(slot) }
            }
        }
        return slots
    }

    private static let userLimit = 10
    private var spareBreadth: Search.Breadth {
        options.tier == .fast ? (board.atoms.isEmpty ? .cousins : .swaps) : .transfers
    }

    /// Shows a cell again when all that was proved over it can be proved without it, hiding nothing more.
    private mutating func spare(_ slot: Int, _ walksOfSlot: inout [[Int32]]) -> Bool {
        let lost = walksOfSlot[slot].filter { walks[Int($0)].isUsed }
        let users = Set(lost.flatMap { walks[Int($0)].users }).sorted()
        if users.count > Protector.userLimit { return false }
        // As if it were shown, and must be.
        board.cells[slot].price = Board.forbidden
        board.isHidden[slot] = false
        let before = users.map { (low: low[Int($0)], high: high[Int($0)], walks: walksOfNeed[Int($0)]) }
        for user in users {
            let user = Int(user)
            walksOfNeed[user].removeAll { lost.contains($0.walk) }
            recount(user)
        }
        let firstNew = walks.count
        var isFine = true
        for user in users where !isProved(Int(user)) {
            guard prove(Int(user), buys: false) else {
                isFine = false
                break
            }
        }
        if isFine {
            for walk in lost { walks[Int(walk)].isUsed = false }
            for number in firstNew..<walks.count {
                for slot in complementsTouched(walks[number]) { walksOfSlot[Int(slot)].append(Int32(number)) }
            }
            return true
        }
        // Back to where it was.
        for number in firstNew..<walks.count {
            for user in walks[number].users { walksOfNeed[Int(user)].removeAll { $0.walk == Int32(number) } }
        }
        let others = Set(walks[firstNew...].flatMap(\.users)).subtracting(users)
        walks.removeLast(walks.count - firstNew)
        for other in others { recount(Int(other)) }
        for (place, user) in users.enumerated() {
            let user = Int(user)
            (low[user], high[user], walksOfNeed[user]) = (before[place].low, before[place].high, before[place].walks)
        }
        board.isHidden[slot] = true
        board.cells[slot].price = 0
        return false
    }

    /// What the walks of a need show about it; without those that change what one person knows.
    private mutating func recount(_ need: Int, without person: Int? = nil) {
        let value = board.value(board.needs[need])
        low[need] = value
        high[need] = value
        for shown in walksOfNeed[need] {
            if let person, walks[Int(shown.walk)].singletons.contains(person) { continue }
            low[need] = min(low[need], shown.low)
            high[need] = max(high[need], shown.high)
        }
    }

    // MARK: - The answer

    /// What it went by, for whoever proves it.
    package var rules: AuditRules { board.rules }

    /// Slots of the cells for which nothing was found, ascending.
    package var unprovedSlots: [Int] { Set(unproved.map { board.needs[$0].slot }).sorted() }

    private func protection() -> Protection {
        var numbers: [Int32: Int] = [:]
        var result = Protection(statuses: board.statuses)
        for (slot, need) in board.asked {
            var list: [Int] = []
            for walk in walksOfNeed[need].map(\.walk) {
                if let known = numbers[walk] {
                    list.append(known)
                    continue
                }
                numbers[walk] = result.walks.count
                list.append(result.walks.count)
                result.walks.append(
                    Walk(walks[Int(walk)].legs.map { Walk.Leg(search.move($0.changes), Int($0.times)) }))
            }
            result.proofs.append(Protection.Proof(slot: slot, walks: list))
        }
        return result
    }
}

/// What a search did, for the bench and the person who builds. Never part of a release.
package struct SearchFacts: Hashable, Sendable {
    package var cells = 0
    package var sensitive = 0
    package var unhidden = 0
    package var legs = 0
    package var tried = 0
    package var programs = 0

    package init() {}
}
