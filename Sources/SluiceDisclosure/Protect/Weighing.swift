import SluiceCertificate

/// What a product of given changes costs, and how often it can be made: the search's innermost loop.
extension Search {
    /// - Parameter plus: the atom that every option of an axis puts the change at.
    mutating func cheapest(
        _ board: borrowing Board, _ table: Int, _ plus: [Int], _ given: [[Int32]], _ isUp: Bool, _ wanted: Int32,
        _ limit: Int32
    ) -> Candidate? {
        guard let (options, prices) = promising(board, table, plus, given, isUp, limit) else { return nil }
        let axisCount = options.count
        // The axis with the most options runs innermost: the others' product is made once for all of them.
        var inner = 0
        for axis in options.indices where options[axis].count > options[inner].count { inner = axis }
        let outer = options.indices.filter { $0 != inner }
        var choice = [Int](repeating: 0, count: axisCount)
        var result: Candidate?
        // Of the best so far: cost and times.
        var bestCost = limit == 0 ? Int32(1) : min(limit, Board.forbidden - 1)
        var bestTimes = limit == 0 ? Int32(1) : 1
        let sign: Int32 = isUp ? 1 : -1
        let mindsAtoms = !board.atoms.isEmpty
        repeat {
            let least = outer.reduce(0) { $0 + Int(prices[$1][choice[$1]]) }
            if least * Int(bestTimes) > Int(bestCost) * Int(wanted) { continue }
            // A table that lacks an axis on which something goes elsewhere does not change.
            var moved: UInt32 = 0
            for axis in outer where changes[axis].pairs[Int(options[axis][choice[axis]])].minus >= 0 {
                moved |= 1 << UInt32(axis)
            }
            for block in layout.blocks.indices {
                if moved & ~seenAxes[block] == 0 {
                    makeBase(block, options, choice, outer, sign)
                } else {
                    bases[block].removeAll(keepingCapacity: true)
                }
            }
            if mindsAtoms { makeCorners(options, choice, outer, inner, sign) }
            var lastClass: Int32 = -1
            var upCost: Int32 = 0
            var upTimes = Int32.max
            for (place, option) in options[inner].enumerated() {
                if (least + Int(prices[inner][place])) * Int(bestTimes) > Int(bestCost) * Int(wanted) { break }
                let plusClass = changes[inner].plusClasses[Int(option)]
                if plusClass != lastClass {
                    lastClass = plusClass
                    (upCost, upTimes) = look(board, inner, option, isUpSide: true, wanted, bestCost, bestTimes)
                }
                tried += 1
                if upTimes <= 0 { continue }
                if Int(upCost) * Int(bestTimes) > Int(bestCost) * Int(wanted) { continue }
                let (downCost, downTimes) = look(
                    board, inner, option, isUpSide: false, wanted, bestCost - upCost, bestTimes)
                let cost = upCost + downCost
                var times = min(upTimes, downTimes, wanted)
                if times <= 0 || cost >= Board.forbidden { continue }
                if mindsAtoms {
                    times = min(times, cornerTimes(board, inner, option))
                    if times <= 0 { continue }
                }
                if limit == 0 {
                    guard cost == 0 else { continue }
                    if result == nil || times > bestTimes {
                        result = candidate(options, choice, inner, option, cost, times)
                        bestTimes = times
                    }
                } else if result == nil
                    ? cost <= limit
                    : (Int(cost) * Int(bestTimes) < Int(bestCost) * Int(times)
                        || (Int(cost) * Int(bestTimes) == Int(bestCost) * Int(times) && times > bestTimes))
                {
                    result = candidate(options, choice, inner, option, cost, times)
                    bestCost = cost
                    bestTimes = times
                }
                if cost == 0, times >= wanted { return result }
            }
        } while next(&choice, options, outer)
        return result
    }

    /// Leaves out options that cannot be part of anything good: every product holds the corner at which one axis alone
    /// has changed. The rest come with what that corner costs, the cheapest first; nil when an axis has none left.
    private func promising(
        _ board: borrowing Board, _ table: Int, _ plus: [Int], _ given: [[Int32]], _ isUp: Bool, _ limit: Int32
    ) -> (options: [[Int32]], prices: [[Int32]])? {
        var base = layout.blocks[table].base
        for axis in plus.indices { base += Int(max(0, finest[table][axis][plus[axis]])) }
        var options = given
        var prices = given.map { [Int32](repeating: 0, count: $0.count) }
        for axis in given.indices where given[axis].count > 1 {
            let from = base - Int(max(0, finest[table][axis][plus[axis]]))
            var kept: [(price: Int32, option: Int32)] = []
            kept.reserveCapacity(given[axis].count)
            for option in given[axis] {
                let minus = changes[axis].pairs[Int(option)].minus
                guard minus >= 0 else {
                    kept.append((0, option))
                    continue
                }
                let step = finest[table][axis][Int(minus)]
                guard step >= 0 else { continue }
                let cell = board.cells[from + Int(step)]
                if cell.price > limit || (isUp ? cell.room : cell.lift) <= 0 { continue }
                kept.append((cell.price, option))
            }
            if kept.isEmpty { return nil }
            kept.sort { $0.price < $1.price }
            options[axis] = kept.map(\.option)
            prices[axis] = kept.map(\.price)
        }
        return (options, prices)
    }

    private func candidate(
        _ options: [[Int32]], _ choice: [Int], _ inner: Int, _ option: Int32, _ cost: Int32, _ times: Int32
    ) -> Candidate {
        var list = options.indices.map { options[$0][choice[$0]] }
        list[inner] = option
        return Candidate(changes: list, cost: cost, times: times)
    }

    private func next(_ choice: inout [Int], _ options: [[Int32]], _ outer: [Int]) -> Bool {
        for axis in outer.reversed() {
            choice[axis] += 1
            if choice[axis] < options[axis].count { return true }
            choice[axis] = 0
        }
        return false
    }

    /// The product over the outer axes in one table.
    private mutating func makeBase(_ block: Int, _ options: [[Int32]], _ choice: [Int], _ outer: [Int], _ sign: Int32) {
        base.removeAll(keepingCapacity: true)
        base.append((Int32(layout.blocks[block].base), sign))
        for axis in outer {
            let change = options[axis][choice[axis]]
            let up = changes[axis].up(change, block: block)
            let down = changes[axis].down(change, block: block)
            let count = base.count
            for at in up {
                let step = changes[axis].steps[at]
                for index in 0..<count { base.append((base[index].step + step, base[index].sign)) }
            }
            for at in down {
                let step = changes[axis].steps[at]
                for index in 0..<count { base.append((base[index].step + step, -base[index].sign)) }
            }
            base.removeFirst(count)
            if base.isEmpty { break }
        }
        Swift.swap(&base, &bases[block])
    }

    /// What one side of an inner change costs over all tables, and how often it can be made.
    private func look(
        _ board: borrowing Board, _ inner: Int, _ option: Int32, isUpSide: Bool, _ wanted: Int32, _ bestCost: Int32,
        _ bestTimes: Int32
    ) -> (cost: Int32, times: Int32) {
        var cost = 0
        var times = Int32.max
        let ceiling = Int(bestCost) * Int(wanted)
        for block in bases.indices where !bases[block].isEmpty {
            let side = isUpSide ? changes[inner].up(option, block: block) : changes[inner].down(option, block: block)
            for at in side {
                let step = changes[inner].steps[at]
                for entry in bases[block] {
                    let cell = board.cells[Int(entry.step + step)]
                    cost += Int(cell.price)
                    let isFalling = (entry.sign < 0) == isUpSide
                    let reach = isFalling ? cell.room : cell.lift
                    if reach < times { times = reach }
                }
                if times <= 0 || cost * Int(bestTimes) > ceiling { return (Board.forbidden, 0) }
            }
        }
        return (Int32(clamping: cost), times)
    }

    private mutating func makeCorners(
        _ options: [[Int32]], _ choice: [Int], _ outer: [Int], _ inner: Int, _ sign: Int32
    ) {
        corners.removeAll(keepingCapacity: true)
        corners.append((0, sign))
        for axis in options.indices {
            let size = UInt64(tables.axes[axis].atomCount)
            let count = corners.count
            if axis == inner {
                for index in 0..<count { corners[index].key *= size }
                continue
            }
            let pair = changes[axis].pairs[Int(options[axis][choice[axis]])]
            for index in 0..<count {
                let (key, sign) = corners[index]
                corners[index].key = key * size + UInt64(pair.plus)
                if pair.minus >= 0 { corners.append((key * size + UInt64(pair.minus), -sign)) }
            }
        }
    }

    private func cornerTimes(_ board: borrowing Board, _ inner: Int, _ option: Int32) -> Int32 {
        let pair = changes[inner].pairs[Int(option)]
        var weight: UInt64 = 1
        for axis in tables.axes.indices.reversed() where axis > inner { weight *= UInt64(tables.axes[axis].atomCount) }
        var times = Int32.max
        for (key, sign) in corners {
            if !board.impossible.isEmpty, pair.minus >= 0 || sign > 0 {
                // Nothing can be put where nothing can be.
                let rising = sign > 0 ? pair.plus : pair.minus
                if board.impossible.contains(tables.atoms(ofKey: key + UInt64(rising) * weight)) { return 0 }
            }
            let isPlusFalling = sign < 0
            let atom = isPlusFalling ? pair.plus : pair.minus
            guard atom >= 0 else { continue }
            times = min(times, board.atoms[key + UInt64(atom) * weight] ?? 0)
            if times <= 0 { return 0 }
        }
        return times
    }
}
