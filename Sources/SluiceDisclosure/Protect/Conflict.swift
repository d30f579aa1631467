package import SluiceCertificate
package import SluiceModel

/// Why a cell cannot be protected.
package struct Conflict: Hashable, Sendable {
    /// Of the sensitive cell.
    package var slot: Int
    /// Cells that must be shown and by themselves leave no way, none to spare. Empty when there is none even with nothing
    /// forced.
    package var core: [Int]

    package init(slot: Int, core: [Int]) {
        self.slot = slot
        self.core = core
    }
}

extension Conflict {
    /// Cells for which conflicts are looked for, and forced cells among which.
    private static let cellLimit = 3
    private static let forcedLimit = 400

    /// For the first few cells that a search could not protect, a minimal set of forced cells that stands in the way.
    ///
    /// One forced cell after the other is set free; where the sensitive cell stays without a way, it was not needed and
    /// stays free. What is left is minimal (a deletion filter).
    ///
    /// - Source: Chinneck and Dravnieks, "Locating minimal infeasible constraint sets in linear programs" (1991).
    package static func find(
        _ tables: LinkedTables, _ rules: AuditRules, _ options: SearchOptions, unproved: [Int]
    ) -> [Conflict] {
        unproved.prefix(cellLimit).map { slot in
            var free = options
            free.isGrandTotalPublic = false
            free.forcedPublic = []
            guard canProtect(tables, rules, free, slot) else { return Conflict(slot: slot, core: []) }
            var core = options.forced(tables, Layout(tables)).sorted()
            // Half of them at a time first: most are not needed.
            var step = max(1, core.count / 2)
            while true {
                var from = 0
                while from < core.count, core.count <= forcedLimit {
                    let without = Array(core[..<from]) + Array(core[min(from + step, core.count)...])
                    free.forcedPublic = Set(without)
                    if canProtect(tables, rules, free, slot) { from += step } else { core = without }
                }
                if step == 1 || core.count > forcedLimit { break }
                step = max(1, step / 2)
            }
            return Conflict(slot: slot, core: core)
        }
    }

    private static func canProtect(
        _ tables: LinkedTables, _ rules: AuditRules, _ options: SearchOptions, _ slot: Int
    ) -> Bool {
        var protector = Protector(tables, rules, options)
        return protector.canProve(slot)
    }
}
