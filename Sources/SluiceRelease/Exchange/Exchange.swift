import SluiceCertificate
package import SluiceModel
import SluiceWire

/// Exchange with other tools: what was proved here as their input, and what they hid to be judged here.
package enum Exchange {
    /// A certificate's parts as JJ files, by kind of event.
    ///
    /// - Throws: `ExchangeRefusal`, and `ReleaseRefusal.notProved` when the certificate cannot be read.
    package static func export(certificate bytes: [UInt8]) throws -> [(name: String, text: String)] {
        let certificate: Certificate
        do throws(ProofRefusal) { certificate = try Certificate(bytes) } catch { throw ReleaseRefusal.notProved(error) }
        return try certificate.parts.map { part in
            let file = try JJFile(part.tables, part.rules, statuses: part.protection.statuses)
            return ("\(part.tables.eventKind).jj", file.text)
        }
    }

    /// What a pattern of hidden cells is worth.
    package struct Judgement: Sendable {
        package var cells: Int
        package var sensitive: Int
        /// Sensitive cells that are shown, as the file numbers them.
        package var shown: [Int]
        /// Sensitive cells about which no proof was found.
        package var unproved: [Int]
    }

    /// Looks for a proof that a pattern is safe, without hiding any more.
    package static func judge(_ text: String, profile: DisclosureProfile, job: ProtectJob) throws -> Judgement {
        let file = try JJFile(text: text)
        let tables = try file.linkedTables()
        do throws(ProofRefusal) { try tables.check() } catch { throw ReleaseRefusal.notProved(error) }
        let rules = profile.auditRules
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        let needs = tables.sensitivity(rules, layout: layout, values: values).needs.map(\.slot)
        let statuses = file.statuses
        let shown = needs.filter { statuses[$0] == .shown }
        var options = SearchOptions(tier: .good)
        options.isGrandTotalPublic = false
        options.forcedPublic = Set(statuses.indices.filter { statuses[$0] == .shown })
        // Those that are hidden without need cost nothing: nobody can unhide them here.
        options.hiddenBefore = Set(statuses.indices.filter { statuses[$0] == .hidden })
        let request = ProtectionRequest(parts: [.init(tables: tables, rules: rules, options: options)])
        let answer = try job.run(request, slotCounts: [layout.slotCount])
        // What was found is believed when it is proved: with the pattern as it is, not as the search would have it.
        var unproved = Set(answer.parts[0].unproved).subtracting(shown)
        if unproved.isEmpty, shown.isEmpty {
            var protection = answer.parts[0].protection
            protection.statuses = statuses
            do throws(ProofRefusal) { _ = try prove(tables, rules, protection) } catch { unproved = Set(needs) }
        }
        return Judgement(cells: file.cells.count, sensitive: needs.count, shown: shown, unproved: unproved.sorted())
    }
}
