import SluiceCertificate

extension ProvedTables {
    /// How much of each table is hidden: for the person who builds, never part of a release.
    ///
    /// - Parameter notAvailable: by slot; empty for none.
    func hiddenShares(notAvailable: [Bool]) -> [HiddenShare] {
        HiddenShare.of(tables, layout, values, notAvailable) { shown($0) == .confidential }
    }

    /// Cells that are seen to hold all of a total, by name.
    func shownGroups() -> [String] {
        guard rules.perturbation == .none else { return [] }
        // Seen where the total is, or where all parts are.
        let full = tables.groups(rules, layout, values).filter { group in
            statuses[group.full] == .shown && !group.empty.isEmpty
                && (group.total.map { statuses[$0] == .shown } ?? false
                    || group.empty.allSatisfy { statuses[$0] == .shown })
        }
        return tables.cellNames(Set(full.map(\.full)).sorted())
    }
}

/// How much of one table is hidden.
package struct HiddenShare: Hashable, Sendable {
    package var table: String
    package var cells: Int
    package var hidden = 0
    package var nonzero = 0
    package var hiddenNonzero = 0
    /// Cells whose figure nobody has, for a source has not delivered; in none of the counts above but `cells`.
    package var notAvailable = 0

    static func of(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], _ notAvailable: [Bool], isHidden: (Int) -> Bool
    ) -> [HiddenShare] {
        tables.tables.indices.map { table in
            let block = layout.blocks[table]
            var share = HiddenShare(table: tables.tables[table].id, cells: block.cellCount)
            for slot in block.base..<block.base + block.cellCount {
                if !notAvailable.isEmpty, notAvailable[slot] {
                    share.notAvailable += 1
                    continue
                }
                let hides = isHidden(slot)
                if hides { share.hidden += 1 }
                if values[slot] > 0 {
                    share.nonzero += 1
                    if hides { share.hiddenNonzero += 1 }
                }
            }
            return share
        }
    }

    mutating func add(_ other: HiddenShare) {
        cells += other.cells
        notAvailable += other.notAvailable
        hidden += other.hidden
        nonzero += other.nonzero
        hiddenNonzero += other.hiddenNonzero
    }

    /// Per cent of the cells that are not zero, rounded down.
    package var percentNonzero: Int { nonzero > 0 ? hiddenNonzero * 100 / nonzero : 0 }
}
