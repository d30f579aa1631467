import Logging
import SluiceFormat
import SluiceIntake
import SluiceLedger
package import SluiceModel
import SluiceReview
import SluiceSettings
import SluiceStore
import SluiceSystem
import SluiceYAML

extension Instance {
    /// One delivery as `deliveries list` shows it. `file` comes from the agency's own folders; the store never knew it.
    package func deliveryJSON(_ delivery: Delivery) -> JSON {
        .members([
            "id": .string(delivery.id.text),
            "parent": .optional(delivery.parent?.text),
            "table": delivery.table.map(\.json) ?? .null,
            "authority": .string(delivery.authority.text),
            "plugin": .string(delivery.plugin),
            "dataset": .optional(delivery.dataset),
            "file": .optional(intake.fileName(of: delivery)),
            "sha256": .optional(delivery.sha256),
            "bytes": .int(delivery.bytes),
            "period": .optional(delivery.period.map { "\($0)" }),
            "outcome": .string(delivery.status.text),
            "outcomeAtArrival": .optional(delivery.outcomeAtArrival?.rawValue),
            "rows": delivery.rows.map(\.json) ?? .null,
            "receivedAt": .string("\(delivery.receivedAt)"),
            "finishedAt": .optional(delivery.finishedAt.map { "\($0)" }),
            "replaces": .strings(delivery.replaces.map(\.text)),
            "replacedBy": .optional(delivery.replacedBy?.text),
            "canBeReinstated": .bool(delivery.canBeReinstated),
            "reason": .optional(delivery.reason),
            "toConfirm": .optional(delivery.toConfirm),
        ])
    }

    /// One delivery with its receipt, as `deliveries show` shows it; with its tables, where its file holds several.
    package func deliveryDetailJSON(_ delivery: Delivery) throws -> JSON {
        let receipt = try receiptJSON(delivery)
        let children = try store.deliveries(DeliveryFilter(parent: delivery.id))
        return deliveryJSON(delivery)
            .setting("children", .array(children.map { deliveryJSON($0) }))
            .setting("findings", receipt?["findings"] ?? .array([]))
            .setting("assumed", receipt?["assumed"] ?? .null)
            .setting("checkpoint", receipt?["checkpoint"] ?? .null)
    }

    /// What the delivery's receipt says; of a table without one, what that of its file says of it.
    private func receiptJSON(_ delivery: Delivery) throws -> JSON? {
        func read(_ id: DeliveryID) throws -> JSON? {
            try store.receipt(id).flatMap { try? JSON(reading: $0.json) }
        }
        if let own = try read(delivery.id) { return own }
        guard let parent = delivery.parent, let whole = try read(parent) else { return nil }
        let table = whole["tables"]?.items?.first { $0["delivery"]?.text == delivery.id.text }
        return table?.setting("checkpoint", whole["checkpoint"] ?? .null)
    }

    /// The receipt of a delivery as text; of a table without one, that of its file.
    package func receiptText(_ delivery: Delivery) throws -> String? {
        if let own = try store.receipt(delivery.id) { return own.text }
        return try delivery.parent.flatMap { try store.receipt($0)?.text }
    }

    /// Releases as `release list` shows them: the latest version of each says whether it is stale.
    package func releasesJSON() throws -> [JSON] {
        let stale = try staleReleases()
        return try store.releases().map { release in
            let found = stale.first { $0.release.release == release.release && $0.release.version == release.version }
            return releaseJSON(release).setting("stale", .optional(found?.reason))
        }
    }

    package func releaseJSON(_ release: ReleaseRecord) -> JSON {
        .members([
            "release": .string(release.release),
            "version": .string(padded(release.version, 4)),
            "state": .string(release.state.rawValue),
            "builtAt": .string("\(release.builtAt)"),
            "audience": .string(release.audience.rawValue),
            "period": .string("\(release.period)"),
            "path": .string("\(settings.paths.releases)/\(release.release)/\(padded(release.version, 4))"),
            "sumsHash": .string(release.sumsHash),
        ])
    }

    package func reviewsJSON() throws -> [JSON] {
        try reviews(actor: "").standings().map { standing in
            .members([
                "id": .string(standing.item.id),
                "kind": .string(standing.item.kind.rawValue),
                "title": .string(standing.item.title),
                "due": .optional(standing.due.map { "\($0)" }),
                "daysLeft": .optional(standing.daysLeft),
                "state": .string(standing.state.rawValue),
                "owner": .string(standing.item.owner),
            ])
        }
    }

    /// State at a glance. `isDaemonRunning` is what the caller found out.
    package func statusJSON(isDaemonRunning: Bool) throws -> JSON {
        let now = clock.now()
        let sources = settings.authorities.map { authority in sourceJSON(authority, at: now) }
        let release = try store.releases().last
        let states = try reviews(actor: "").standings().map(\.state)
        let held = try store.deliveries(DeliveryFilter(status: .held))
        let head = try store.ledgerHead()
        return .members([
            "version": .string(sluiceVersion),
            "instance": .string(settings.instanceName),
            "daemon": .string(isDaemonRunning ? "running" : "stopped"),
            "sources": .array(sources),
            "held": .int(held.count),
            "toConfirm": .array(
                held.filter { $0.toConfirm != nil }.map {
                    .members([
                        "delivery": .string($0.id.text), "authority": .string($0.authority.text),
                        "reason": .optional($0.reason), "figures": .optional($0.toConfirm),
                    ])
                }),
            "staleReleases": .array(
                try staleReleases().map {
                    .members([
                        "release": .string($0.release.release), "version": .string(padded($0.release.version, 4)),
                        "reason": .string($0.reason),
                    ])
                }),
            "brokenReleases": brokenReleasesJSON,
            "worker": .members(["sandbox": .optional(try store.value("worker-sandbox"))]),
            "store": .members([
                "path": .string(settings.paths.state + "/sluice.db"),
                "deliveries": .int(try store.deliveries(DeliveryFilter()).count),
                "ledger": .int(head.size), "checkpoint": .string(checkpointLine(head)),
            ]),
            "plugins": .array(
                catalogue.plugins.values.sorted { $0.id < $1.id }.map {
                    .members(["id": .string($0.id), "version": .string($0.version), "state": "ok"])
                }
                    + catalogue.broken.sorted { $0.key < $1.key }.map {
                        .members([
                            "id": .string($0.key), "state": "unusable", "mistakes": .strings($0.value.map { "\($0)" }),
                        ])
                    }),
            "lastRelease": release.map { releaseJSON($0) } ?? .null,
            "reviews": .members([
                "due": .int(states.count { $0 == .due || $0 == .acknowledged }),
                "overdue": .int(states.count { $0 == .overdue }),
            ]),
        ])
    }

    private var brokenReleasesJSON: JSON {
        var items: [JSON] = []
        for (name, mistakes) in settings.brokenReleases.sorted(by: { $0.key < $1.key }) {
            items.append(
                .members(["release": .string(name), "mistakes": .strings(mistakes.map { $0.description })]))
        }
        return .array(items)
    }

    private func sourceJSON(_ authority: Authority, at now: Instant) -> JSON {
        var waiting = 0
        var oldest: Int?
        var mode = authority.readiness.rawValue
        if let incoming = try? Folder(path: settings.paths.drop + "/" + authority.id.text + "/incoming") {
            if let fileSystem = try? incoming.fileSystem(), fileSystem.isRemote { mode += ", polled" }
            for name in (try? incoming.entries()) ?? [] {
                guard let status = try? incoming.status(name) else { continue }
                waiting += 1
                let age = now.secondsSince1970 - Int(status.changedNanoseconds / 1_000_000_000)
                oldest = max(oldest ?? 0, age)
            }
        } else {
            mode = "unavailable"
        }
        return .members([
            "authority": .string(authority.id.text), "mode": .string(mode), "waiting": .int(waiting),
            "oldestWaitingSeconds": .optional(oldest),
        ])
    }
}

// MARK: - Looking from outside

extension Instance {
    /// Whether a daemon answers for this instance.
    package var isDaemonRunning: Bool {
        do {
            _ = try UnixConnection.connect(path: settings.paths.control)
            return true
        } catch {
            return false
        }
    }

    /// Where the daemon of an instance listens, without opening the instance.
    package static func controlPath(config: String) throws -> String {
        let mistakes = Mistakes()
        guard let settings = readSettings(file: config, mistakes: mistakes) else {
            throw InstanceError.settings(mistakes.all)
        }
        return settings.paths.control
    }
}

extension Instance {
    /// Opens an instance to look at it, with a log that stays quiet.
    package static func openForLooking(config: String) throws -> Instance {
        try open(config: config, forChanges: false, log: Logger(label: "sluice"))
    }
}
