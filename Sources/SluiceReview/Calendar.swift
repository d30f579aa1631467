package import SluiceModel

/// Review dates as an iCalendar feed to subscribe to.
///
/// - Source: RFC 5545; all-day events (3.6.1), display alarms (3.6.6), folding at 75 octets (3.1).
package struct Calendar {
    package let text: String
    /// Without the lines that change at every writing.
    private let essence: String

    package init(_ events: [Event], stamp: Instant) {
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Sluice//Reviews \(sluiceVersion)//EN", "METHOD:PUBLISH",
            "X-WR-CALNAME:Sluice reviews",
        ]
        for event in events {
            lines += [
                "BEGIN:VEVENT", "UID:\(event.item)-\(event.due)@sluice",
                "DTSTAMP:" + stamp.compactText.replacing("-", with: "T") + "Z",
                "DTSTART;VALUE=DATE:" + "\(event.due)".replacing("-", with: ""),
                "SUMMARY:" + Calendar.escaped(event.title),
                "DESCRIPTION:" + Calendar.escaped("Owner: \(event.owner). \(event.source)"), "TRANSP:TRANSPARENT",
            ]
            for days in event.warningDays where days > 0 {
                lines += [
                    "BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:-P\(days)D",
                    "DESCRIPTION:" + Calendar.escaped(event.title), "END:VALARM",
                ]
            }
            lines.append("END:VEVENT")
        }
        lines.append("END:VCALENDAR")
        text = lines.flatMap(Calendar.folded).map { $0 + "\r\n" }.joined()
        essence = Calendar.essence(of: text)
    }

    package struct Event {
        var item: String
        var due: CivilDate
        var title: String
        var owner: String
        var source: String
        var warningDays: [Int]
    }

    func saysTheSame(_ bytes: [UInt8]) -> Bool {
        Calendar.essence(of: String(decoding: bytes, as: UTF8.self)) == essence
    }

    private static func essence(of text: String) -> String {
        text.split(separator: "\r\n").filter { !$0.hasPrefix("DTSTAMP:") }.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing(";", with: "\\;").replacing(",", with: "\\,")
            .replacing("\n", with: "\\n")
    }

    /// Lines of at most 75 octets; the later ones begin with a space.
    static func folded(_ line: String) -> [String] {
        var lines: [String] = []
        var current = ""
        var octets = 0
        for character in line {
            let size = String(character).utf8.count
            if octets + size > 75 {
                lines.append(current)
                current = " "
                octets = 1
            }
            current.append(character)
            octets += size
        }
        return lines + [current]
    }
}

extension ReviewKeeper {
    func calendar(_ standings: [Standing], stamp: Instant) -> Calendar {
        Calendar(
            standings.compactMap { standing in
                standing.due.map { due in
                    Calendar.Event(
                        item: standing.item.id, due: due, title: standing.item.title, owner: standing.item.owner,
                        source: standing.item.source, warningDays: standing.item.warningDays)
                }
            }, stamp: stamp)
    }
}
