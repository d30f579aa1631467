import Logging
import SluiceIntake
package import SluiceModel
import SluiceRelease
import SluiceSettings
import SluiceStore

/// How one recipe stands.
package struct LinkStanding: Sendable {
    package var recipe: LinkRecipe
    /// Whose records it links today.
    package var authorities: [AuthorityID]
    /// Since when its key is in use; nil since the instance began.
    package var keySince: Instant?
    /// As last counted; not those that never were.
    package var overlaps: [OverlapCounts]
}

extension Instance {
    package func links() throws -> [LinkStanding] {
        let kept = try store.overlaps()
        return try catalogue.model.links.map { recipe in
            LinkStanding(
                recipe: recipe,
                authorities: linked(by: recipe),
                keySince: try keySince(recipe),
                overlaps: kept.filter { overlap in recipe.overlaps.contains { $0.id == overlap.id } })
        }
    }

    /// Whose records the agreements let it link today.
    private func linked(by recipe: LinkRecipe) -> [AuthorityID] {
        settings.authorities.filter {
            settings.links(of: $0, among: catalogue.model.links).contains(recipe.id)
        }.map(\.id)
    }

    private func keySince(_ recipe: LinkRecipe) throws -> Instant? {
        try store.value("link-key-since-" + recipe.id).flatMap { Instant($0) }
    }

    /// Gives a recipe another key, on record.
    func rotateLink(_ id: String, reason: String, actor: String) throws -> CommandResult {
        guard catalogue.model.links.contains(where: { $0.id == id }) else {
            return .no("no link recipe is called \(id); see `sluice links list`")
        }
        let now = clock.now()
        // First the moment and the record, then the key: a crash between leaves out records that could still be linked,
        // never the reverse, and who gave the command sees that it did not end.
        try store.setValue("link-key-since-" + id, "\(now)")
        try store.append([
            LedgerEntry(at: now, actor: actor, kind: .linkKeyRotated, subject: id, details: ["reason": reason])
        ])
        try keys.rotateLink(recipe: id)
        return CommandResult(
            exit: .done, json: .members(["recipe": .string(id), "since": .string("\(now)")]),
            text: "\(id): records from here on get tokens of a new key; those of earlier records never meet them")
    }

    /// Counts every overlap of every recipe and keeps what came of it.
    func countOverlaps(actor: String) throws -> CommandResult {
        var counted: [OverlapCounts] = []
        for recipe in catalogue.model.links {
            counted += try releases(actor: actor).overlaps(
                recipe, of: Set(linked(by: recipe)), keySince: try keySince(recipe))
        }
        let entries = counted.map { overlap in
            LedgerEntry(
                at: overlap.countedAt, actor: actor, kind: .overlapsCounted, subject: overlap.id,
                details: [
                    "firstRows": "\(overlap.first.rows)", "firstLinked": "\(overlap.first.linked)",
                    "secondRows": "\(overlap.second.rows)", "secondLinked": "\(overlap.second.linked)",
                ])
        }
        guard !counted.isEmpty else {
            // What an earlier model had counted goes.
            if try !store.overlaps().isEmpty { try store.keep([], ledger: []) }
            return CommandResult(
                exit: .done, json: .members(["overlaps": .array([])]), text: "no recipe has an overlap")
        }
        try store.keep(counted, ledger: entries)
        return CommandResult(
            exit: .done, json: .members(["overlaps": .strings(counted.map(\.id))]),
            text: "counted and kept: " + counted.map(\.id).joined(separator: ", "))
    }

    /// What the daemon does: once a day of the instance's time zone, and at the first start.
    func countOverlapsOnceADay() throws {
        let name = "overlaps-counted"
        let day = "\(today)"
        guard try store.value(name) != day else { return }
        // Before the count: one that fails is tried again tomorrow, not at every look.
        try store.setValue(name, day)
        _ = try countOverlaps(actor: "daemon")
    }
}

extension LinkStanding {
    package var json: JSON {
        .members([
            "recipe": .string(recipe.id), "title": .string(recipe.title), "purpose": .string(recipe.purpose),
            "authorities": .strings(authorities.map(\.text)), "keySince": .optional(keySince.map { "\($0)" }),
            "overlaps": .array(
                recipe.overlaps.map { overlap in
                    let counts = overlaps.first { $0.id == overlap.id }
                    return .members([
                        "overlap": .string(overlap.id), "title": .string(overlap.title),
                        "countedAt": .optional(counts.map { "\($0.countedAt)" }),
                        "linkedPercent": .array(
                            (counts.map { [$0.first, $0.second] } ?? []).map { .int($0.percent) }),
                    ])
                }),
            "caveat": .string(CohortOverlap.caveat),
        ])
    }
}

extension OverlapCounts.Side {
    /// Of the records, those with a token, rounded down.
    package var percent: Int { rows == 0 ? 0 : linked * 100 / rows }
}
