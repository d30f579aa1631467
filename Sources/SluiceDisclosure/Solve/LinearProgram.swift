import CCbc
import CClp
import Synchronization

/// Cbc 2.10 reads its own arguments through global variables: one program at a time in a process.
private let oneProgram = Mutex(())

/// A linear program, solved by Clp. What comes back is a guess in floating point: whoever uses it rounds it and checks it
/// in whole numbers.
struct LinearProgram {
    private var columnStarts: [CoinBigIndex] = [0]
    private var rowNumbers: [Int32] = []
    private var elements: [Double] = []
    private var columnLower: [Double] = []
    private var columnUpper: [Double] = []
    private var costs: [Double] = []
    private var rowLower: [Double] = []
    private var rowUpper: [Double] = []
    private var wholeColumns: [Int32] = []

    var columnCount: Int { costs.count }

    /// - Returns: the row's number.
    mutating func row(_ lower: Double, _ upper: Double) -> Int32 {
        rowLower.append(lower)
        rowUpper.append(upper)
        return Int32(rowLower.count - 1)
    }

    /// - Parameters:
    ///   - isWhole: whether only whole numbers will do; `wholeSolution` then asks for them.
    ///   - entries: rows that were added, each at most once.
    mutating func column(
        _ lower: Double, _ upper: Double, cost: Double, isWhole: Bool = false, _ entries: [(row: Int32, value: Double)]
    ) {
        if isWhole { wholeColumns.append(Int32(costs.count)) }
        for entry in entries {
            rowNumbers.append(entry.row)
            elements.append(entry.value)
        }
        columnStarts.append(CoinBigIndex(rowNumbers.count))
        columnLower.append(lower)
        columnUpper.append(upper)
        costs.append(cost)
    }

    /// The cheapest values of the columns; nil when there are none, or none that Clp is sure of.
    func solution(iterationLimit: Int32 = 20_000) -> [Double]? {
        guard let model = unsafe Clp_newModel() else { return nil }
        defer { unsafe Clp_deleteModel(model) }
        unsafe Clp_setLogLevel(model, 0)
        unsafe Clp_loadProblem(
            model, Int32(costs.count), Int32(rowLower.count), columnStarts, rowNumbers, elements, columnLower,
            columnUpper,
            costs, rowLower, rowUpper)
        unsafe Clp_setMaximumIterations(model, iterationLimit)
        // Coefficients are 1 and −1.
        unsafe Clp_scaling(model, 0)
        _ = unsafe Clp_dual(model, 0)
        guard unsafe Clp_status(model) == 0, let found = unsafe Clp_primalColumnSolution(model) else { return nil }
        return (0..<costs.count).map { unsafe found[$0] }
    }

    /// The cheapest values of the columns with those whole that are to be, by Cbc's branch and cut; nil when there are
    /// none, or none that it found before the limit. Rounded for the columns that are to be whole.
    ///
    /// - Parameter cutoff: what the answer must cost less than.
    func wholeSolution(nodeLimit: Int32, cutoff: Double? = nil) -> [Double]? {
        oneProgram.withLock { _ in wholeSolutionAlone(nodeLimit: nodeLimit, cutoff: cutoff) }
    }

    private func wholeSolutionAlone(nodeLimit: Int32, cutoff: Double?) -> [Double]? {
        guard let model = unsafe Cbc_newModel() else { return nil }
        defer { unsafe Cbc_deleteModel(model) }
        unsafe Cbc_setParameter(model, "log", "0")
        // Both cost seconds at the root of programs with large bounds, and gain less than a few nodes do.
        unsafe Cbc_setParameter(model, "cuts", "off")
        unsafe Cbc_setParameter(model, "heuristics", "off")
        unsafe Cbc_loadProblem(
            model, Int32(costs.count), Int32(rowLower.count), columnStarts, rowNumbers, elements, columnLower,
            columnUpper, costs, rowLower, rowUpper)
        for column in wholeColumns { unsafe Cbc_setInteger(model, column) }
        unsafe Cbc_setMaximumNodes(model, nodeLimit)
        // No answer that hangs on how fast the machine is: one that takes this long is none.
        unsafe Cbc_setMaximumSeconds(model, 20)
        if let cutoff { unsafe Cbc_setCutoff(model, cutoff) }
        _ = unsafe Cbc_solve(model)
        guard unsafe Cbc_isSecondsLimitReached(model) == 0, unsafe Cbc_numberSavedSolutions(model) > 0,
            let found = unsafe Cbc_bestSolution(model)
        else { return nil }
        var values = (0..<costs.count).map { unsafe found[$0] }
        for column in wholeColumns { values[Int(column)].round() }
        return values
    }
}
