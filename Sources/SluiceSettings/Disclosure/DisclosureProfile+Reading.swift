import SluiceModel
import SluiceYAML

/// Reads `disclosure/profiles.yaml`.
func readProfiles(_ root: Node, mistakes: Mistakes) -> [DisclosureProfile] {
    guard var top = MappingReader(root, mistakes: mistakes, what: "the disclosure profiles") else { return [] }
    let nodes = top.requiredNode("profiles") == nil ? [] : top.nodes("profiles") ?? []
    top.finish()
    var profiles: [DisclosureProfile] = []
    for node in nodes {
        guard let reader = MappingReader(node, mistakes: mistakes, what: "a profile") else { continue }
        guard let profile = readProfile(reader) else { continue }
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
    _ node: Node, among profiles: [DisclosureProfile], mistakes: Mistakes
) -> DisclosureProfile? {
    if case .mapping = node.value {
        return MappingReader(node, mistakes: mistakes, what: "`profile`").flatMap { readProfile($0) }
    }
    return knownName(node, "the profile", among: profiles.map(\.id), mistakes: mistakes).flatMap { name in
        profiles.first { $0.id == name }
    }
}

private func readProfile(_ given: MappingReader) -> DisclosureProfile? {
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
    let base = reader.integer("rounding", in: 2...100) ?? 1
    if let threshold, base > 1, threshold < base - base / 2, let node = reader.node("rounding") {
        reader.mistakes.add(
            node, "`rounding: \(base)` would make a shown count of \(threshold) a 0",
            hint: "write at most \(2 * threshold), or a larger threshold")
    }
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
    profile.roundingBase = base
    profile.totalWeight = totalWeight
    profile.tier = tier
    return profile
}

private func readDominance(_ given: MappingReader) -> DisclosureProfile.Dominance? {
    var reader = given
    let n = reader.requiredInteger("n", in: 1...15)
    let k = reader.requiredInteger("k", in: 1...99)
    reader.finish()
    guard let n, let k else { return nil }
    return DisclosureProfile.Dominance(n: n, k: k)
}
