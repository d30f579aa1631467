// Chooses what to hide, and finds the walks that prove it enough. Nothing here is trusted: `SluiceCertificate` checks all
// of it again before anything is published. A fault costs utility or an answer, never safety.
//
//   Protect/Board      cells with what hiding them costs and how far they may fall
//   Protect/Axes       which changes of an axis are worth trying, the ones that disturb least first
//   Protect/Search     the cheapest product of such changes for one sensitive cell
//   Protect/Protector  all sensitive cells, then what need not have been hidden after all

import SluiceCertificate

/// What to hide first, and how hard to try.
package struct SearchOptions: Hashable, Sendable {
    package enum Tier: String, CaseIterable, Hashable, Sendable {
        /// Products alone.
        case fast
        /// Then local linear programs, and exact search where the tables are small.
        case good
    }

    package var tier: Tier
    /// Breaks ties, so that the choice among equals says nothing about counts. Private.
    package var key: UInt64
    /// What a total on an axis costs beside a cell below it, in tenths: 10 is no more.
    package var totalWeight: Int
    /// Slots that must be shown, besides the grand totals.
    package var forcedPublic: Set<Int>
    package var isGrandTotalPublic: Bool
    /// Slots hidden last time: cheaper, so that what is hidden changes little between versions.
    package var hiddenBefore: Set<Int>

    package init(
        tier: Tier, key: UInt64 = 0, totalWeight: Int = 15, forcedPublic: Set<Int> = [], isGrandTotalPublic: Bool = true,
        hiddenBefore: Set<Int> = []
    ) {
        self.tier = tier
        self.key = key
        self.totalWeight = totalWeight
        self.forcedPublic = forcedPublic
        self.isGrandTotalPublic = isGrandTotalPublic
        self.hiddenBefore = hiddenBefore
    }
}
