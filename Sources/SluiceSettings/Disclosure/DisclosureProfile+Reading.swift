import SluiceModel
import SluiceYAML

/// Reads `disclosure/profiles.yaml`.
func readProfiles(_ root: Node, _ noise: NoiseTableFolder, mistakes: Mistakes) -> [DisclosureProfile] {
    guard var top = MappingReader(root, mistakes: mistakes, what: "the disclosure profiles") else { return [] }
    let nodes = top.requiredNode("profiles") == nil ? [] : top.nodes("profiles") ?? []
    top.finish()
    var profiles: [DisclosureProfile] = []
    for node in nodes {
        guard let reader = MappingReader(node, mistakes: mistakes, what: "a profile") else { continue }
        guard let profile = readProfile(reader, noise) else { continue }
        if profiles.contains(where: { $0.id == profile.id }) {
            mistakes.add(node, "two profiles are called `\(profile.id)`", hint: "give each a name of its own")
        } else {
            profiles.append(profile)
        }
    }
    return profiles
}

/// What a spec or an authority gives as its profile: a name, or in a spec the profile itself.
func readProfile(
    _ node: Node, among profiles: [DisclosureProfile], _ noise: NoiseTableFolder, mistakes: Mistakes
) -> DisclosureProfile? {
    if case .mapping = node.value {
        return MappingReader(node, mistakes: mistakes, what: "`profile`").flatMap { readProfile($0, noise) }
    }
    return knownName(node, "the profile", among: profiles.map(\.id), mistakes: mistakes).flatMap { name in
        profiles.first { $0.id == name }
    }
}

private func readProfile(_ given: MappingReader, _ noise: NoiseTableFolder) -> DisclosureProfile? {
    var reader = given
    let id = reader.requiredShortName("id")
    let version = reader.integer("version", in: 1...1_000_000) ?? 1
    // For people: what the profile follows, and how sure that is.
    _ = reader.string("title")
    _ = reader.string("source")
    let threshold = reader.requiredInteger("threshold", in: 0...1_000_000)
    if let threshold, threshold < 2, let node = reader.node("threshold") {
        reader.mistakes.add(
            node, "`threshold: \(threshold)` hides nothing",
            hint: "write 3 or more: counts from 1 to one below it are hidden")
    } else if let threshold, threshold < 3, let node = reader.node("threshold") {
        reader.mistakes.add(
            node, "`threshold: \(threshold)` leaves a hidden count one possible value", hint: "write 3 or more")
    }
    let width = reader.integer("width", in: 2...1_000_000)
    let zeros = reader.choice("zeros", DisclosureProfile.Zeros.self) ?? .hideable
    let dominance = reader.mapping("dominance", what: "`dominance`").flatMap { readDominance($0) }
    let pPercent = reader.integer("pPercent", in: 1...1000)
    let wantsZero = reader.boolean("zeroAttainable") ?? false
    if wantsZero, zeros == .published, let node = reader.node("zeroAttainable") {
        reader.mistakes.add(
            node, "0 cannot stay attainable with `zeros: published`: everybody sees that a hidden count is no zero",
            hint: "write `zeros: hideable`, or take `zeroAttainable` out")
    }
    let singletons = reader.choice("singletons", DisclosureProfile.Knowledge.self) ?? .ignored
    let ownRecords = reader.choice("ownRecords", DisclosureProfile.Knowledge.self) ?? .ignored
    let perturbation = readPerturbation(&reader, noise)
    let pooled = reader.boolean("pooled") ?? false
    let groups = reader.choice("groupDisclosure", DisclosureProfile.GroupDisclosure.self) ?? .ignored
    let totalWeight = reader.integer("totalWeight", in: 1...1000) ?? 15
    let tier = reader.choice("search", SearchOptions.Tier.self) ?? .good
    reader.finish()
    guard let id, let threshold else { return nil }
    var profile = DisclosureProfile(id: id, version: version, threshold: threshold, width: width)
    profile.zeros = zeros
    profile.dominance = dominance
    profile.pPercent = pPercent
    profile.wantsZero = wantsZero
    profile.singletons = singletons
    profile.ownRecords = ownRecords
    profile.perturbation = perturbation
    profile.pooled = pooled
    profile.groupDisclosure = groups
    profile.totalWeight = totalWeight
    profile.tier = tier
    checkTogether(&profile, hasWidth: width != nil, &reader)
    return profile
}

/// What each key allows and all of them together do not.
private func checkTogether(_ profile: inout DisclosureProfile, hasWidth: Bool, _ reader: inout MappingReader) {
    func refuse(_ key: String, _ what: String, hint: String) {
        guard let node = reader.node(key) else { return }
        reader.mistakes.add(node, what, hint: hint)
    }
    if profile.groupDisclosure == .hidden, profile.zeros == .published {
        refuse(
            "groupDisclosure", "groups cannot be hidden with `zeros: published`: everybody sees what is 0",
            hint: "write `groupDisclosure: flagged`, or `zeros: hideable`")
    }
    guard profile.perturbation != .none else { return }
    if profile.groupDisclosure != .ignored {
        refuse(
            "groupDisclosure", "no group is seen for certain where figures are rounded or perturbed",
            hint: "take it out")
    }
    if profile.pooled {
        refuse(
            "pooled", "`pooled` is about what is hidden beside small counts, and here nothing is", hint: "take it out")
    }
    if profile.wantsZero {
        refuse("zeroAttainable", "0 cannot stay attainable where a 0 is shown as one", hint: "take it out")
    }
    switch profile.perturbation {
    case .none: break
    case .nearestRounding(let base):
        if profile.threshold < base - base / 2 {
            refuse(
                "rounding", "`rounding: \(base)` would make a shown count of \(profile.threshold) a 0",
                hint: "write at most \(2 * profile.threshold), or a larger threshold")
        }
    case .controlledRounding(let base):
        if base < 3 || profile.threshold < base - base / 2 {
            refuse(
                "rounding",
                "a base of \(base) is too \(base < 3 ? "small" : "large") for a threshold of "
                    + "\(profile.threshold)",
                hint: "write 3 or more, and at most \(2 * profile.threshold)")
        }
        if !hasWidth { profile.width = min(profile.width, base - 1) }
        if profile.width > base - 1 {
            refuse(
                "width", "what is shown as [low] is one of \(base - 1) values, never of \(profile.width)",
                hint: "write at most \(base - 1), or a larger base")
        }
    case .cellKey(let table):
        if profile.zeros == .published, table.hiddenBelow > 0 {
            refuse(
                "zeros", "zeros are hidden with everything below `hideBelow`", hint: "take `zeros` or `hideBelow` out")
        }
        if !hasWidth {
            refuse(
                "cellKeys", "how many values must stay possible is not said",
                hint: "write `width: …`: at most twice the largest noise")
        }
    }
}

/// `rounding: 5`, `rounding: {base: 5, controlled: true}` or `cellKeys: {table: FILE}`.
private func readPerturbation(
    _ reader: inout MappingReader, _ noise: NoiseTableFolder
) -> DisclosureProfile.Perturbation {
    var found = DisclosureProfile.Perturbation.none
    if let node = reader.node("rounding"), case .mapping = node.value {
        guard var inner = reader.mapping("rounding", what: "`rounding`") else { return .none }
        let base = inner.requiredInteger("base", in: 2...100)
        let isControlled = inner.boolean("controlled") ?? false
        inner.finish()
        if let base { found = isControlled ? .controlledRounding(base: base) : .nearestRounding(base: base) }
    } else if let base = reader.integer("rounding", in: 2...100) {
        found = .nearestRounding(base: base)
    }
    guard let node = reader.node("cellKeys"), var inner = reader.mapping("cellKeys", what: "`cellKeys`") else {
        return found
    }
    if found != .none {
        reader.mistakes.add(node, "figures are rounded already", hint: "keep one of `rounding` and `cellKeys`")
    }
    let name = inner.requiredString("table")
    let below = inner.integer("hideBelow", in: 1...1000) ?? 0
    let place = inner.node("table")
    inner.finish()
    guard let name, let place, var table = noise.table(place, name, mistakes: reader.mistakes) else { return found }
    table.hiddenBelow = below
    return .cellKey(table)
}

private func readDominance(_ given: MappingReader) -> DisclosureProfile.Dominance? {
    var reader = given
    let n = reader.requiredInteger("n", in: 1...15)
    let k = reader.requiredInteger("k", in: 1...99)
    reader.finish()
    guard let n, let k else { return nil }
    return DisclosureProfile.Dominance(n: n, k: k)
}
