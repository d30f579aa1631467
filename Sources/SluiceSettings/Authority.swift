package import SluiceModel
import SluiceYAML

/// A body that drops files: one file of `authorities/`.
package struct Authority: Hashable, Sendable {
    package enum Readiness: String, CaseIterable, Sendable {
        /// A file is complete once it has stopped changing.
        case settle
        /// The agency writes under a temporary name and renames when done.
        case rename
    }

    /// How the tables of a file that holds several are decided.
    package enum Members: String, CaseIterable, Sendable {
        /// All are taken or none.
        case together
        /// Each by itself.
        case separate
    }

    package var id: AuthorityID
    package var name: String
    package var kind: AuthorityKind
    /// For a `local-authority`, which of its functions the files come from; one of `Authority.functions`.
    package var function: String?
    package var plugin: String
    package var members: Members
    /// The legal power its files come under; one of `Authority.gateways`.
    package var gateway: String
    /// What its data may be used for, never empty.
    package var purposes: [String]
    package var agreement: Agreement
    package var dataContact: String
    package var governanceContact: String
    /// How long minimised records are kept after the end of the period they belong to.
    package var retentionMonths: Int
    /// In place of `retentionMonths`, by dataset.
    package var datasetRetentionMonths: [String: Int] = [:]
    /// What it asks of every release that holds its records, besides the release's own profile.
    package var profile: DisclosureProfile?
    package var readiness: Readiness
    /// In place of the instance's own.
    package var settleMilliseconds: Int?
    /// In place of the plugin's own tolerance, 0 to 100.
    package var toleranceRejectedPercent: Int?
    /// The plugin's datasets it may send; empty means all.
    package var datasets: [String]
    /// How long a period each file covers, by dataset, where the partnership agreed on it.
    package var cadences: [String: PeriodUnit] = [:]
    /// Codes of the dimension `area` that its records are about; empty where nothing is said.
    package var areas: [String] = []

    package init(
        id: AuthorityID, name: String, kind: AuthorityKind, function: String? = nil, plugin: String, gateway: String,
        purposes: [String], agreement: Agreement, dataContact: String, governanceContact: String,
        retentionMonths: Int,
        readiness: Readiness = .settle, settleMilliseconds: Int? = nil, toleranceRejectedPercent: Int? = nil,
        datasets: [String] = [], members: Members = .together
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.function = function
        self.plugin = plugin
        self.members = members
        self.gateway = gateway
        self.purposes = purposes
        self.agreement = agreement
        self.dataContact = dataContact
        self.governanceContact = governanceContact
        self.retentionMonths = retentionMonths
        self.readiness = readiness
        self.settleMilliseconds = settleMilliseconds
        self.toleranceRejectedPercent = toleranceRejectedPercent
        self.datasets = datasets
    }

    /// Whether the law lets it supply anonymous information only.
    ///
    /// - Source: PCSC Act 2022 ss. 16(4)(b), 17(6)(b); draft guidance June 2022, paras 148, 149, 157.
    package var suppliesAnonymousOnly: Bool { kind.isHealth || function == "social-care" }

    /// How long records of a dataset are kept after the end of their period.
    package func retentionMonths(of dataset: String?) -> Int {
        dataset.flatMap { datasetRetentionMonths[$0] } ?? retentionMonths
    }

    /// The legal powers a delivery may come under. Add a word here with the rule that judges it.
    ///
    /// - `pcsc-16`: Police, Crime, Sentencing and Courts Act 2022 s.16, disclosure between the listed bodies; draft
    ///   guidance June 2022, para 145.
    /// - `pcsc-17`: s.17, what a policing body requires, to be used by it alone; paras 153–160.
    /// - `existing-powers`: another lawful gateway, left open by s.16(7); para 151.
    /// - `istv`: anonymous hospital data under the Information Sharing to Tackle Violence standard; para 144.
    package static let gateways = ["pcsc-16", "pcsc-17", "existing-powers", "istv"]

    /// Functions of a local authority whose files are judged differently.
    ///
    /// - Source: PCSC Act 2022 s.16(4)(b); draft guidance June 2022, para 148.
    package static let functions = ["education", "youth-justice", "social-care", "other"]
}

/// The data-sharing agreement on file.
///
/// - Source: draft guidance June 2022, paras 163, 166.
package struct Agreement: Hashable, Sendable {
    package var reference: String
    /// First day it covers.
    package var validFrom: CivilDate
    /// Last day it covers; nil when it runs until further notice.
    package var validTo: CivilDate?
    /// Recipes by which its records may be linked; nil where it names none, which lets those by shared identifiers.
    package var links: [String]?

    package init(reference: String, validFrom: CivilDate, validTo: CivilDate?) {
        self.reference = reference
        self.validFrom = validFrom
        self.validTo = validTo
    }

    /// Why it does not cover `day`, `agreement-not-begun` or `agreement-lapsed`; nil when it does.
    package func lapse(on day: CivilDate) -> String? {
        if day < validFrom { return "agreement-not-begun" }
        if let validTo, day > validTo { return "agreement-lapsed" }
        return nil
    }
}

/// Where the names of an authority stand that only its plugin can confirm.
struct AuthorityPlaces: Hashable, Sendable {
    var plugin: Node
    var kind: Node
    /// Of `datasets`, `retentionMonthsOf` and `sends`.
    var datasets: [Node]
    /// Of the agreement's `links`.
    var links: [Node]
    /// Of `areas`.
    var areas: [Node]
    /// Where it names a disclosure profile of its own.
    var profile: Node?
}

// MARK: - Reading

/// - Parameter stem: The file's name without `.yaml`.
func readAuthority(
    _ root: Node, stem: String, mistakes: Mistakes
) -> (authority: Authority, places: AuthorityPlaces)? {
    guard var reader = MappingReader(root, mistakes: mistakes, what: "an authority") else { return nil }
    let id = reader.ownName("authority", stem: stem).flatMap { AuthorityID($0) }
    let name = reader.requiredString("name")
    let kind = reader.requiredChoice("kind", AuthorityKind.self)
    let function = readFunction(&reader, kind: kind)
    let plugin = reader.requiredShortName("plugin")
    let members = reader.choice("members", Authority.Members.self) ?? .together
    let gateway = reader.requiredWord("gateway", among: Authority.gateways)
    let purposes = readPurposes(&reader)
    let agreement = reader.requiredMapping("agreement", what: "`agreement`").flatMap { readAgreement($0) }
    let dataContact = reader.requiredString("dataContact")
    let governanceContact = reader.requiredString("governanceContact")
    let retentionMonths = reader.requiredInteger("retentionMonths", in: 1...600)
    let datasetRetention = readDatasetRetention(&reader)
    let readiness = reader.choice("readiness", Authority.Readiness.self) ?? .settle
    let settleMilliseconds = reader.integer("settleMilliseconds", in: 0...86_400_000)
    let tolerance = reader.integer("toleranceRejectedPercent", in: 0...100)
    let datasetNodes = reader.nodes("datasets") ?? []
    let sends = readCadences(&reader)
    let areaNodes = (reader.nodes("areas") ?? []).filter {
        scalarText($0, mistakes: mistakes, what: "an item of `areas`") != nil
    }
    let datasets = datasetNodes.compactMap { shortName($0, "an item of `datasets`", mistakes: mistakes) }
    let profileNode = reader.node("profile")
    let places = (plugin: reader.node("plugin"), kind: reader.node("kind"))
    reader.finish()
    guard let id, let name, let kind, let plugin, let gateway, let agreement, let dataContact, let governanceContact,
        let retentionMonths, let pluginNode = places.plugin, let kindNode = places.kind
    else { return nil }
    var authority = Authority(
        id: id, name: name, kind: kind, function: function, plugin: plugin, gateway: gateway, purposes: purposes,
        agreement: agreement.agreement, dataContact: dataContact, governanceContact: governanceContact,
        retentionMonths: retentionMonths, readiness: readiness, settleMilliseconds: settleMilliseconds,
        toleranceRejectedPercent: tolerance, datasets: datasets, members: members)
    authority.datasetRetentionMonths = datasetRetention.months
    authority.cadences = sends.cadences
    authority.areas = areaNodes.compactMap(\.text)
    return (
        authority,
        AuthorityPlaces(
            plugin: pluginNode, kind: kindNode, datasets: datasetNodes + datasetRetention.nodes + sends.nodes,
            links: agreement.links, areas: areaNodes, profile: profileNode)
    )
}

/// `retentionMonthsOf: {custody: 12}`
private func readDatasetRetention(_ reader: inout MappingReader) -> (months: [String: Int], nodes: [Node]) {
    guard var inner = reader.mapping("retentionMonthsOf", what: "`retentionMonthsOf`") else { return ([:], []) }
    var months: [String: Int] = [:]
    var nodes: [Node] = []
    for key in inner.keyNodes {
        guard let dataset = shortName(key, "a dataset", mistakes: reader.mistakes) else { continue }
        nodes.append(key)
        if let number = inner.integer(dataset, in: 1...600) { months[dataset] = number }
    }
    inner.finish()
    return (months, nodes)
}

/// `sends: {recorded-crime: month}`
private func readCadences(_ reader: inout MappingReader) -> (cadences: [String: PeriodUnit], nodes: [Node]) {
    guard var inner = reader.mapping("sends", what: "`sends`") else { return ([:], []) }
    var cadences: [String: PeriodUnit] = [:]
    var nodes: [Node] = []
    for key in inner.keyNodes {
        guard let dataset = shortName(key, "a dataset", mistakes: reader.mistakes) else { continue }
        nodes.append(key)
        if let unit = inner.choice(dataset, PeriodUnit.self) { cadences[dataset] = unit }
    }
    inner.finish()
    return (cadences, nodes)
}

private func readFunction(_ reader: inout MappingReader, kind: AuthorityKind?) -> String? {
    guard let kind else {
        _ = reader.has("function")
        return nil
    }
    if kind == .localAuthority { return reader.requiredWord("function", among: Authority.functions) }
    if let key = reader.keyNode("function") {
        reader.mistakes.add(key, "`function` is for a local-authority only", hint: "remove it")
    }
    return nil
}

private func readPurposes(_ reader: inout MappingReader) -> [String] {
    guard let node = reader.requiredNode("purposes"), let items = reader.nodes("purposes") else { return [] }
    if items.isEmpty {
        reader.mistakes.add(node, "`purposes` is empty", hint: "name what the agreement allows: [needs-assessment]")
    }
    return items.compactMap { shortName($0, "an item of `purposes`", mistakes: reader.mistakes) }
}

/// With the nodes of its `links`.
private func readAgreement(_ agreement: MappingReader) -> (agreement: Agreement, links: [Node])? {
    var reader = agreement
    let reference = reader.requiredString("reference")
    let validFrom = reader.requiredDate("validFrom")
    let validTo = reader.date("validTo")
    let isOpen = reader.node("validTo") == nil
    let linkNodes = reader.nodes("links")
    let links = linkNodes?.compactMap { shortName($0, "an item of `links`", mistakes: reader.mistakes) }
    reader.finish()
    if let validFrom, let validTo, validTo < validFrom, let node = reader.node("validTo") {
        reader.mistakes.add(node, "`validTo` is before `validFrom`", hint: "write the last day the agreement covers")
    }
    guard let reference, let validFrom, isOpen || validTo != nil else { return nil }
    var agreement = Agreement(reference: reference, validFrom: validFrom, validTo: validTo)
    agreement.links = links
    return (agreement, linkNodes ?? [])
}
