import Glibc
import Logging
package import SluiceModel
import SluiceRelease
import SluiceSettings
import SluiceStore
import SluiceSystem

/// What is kept of one authority's dataset, and how long.
package struct RetentionStanding: Sendable {
    package var authority: AuthorityID
    package var dataset: String
    /// After the end of the period that a delivery covers; of one without a period, after the month it was received in.
    package var months: Int
    /// Deliveries whose records are kept and count.
    package var deliveries: Int
    /// Replaced ones, whose records are kept for a while so that they can be brought back.
    package var superseded = 0
    /// The day on which the oldest of them is purged.
    package var nextPurge: CivilDate
    /// Those whose day has come, oldest first.
    package var due: [DeliveryID]
}

/// How long the proofs of releases are kept: they hold true counts when the records are gone.
package struct CertificateStanding: Sendable {
    package var months: Int
    /// Names of the files that are kept, by the day on which each is purged, the first to go first.
    package var kept: [(day: CivilDate, name: String)]
    /// Those whose day has come.
    package var due: [String]
}

extension Instance {
    /// Certificates are kept for so many months after the month their release was built in; one without a release, which a
    /// crash can leave, after the month it was written in.
    package func certificateRetention() throws -> CertificateStanding {
        var standing = CertificateStanding(months: settings.certificateRetentionMonths, kept: [], due: [])
        guard let folder = try certificateFolder() else { return standing }
        let built = Dictionary(
            try store.releases().map { (ReleaseBuilder.certificateName($0.release, $0.version), $0.builtAt) },
            uniquingKeysWith: { first, _ in first })
        for file in try folder.entries() {
            guard let name = file.text, name.hasSuffix(".certificate"), let status = try folder.status(file) else {
                continue
            }
            let since = built[name] ?? Instant(secondsSince1970: Int(status.modifiedNanoseconds / 1_000_000_000))
            guard let end = certificateEnd(since) else { continue }
            standing.kept.append((end, name))
        }
        standing.kept.sort { ($0.day, $0.name) < ($1.day, $1.name) }
        let today = today
        standing.due = standing.kept.filter { $0.day <= today }.map(\.name)
        return standing
    }

    /// The day on which a certificate is purged.
    func certificateEnd(_ since: Instant) -> CivilDate? {
        CivilMonth(index: since.date.month.index + settings.certificateRetentionMonths + 1)?.firstDay
    }

    /// Nil where no release was ever built.
    private func certificateFolder() throws -> Folder? {
        do throws(SystemError) {
            return try Folder(path: settings.paths.certificates)
        } catch {
            if error.errno == ENOENT { return nil }
            throw error
        }
    }

    /// Removes the certificates whose day has come, each with its ledger row when it is gone.
    private func purgeCertificates(actor: String) throws -> [String] {
        guard let folder = try certificateFolder() else { return [] }
        // What a crash left of a certificate holds true counts as well.
        try folder.removeTemporaries()
        let due = try certificateRetention().due
        for name in due {
            try folder.remove(FileName(own: name))
            try folder.sync()
            try store.append([
                LedgerEntry(
                    at: clock.now(), actor: actor, kind: .certificatePurged, subject: name,
                    details: ["retentionMonths": "\(settings.certificateRetentionMonths)", "reason": "retention"])
            ])
        }
        return due
    }

    /// Every dataset of which records are kept, by authority and name.
    package func retention() throws -> [RetentionStanding] {
        let today = today
        var standings: [String: RetentionStanding] = [:]
        for kept in try keptDeliveries() {
            let (delivery, day, months) = (kept.delivery, kept.day, kept.months)
            let dataset = delivery.dataset ?? ""
            let key = "\(delivery.authority) \(dataset)"
            var standing =
                standings[key]
                ?? RetentionStanding(
                    authority: delivery.authority, dataset: dataset, months: months, deliveries: 0, nextPurge: day,
                    due: [])
            if delivery.canBeReinstated { standing.superseded += 1 } else { standing.deliveries += 1 }
            standing.nextPurge = min(standing.nextPurge, day)
            if day <= today { standing.due.append(delivery.id) }
            standings[key] = standing
        }
        return standings.values.sorted { ($0.authority.text, $0.dataset) < ($1.authority.text, $1.dataset) }
    }

    /// A delivery that holds records.
    private struct Kept {
        var delivery: Delivery
        /// On which they are to be purged.
        var day: CivilDate
        var months: Int
        /// `retention` or `superseded`.
        var reason: String
    }

    /// Deliveries that hold records, with the day on which these are to be purged: the first of the month after the
    /// last one that they may be kept in; of a replaced one, some days after that if it is sooner. Of an authority that
    /// left the settings nobody knows any more how long; its records are kept for the longest time that any other's are.
    private func keptDeliveries() throws -> [Kept] {
        let longest = settings.authorities.map(\.retentionMonths).max() ?? 0
        return try store.deliveries(DeliveryFilter()).compactMap { delivery in
            guard delivery.status.isCurrent || delivery.canBeReinstated, delivery.dataset != nil else { return nil }
            let authority = settings.authorities.first { $0.id == delivery.authority }
            let months = authority?.retentionMonths(of: delivery.dataset) ?? longest
            let last = delivery.period?.last ?? settings.zone.date(at: delivery.receivedAt).month
            guard let end = CivilMonth(index: last.index + months + 1) else { return nil }
            var kept = Kept(delivery: delivery, day: end.firstDay, months: months, reason: "retention")
            if let supersededAt = delivery.supersededAt, delivery.canBeReinstated {
                let day = settings.zone.date(at: supersededAt).adding(days: settings.supersededDays)
                if day < kept.day { (kept.day, kept.reason) = (day, "superseded") }
            }
            return kept
        }
    }

    /// Purges every delivery whose day has come, with its ledger rows, and gives the room back.
    ///
    /// - Returns: those that were purged.
    package func purgeDue(actor: String) throws -> [DeliveryID] {
        let today = today
        let due = try keptDeliveries().filter { $0.day <= today }
        guard !due.isEmpty else { return [] }
        let entries = due.map { kept in
            let (delivery, day, months) = (kept.delivery, kept.day, kept.months)
            return LedgerEntry(
                at: clock.now(), actor: actor, kind: .recordsPurged, subject: delivery.id.text,
                details: [
                    "authority": delivery.authority.text, "dataset": delivery.dataset ?? "",
                    "period": delivery.period.map { "\($0)" } ?? "", "retentionMonths": "\(months)", "due": "\(day)",
                    "records": "\(delivery.rows?.accepted ?? 0)", "reason": kept.reason,
                ])
        }
        try store.purge(due.map(\.delivery.id), at: clock.now(), ledger: entries)
        try store.compact()
        log.notice("records past their retention were purged", metadata: ["deliveries": "\(due.count)"])
        return due.map(\.delivery.id)
    }

    func purge(actor: String) throws -> CommandResult {
        let purged = try purgeDue(actor: actor).map(\.text)
        let certificates = try purgeCertificates(actor: actor)
        var lines: [String] = []
        if !purged.isEmpty {
            lines +=
                ["purged the records of \(purged.count) \(purged.count == 1 ? "delivery" : "deliveries"):"]
                + purged.map { "  " + $0 }
        }
        if !certificates.isEmpty {
            lines += ["removed \(certificates.count) certificates:"] + certificates.map { "  " + $0 }
        }
        return CommandResult(
            exit: .done, json: .members(["purged": .strings(purged), "certificates": .strings(certificates)]),
            text: lines.isEmpty ? "nothing is past its retention" : lines.joined(separator: "\n"))
    }

    /// What the daemon does: looks once a day of the instance's time zone, and at the first start.
    func purgeOnceADay() throws {
        let name = "retention-looked-at"
        let day = "\(today)"
        guard try store.value(name) != day else { return }
        _ = try purgeDue(actor: "daemon")
        _ = try purgeCertificates(actor: "daemon")
        try store.setValue(name, day)
    }
}

extension RetentionStanding {
    package var json: JSON {
        .members([
            "authority": .string(authority.text), "dataset": .string(dataset), "retentionMonths": .int(months),
            "deliveries": .int(deliveries), "superseded": .int(superseded), "nextPurge": .string("\(nextPurge)"),
            "due": .strings(due.map(\.text)),
        ])
    }
}

extension CertificateStanding {
    package var json: JSON {
        .members([
            "retentionMonths": .int(months), "kept": .int(kept.count),
            "nextPurge": kept.first.map { .string("\($0.day)") } ?? .null, "due": .strings(due),
        ])
    }

    package var text: String {
        guard let first = kept.first else { return "no certificates are kept" }
        return "\(kept.count) certificates are kept for \(months) months, the oldest until \(first.day)"
    }
}
