/// The final word on a delivery.
package enum Outcome: String, CaseIterable, Sendable {
    case accepted
    case acceptedWithRejections = "accepted-with-rejections"
    /// The data is invalid.
    case rejected
    /// A disclosure rule forbids taking it.
    case refused
    case duplicate
    /// It could not be processed.
    case quarantined

    package var isAccepted: Bool { self == .accepted || self == .acceptedWithRejections }
}

/// Whether a power is that of PCSC Act 2022 s.17, whose records are for one body alone. One that nobody remembers is taken
/// to be.
package func isSection17(_ gateway: String?) -> Bool { gateway ?? "pcsc-17" == "pcsc-17" }

/// Where a delivery stands now: what `deliveries list` shows as `outcome`.
package enum DeliveryStatus: Hashable, Sendable {
    /// Never became ready; the agency was told.
    case stalled
    /// Waits for a person, in the agency's `held/` folder: unopened, or read and to be confirmed.
    case held
    /// Copied and in the journal; a restart finishes it.
    case claimed
    case final(Outcome)
    /// An accepted delivery that another one replaced. Its records stay for a while, out of every count.
    case superseded
    /// An accepted delivery that was taken back.
    case withdrawn
    /// An accepted delivery past its retention: its records are gone.
    case purged

    package var text: String {
        switch self {
        case .stalled: "stalled"
        case .held: "held"
        case .claimed: "claimed"
        case .final(let outcome): outcome.rawValue
        case .superseded: "superseded"
        case .withdrawn: "withdrawn"
        case .purged: "purged"
        }
    }

    /// Accepted, not replaced, withdrawn or purged: its records count.
    package var isCurrent: Bool { DeliveryStatus.current.contains(self) }

    package static let current: [DeliveryStatus] = [.final(.accepted), .final(.acceptedWithRejections)]

    package init?(_ text: String) {
        switch text {
        case "stalled": self = .stalled
        case "held": self = .held
        case "claimed": self = .claimed
        case "superseded": self = .superseded
        case "withdrawn": self = .withdrawn
        case "purged": self = .purged
        default:
            guard let outcome = Outcome(rawValue: text) else { return nil }
            self = .final(outcome)
        }
    }
}

/// Which of its parent's tables a child delivery is.
package struct DeliveredTable: Hashable, Sendable {
    /// From 0, as `FormatPlan.tableIndex`. People are shown one more.
    package var index: Int
    package var place: TablePlace

    package init(index: Int, place: TablePlace) {
        self.index = index
        self.place = place
    }

    /// From 1.
    package var number: Int { index + 1 }
}

/// One delivery as the store knows it. The file's name is not here: only a keyed hash of it is kept.
package struct Delivery: Hashable, Sendable {
    package var id: DeliveryID
    /// The delivery whose file this is a table of.
    package var parent: DeliveryID?
    /// Which table of it, with `parent`.
    package var table: DeliveredTable?
    package var authority: AuthorityID
    package var plugin: String
    /// The power it was received under; nil for deliveries from before it was remembered.
    package var gateway: String?
    package var dataset: String?
    /// HMAC-SHA256 of the name under the instance's name key, hexadecimal.
    package var nameHash: String
    /// Hexadecimal; nil for what was never opened.
    package var sha256: String?
    package var bytes: Int
    package var period: Period?
    package var status: DeliveryStatus
    /// What it was when it was decided; later status does not change it.
    package var outcomeAtArrival: Outcome?
    package var rows: RowCounts?
    package var receivedAt: Instant
    package var finishedAt: Instant?
    /// Accepted deliveries that this one replaced.
    package var replaces: [DeliveryID]
    package var replacedBy: DeliveryID?
    /// Why it waits or could not be processed; a stable word such as `agreement-lapsed` or `worker-died`.
    package var reason: String?
    /// Attempts begun, persisted before each.
    package var attempts: Int
    /// Attempts that ended with the worker dead or out of time.
    package var workerDeaths: Int
    /// What has to be confirmed before it can be taken, as `Hold.key` has it; nil for what waits for another reason.
    package var heldFor: String?
    /// What it would do, in sentences for people.
    package var heldFigures: String?
    package var heldAt: Instant?
    /// When that was confirmed.
    package var confirmedAt: Instant?
    package var supersededAt: Instant?
    /// When the records of an accepted delivery were removed; nil where they are kept.
    package var purgedAt: Instant?

    package init(
        id: DeliveryID, parent: DeliveryID? = nil, table: DeliveredTable? = nil, authority: AuthorityID, plugin: String,
        dataset: String? = nil,
        nameHash: String, sha256: String?, bytes: Int, period: Period? = nil, status: DeliveryStatus,
        outcomeAtArrival: Outcome? = nil, rows: RowCounts? = nil, receivedAt: Instant, finishedAt: Instant? = nil,
        replaces: [DeliveryID] = [], replacedBy: DeliveryID? = nil, reason: String? = nil, attempts: Int = 0,
        workerDeaths: Int = 0
    ) {
        self.id = id
        self.parent = parent
        self.table = table
        self.authority = authority
        self.plugin = plugin
        self.dataset = dataset
        self.nameHash = nameHash
        self.sha256 = sha256
        self.bytes = bytes
        self.period = period
        self.status = status
        self.outcomeAtArrival = outcomeAtArrival
        self.rows = rows
        self.receivedAt = receivedAt
        self.finishedAt = finishedAt
        self.replaces = replaces
        self.replacedBy = replacedBy
        self.reason = reason
        self.attempts = attempts
        self.workerDeaths = workerDeaths
    }

    /// What a person has to confirm before it is taken, in sentences; nil where nothing waits for that.
    package var toConfirm: String? { status == .held && confirmedAt == nil ? heldFigures : nil }

    /// It was replaced, and its records are there to be brought back.
    package var canBeReinstated: Bool { status == .superseded && purgedAt == nil }
}
