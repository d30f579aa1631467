import SluiceModel
import SluiceReview
import SluiceStore
import SluiceTestSupport
import Testing

/// An iCalendar file as a strict reader takes it; traps on what RFC 5545 does not allow.
private struct Feed {
    var properties: [String: String] = [:]
    /// By UID.
    var events: [String: [String: String]] = [:]
    var alarms = 0

    init(_ text: String) {
        var components: [String] = []
        var event: [String: String] = [:]
        var alarm: [String: String] = [:]
        #expect(text.utf8.suffix(2).elementsEqual([13, 10]))
        #expect(
            !text.unicodeScalars.contains {
                $0.properties.generalCategory == .control && !"\r\n\t".unicodeScalars.contains($0)
            })
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).dropLast()
        for line in lines {
            #expect(line.utf8.count <= 75)
            #expect(!line.unicodeScalars.contains("\n") && !line.unicodeScalars.contains("\r"))
        }
        for line in lines.joined(separator: "\r\n").replacing("\r\n ", with: "").split(separator: "\r\n") {
            let colon = line.firstIndex(of: ":") ?? line.endIndex
            let (name, value) = (String(line[..<colon]), String(line[colon...].dropFirst()))
            switch (name, components.last) {
            case ("BEGIN", let parent):
                #expect(["": "VCALENDAR", "VCALENDAR": "VEVENT", "VEVENT": "VALARM"][parent ?? ""] == value)
                components.append(value)
            case ("END", let current):
                #expect(current == value)
                components.removeLast()
                if value == "VEVENT" {
                    #expect(
                        Set(event.keys).isSuperset(of: ["UID", "DTSTAMP", "DTSTART;VALUE=DATE", "SEQUENCE", "SUMMARY"]))
                    #expect(events[event["UID"] ?? ""] == nil)
                    events[event["UID"] ?? ""] = event
                    event = [:]
                } else if value == "VALARM" {
                    #expect(Set(alarm.keys) == ["ACTION", "TRIGGER", "DESCRIPTION"])
                    alarms += 1
                    alarm = [:]
                }
            case (_, "VCALENDAR"): #expect(properties.updateValue(value, forKey: name) == nil)
            case (_, "VEVENT"): #expect(event.updateValue(value, forKey: name) == nil)
            case (_, "VALARM"): #expect(alarm.updateValue(value, forKey: name) == nil)
            default: Issue.record("\(name) stands outside a component")
            }
        }
        #expect(components.isEmpty)
        #expect(properties["VERSION"] == "2.0")
        #expect(properties["PRODID"] != nil)
        // A file in a folder is no scheduling message (RFC 5546, section 3.2.1: with METHOD comes ORGANIZER).
        #expect(properties["METHOD"] == nil)
    }

    /// The number of revisions of the only event.
    var sequence: Int? { events.count == 1 ? events.values.first?["SEQUENCE"].flatMap { Int($0) } : nil }
    var day: String? { events.count == 1 ? events.values.first?["DTSTART;VALUE=DATE"] : nil }
}

@Suite struct CalendarTests {
    private func feed(_ register: Register) throws -> Feed {
        try register.keeper.tick()
        return Feed(try register.folder.text(of: "alerts/reviews.ics"))
    }

    private func once(_ date: String, _ title: String = "The strategy") -> ReviewItem {
        var result = item(.once(CivilDate(date)!))
        result.title = title
        return result
    }

    @Test func `long lines are folded, and what would end a line or a text is not in it`() throws {
        let long = String(repeating: "Überprüfung, sehr lang; 👩‍👩‍👧‍👦 \\", count: 8)
        let register = try Register([once("2026-06-30", long + "\r\nATTENDEE:x\u{7}\nend")])
        let feed = try feed(register)
        let event = try #require(feed.events.values.first)
        #expect(
            event["SUMMARY"] == long.replacing("\\", with: "\\\\").replacing(";", with: "\\;")
                .replacing(",", with: "\\,") + "\\nATTENDEE:x\\nend")
        #expect(event["DTSTART;VALUE=DATE"] == "20260630")
        #expect(event["ATTENDEE"] == nil)
        #expect(feed.alarms == 5)
    }

    @Test func `a character longer than a line is folded inside`() throws {
        let title = "a" + String(repeating: "\u{301}", count: 90)
        let register = try Register([once("2026-06-30", title)])
        try register.keeper.tick()
        let bytes = Array(try register.folder.text(of: "alerts/reviews.ics").utf8)
        #expect(bytes.split(separator: 13).allSatisfy { $0.count <= 76 })
        #expect(
            bytes.split(separator: 10).flatMap { $0.dropFirst($0.first == 32 ? 1 : 0).dropLast() }
                .split(separator: UInt8(ascii: ":")).contains { String(decoding: $0, as: UTF8.self).hasPrefix(title) })
    }

    @Test func `UIDs are the instance's own, and the same ones as long as it lives`() throws {
        let register = try Register([once("2026-06-30")])
        #expect(try feed(register).events.keys.first == "strategy.0@0011223344556677.sluice")
        try register.restart()
        #expect(try feed(register).events.keys.first == "strategy.0@0011223344556677.sluice")
        let other = try Register([once("2026-06-30")])
        other.ledgerName = "sluice/8899aabbccddeeff"
        #expect(try feed(other).events.keys.first == "strategy.0@8899aabbccddeeff.sluice")
    }

    @Test func `a date that is moved is the same event, one revision on; the next date is another`() throws {
        let register = try Register([item(.every(months: 12, first: CivilDate("2026-02-01")!))])
        let first = try feed(register)
        #expect(first.sequence == 0)
        register.items = [item(.every(months: 12, first: CivilDate("2026-02-15")!))]
        let moved = try feed(register)
        #expect(moved.events.keys == first.events.keys)
        #expect(moved.day == "20260215")
        #expect(moved.sequence == 1)
        try register.keeper.close("strategy", note: "done")
        let next = try feed(register)
        #expect(next.events.keys != first.events.keys)
        #expect(next.day == "20270215")
        #expect(next.sequence == 0)
        try register.keeper.reopen("strategy", note: "not yet")
        let again = try feed(register)
        #expect(again.events.keys == first.events.keys)
        #expect(again.sequence == 1)
    }

    @Test func `each change of what an event says is a revision, over restarts and when the file is lost`() throws {
        let register = try Register([once("2026-06-30")])
        #expect(try feed(register).sequence == 0)
        let bytes = try register.folder.text(of: "alerts/reviews.ics")
        register.setDate("2026-01-05")
        #expect(try feed(register).sequence == 0)
        #expect(try register.folder.text(of: "alerts/reviews.ics") == bytes)
        register.items = [once("2026-06-30", "The other title")]
        let renamed = try feed(register)
        #expect(renamed.sequence == 1)
        #expect(renamed.events.values.first?["LAST-MODIFIED"] == "20260105T090000Z")
        #expect(renamed.events.values.first?["DTSTAMP"] == "20260105T090000Z")
        try register.restart()
        try register.loseCalendar()
        #expect(try feed(register).sequence == 1)
        // Out of the register and back with another date.
        register.items = []
        #expect(try feed(register).events.isEmpty)
        try register.loseCalendar()
        register.items = [once("2026-07-01")]
        #expect(try feed(register).sequence == 2)
        // Back to what it was is a change, too; a clock that was set back does not go back with it.
        register.setDate("2026-01-02")
        register.items = [once("2026-06-30")]
        let last = try feed(register)
        #expect(last.sequence == 3)
        #expect(last.events.values.first?["LAST-MODIFIED"] == "20260105T090000Z")
    }

    @Test func `after a restore no event falls behind the revisions it had`() throws {
        let register = try Register([once("2026-06-30")])
        #expect(try feed(register).sequence == 0)
        // The backup is of now. After it come two more revisions, which the restored store does not know of.
        let known = try register.store.value("calendar.strategy.0")
        register.items = [once("2026-07-01")]
        _ = try feed(register)
        register.items = [once("2026-07-02")]
        let before = try #require(try feed(register).sequence)
        try register.store.setValue("calendar.strategy.0", try #require(known))
        try register.loseCalendar()
        try register.keeper.settleRestored()
        register.items = [once("2026-07-03")]
        let after = try #require(try feed(register).sequence)
        #expect(after > before)
        #expect(after <= Int(Int32.max))
        // From there on one by one.
        register.items = [once("2026-07-04")]
        #expect(try feed(register).sequence == after + 1)
        try register.restart()
        #expect(try feed(register).sequence == after + 1)
    }
}
