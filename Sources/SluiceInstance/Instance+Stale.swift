package import SluiceModel
import SluiceSettings
import SluiceStore

/// A release that counts something that no longer counts.
package struct StaleRelease: Sendable {
    package var release: ReleaseRecord
    /// What became of deliveries that it counts: one sentence.
    package var reason: String
    /// What can be done about it, in sentences.
    package var advice: String
}

extension Instance {
    /// The latest version of each release, where it counts a delivery that was replaced, withdrawn or purged since.
    package func staleReleases() throws -> [StaleRelease] {
        // The daemon asks at every look.
        let ledger = try store.ledgerHead().size
        if let staleFound, staleFound.ledger == ledger { return staleFound.releases }
        let found = try findStaleReleases()
        staleFound = (ledger, found)
        return found
    }

    private func findStaleReleases() throws -> [StaleRelease] {
        var latest: [String: ReleaseRecord] = [:]
        for release in try store.releases() { latest[release.release] = release }
        guard !latest.isEmpty else { return [] }
        let deliveries = Dictionary(
            try store.deliveries(DeliveryFilter()).map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return latest.values.sorted { $0.release < $1.release }.compactMap { release in
            let gone = release.deliveries.compactMap { deliveries[$0] }.filter { !$0.status.isCurrent }
            guard !gone.isEmpty else { return nil }
            return StaleRelease(
                release: release, reason: Self.reason(gone), advice: Self.advice(gone, release: release.release))
        }
    }

    private static func reason(_ gone: [Delivery]) -> String {
        let shown = gone.prefix(3).map { delivery in
            let place = [delivery.dataset, delivery.period.map { "\($0)" }].compactMap(\.self).joined(separator: " ")
            let what =
                switch delivery.status {
                case .superseded: "was replaced by \(delivery.replacedBy?.text ?? "another")"
                case .withdrawn: "was withdrawn"
                case .purged: "was purged after its retention"
                default: "no longer counts"
                }
            return "delivery \(delivery.id) (\(delivery.authority)\(place.isEmpty ? "" : ", " + place)) \(what)"
        }
        let more = gone.count > shown.count ? "; and \(gone.count - shown.count) more" : ""
        return "it counts what no longer counts: " + shown.joined(separator: "; ") + more
    }

    /// Records that are past their retention cannot be brought back by building again.
    private static func advice(_ gone: [Delivery], release: String) -> String {
        let purged = gone.count { $0.status == .purged }
        if purged == gone.count {
            return "Its figures stay as they were published, and no fault is to be mended: go on using it, or build a "
                + "release of later months. Built again, it would lack the months whose records are gone."
        }
        return "Build it again: `sluice release build \(release)`."
            + (purged > 0 ? " What was purged after its retention will be missing from it." : "")
    }

    /// What a person should know of the instance beside what keeps files from being taken in: text by a stable word.
    package func standingConditions() throws -> [String: String] {
        var conditions: [String: String] = [:]
        for stale in try staleReleases() {
            let name = stale.release.release
            conditions["release-stale.\(name)"] =
                "Release \(name), version \(padded(stale.release.version, 4)), is stale: \(stale.reason). "
                + stale.advice
        }
        for (name, mistakes) in settings.brokenReleases {
            conditions["release-spec.\(name)"] =
                "The release spec \(name) has mistakes and cannot be built: \(mistakes.map { "\($0)" }.joined(separator: " "))"
        }
        return conditions
    }
}
