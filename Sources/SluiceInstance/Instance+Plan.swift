import SluiceModel
import SluiceRelease
import SluiceSettings

extension Instance {
    /// What a release would hide, and which other tables would show more. Changes nothing.
    package func planRelease(_ id: String) throws -> CommandResult {
        let spec = try spec(id)
        let plan = try releases(actor: "query").plan(spec)
        return CommandResult(exit: plan.unproved.isEmpty ? .done : .no, json: plan.json, text: plan.text)
    }
}

extension ReleasePlan {
    fileprivate var json: JSON {
        .members([
            "tables": .array(
                shares.map { share in
                    .members([
                        "table": .string(share.table), "cells": .int(share.cells), "nonzero": .int(share.nonzero),
                        "hiddenNonzero": .int(share.hiddenNonzero), "percentHidden": .int(share.percentNonzero),
                    ])
                }),
            "events": .array(
                figures.map { kind, figures in .object([JSON.Member("event", .string(kind))] + figures.members) }),
            "levels": .array(
                levels.map { level in
                    .members([
                        "table": .string(level.table), "levels": .strings(level.levels), "nonzero": .int(level.nonzero),
                        "percentHidden": .int(level.percentHidden),
                        "percentValueHidden": .int(level.percentValueHidden),
                    ])
                }),
            "standing": .array(standing.map(\.json)), "proposals": .array(proposals.map(\.json)),
            "cannotBeProtected": .strings(unproved), "incomplete": .strings(incomplete),
        ])
    }

    fileprivate var text: String {
        var lines: [String] = []
        for share in shares {
            lines.append("\(share.table): \(share.percentNonzero) % of \(share.nonzero) figures hidden")
            for level in levels where level.table == share.table {
                lines.append(
                    "  \(level.levels.joined(separator: " × ")): \(level.percentHidden) % of \(level.nonzero) figures, "
                        + "\(level.percentValueHidden) % of what they count")
            }
            let others = proposals.filter { $0.table == share.table }
            guard let now = standing.first(where: { $0.table == share.table }) else { continue }
            let showsMore = others.first.map { $0.figures.visible > now.figures.visible } ?? true
            lines.append(
                "  as it stands \(now.seen); instead" + (showsMore ? ":" : ", none of which shows more figures:"))
            for other in others {
                lines.append("    " + other.seen)
                lines += other.instead.map { "      " + $0 }
            }
            if others.isEmpty { lines.append("    nothing that was tried can be protected") }
        }
        if !incomplete.isEmpty {
            lines.append("Not complete:")
            lines += incomplete.map { "  " + $0 }
        }
        if !unproved.isEmpty {
            lines.append(
                whyUnproved + ": " + unproved.prefix(5).joined(separator: "; ")
                    + (unproved.count > 5 ? "; and \(unproved.count - 5) more" : ""))
        }
        lines.append(
            "Figures are cells that are not zero, and those seen are of all tables over the same events, each once. "
                + "Nothing of this may be passed on: it tells how much is hidden.")
        return lines.joined(separator: "\n")
    }
}

extension ReleasePlan.Proposal {
    fileprivate var seen: String {
        "\(figures.visible) of \(figures.nonzero) figures are seen, \(figures.percentValueSeen) % of what they count"
    }

    fileprivate var json: JSON {
        .object(
            [JSON.Member("table", .string(table)), JSON.Member("instead", .strings(instead))] + figures.members)
    }
}

extension ReleasePlan.Figures {
    fileprivate var members: [JSON.Member] {
        [
            JSON.Member("nonzero", .int(nonzero)), JSON.Member("visible", .int(visible)),
            JSON.Member("value", .int(value)), JSON.Member("visibleValue", .int(visibleValue)),
        ]
    }
}
