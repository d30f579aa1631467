// Is this release proved safe? Integers only, no solver, nothing imported. The rest of Sluice may be wrong about a
// table; it cannot publish one that this target has not accepted.
//
// One rule so far: no equations. A release whose tables share no events and hold no totals has no equation between any
// two of its cells, so a hidden cell can be worked out from nothing that is published.

/// One table of counts as it is meant to be published, with the true values beside what is shown.
package struct AuditedTable: Hashable, Sendable {
    package struct Axis: Hashable, Sendable {
        package var dimension: String
        /// Every code of an axis stands at this one level.
        package var level: String

        package init(dimension: String, level: String) {
            self.dimension = dimension
            self.level = level
        }
    }

    package struct Cell: Hashable, Sendable {
        /// One code per axis.
        package var codes: [String]
        package var trueCount: Int
        package var shown: Shown

        package init(codes: [String], trueCount: Int, shown: Shown) {
            self.codes = codes
            self.trueCount = trueCount
            self.shown = shown
        }
    }

    package enum Shown: Hashable, Sendable {
        case count(Int)
        /// The marker `[c]` in place of the count.
        case confidential
    }

    package var id: String
    /// The kind of event that is counted: each event is in at most one cell.
    package var eventKind: String
    package var axes: [Axis]
    package var cells: [Cell]

    package init(id: String, eventKind: String, axes: [Axis], cells: [Cell]) {
        self.id = id
        self.eventKind = eventKind
        self.axes = axes
        self.cells = cells
    }
}

/// A table that was proved safe to publish together with the others of its release. Only the checker makes one, and
/// publishing takes nothing else.
package struct ProvedTable: Hashable, Sendable {
    package let table: AuditedTable
    package let proof: Proof

    fileprivate init(table: AuditedTable, proof: Proof) {
        self.table = table
        self.proof = proof
    }
}

/// By which rule a release was proved, for its provenance.
package struct Proof: Hashable, Sendable {
    package enum Rule: String, Sendable {
        /// No equation ties any two cells of the release, and every count from 1 to `threshold − 1` is hidden.
        case noEquations = "no-equations"
    }

    package let rule: Rule
    package let threshold: Int

    fileprivate init(rule: Rule, threshold: Int) {
        self.rule = rule
        self.threshold = threshold
    }
}

/// Why a release is not proved. Names tables and places, never a count.
package enum ProofRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// A hidden cell must leave at least two values open to someone who knows the rule.
    case thresholdTooLow(Int)
    case sharedEvents(table: String, other: String)
    case repeatedDimension(table: String, dimension: String)
    case wrongShape(table: String, cellIndex: Int)
    case repeatedCell(table: String, cellIndex: Int)
    case negativeCount(table: String, cellIndex: Int)
    case smallCountShown(table: String, cellIndex: Int)
    case hiddenWithoutReason(table: String, cellIndex: Int)
    case shownDiffers(table: String, cellIndex: Int)

    package var description: String {
        switch self {
        case .thresholdTooLow(let threshold):
            "a threshold of \(threshold) leaves a hidden cell one possible value; it must be at least 3"
        case .sharedEvents(let table, let other):
            "tables \(table) and \(other) count the same events, so their cells are tied by equations"
        case .repeatedDimension(let table, let dimension):
            "table \(table) has the dimension \(dimension) more than once, so its cells are tied by equations"
        case .wrongShape(let table, let cell): "table \(table), cell \(cell): not one code per axis"
        case .repeatedCell(let table, let cell): "table \(table), cell \(cell): stands there twice"
        case .negativeCount(let table, let cell): "table \(table), cell \(cell): below zero"
        case .smallCountShown(let table, let cell): "table \(table), cell \(cell): a small count is shown"
        case .hiddenWithoutReason(let table, let cell): "table \(table), cell \(cell): hidden though not small"
        case .shownDiffers(let table, let cell): "table \(table), cell \(cell): what is shown is not the count"
        }
    }
}

/// Proves all tables of one release together by the rule of no equations.
///
/// An attacker who knows every published count, the rule and that counts are whole and not negative learns of a
/// hidden cell only that it lies in `1 ..< threshold`: with a threshold of 5 the attainable values are 1, 2, 3 and 4,
/// four of them, and nothing narrows them, for no published figure is a sum that contains the cell.
///
/// - Source: PCSC Act 2022 s.16(4)(b) by way of the profile's threshold; the attacker of `docs/disclosure.md`.
package func proveByNoEquations(_ tables: [AuditedTable], threshold: Int) throws(ProofRefusal) -> [ProvedTable] {
    guard threshold >= 3 else { throw .thresholdTooLow(threshold) }
    var tableOfKind: [String: String] = [:]
    for table in tables {
        if let other = tableOfKind[table.eventKind] { throw .sharedEvents(table: table.id, other: other) }
        tableOfKind[table.eventKind] = table.id
        var dimensions: Set<String> = []
        for axis in table.axes where !dimensions.insert(axis.dimension).inserted {
            throw .repeatedDimension(table: table.id, dimension: axis.dimension)
        }
        try checkCells(of: table, threshold: threshold)
    }
    let proof = Proof(rule: .noEquations, threshold: threshold)
    return tables.map { ProvedTable(table: $0, proof: proof) }
}

private func checkCells(of table: AuditedTable, threshold: Int) throws(ProofRefusal) {
    var seen: Set<[String]> = []
    seen.reserveCapacity(table.cells.count)
    for (index, cell) in table.cells.enumerated() {
        guard cell.codes.count == table.axes.count else { throw .wrongShape(table: table.id, cellIndex: index) }
        guard seen.insert(cell.codes).inserted else { throw .repeatedCell(table: table.id, cellIndex: index) }
        guard cell.trueCount >= 0 else { throw .negativeCount(table: table.id, cellIndex: index) }
        let isSmall = cell.trueCount > 0 && cell.trueCount < threshold
        switch cell.shown {
        case .confidential:
            // The marker says "1 to threshold − 1" to whoever knows the rule; it must not lie, nor be a zero.
            guard isSmall else { throw .hiddenWithoutReason(table: table.id, cellIndex: index) }
        case .count(let count):
            guard !isSmall else { throw .smallCountShown(table: table.id, cellIndex: index) }
            guard count == cell.trueCount else { throw .shownDiffers(table: table.id, cellIndex: index) }
        }
    }
}
