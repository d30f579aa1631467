package import SluiceModel
import SluiceSettings
import SluiceStore

/// What a year's ledger says to an information governance lead: what was received under which power, what was refused and
/// why, what was released to whom, and what was purged.
///
/// Made of the ledger alone, so that it can be made again at any time and comes out the same.
package struct Statement: Sendable {
    /// What came from one authority under one power.
    package struct Received: Hashable, Sendable {
        package var authority: String
        /// `pcsc-16` and the like; empty for rows from before it was put on record.
        package var gateway: String
        package var agreement: String
        /// Deliveries by outcome.
        package var outcomes: [String: Int] = [:]
        package var rowsKept = 0
        package var datasets: Set<String> = []
    }

    /// A delivery that was refused or held.
    package struct Stopped: Hashable, Sendable {
        package var delivery: String
        package var authority: String
        package var at: Instant
        /// Rules, or the reason it waits.
        package var why: String
    }

    package struct Released: Hashable, Sendable {
        package var release: String
        package var at: Instant
        package var audience: String
        package var purpose: String
        package var recipients: String
    }

    package var year: Int
    package var received: [Received] = []
    package var refused: [Stopped] = []
    package var held: [Stopped] = []
    package var released: [Released] = []
    /// Deliveries whose records were removed, by why: `retention`, `superseded`, `withdrawn`.
    package var purged: [String: Int] = [:]
    package var restores: [Instant] = []
    /// Rows of the ledger that the year has, first and last; nil when it has none.
    package var rows: ClosedRange<Int>?

    init(year: Int) { self.year = year }

    mutating func add(_ row: LedgerRow) {
        let entry = row.entry
        let details = entry.details
        rows = (rows?.lowerBound ?? row.sequence)...row.sequence
        switch entry.kind {
        // A file of several tables is counted by them.
        case .deliveryDecided where details["tables"] == nil:
            let authority = details["authority"] ?? ""
            let gateway = details["gateway"] ?? ""
            let agreement = details["agreement"] ?? ""
            let place =
                received.firstIndex {
                    $0.authority == authority && $0.gateway == gateway && $0.agreement == agreement
                } ?? received.count
            if place == received.count {
                received.append(Received(authority: authority, gateway: gateway, agreement: agreement))
            }
            let outcome = details["outcome"] ?? ""
            received[place].outcomes[outcome, default: 0] += 1
            if Outcome(rawValue: outcome)?.isAccepted ?? false {
                let counts = (details["rows"] ?? "").split(separator: "/").compactMap { Int($0) }
                if counts.count == 3 { received[place].rowsKept += counts[1] }
                if let dataset = details["dataset"] { received[place].datasets.insert(dataset) }
            }
            if outcome == Outcome.refused.rawValue {
                refused.append(
                    Stopped(
                        delivery: entry.subject, authority: authority, at: entry.at, why: details["rules"] ?? ""))
            }
        case .deliveryHeld:
            held.append(
                Stopped(
                    delivery: entry.subject, authority: details["authority"] ?? "", at: entry.at,
                    why: details["reason"] ?? ""))
        case .releaseBuilt:
            released.append(
                Released(
                    release: entry.subject, at: entry.at, audience: details["audience"] ?? "",
                    purpose: details["purpose"] ?? "", recipients: details["recipients"] ?? ""))
        case .recordsPurged: purged[details["reason"] ?? "retention", default: 0] += 1
        // Before replaced records were kept for a while, they went at once.
        case .deliverySuperseded where details["keptDays"] == nil: purged["superseded", default: 0] += 1
        case .deliveryWithdrawn where details["tables"] == nil: purged["withdrawn", default: 0] += 1
        case .storeRestored: restores.append(entry.at)
        default: break
        }
    }
}

extension Instance {
    /// - Parameter year: of the ledger's times, which are UTC.
    package func statement(year: Int) throws -> Statement {
        var statement = Statement(year: year)
        var filter = LedgerFilter()
        filter.from = CivilDate(year: year, month: 1, day: 1)
        filter.to = CivilDate(year: year, month: 12, day: 31)
        try forEachLedgerRow(filter) { statement.add($0) }
        statement.received.sort { ($0.authority, $0.gateway) < ($1.authority, $1.gateway) }
        return statement
    }

    package func json(_ statement: Statement) -> JSON {
        func stopped(_ list: [Statement.Stopped]) -> JSON {
            .array(
                list.map {
                    .members([
                        "delivery": .string($0.delivery), "authority": .string($0.authority), "at": .string("\($0.at)"),
                        "why": .string($0.why),
                    ])
                })
        }
        func counts(_ counts: [String: Int]) -> JSON {
            .object(counts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .int($0.value)) })
        }
        return .members([
            "year": .int(statement.year), "instance": .string(settings.instanceName),
            "controllers": .strings(settings.controllers),
            "operator": .members([
                "kind": .string(settings.operator.kind.rawValue), "name": .string(settings.operator.name),
            ]),
            "rows": statement.rows.map { .array([.int($0.lowerBound), .int($0.upperBound)]) } ?? .null,
            "received": .array(
                statement.received.map {
                    .members([
                        "authority": .string($0.authority), "gateway": .string($0.gateway),
                        "agreement": .string($0.agreement), "outcomes": counts($0.outcomes),
                        "rowsKept": .int($0.rowsKept), "datasets": .strings($0.datasets.sorted()),
                    ])
                }),
            "refused": stopped(statement.refused), "held": stopped(statement.held),
            "released": .array(
                statement.released.map {
                    .members([
                        "release": .string($0.release), "at": .string("\($0.at)"), "audience": .string($0.audience),
                        "purpose": .string($0.purpose), "recipients": .string($0.recipients),
                    ])
                }),
            "purged": counts(statement.purged),
            "restores": .strings(statement.restores.map { "\($0)" }),
        ])
    }

    package func lines(_ statement: Statement) -> [String] {
        let name = { (id: String) in self.settings.authorities.first { $0.id.text == id }?.name ?? id }
        var lines = [
            "Statement for \(statement.year)", "",
            "Instance     \(settings.instanceName)", "Operator     \(settings.operator.name)",
            "Controllers  \(settings.controllers.joined(separator: "; "))",
            "Made of      "
                + (statement.rows.map { "rows \($0.lowerBound) to \($0.upperBound) of the ledger" }
                    ?? "no row of the ledger"),
            "", "What was received, under which power",
        ]
        if statement.received.isEmpty { lines.append("  nothing") }
        for received in statement.received {
            let outcomes = received.outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            lines.append("  \(name(received.authority)) (\(received.authority))")
            lines.append(
                "    under \(received.gateway.isEmpty ? "a power not on record" : received.gateway)"
                    + (received.agreement.isEmpty ? "" : ", agreement \(received.agreement)"))
            lines.append("    \(outcomes.joined(separator: ", ")); \(received.rowsKept) minimised records kept")
            if !received.datasets.isEmpty { lines.append("    " + received.datasets.sorted().joined(separator: ", ")) }
        }
        func list(_ title: String, _ items: [String]) {
            lines += ["", title] + (items.isEmpty ? ["  nothing"] : items.map { "  " + $0 })
        }
        list(
            "What was refused, and why",
            statement.refused.map { "\($0.at.date)  \($0.delivery)  \($0.authority)  \($0.why)" })
        list("What was held", statement.held.map { "\($0.at.date)  \($0.delivery)  \($0.authority)  \($0.why)" })
        list(
            "What was released, to whom",
            statement.released.map {
                "\($0.at.date)  \($0.release)  \($0.audience), for \($0.purpose)"
                    + ($0.recipients.isEmpty ? "" : ", to \($0.recipients)")
            })
        list(
            "What was purged",
            statement.purged.sorted { $0.key < $1.key }.map { "\($0.value) deliveries: \($0.key)" })
        if !statement.restores.isEmpty {
            list("Restored from a backup", statement.restores.map { "\($0)" })
        }
        return lines
    }
}
