package import SluiceModel
package import SluiceYAML

/// A request to change an instance, made by the command line and carried out by whoever holds the state lock.
///
/// Its JSON form crosses the control socket; an open file travels beside `ingest`.
package enum Command: Hashable, Sendable {
    case withdraw(delivery: String, reason: String)
    case confirm(delivery: String)
    /// Of one that is held until somebody confirms it.
    case reject(delivery: String, reason: String)
    case reinstate(delivery: String, reason: String?)
    case buildRelease(String, explains: Bool = false)
    case approveRelease(String, by: String, judgement: String)
    case acknowledgeReview(String)
    /// `due` is the date that is closed, YYYY-MM-DD; nil for the one that is due.
    case closeReview(String, note: String, due: String? = nil)
    /// `due` is the date whose closing is undone; nil for that of the last one.
    case reopenReview(String, note: String, due: String? = nil)
    /// The name is hexadecimal, because names may be any bytes.
    case ingest(authority: String, nameHex: String)
    /// Purges what is past its retention today.
    case purge
    /// A look-up of postcodes travels beside it.
    case importGeography(columns: [String])
    case rotateLink(String, reason: String)
    case countOverlaps
    /// Changes nothing: whether anything waits to be done.
    case idle

    package var json: JSON {
        switch self {
        case .withdraw(let delivery, let reason):
            .members(["command": "withdraw", "delivery": .string(delivery), "reason": .string(reason)])
        case .confirm(let delivery): .members(["command": "confirm", "delivery": .string(delivery)])
        case .reject(let delivery, let reason):
            .members(["command": "reject", "delivery": .string(delivery), "reason": .string(reason)])
        case .reinstate(let delivery, let reason):
            .members(["command": "reinstate", "delivery": .string(delivery), "reason": .optional(reason)])
        case .buildRelease(let release, let explains):
            .members(["command": "build-release", "release": .string(release), "explains": .bool(explains)])
        case .approveRelease(let release, let by, let judgement):
            .members([
                "command": "approve-release", "release": .string(release), "by": .string(by),
                "judgement": .string(judgement),
            ])
        case .acknowledgeReview(let id): .members(["command": "acknowledge-review", "review": .string(id)])
        case .closeReview(let id, let note, let due):
            .members([
                "command": "close-review", "review": .string(id), "note": .string(note), "due": .optional(due),
            ])
        case .reopenReview(let id, let note, let due):
            .members([
                "command": "reopen-review", "review": .string(id), "note": .string(note), "due": .optional(due),
            ])
        case .ingest(let authority, let nameHex):
            .members(["command": "ingest", "authority": .string(authority), "name": .string(nameHex)])
        case .purge: .members(["command": "purge"])
        case .rotateLink(let recipe, let reason):
            .members(["command": "rotate-link", "recipe": .string(recipe), "reason": .string(reason)])
        case .countOverlaps: .members(["command": "count-overlaps"])
        case .importGeography(let columns):
            .members(["command": "import-geography", "columns": .strings(columns)])
        case .idle: .members(["command": "idle"])
        }
    }

    package init?(_ json: JSON) {
        func text(_ name: String) -> String? { json[name]?.text }
        switch text("command") {
        case "withdraw":
            guard let delivery = text("delivery"), let reason = text("reason") else { return nil }
            self = .withdraw(delivery: delivery, reason: reason)
        case "confirm":
            guard let delivery = text("delivery") else { return nil }
            self = .confirm(delivery: delivery)
        case "reject":
            guard let delivery = text("delivery"), let reason = text("reason") else { return nil }
            self = .reject(delivery: delivery, reason: reason)
        case "reinstate":
            guard let delivery = text("delivery") else { return nil }
            self = .reinstate(delivery: delivery, reason: text("reason"))
        case "build-release":
            guard let release = text("release") else { return nil }
            self = .buildRelease(release, explains: json["explains"]?.isTrue ?? false)
        case "approve-release":
            guard let release = text("release"), let by = text("by"), let judgement = text("judgement") else {
                return nil
            }
            self = .approveRelease(release, by: by, judgement: judgement)
        case "acknowledge-review":
            guard let id = text("review") else { return nil }
            self = .acknowledgeReview(id)
        case "close-review":
            guard let id = text("review"), let note = text("note") else { return nil }
            self = .closeReview(id, note: note, due: text("due"))
        case "reopen-review":
            guard let id = text("review"), let note = text("note") else { return nil }
            self = .reopenReview(id, note: note, due: text("due"))
        case "ingest":
            guard let authority = text("authority"), let name = text("name") else { return nil }
            self = .ingest(authority: authority, nameHex: name)
        case "purge": self = .purge
        case "rotate-link":
            guard let recipe = text("recipe"), let reason = text("reason") else { return nil }
            self = .rotateLink(recipe, reason: reason)
        case "count-overlaps": self = .countOverlaps
        case "import-geography":
            self = .importGeography(columns: (json["columns"]?.items ?? []).compactMap(\.text))
        case "idle": self = .idle
        default: return nil
        }
    }
}

/// What came of a command.
package struct CommandResult: Hashable, Sendable {
    /// The exit status of `docs/operating.md`.
    package var exit: ExitStatusCode
    package var json: JSON
    /// For people; what went wrong, or what was done.
    package var text: String

    package init(exit: ExitStatusCode, json: JSON, text: String) {
        self.exit = exit
        self.json = json
        self.text = text
    }

    package var asJSON: JSON { .members(["exit": .int(Int(exit.rawValue)), "result": json, "text": .string(text)]) }

    package init?(_ json: JSON) {
        guard let number = json["exit"]?.number, let exit = ExitStatusCode(rawValue: Int32(truncatingIfNeeded: number)),
            let result = json["result"], let text = json["text"]?.text
        else { return nil }
        self.init(exit: exit, json: result, text: text)
    }
}

/// The exit statuses of every command.
package enum ExitStatusCode: Int32, Error, Sendable {
    case done = 0
    /// The answer is no: data rejected or refused, a check failed.
    case no = 1
    case usage = 64
    case ourFault = 70
    /// Busy; try again.
    case busy = 75
    case settings = 78
}

extension Mistake {
    package var json: JSON {
        .members([
            "file": .string(file), "line": .int(line), "column": .int(column), "what": .string(what),
            "hint": .string(hint),
        ])
    }
}
