/// What an analyst asked for: one file of `releases/`.
package struct ReleaseSpec: Hashable, Sendable {
    package enum Audience: String, CaseIterable, Sendable {
        case partnership, `public`
    }

    package struct Recipient: Hashable, Sendable {
        package var kind: AuthorityKind
        package var name: String

        package init(kind: AuthorityKind, name: String) {
            self.kind = kind
            self.name = name
        }
    }

    package var id: String
    package var title: String
    package var audience: Audience
    package var recipients: [Recipient]
    package var purpose: String
    /// Authorities whose records go in; empty means all.
    package var sources: [AuthorityID]
    package var period: Period
    package var profile: DisclosureProfile
    package var tables: [TableSpec]
    package var structuralZeros: [StructuralZero] = []
    /// Whether a person has said that more than half of what the tables hold may be hidden.
    package var acceptsHidingMost = false
    /// Sources that it does not wait for.
    package var notExpected: [NotExpected] = []
    /// Whether a person has said that it may be published with figures that are not available.
    package var acceptsIncomplete = false

    package init(
        id: String, title: String, audience: Audience, recipients: [Recipient], purpose: String,
        sources: [AuthorityID], period: Period, profile: DisclosureProfile, tables: [TableSpec]
    ) {
        self.id = id
        self.title = title
        self.audience = audience
        self.recipients = recipients
        self.purpose = purpose
        self.sources = sources
        self.period = period
        self.profile = profile
        self.tables = tables
    }
}

/// When a cell is too telling to show, what an attacker is taken to know, and which cells to hide first beside it: one
/// item of `disclosure/profiles.yaml`, or written in a release spec itself.
package struct DisclosureProfile: Hashable, Sendable {
    package enum Zeros: String, CaseIterable, Sendable {
        /// A zero may be hidden behind the same marker as a small count.
        case hideable
        /// A zero is always shown, so everybody knows that a hidden cell is 1 or more.
        case published
    }

    /// What is shown in place of the count of a cell that is not hidden.
    package enum Perturbation: Hashable, Sendable {
        case none
        /// The nearest multiple; small counts are hidden.
        case nearestRounding(base: Int)
        /// One of the two multiples beside the count, so that what is shown adds up; nothing is hidden.
        case controlledRounding(base: Int)
        /// The count and noise by the cell key method.
        case cellKey(NoiseTable)
    }

    /// What becomes of a line whose total sits in one part: whoever is in the total is in that part.
    package enum GroupDisclosure: String, CaseIterable, Sendable {
        case ignored
        /// The person who builds is told.
        case flagged
        /// Another part must stay possible.
        case hidden
    }

    /// Whether somebody's knowledge is reckoned with.
    package enum Knowledge: String, CaseIterable, Sendable {
        case reckoned, ignored
    }

    package struct Dominance: Hashable, Sendable {
        /// How many of the largest contributors together.
        package var n: Int
        /// Per cent of the cell above which it is unsafe.
        package var k: Int

        package init(n: Int, k: Int) {
            self.n = n
            self.k = k
        }
    }

    package var id: String
    package var version: Int
    /// Fewer persons than this, and more than none, are too few.
    package var threshold: Int
    /// How many values must stay attainable.
    package var width: Int
    package var zeros = Zeros.hideable
    package var dominance: Dominance?
    package var pPercent: Int?
    /// 0 must stay attainable for every hidden cell.
    package var wantsZero = false
    /// One who is alone in a cell.
    package var singletons = Knowledge.ignored
    /// An authority's of its own records.
    package var ownRecords = Knowledge.ignored
    /// What is shown in place of counts.
    package var perturbation = Perturbation.none
    /// What is hidden in one line, taken together, must not be too telling either.
    package var pooled = false
    package var groupDisclosure = GroupDisclosure.ignored
    /// What a total costs to hide beside what it is a total of, in tenths.
    package var totalWeight = 15
    package var tier = SearchOptions.Tier.good

    package init(id: String, version: Int = 1, threshold: Int, width: Int? = nil) {
        self.id = id
        self.version = version
        self.threshold = threshold
        self.width = width ?? threshold
    }

    /// Id and version, as certificates and provenance name it.
    package var name: String { "\(id)/\(version)" }
}

/// A combination that cannot occur, and that everybody knows to be 0.
package struct StructuralZero: Hashable, Sendable {
    package var eventKind: String
    /// By dimension.
    package var codes: [String: String]

    package init(eventKind: String, codes: [String: String]) {
        self.eventKind = eventKind
        self.codes = codes
    }
}

/// One table of a release: events of one kind, counted by levels of each of its dimensions.
package struct TableSpec: Hashable, Sendable {
    package struct Axis: Hashable, Sendable {
        package var dimension: String
        /// One or more, the coarsest first.
        package var levels: [String]
        /// The only codes shown on this axis; others are left out of the table. Empty means every code of the levels.
        package var codes: [String]
        /// Whether the total over the axis is shown too.
        package var hasTotal: Bool

        package init(dimension: String, levels: [String], codes: [String] = [], hasTotal: Bool = false) {
            self.dimension = dimension
            self.levels = levels
            self.codes = codes
            self.hasTotal = hasTotal
        }

        package init(dimension: String, level: String, codes: [String] = []) {
            self.init(dimension: dimension, levels: [level], codes: codes)
        }
    }

    package var id: String
    package var title: String
    package var eventKind: String
    package var axes: [Axis]
    /// Cells that must be shown, each as codes by dimension; a dimension that is not named stands at its total.
    package var publicCells: [[String: String]] = []

    package init(id: String, title: String, eventKind: String, axes: [Axis]) {
        self.id = id
        self.title = title
        self.eventKind = eventKind
        self.axes = axes
    }
}

/// A release as the store knows it.
package struct ReleaseRecord: Hashable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// Decided and on record; its folder may still be in staging. A restart finishes it.
        case publishing
        case published
        case withdrawn
        /// Built and proved, and waits for a person's approval; its folder is in staging.
        case pending
        /// On record and never seen: its records or its folder were gone before it was in its place.
        case abandoned
    }

    package var release: String
    /// From 1.
    package var version: Int
    package var state: State
    package var builtAt: Instant
    /// SHA-256 of the release's `SHA256SUMS`, hexadecimal.
    package var sumsHash: String
    /// Name of its folder in staging while `publishing`.
    package var stagingName: String
    package var audience: ReleaseSpec.Audience
    /// Event kinds and months it counted, to find releases over the same events.
    package var eventKinds: [String]
    package var period: Period
    /// Deliveries whose records went in.
    package var deliveries: [DeliveryID]

    package init(
        release: String, version: Int, state: State, builtAt: Instant, sumsHash: String, stagingName: String,
        audience: ReleaseSpec.Audience, eventKinds: [String], period: Period, deliveries: [DeliveryID]
    ) {
        self.release = release
        self.version = version
        self.state = state
        self.builtAt = builtAt
        self.sumsHash = sumsHash
        self.stagingName = stagingName
        self.audience = audience
        self.eventKinds = eventKinds
        self.period = period
        self.deliveries = deliveries
    }
}
