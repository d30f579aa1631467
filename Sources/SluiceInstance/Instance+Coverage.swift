import SluiceFormat
import SluiceIntake
import SluiceModel
import SluiceRelease
import SluiceSettings
import SluiceStore
import SluiceSystem

/// Who may send what a release counts, and who is still about to.
extension Instance {
    /// The spec of a release.
    ///
    /// - Throws: `ReleaseRefusal` where there is none, or it has mistakes.
    func spec(_ id: String) throws -> ReleaseSpec {
        if let spec = settings.releases.first(where: { $0.id == id }) { return spec }
        if let mistakes = settings.brokenReleases[id] {
            throw ReleaseRefusal.specBroken(id, mistakes.map { "\($0)" })
        }
        throw ReleaseRefusal.specUnknown(id)
    }

    /// Every dataset of every source of a release that holds events of a kind that it counts.
    func eventSources(_ spec: ReleaseSpec) -> [EventSource] {
        let kinds = Set(spec.tables.map(\.eventKind))
        return settings.authorities.flatMap { authority -> [EventSource] in
            guard spec.sources.isEmpty || spec.sources.contains(authority.id),
                let plugin = catalogue.plugins[authority.plugin]
            else { return [] }
            return plugin.datasets.flatMap { dataset -> [EventSource] in
                guard authority.datasets.isEmpty || authority.datasets.contains(dataset.id) else { return [] }
                return dataset.eventKinds.filter(kinds.contains).map {
                    EventSource(authority: authority.id, dataset: dataset.id, eventKind: $0, areas: authority.areas)
                }
            }
        }
    }

    /// Authorities whose files are in `incoming/`, half taken in, or wait for a person's word.
    func authoritiesWithFilesWaiting() throws -> [AuthorityID] {
        var waiting: Set<AuthorityID> = []
        for status in [DeliveryStatus.claimed, .held, .stalled] {
            for delivery in try store.deliveries(DeliveryFilter(status: status)) { waiting.insert(delivery.authority) }
        }
        for authority in settings.authorities {
            guard let incoming = try? Folder(path: settings.paths.drop + "/" + authority.id.text + "/incoming") else {
                continue
            }
            for name in try incoming.entries() {
                // Links are never taken in, and may stay.
                guard let status = try incoming.status(name), status.kind == .regular, status.linkCount == 1 else {
                    continue
                }
                waiting.insert(authority.id)
            }
        }
        return waiting.sorted { $0.text < $1.text }
    }
}
