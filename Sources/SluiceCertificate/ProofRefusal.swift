/// Why a release is not proved. Names kinds of event, tables and cells by number, never a count.
package enum ProofRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// The structure or the proof does not mean anything.
    case malformed(String)
    case tooLarge(limit: Int)
    /// A hidden cell must leave at least two values open to someone who knows the rule.
    case thresholdTooLow(Int)
    case rulesContradict(String)
    case partsDiffer
    case sensitiveShown(table: String, cell: Int)
    case notProved(table: String, cell: Int)
    /// A step of a proof changes something that is published or known.
    case stepImpossible(walk: Int, leg: Int, table: String, cell: Int)
    case atomImpossible(walk: Int, leg: Int)
    case zeroHidden(table: String, cell: Int)
    /// It is marked as a small count and is none.
    case markerLies(table: String, cell: Int)
    /// Something is counted where a structural zero says that nothing can be.
    case impossibleCounted
    /// Rounding was to be controlled, and parts of a total do not come to it.
    case addsUpToOther(table: String, cell: Int)

    package var description: String {
        switch self {
        case .malformed(let what): "the proof means nothing: see its \(what)"
        case .tooLarge(let limit): "more than \(limit) cells"
        case .thresholdTooLow(let threshold):
            "a threshold of \(threshold) leaves a hidden cell one possible value; it must be at least 3"
        case .rulesContradict(let why): "the profile contradicts itself: \(why)"
        case .partsDiffer: "the proof is about other tables"
        case .sensitiveShown(let table, let cell): "table \(table), cell \(cell + 1): too small to be shown"
        case .notProved(let table, let cell):
            "table \(table), cell \(cell + 1): too little stays open about it to someone who adds and subtracts"
        case .stepImpossible(let walk, let leg, let table, let cell):
            "step \(leg + 1) of argument \(walk + 1) is impossible: it changes table \(table), cell \(cell + 1)"
        case .atomImpossible(let walk, let leg):
            "step \(leg + 1) of argument \(walk + 1) is impossible: it leaves fewer events somewhere than there can be"
        case .markerLies(let table, let cell):
            "table \(table), cell \(cell + 1): it is marked as a small count and is none"
        case .addsUpToOther(let table, let cell):
            "table \(table), cell \(cell + 1): its parts, as they are rounded, do not come to it"
        case .impossibleCounted: "something is counted where a structural zero says that nothing can be"
        case .zeroHidden(let table, let cell):
            "table \(table), cell \(cell + 1): a zero is hidden, which the profile forbids"
        }
    }
}
