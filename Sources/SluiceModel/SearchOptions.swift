/// What to hide first, and how hard to try: a profile's cost model and what a release adds to it.
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
    package var isGrandTotalPublic: Bool
    /// Slots that must be shown besides.
    package var forcedPublic: Set<Int>
    /// Slots hidden last time: cheaper, so that what is hidden changes little between versions.
    package var hiddenBefore: Set<Int>

    package init(
        tier: Tier, key: UInt64 = 0, totalWeight: Int = 15, isGrandTotalPublic: Bool = true,
        forcedPublic: Set<Int> = [], hiddenBefore: Set<Int> = []
    ) {
        self.tier = tier
        self.key = key
        self.totalWeight = totalWeight
        self.isGrandTotalPublic = isGrandTotalPublic
        self.forcedPublic = forcedPublic
        self.hiddenBefore = hiddenBefore
    }
}
