package import SluiceModel
package import SluiceYAML

extension Settings {
    /// Sets aside the release specs that mistakes stand in.
    ///
    /// - Returns: the mistakes that stand elsewhere.
    package mutating func setAsideBrokenReleases(_ mistakes: [Mistake]) -> [Mistake] {
        var others: [Mistake] = []
        for mistake in mistakes {
            if let name = releaseFiles[mistake.file] {
                brokenReleases[name, default: []].append(mistake)
            } else {
                others.append(mistake)
            }
        }
        for index in releases.indices.reversed() where brokenReleases[releases[index].id] != nil {
            releases.remove(at: index)
            releasePlaces.remove(at: index)
        }
        return others
    }

    /// Checks the names in the settings against the model and the plugins, which are read separately.
    ///
    /// - Parameter plugins: By id, the kinds of authority each accepts and its datasets.
    package func crossCheck(
        model: EventModel, plugins: [String: (kinds: [AuthorityKind], datasets: [String])], mistakes: Mistakes
    ) {
        for (authority, places) in zip(authorities, authorityPlaces) {
            guard let plugin = plugins[authority.plugin] else {
                mistakes.add(
                    places.plugin, "there is no plugin \(shown(authority.plugin))",
                    hint: knownHint(authority.plugin, among: plugins.keys.sorted()))
                continue
            }
            if !plugin.kinds.contains(authority.kind) {
                mistakes.add(
                    places.kind, "plugin `\(authority.plugin)` is not for `kind: \(authority.kind.rawValue)`",
                    hint: "it is for " + plugin.kinds.map(\.rawValue).joined(separator: ", "))
            }
            for node in places.datasets {
                _ = knownName(node, "the dataset", among: plugin.datasets, mistakes: mistakes)
            }
            if let area = model.dimensionIndex("area").map({ model.dimensions[$0] }) {
                let codes = area.nodes.dropFirst().map(\.code)
                for node in places.areas { _ = knownName(node, "the area", among: codes, mistakes: mistakes) }
            }
            for node in places.links {
                _ = knownName(node, "the link recipe", among: model.links.map(\.id), mistakes: mistakes)
            }
        }
        for (spec, places) in zip(releases, releasePlaces) {
            check(spec, places, against: model, mistakes: mistakes)
            for place in places.notExpected {
                guard let node = place.dataset, let authority = authorities.first(where: { $0.id == place.authority }),
                    let plugin = plugins[authority.plugin]
                else { continue }
                _ = knownName(node, "the dataset", among: plugin.datasets, mistakes: mistakes)
            }
        }
        for (review, places) in zip(reviews, reviewPlaces) {
            guard case .delivery(let id, _, _, _, _) = review.schedule, let node = places.dataset,
                let authority = authorities.first(where: { $0.id == id }), let plugin = plugins[authority.plugin]
            else { continue }
            let expected = authority.datasets.isEmpty ? plugin.datasets : authority.datasets
            _ = knownName(node, "the dataset", among: expected, mistakes: mistakes)
        }
    }
}

/// Checks event kinds, dimensions, levels and codes of a release against the model.
private func check(_ spec: ReleaseSpec, _ places: ReleasePlaces, against model: EventModel, mistakes: Mistakes) {
    for (table, places) in zip(spec.tables, places.tables) {
        _ = knownName(places.event, "the event kind", among: model.eventKinds.map(\.id), mistakes: mistakes)
        for (axis, places) in zip(table.axes, places.axes) {
            check(axis, places, against: model, mistakes: mistakes)
        }
    }
    for (zero, places) in zip(spec.structuralZeros, places.zeros) {
        let known = knownName(places.event, "the event kind", among: model.eventKinds.map(\.id), mistakes: mistakes)
        if known != nil, !spec.tables.contains(where: { $0.eventKind == zero.eventKind }) {
            mistakes.add(places.event, "no table of the release is about it", hint: "take the structural zero out")
        }
        // What happened in which month nobody knows beforehand.
        let dimensions = model.dimensions.filter { $0.id != "measure" && $0.kind != .month }
        for (node, code) in zip(places.dimensions, places.codes) {
            let name = knownName(node, "the dimension", among: dimensions.map(\.id), mistakes: mistakes)
            guard let dimension = dimensions.first(where: { $0.id == name }) else { continue }
            _ = knownName(code, "the code", among: dimension.nodes.dropFirst().map(\.code), mistakes: mistakes)
        }
    }
}

private func check(
    _ axis: TableSpec.Axis, _ places: ReleasePlaces.Axis, against model: EventModel, mistakes: Mistakes
) {
    // Of a count dataset: an event is counted, it has no measure.
    let dimensions = model.dimensions.filter { $0.id != "measure" }
    if axis.dimension == "measure", model.dimensionIndex("measure") != nil {
        mistakes.add(places.dimension, "`measure` is not a dimension of events", hint: "remove it from `by`")
        return
    }
    guard knownName(places.dimension, "the dimension", among: dimensions.map(\.id), mistakes: mistakes) != nil,
        let dimension = dimensions.first(where: { $0.id == axis.dimension })
    else { return }
    let levels = dimension.kind == .month ? Dimension.monthLevels : dimension.levels
    for node in places.levels {
        guard let level = knownName(node, "the level", among: levels, mistakes: mistakes) else { return }
        if let kept = dimension.keptLevel, let keptIndex = levels.firstIndex(of: kept),
            let index = levels.firstIndex(of: level), index > keptIndex
        {
            mistakes.add(
                node, "records are kept no finer than `\(kept)`",
                hint: "choose one of " + levels[...keptIndex].joined(separator: ", "))
            return
        }
    }
    if dimension.kind == .month, let code = places.codes.first {
        mistakes.add(code, "`only` cannot choose months", hint: "remove it and set the release's `period`")
        return
    }
    let codes = dimension.nodes.filter { axis.levels.contains($0.level) }.map(\.code)
    for code in places.codes {
        _ = knownName(code, "the code", among: codes, mistakes: mistakes)
    }
}

/// A release may not name an authority as a source whose records a rule keeps out of it.
///
/// - Source: PCSC Act 2022 s.17(7); draft guidance June 2022, para 160: combining taints.
func checkSources(_ settings: Settings, mistakes: Mistakes) {
    for (spec, places) in zip(settings.releases, settings.releasePlaces) {
        for source in places.sources {
            let id = source.authority
            guard let authority = settings.authorities.first(where: { $0.id == id }),
                let rule = settings.gate.leavingOut(authority, gateway: authority.gateway, of: spec).first
            else { continue }
            mistakes.add(
                source.node, "records of \(id) may not go into this release: \(rule.record) (\(rule.citation))",
                hint: "take \(id) out of `sources`, or give the release a purpose and recipients that the rule "
                    + "`\(rule.id)` lets pass")
        }
    }
}

/// A release may use an authority's records only for a purpose its agreement states.
///
/// - Source: PCSC Act 2022 s.16(4)(c), necessary, proportionate and for a stated purpose; draft guidance June 2022,
///   paras 145, 150, 164.
func checkPurposes(_ settings: Settings, mistakes: Mistakes) {
    for (spec, places) in zip(settings.releases, settings.releasePlaces) {
        let outside = settings.authorities.filter { authority in
            (spec.sources.isEmpty || spec.sources.contains(authority.id))
                && !authority.purposes.contains(spec.purpose)
        }
        guard !outside.isEmpty else { continue }
        let names = outside.map(\.id.text).joined(separator: ", ")
        mistakes.add(
            places.purpose, "`purpose: \(spec.purpose)` is not a purpose that \(names) share data for",
            hint: "leave them out of `sources`, or agree the purpose with them and add it to their `purposes`")
    }
}
