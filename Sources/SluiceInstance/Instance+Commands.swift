import Logging
import SluiceIntake
import SluiceModel
import SluiceRelease
import SluiceReview
import SluiceSettings
import SluiceStore
package import SluiceSystem

extension Instance {
    /// Carries a command out and puts `actor` on record for it. Never throws: what went wrong is in the result.
    package func perform(_ command: Command, attachment: consuming OpenFile?, actor: String) -> CommandResult {
        do {
            switch command {
            case .rotateLink(_, let reason) where !isReason(reason), .withdraw(_, let reason) where !isReason(reason),
                .reject(_, let reason) where !isReason(reason), .reinstate(_, let reason?) where !isReason(reason):
                return .no("a reason must say something, in at most 500 characters: it stays in the ledger")
            case .withdraw(let delivery, let reason): return try withdraw(delivery, reason: reason, actor: actor)
            case .confirm(let delivery): return try confirm(delivery, actor: actor)
            case .reject(let delivery, let reason): return try reject(delivery, reason: reason, actor: actor)
            case .reinstate(let delivery, let reason): return try reinstate(delivery, reason: reason, actor: actor)
            case .buildRelease(let id, let explains): return try buildRelease(id, explains: explains, actor: actor)
            case .approveRelease(_, let by, let judgement) where !isReason(by) || !isReason(judgement):
                return .no("who approves and their judgement must say something, in at most 500 characters each")
            case .approveRelease(let id, let by, let judgement):
                let record = try releases(actor: actor).approve(id, by: by, judgement: judgement)
                let version = padded(record.version, 4)
                return CommandResult(
                    exit: .done, json: releaseJSON(record),
                    text: "release \(id), version \(version), is published: \(settings.paths.releases)/\(id)/\(version)"
                )
            case .acknowledgeReview(let id):
                try reviews(actor: actor).acknowledge(id)
                return CommandResult(exit: .done, json: .members(["review": .string(id)]), text: "\(id): acknowledged")
            case .closeReview(_, let note, _) where !isReason(note),
                .reopenReview(_, let note, _) where !isReason(note):
                return .no("a note must say something, in at most 500 characters: it stays in the ledger")
            case .closeReview(_, _, let due?) where CivilDate(due) == nil,
                .reopenReview(_, _, let due?) where CivilDate(due) == nil:
                return .no("\(due) is no date; write it as 2026-12-01")
            case .closeReview(let id, let note, let due):
                if let result = try closeIncident(id, note: note, actor: actor) { return result }
                let next = try reviews(actor: actor).close(id, due: due.flatMap { CivilDate($0) }, note: note)
                return CommandResult(
                    exit: .done, json: .members(["review": .string(id), "nextDue": .optional(next.map { "\($0)" })]),
                    text: "\(id): closed" + (next.map { "; due again on \($0)" } ?? ""))
            case .reopenReview(let id, let note, let due):
                if let result = try reopenIncident(id, note: note, actor: actor) { return result }
                let closing = try reviews(actor: actor).reopen(id, due: due.flatMap { CivilDate($0) }, note: note)
                return CommandResult(
                    exit: .done, json: .members(["review": .string(id), "due": .string("\(closing.due)")]),
                    text: "\(id): what closed it for \(closing.due), at \(closing.closedAt), is undone")
            case .ingest(let authority, let nameHex):
                guard let file = attachment else { return CommandResult.no("no file came with the request") }
                return try ingest(file, authority: authority, nameHex: nameHex, actor: actor)
            case .purge: return try purge(actor: actor)
            case .rotateLink(let recipe, let reason): return try rotateLink(recipe, reason: reason, actor: actor)
            case .countOverlaps: return try countOverlaps(actor: actor)
            case .importGeography(let columns):
                guard let file = attachment else { return CommandResult.no("no file came with the request") }
                return try adoptGeography(file, columns: columns, actor: actor)
            case .idle:
                let isIdle = try intake.isIdle()
                return CommandResult(
                    exit: isIdle ? .done : .no, json: .members(["idle": .bool(isIdle)]),
                    text: isIdle ? "idle" : "at work")
            }
        } catch {
            return CommandResult(failure: error)
        }
    }

    private func isReason(_ text: String) -> Bool { text.count <= 500 && text.contains { !$0.isWhitespace } }

    private func withdraw(_ text: String, reason: String, actor: String) throws -> CommandResult {
        guard let id = DeliveryID(text), let delivery = try store.delivery(id) else {
            return .no("no delivery is called \(text); see `sluice deliveries list`")
        }
        guard delivery.status.isCurrent || delivery.canBeReinstated else {
            return .no("delivery \(id) is \(delivery.status.text): there is nothing of it to take back")
        }
        intake.actor = actor
        defer { intake.actor = "daemon" }
        let affected = try intake.withdraw(id, reason: reason)
        let names = affected.map { "\($0.release)/\(padded($0.version, 4))" }
        // Its tables are withdrawn with it, and what they had replaced does not come back by itself either.
        let replaced = try ([delivery] + store.deliveries(DeliveryFilter(parent: id))).flatMap(\.replaces)
            .filter { try store.delivery($0)?.canBeReinstated ?? false }.map(\.text)
        var text = "delivery \(id) withdrawn; its records are gone"
        if !names.isEmpty { text += "\nreleases that hold its records: " + names.joined(separator: ", ") }
        if !replaced.isEmpty {
            text +=
                "\nwhat it had replaced does not count either; to bring it back: "
                + replaced.map { "sluice deliveries reinstate \($0)" }.joined(separator: "; ")
        }
        return CommandResult(
            exit: .done,
            json: .members([
                "delivery": .string(id.text), "affectedReleases": .strings(names),
                "canBeReinstated": .strings(replaced),
            ]), text: text)
    }

    private func reject(_ text: String, reason: String, actor: String) throws -> CommandResult {
        guard let id = DeliveryID(text), let delivery = try store.delivery(id) else {
            return .no("no delivery is called \(text); see `sluice deliveries list --outcome held`")
        }
        guard delivery.status == .held, delivery.heldFor != nil else {
            let next = delivery.status.isCurrent ? "; take it back with `sluice deliveries withdraw \(id)`" : ""
            return .no(
                "delivery \(id) is \(delivery.status.text) and waits for no word: there is nothing to reject\(next)")
        }
        intake.actor = actor
        defer { intake.actor = "daemon" }
        guard try intake.reject(delivery, because: reason) else {
            return .no(
                "delivery \(id) cannot be rejected: its file is not in the folder held, or the folder cannot be reached "
                    + "now; see `sluice status`")
        }
        return CommandResult(
            exit: .done, json: try store.delivery(id).map { deliveryJSON($0) } ?? .null,
            text: "delivery \(id): rejected; what stood before still stands, and the agency has its receipt")
    }

    private func confirm(_ text: String, actor: String) throws -> CommandResult {
        guard let id = DeliveryID(text), let delivery = try store.delivery(id) else {
            return .no("no delivery is called \(text); see `sluice deliveries list --outcome held`")
        }
        guard delivery.status == .held, delivery.heldFor != nil else {
            let why = delivery.status == .held ? " for another reason (\(delivery.reason ?? "unknown"))" : ""
            return .no("delivery \(id) is \(delivery.status.text)\(why): there is nothing to confirm")
        }
        intake.actor = actor
        defer { intake.actor = "daemon" }
        if delivery.confirmedAt == nil { try intake.confirm(delivery, by: "operator") }
        intake.releaseHeld()
        guard let decided = try store.delivery(id) else {
            return .no(
                "delivery \(id) cannot be taken in: its file is no longer in the folder held. Ask the agency to send "
                    + "it again")
        }
        if let figures = decided.toConfirm {
            return CommandResult(
                exit: .no, json: deliveryJSON(decided),
                text: "delivery \(id) waits again: what it would do is no longer what you confirmed. \(figures)\n"
                    + "to take it in: sluice deliveries confirm \(id)")
        }
        let isFine = decided.outcomeAtArrival?.isAccepted ?? false
        return CommandResult(
            exit: isFine || decided.status == .held ? .done : .no, json: deliveryJSON(decided),
            text: "delivery \(id): confirmed; "
                + (decided.status == .held
                    ? "it is taken in as soon as it can be" : "\(decided.status.text)")
                + (decided.rows.map { "; \($0.read) rows read, \($0.accepted) kept, \($0.rejected) rejected" } ?? "")
                + (decided.replaces.isEmpty
                    ? "" : "\nreplaces " + decided.replaces.map(\.text).joined(separator: ", ")))
    }

    private func reinstate(_ text: String, reason: String?, actor: String) throws -> CommandResult {
        guard let id = DeliveryID(text), try store.delivery(id) != nil else {
            return .no("no delivery is called \(text); see `sluice deliveries list --outcome superseded`")
        }
        intake.actor = actor
        defer { intake.actor = "daemon" }
        let done = try intake.reinstate(id, reason: reason)
        let names = done.broughtBack.map(\.id.text)
        let stale = try staleReleases().map(\.release.release)
        var lines = ["brought back: " + names.joined(separator: ", ")]
        let setAside = done.setAside.map(\.id.text)
        if !setAside.isEmpty {
            lines.append(
                "no longer counts: " + setAside.joined(separator: ", ") + "; the records are kept for "
                    + "\(settings.supersededDays) days, and can be brought back in the same way")
        }
        let uncovered = done.uncovered.map { "\($0)" }
        if !uncovered.isEmpty {
            lines.append(
                "nothing counts any more for " + uncovered.joined(separator: ", ")
                    + ": ask the agency to send those months again")
        }
        if !stale.isEmpty { lines.append("releases that are stale now: " + stale.joined(separator: ", ")) }
        return CommandResult(
            exit: .done,
            json: .members([
                "reinstated": .strings(names), "superseded": .strings(setAside),
                "uncovered": .strings(uncovered), "staleReleases": .strings(stale),
            ]),
            text: lines.joined(separator: "\n"))
    }

    private func buildRelease(_ id: String, explains: Bool, actor: String) throws -> CommandResult {
        let spec = try spec(id)
        let built: BuiltRelease
        do {
            built = try releases(actor: actor).build(spec, explains: explains)
        } catch let refusal as ReleaseRefusal {
            try store.append([
                LedgerEntry(
                    at: clock.now(), actor: actor, kind: .releaseRefused, subject: id,
                    details: ["reason": "\(refusal)"])
            ])
            throw refusal
        }
        var lines = ["release \(id), version \(padded(built.record.version, 4)): \(built.path)"]
        for share in built.hidden {
            lines.append(
                "  \(share.table): \(share.hidden) of \(share.cells) cells hidden, \(share.percentNonzero) % of those that "
                    + "are not zero"
                    + (share.notAvailable > 0 ? "; \(share.notAvailable) not available, [x]" : "")
                    + (share.percentNonzero > ReleaseBuilder.muchHidden ? "; see `sluice release plan \(id)`" : ""))
        }
        lines.append("  proved safe, in itself: certificate \(built.certificateHash)")
        if !built.groups.isEmpty {
            lines.append("  all of a total is seen to sit in one part, \(built.groups.count) times:")
            lines += built.groups.prefix(10).map { "    \($0)" }
        }
        if built.record.state == .pending {
            lines.append("  waits for approval: sluice release approve \(id) --by NAME")
        }
        lines += built.warnings.map { "  warning: \($0)" }
        if built.hidden.contains(where: { $0.notAvailable > 0 }) {
            lines.append("  name under `notExpected` of the spec who need not send, with a reason; then build it again")
        }
        return CommandResult(
            exit: .done,
            json: .members([
                "release": .string(id), "version": .string(padded(built.record.version, 4)),
                "path": .string(built.path), "sumsHash": .string(built.record.sumsHash),
                "hidden": .array(
                    built.hidden.map {
                        .members([
                            "table": .string($0.table), "hidden": .int($0.hidden), "cells": .int($0.cells),
                            "nonzero": .int($0.nonzero), "hiddenNonzero": .int($0.hiddenNonzero),
                            "notAvailable": .int($0.notAvailable),
                        ])
                    }),
                "state": .string(built.record.state.rawValue), "certificate": .string(built.certificateHash),
                "groups": .strings(built.groups), "warnings": .strings(built.warnings),
            ]),
            text: lines.joined(separator: "\n"))
    }

    private func ingest(
        _ file: borrowing OpenFile, authority text: String, nameHex: String, actor: String
    ) throws -> CommandResult {
        guard let id = AuthorityID(text), let source = intake.source(id) else {
            return .no("no authority is called \(text); see `authorities/`")
        }
        guard let name = FileName(hexadecimal: nameHex) else { return .no("the file has no usable name") }
        intake.actor = actor
        defer { intake.actor = "daemon" }
        let delivery: Delivery
        do {
            delivery = try intake.ingest(file, named: name, for: source)
        } catch let refused as IngestRefused {
            return .no("\(refused)")
        }
        let json = deliveryJSON(delivery)
        if let figures = delivery.toConfirm {
            return CommandResult(
                exit: .no, json: json,
                text:
                    "delivery \(delivery.id): held until somebody confirms it (\(delivery.reason ?? ""))\n\(figures)\n"
                    + "to take it in: sluice deliveries confirm \(delivery.id)\n"
                    + "notice: \(settings.paths.drop)/\(id)/held/\(delivery.id).notice.txt")
        }
        let isFine = delivery.outcomeAtArrival.map { $0.isAccepted || $0 == .duplicate } ?? false
        return CommandResult(
            exit: isFine ? .done : .no, json: json,
            text: "delivery \(delivery.id): \(delivery.status.text)"
                + (delivery.rows.map { "; \($0.read) rows read, \($0.accepted) kept, \($0.rejected) rejected" } ?? "")
                + "\nreceipt: \(settings.paths.drop)/\(id)/receipts/")
    }

    /// Puts in their place what a crash left half published.
    package func finishReleases() {
        do {
            try releases(actor: "daemon").recover()
        } catch {
            log.error("a release could not be put in its place yet", metadata: ["error": "\(error)"])
        }
    }
}

extension CommandResult {
    package static func no(_ text: String) -> CommandResult {
        CommandResult(exit: .no, json: .members(["error": .string(text)]), text: text)
    }

    /// What went wrong, and whether trying again can help.
    package init(failure error: any Error) {
        let exit: ExitStatusCode =
            switch error {
            case is ReleaseRefusal, is ReviewRefusal, is IngestRefused, is TemplateRefusal, is PluginExists: .no
            case StoreError.busy, StoreError.full, InstanceError.busy: .busy
            case InstanceError.settings, StoreError.unusable: .settings
            case InstanceError.neverStarted, InstanceError.noAccess: .no
            case is TrialFailure, is SampleRefusal, is MinimiseRefusal, is AnchorRefusal, is BackupRefusal,
                is GeographyRefusal, is VerifyRefusal, is ExchangeRefusal, is ReinstateRefusal:
                .no
            case let error as SystemError where error.isTemporary: .busy
            case let error as SystemError where error.isAboutPlace: .no
            default: .ourFault
            }
        var json = JSON.members(["error": .string("\(error)")])
        if case ReleaseRefusal.cannotBeProtected(let cells, _, let conflicts) = error {
            json = .members([
                "error": .string("\(error)"), "cells": .strings(cells), "conflicts": .array(conflicts.map(\.json)),
            ])
        }
        if case InstanceError.settings(let mistakes) = error {
            json = .members(["mistakes": .array(mistakes.map(\.json))])
        }
        self.init(exit: exit, json: json, text: "\(error)")
    }
}

extension SystemError {
    /// Whether room or another process's end may make the same call succeed.
    var isTemporary: Bool { [28, 122, 11, 4, 16].contains(errno) }  // ENOSPC EDQUOT EAGAIN EINTR EBUSY
}

extension SystemError {
    /// Whether a path that the caller named is missing, of the wrong kind or out of reach.
    var isAboutPlace: Bool { [2, 13, 17, 20, 21, 40].contains(errno) }  // ENOENT EACCES EEXIST ENOTDIR EISDIR ELOOP
}

extension FileName {
    /// Reads the form that `hexadecimalText` writes.
    init?(hexadecimal text: String) {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(byte)
        }
        self.init(bytes)
    }

    package var hexadecimalText: String { hexadecimal(bytes) }
}
