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

/// Which counts are too small to show: 1 to `threshold − 1`.
package struct DisclosureProfile: Hashable, Sendable {
    package var id: String
    package var threshold: Int

    package init(id: String, threshold: Int) {
        self.id = id
        self.threshold = threshold
    }
}

/// One table of a release: events of one kind, counted by one level of each of its dimensions.
package struct TableSpec: Hashable, Sendable {
    package struct Axis: Hashable, Sendable {
        package var dimension: String
        package var level: String
        /// The only codes shown on this axis; others are left out of the table. Empty means every code of the level.
        package var codes: [String]

        package init(dimension: String, level: String, codes: [String] = []) {
            self.dimension = dimension
            self.level = level
            self.codes = codes
        }
    }

    package var id: String
    package var title: String
    package var eventKind: String
    package var axes: [Axis]

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
