import SluiceModel

/// Why a delivery that could be taken waits for a person's word: it would take much away, or is unlike anything its sender
/// sent before.
struct Hold: Error {
    static let replacesMuch = "replaces-much"
    static let replacesNewer = "replaces-newer"
    static let unusual = "unusual"

    /// What is to be confirmed, to the last delivery: a word for one such state of things is none for another.
    var key: String { keys.joined(separator: Hold.separator) }
    private var keys: [String]
    /// A stable word: `replaces-much`, `replaces-newer` or `unusual`.
    var reason: String
    /// For people: what it would do, with the figures of both sides.
    var figures: [String]
    var period: Period?

    /// Nil where nothing is to be confirmed.
    ///
    /// - Parameter lossPercent: a replacement that brings so much less takes much away.
    init?(_ ruling: Ruling, lossPercent: Int) {
        let rulings = ruling.tables.isEmpty ? [ruling] : ruling.tables.map(\.ruling)
        guard ruling.outcome.isAccepted else { return nil }
        let replaced = rulings.filter(\.outcome.isAccepted).flatMap(\.replacements)
        let losses = replaced.filter { $0.takesMuchAway(percent: lossPercent) }
        let newer = replaced.filter { !$0.newer.isEmpty }
        let unusual = rulings.filter(\.outcome.isAccepted).flatMap(\.unusual)
        guard !losses.isEmpty || !newer.isEmpty || !unusual.isEmpty else { return nil }
        reason = !losses.isEmpty ? Hold.replacesMuch : newer.isEmpty ? Hold.unusual : Hold.replacesNewer
        keys =
            losses.map { "replaces " + $0.deliveries.map(\.text).joined(separator: " ") }
            + newer.map { "older than " + $0.newer.map(\.text).joined(separator: " ") } + unusual.map(\.key)
        figures =
            losses.map { loss in
                "\(loss.period): this file has \(Hold.rows(loss.now)); "
                    + loss.names("which it would replace, has", "which it would replace, have together")
                    + " \(loss.before.grouped)."
            }
            + newer.map { replaced in
                let listed = replaced.newer.map(\.text).listed()
                return
                    "\(replaced.period): \(replaced.newer.count == 1 ? "delivery" : "deliveries") \(listed), which it "
                    + "would replace, came after this file."
            } + unusual.map(\.figures)
        period = ruling.period
    }

    private static let separator = ", "

    /// Whether a word for what `key` says is one for this: for all of it, of one table of a file too.
    func isCovered(by key: String) -> Bool {
        Set(self.key.split(separator: Hold.separator)).isSubset(of: Set(key.split(separator: Hold.separator)))
    }

    private static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count.grouped) rows" }
}

/// The name of the file by which an agency confirms a held delivery: `confirm-` and the delivery's id, and what Windows
/// puts behind it.
enum ConfirmingName {
    static let prefix = "confirm-"
    /// Whoever writes into the file means the same by its name.
    static let limitBytes = 1024

    /// The delivery that a file of this name confirms; nil for any other file.
    static func delivery(_ name: String) -> DeliveryID? {
        let folded = name.lowercased()
        guard folded.hasPrefix(prefix) else { return nil }
        let rest = folded.dropFirst(prefix.count).prefix { $0 != "." && $0 != " " && $0 != "(" }
        return DeliveryID(String(rest))
    }
}
