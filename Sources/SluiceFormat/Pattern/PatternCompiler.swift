import SluiceModel

/// Turns a regular expression into the table the worker walks: Thompson's construction over the bytes of UTF-8, the
/// subset construction, and Hopcroft's minimisation.
///
/// Every step is bounded, so a pattern that explodes is an error and not a stuck daemon.
struct PatternCompiler {
    /// States of the finished table.
    static let stateLimit = 4096
    static let stateLimitBeforeMinimising = 4 * stateLimit
    static let nodeLimit = 20_000
    /// Visits of nodes during the subset construction.
    static let workLimit = 4_000_000

    static func compile(_ text: String) throws(PatternError) -> PatternTable {
        try compile(try PatternParser.parse(text), text: text)
    }

    static func compile(_ tree: PatternNode, text: String) throws(PatternError) -> PatternTable {
        var machine = Machine()
        let end = try machine.add(tree, from: 0)
        let raw = try Subsets(machine: machine, end: end).automaton()
        return try raw.minimised(text: text)
    }

    fileprivate static let tooLarge = PatternError(
        characterNumber: 1, what: "the pattern needs more than \(stateLimit) states; shorten its repetitions")
}

/// A non-deterministic automaton over bytes. Node 0 is the start.
private struct Machine {
    struct Edge {
        var bytes: ClosedRange<UInt8>
        var target: Int
    }

    var edges: [[Edge]] = [[]]
    var jumps: [[Int]] = [[]]

    mutating func newNode() throws(PatternError) -> Int {
        guard edges.count < PatternCompiler.nodeLimit else { throw PatternCompiler.tooLarge }
        edges.append([])
        jumps.append([])
        return edges.count - 1
    }

    /// Adds what matches `tree` after `start` and returns the node where it ends.
    mutating func add(_ tree: PatternNode, from start: Int) throws(PatternError) -> Int {
        switch tree {
        case .empty:
            return start
        case .set(let set):
            return try add(set, from: start)
        case .sequence(let parts):
            var node = start
            for part in parts { node = try add(part, from: node) }
            return node
        case .alternatives(let branches):
            let end = try newNode()
            for branch in branches {
                let begin = try newNode()
                jumps[start].append(begin)
                jumps[try add(branch, from: begin)].append(end)
            }
            return end
        case .repeated(let part, let minimum, let maximum):
            var node = start
            for _ in 0..<minimum { node = try add(part, from: node) }
            let end = try newNode()
            jumps[node].append(end)
            guard let maximum else {
                let begin = try newNode()
                jumps[node].append(begin)
                let last = try add(part, from: begin)
                jumps[last].append(begin)
                jumps[last].append(end)
                return end
            }
            for _ in minimum..<max(minimum, maximum) {
                let begin = try newNode()
                jumps[node].append(begin)
                node = try add(part, from: begin)
                jumps[node].append(end)
            }
            return end
        }
    }

    /// Equal tails of the byte sequences share their nodes.
    private mutating func add(_ set: CodePointSet, from start: Int) throws(PatternError) -> Int {
        let end = try newNode()
        var tails: [ArraySlice<ClosedRange<UInt8>>: Int] = [:]
        for sequence in set.byteSequences {
            var target = end
            for index in sequence.indices.dropFirst().reversed() {
                let tail = sequence[index...]
                if let known = tails[tail] {
                    target = known
                    continue
                }
                let node = try newNode()
                edges[node].append(Edge(bytes: sequence[index], target: target))
                tails[tail] = node
                target = node
            }
            edges[start].append(Edge(bytes: sequence[0], target: target))
        }
        return end
    }
}

/// A deterministic automaton. Target −1 is the dead state.
private struct Automaton {
    var classes: [UInt8]
    var classCount: Int
    var targets: [Int]
    var accepting: [Bool]
}

private struct Subsets {
    let machine: Machine
    let end: Int

    func automaton() throws(PatternError) -> Automaton {
        let (classes, classCount, representatives) = byteClasses()
        var stamps = [Int](repeating: 0, count: machine.edges.count)
        var stamp = 0
        var work = 0

        /// The nodes with a way on, or the end, that can be reached from `roots` without a byte. Sorted.
        func closure(_ roots: [Int]) -> [Int] {
            stamp += 1
            var stack = roots
            var kept: [Int] = []
            while let node = stack.popLast() {
                guard stamps[node] != stamp else { continue }
                stamps[node] = stamp
                work += 1
                if !machine.edges[node].isEmpty || node == end { kept.append(node) }
                stack += machine.jumps[node]
            }
            // Sorting and looking up a large set costs as much as finding it.
            work += kept.count
            return kept.sorted()
        }

        let first = closure([0])
        var states = [first]
        var numbers = [first: 0]
        var targets: [Int] = []
        var index = 0
        while index < states.count {
            let state = states[index]
            for byte in representatives {
                var roots: [Int] = []
                for node in state {
                    work += machine.edges[node].count
                    for edge in machine.edges[node] where edge.bytes.contains(byte) { roots.append(edge.target) }
                }
                guard work <= PatternCompiler.workLimit else { throw PatternCompiler.tooLarge }
                if roots.isEmpty {
                    targets.append(-1)
                    continue
                }
                let next = closure(roots)
                if let known = numbers[next] {
                    targets.append(known)
                } else {
                    guard states.count < PatternCompiler.stateLimitBeforeMinimising else {
                        throw PatternCompiler.tooLarge
                    }
                    numbers[next] = states.count
                    targets.append(states.count)
                    states.append(next)
                }
            }
            index += 1
        }
        return Automaton(
            classes: classes, classCount: classCount, targets: targets,
            accepting: states.map { $0.contains(end) })
    }

    /// Bytes that no edge tells apart share a class.
    private func byteClasses() -> (classes: [UInt8], count: Int, representatives: [UInt8]) {
        var begins = [Bool](repeating: false, count: 257)
        begins[0] = true
        for edges in machine.edges {
            for edge in edges {
                begins[Int(edge.bytes.lowerBound)] = true
                begins[Int(edge.bytes.upperBound) + 1] = true
            }
        }
        var classes: [UInt8] = []
        var representatives: [UInt8] = []
        for byte in 0..<256 {
            if begins[byte] { representatives.append(UInt8(byte)) }
            classes.append(UInt8(representatives.count - 1))
        }
        return (classes, representatives.count, representatives)
    }
}

extension Automaton {
    /// The smallest table that accepts the same texts, its states in the order they are first reached.
    fileprivate func minimised(text: String) throws(PatternError) -> PatternTable {
        let dead = accepting.count
        let blocks = Partition(automaton: self).blockOfState
        let deadBlock = blocks[dead]
        guard blocks[0] != deadBlock else { throw PatternError(characterNumber: 1, what: "no value can match") }

        var order: [Int] = [0]
        var numbers = [blocks[0]: 0]
        var rows: [[UInt16]] = []
        var index = 0
        while index < order.count {
            var row: [UInt16] = []
            for byteClass in 0..<classCount {
                let target = targets[order[index] * classCount + byteClass]
                let block = target < 0 ? deadBlock : blocks[target]
                if block == deadBlock {
                    row.append(.max)
                } else if let number = numbers[block] {
                    row.append(UInt16(number))
                } else {
                    guard order.count < PatternCompiler.stateLimit else { throw PatternCompiler.tooLarge }
                    numbers[block] = order.count
                    row.append(UInt16(order.count))
                    order.append(target)
                }
            }
            rows.append(row)
            index += 1
        }

        // Classes that the smaller table no longer tells apart become one.
        var columns: [[UInt16]: Int] = [:]
        var kept: [Int] = []
        var newClass: [Int] = []
        for byteClass in 0..<classCount {
            let column = rows.map { $0[byteClass] }
            if let known = columns[column] {
                newClass.append(known)
            } else {
                columns[column] = kept.count
                newClass.append(kept.count)
                kept.append(byteClass)
            }
        }
        return PatternTable(
            text: text, classes: classes.map { UInt8(newClass[Int($0)]) }, classCount: kept.count,
            transitions: rows.flatMap { row in kept.map { row[$0] } }, accepting: order.map { accepting[$0] })
    }
}

/// The coarsest partition of an automaton's states, the dead one included, that keeps accepting and rejecting states
/// apart and is closed under every byte class.
///
/// - Source: Hopcroft, "An n log n algorithm for minimizing states in a finite automaton" (1971).
private struct Partition {
    /// The dead state's number is the count of the others.
    private(set) var blockOfState: [Int]
    private var states: [Int]
    private var placeOfState: [Int]
    private var starts: [Int] = [0]
    private var ends: [Int]
    private var markedCounts: [Int] = [0]

    init(automaton: Automaton) {
        let classCount = automaton.classCount
        let dead = automaton.accepting.count
        let stateCount = dead + 1
        blockOfState = [Int](repeating: 0, count: stateCount)
        states = Array(0..<stateCount)
        placeOfState = states
        ends = [stateCount]

        // For each class, the states before each state: `sources[starts[target]..<starts[target + 1]]`.
        var sourceStarts: [[Int]] = []
        var sources: [[Int]] = []
        for byteClass in 0..<classCount {
            func target(_ state: Int) -> Int {
                let target = state == dead ? -1 : automaton.targets[state * classCount + byteClass]
                return target < 0 ? dead : target
            }
            var counts = [Int](repeating: 0, count: stateCount + 1)
            for state in 0..<stateCount { counts[target(state) + 1] += 1 }
            for index in 1...stateCount { counts[index] += counts[index - 1] }
            sourceStarts.append(counts)
            var places = [Int](repeating: 0, count: stateCount)
            for state in 0..<stateCount {
                places[counts[target(state)]] = state
                counts[target(state)] += 1
            }
            sources.append(places)
        }

        var waiting: [(block: Int, byteClass: Int)] = []
        var isWaiting: [[Bool]] = [[Bool](repeating: false, count: classCount)]
        func wait(_ block: Int, _ byteClass: Int) {
            isWaiting[block][byteClass] = true
            waiting.append((block, byteClass))
        }

        var touched: [Int] = []
        for state in 0..<dead where automaton.accepting[state] { mark(state, &touched) }
        _ = split(&touched)
        for _ in 1..<starts.count { isWaiting.append([Bool](repeating: false, count: classCount)) }
        for byteClass in 0..<classCount {
            for block in starts.indices { wait(block, byteClass) }
        }
        while let (block, byteClass) = waiting.popLast() {
            isWaiting[block][byteClass] = false
            for state in Array(states[starts[block]..<ends[block]]) {
                let range = sourceStarts[byteClass][state]..<sourceStarts[byteClass][state + 1]
                for source in sources[byteClass][range] { mark(source, &touched) }
            }
            for (old, new) in split(&touched) {
                isWaiting.append([Bool](repeating: false, count: classCount))
                for other in 0..<classCount {
                    if isWaiting[old][other] {
                        wait(new, other)
                    } else {
                        wait(ends[new] - starts[new] <= ends[old] - starts[old] ? new : old, other)
                    }
                }
            }
        }
    }

    /// Moves `state` to the marked front of its block.
    private mutating func mark(_ state: Int, _ touched: inout [Int]) {
        let block = blockOfState[state]
        let place = placeOfState[state]
        let front = starts[block] + markedCounts[block]
        guard place >= front else { return }
        if markedCounts[block] == 0 { touched.append(block) }
        states.swapAt(place, front)
        placeOfState[states[place]] = place
        placeOfState[states[front]] = front
        markedCounts[block] += 1
    }

    /// Cuts the marked front off every touched block that is not marked as a whole; returns old and new blocks.
    private mutating func split(_ touched: inout [Int]) -> [(old: Int, new: Int)] {
        var pairs: [(old: Int, new: Int)] = []
        for block in touched {
            let marked = markedCounts[block]
            markedCounts[block] = 0
            guard marked < ends[block] - starts[block] else { continue }
            let new = starts.count
            starts.append(starts[block])
            ends.append(starts[block] + marked)
            markedCounts.append(0)
            starts[block] += marked
            for state in states[starts[new]..<ends[new]] { blockOfState[state] = new }
            pairs.append((block, new))
        }
        touched = []
        return pairs
    }
}
