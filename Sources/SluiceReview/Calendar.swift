import SluiceModel
import SluiceStore

/// Review dates as an iCalendar feed to subscribe to.
///
/// It is a file and no scheduling message: it has no `METHOD`, which would ask for an `ORGANIZER`. An event keeps its UID
/// for as long as it is the same date of the same item, wherever the date is moved to; each change of what it says raises
/// its `SEQUENCE`. The next date of an item that repeats is an event of its own.
///
/// - Source: RFC 5545; all-day events (3.6.1), display alarms (3.6.6), folding at 75 octets (3.1), text (3.3.11), DTSTAMP
///   without METHOD (3.8.7.2), SEQUENCE (3.8.7.4); RFC 5546, section 3.2.1.
struct Calendar {
    let text: String

    init(_ events: [Event]) {
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sluice//Reviews \(sluiceVersion)//EN",
            "X-WR-CALNAME:Sluice reviews",
        ]
        for event in events {
            let modified = event.revision.modified.compactText.replacing("-", with: "T") + "Z"
            lines += [
                "BEGIN:VEVENT", "UID:" + event.uid, "DTSTAMP:" + modified, "LAST-MODIFIED:" + modified,
                "SEQUENCE:\(event.revision.sequence)",
            ]
            lines += event.lines
            lines.append("END:VEVENT")
        }
        lines.append("END:VCALENDAR")
        text = lines.flatMap(Calendar.folded).map { $0 + "\r\n" }.joined()
    }

    struct Event {
        var uid: String
        /// What it says.
        var lines: [String]
        var revision: Revision
    }

    /// How often what an event says has changed, and when it did last. The store keeps it, so that it never falls back.
    struct Revision: Hashable {
        var sequence: Int
        var modified: Instant
        /// What it said then.
        var lines: [String]

        init(sequence: Int, modified: Instant, lines: [String]) {
            self.sequence = sequence
            self.modified = modified
            self.lines = lines
        }

        init?(_ text: String) {
            guard let json = try? JSON(reading: text), let sequence = json["sequence"]?.number,
                let modified = json["modified"]?.text.flatMap({ Instant($0) }), let lines = json["lines"]?.items
            else { return nil }
            self.init(sequence: Int(sequence), modified: modified, lines: lines.compactMap(\.text))
        }

        var text: String {
            JSON.members([
                "sequence": .int(sequence), "modified": .string("\(modified)"), "lines": .strings(lines),
            ]).compactText
        }
    }

    static func lines(_ item: ReviewItem, due: CivilDate) -> [String] {
        var lines = [
            "DTSTART;VALUE=DATE:" + "\(due)".replacing("-", with: ""), "SUMMARY:" + escaped(item.title),
            "DESCRIPTION:" + escaped("Owner: \(item.owner). \(item.source)"), "TRANSP:TRANSPARENT",
        ]
        for days in item.warningDays where days > 0 {
            lines += [
                "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P\(days)D", "DESCRIPTION:" + escaped(item.title),
                "END:VALARM",
            ]
        }
        return lines
    }

    /// By scalar, since a carriage return and a line feed are one character; other control characters may not stand in
    /// a text at all.
    private static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",": result.append(contentsOf: ["\\", scalar])
            case "\n": result.append(contentsOf: ["\\", "n"])
            case "\t": result.append(scalar)
            case _ where scalar.properties.generalCategory == .control: break
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// Lines of at most 75 octets; the later ones begin with a space. Between characters, as long as one fits into a line.
    static func folded(_ line: String) -> [String] {
        let pieces = line.flatMap { character in
            character.utf8.count < 75 ? [String(character)] : character.unicodeScalars.map { String($0) }
        }
        var lines: [String] = []
        var current = ""
        var octets = 0
        for piece in pieces {
            if octets + piece.utf8.count > 75 {
                lines.append(current)
                current = " "
                octets = 1
            }
            current += piece
            octets += piece.utf8.count
        }
        return lines + [current]
    }
}

extension ReviewKeeper {
    /// The calendar as it is now; what it says anew goes on record first.
    func calendar(_ standings: [Standing]) throws -> Calendar {
        var events: [Calendar.Event] = []
        for standing in standings {
            guard let due = standing.due else { continue }
            let name = standing.item.id + "." + standing.cycle
            let lines = Calendar.lines(standing.item, due: due)
            events.append(
                Calendar.Event(
                    uid: name + "@" + domain, lines: lines, revision: try revision(of: name, lines)))
        }
        return Calendar(events)
    }

    /// `sluice/c5e520e6dce0d42d` as `c5e520e6dce0d42d.sluice`.
    private var domain: String { ledgerName.split(separator: "/").reversed().joined(separator: ".") }

    private func revision(of event: String, _ lines: [String]) throws -> Calendar.Revision {
        let name = "calendar." + event
        let least = try leastSequence
        let known = try store.value(name).flatMap { Calendar.Revision($0) }
        if let known, known.lines == lines, known.sequence >= least { return known }
        let fresh = Calendar.Revision(
            sequence: max(known.map { $0.sequence + 1 } ?? 0, least),
            modified: max(clock.now(), known?.modified ?? clock.now()),
            lines: lines)
        try store.setValue(name, fresh.text)
        return fresh
    }

    private var leastSequence: Int {
        get throws { try store.value("calendar-least-sequence").flatMap { Int($0) } ?? 0 }
    }

    /// How far events got after a backup was made, the restored store cannot know. Seconds are more than there were
    /// changes, and leave room for 68 years below the largest number that calendars must be able to hold.
    func raiseRevisions() throws {
        let seconds = clock.now().secondsSince1970 - CivilDate("2020-01-01")!.dayNumber * 86_400
        try store.setValue("calendar-least-sequence", "\(max(seconds, try leastSequence))")
    }
}
