import SluiceModel

/// A `PatternTable` laid out for the walk: states are offsets of their rows, and the last column of a row says
/// whether the state accepts.
struct PatternMatcher: BitwiseCopyable {
    private let classes: Flat<UInt8>
    private let table: Flat<UInt32>
    private let acceptColumn: UInt32

    private static var dead: UInt32 { .max }

    init(_ pattern: PatternTable, arena: Arena) {
        classes = arena.flat(pattern.classes)
        let stride = pattern.classCount + 1
        var table: [UInt32] = []
        table.reserveCapacity(pattern.accepting.count * stride)
        for state in pattern.accepting.indices {
            for symbol in 0..<pattern.classCount {
                let next = pattern.transitions[state * pattern.classCount + symbol]
                table.append(next == .max ? PatternMatcher.dead : UInt32(Int(next) * stride))
            }
            table.append(pattern.accepting[state] ? 1 : 0)
        }
        self.table = arena.flat(table)
        acceptColumn = UInt32(pattern.classCount)
    }

    @inline(__always)
    func matches(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var state: UInt32 = 0
        var index = start
        while index < end {
            state = table[Int(state &+ UInt32(classes[Int(text[index])]))]
            if state == PatternMatcher.dead { return false }
            index &+= 1
        }
        return table[Int(state &+ acceptColumn)] == 1
    }
}
