import SluiceModel
import SluiceReview
import SluiceStore
import SluiceTestSupport
import Testing

/// What people do about an item, also two of them at once.
@Suite struct PeopleTests {
    private let yearly = item(.every(months: 12, first: CivilDate("2026-02-01")!))
    private let monthly = item(.every(months: 1, first: CivilDate("2026-01-31")!))

    private func refusal(_ work: () throws -> Void) -> String {
        do {
            try work()
            return "done"
        } catch {
            return "\(error)"
        }
    }

    @Test(arguments: ["", " ", "\n\t"])
    func `closing and reopening need a note`(note: String) throws {
        let register = try Register([yearly])
        register.setDate("2026-02-01")
        #expect(throws: ReviewRefusal.noteEmpty) { try register.keeper.close("strategy", note: note) }
        try register.keeper.close("strategy", note: "done")
        #expect(throws: ReviewRefusal.noteEmpty) { try register.keeper.reopen("strategy", note: note) }
        #expect(try register.store.closings().map(\.reopenedAt) == [nil])
    }

    @Test func `closing twice closes one date, and the second person hears of the first`() throws {
        let register = try Register([yearly])
        register.setDate("2026-02-01")
        var first = register.keeper
        first.actor = "user:1000"
        #expect(try first.close("strategy", note: "done") == CivilDate("2027-02-01"))
        for date in ["2026-02-01", "2026-02-03", "2026-10-31"] {
            register.setDate(date)
            #expect(
                refusal { try register.keeper.close("strategy", note: "done too") }
                    == "strategy was closed at 2026-02-01T09:00:00Z by user:1000, for 2026-02-01; it is due next on "
                    + "2027-02-01. To close that date too, name it: sluice reviews close strategy --due 2027-02-01 "
                    + "--note \"…\"")
        }
        // From an alert that stood before: it names its date.
        #expect(
            refusal { try register.keeper.close("strategy", due: CivilDate("2026-02-01"), note: "done too") }
                .hasPrefix("strategy was closed at 2026-02-01T09:00:00Z"))
        #expect(try register.store.closings().count == 1)
        // Ninety days before, the first warning comes.
        register.setDate("2026-11-03")
        #expect(try register.keeper.close("strategy", note: "this year's") == CivilDate("2028-02-01"))
    }

    /// Where dates follow each other faster than their warnings run, the next one has its warning at once.
    @Test func `two people within a minute close one date of an item whose next warning has come`() throws {
        let register = try Register([monthly])
        register.setDate("2026-01-31")
        try register.keeper.close("strategy", note: "done")
        #expect(try register.keeper.standings().map(\.state) == [.due])
        register.clock.advance(seconds: 60)
        #expect(refusal { try register.keeper.close("strategy", note: "done") }.contains("due next on 2026-02-28"))
        // Who has caught up with several on one day names them.
        #expect(
            try register.keeper.close("strategy", due: CivilDate("2026-02-28"), note: "done") == CivilDate("2026-03-31")
        )
        register.clock.advance(seconds: 86_400)
        #expect(try register.keeper.close("strategy", note: "done") == CivilDate("2026-04-30"))
    }

    @Test func `closing early names the date`() throws {
        let register = try Register([item(.once(CivilDate("2026-12-01")!))])
        #expect(
            refusal { try register.keeper.close("strategy", note: "done") }
                == "strategy is due on 2026-12-01 and has had no warning yet. To close that date early, name it: sluice "
                + "reviews close strategy --due 2026-12-01 --note \"…\"")
        #expect(
            refusal { try register.keeper.close("strategy", due: CivilDate("2026-12-02"), note: "done") }
                == "strategy is due next on 2026-12-01, not on 2026-12-02; close that date")
        #expect(try register.keeper.close("strategy", due: CivilDate("2026-12-01"), note: "done") == nil)
        #expect(
            refusal { try register.keeper.close("strategy", note: "done") }
                == "strategy was closed at 2026-01-01T09:00:00Z by daemon, for 2026-12-01, and is not due again. To undo "
                + "that: sluice reviews reopen strategy --note \"…\"")
    }

    @Test func `reopening undoes the last closing, on record, and its alert is back as it stood`() throws {
        let register = try Register([yearly])
        #expect(throws: ReviewRefusal.nothingToReopen("strategy")) {
            try register.keeper.reopen("strategy", note: "wrong one")
        }
        #expect(throws: ReviewRefusal.unknown("none")) { try register.keeper.reopen("none", note: "wrong one") }
        register.setDate("2026-02-04")
        try register.keeper.tick()
        let alert = try #require(register.alert())
        let json = try register.folder.text(of: "alerts/review-strategy.json")
        try register.keeper.close("strategy", note: "done")
        #expect(register.alert() == nil)
        try register.restart()
        #expect(try register.keeper.reopen("strategy", note: "the wrong item").due == CivilDate("2026-02-01"))
        #expect(register.alert() == alert)
        #expect(try register.folder.text(of: "alerts/review-strategy.json") == json)
        #expect(try register.keeper.standings().map(\.due) == [CivilDate("2026-02-01")])
        #expect(
            try register.ledger(.reviewClosed, .reviewReopened)
                == ["review-closed 2026-02-01", "review-reopened 2026-02-01"])
        // It can be closed again, and the next step comes in its time.
        register.setDate("2026-02-08")
        #expect(try register.keeper.tick().map(\.step) == [-7])
        #expect(try register.keeper.close("strategy", note: "done now") == CivilDate("2027-02-01"))
    }

    @Test func `a warning that was acknowledged is so still when its item is reopened`() throws {
        let register = try Register([yearly])
        register.setDate("2026-01-20")
        try register.keeper.tick()
        try register.keeper.acknowledge("strategy")
        try register.keeper.close("strategy", note: "done")
        try register.keeper.reopen("strategy", note: "not yet")
        #expect(register.alerts.isEmpty)
        #expect(try register.keeper.standings().map(\.state) == [.acknowledged])
        register.setDate("2026-01-25")
        #expect(try register.keeper.tick().map(\.step) == [7])
        #expect(register.alerts == ["review-strategy"])
    }

    @Test func `two people who reopen within a minute undo one closing`() throws {
        let register = try Register([yearly])
        register.setDate("2026-02-01")
        try register.keeper.close("strategy", note: "done")
        register.setDate("2027-02-01")
        try register.keeper.close("strategy", note: "done")
        try register.keeper.reopen("strategy", note: "not yet")
        register.clock.advance(seconds: 60)
        #expect(
            refusal { try register.keeper.reopen("strategy", note: "not yet") }
                == "strategy was reopened at 2027-02-01T09:00:00Z. To undo also what closed it for 2026-02-01, name that "
                + "date: sluice reviews reopen strategy --due 2026-02-01 --note \"…\"")
        #expect(
            refusal { try register.keeper.reopen("strategy", due: CivilDate("2027-02-01"), note: "no") } != "done")
        try register.keeper.reopen("strategy", due: CivilDate("2026-02-01"), note: "that neither")
        #expect(try register.keeper.standings().map(\.due) == [CivilDate("2026-02-01")])
        // Closed by mistake once more, undone once more.
        try register.keeper.close("strategy", note: "done")
        try register.keeper.reopen("strategy", note: "not yet")
        #expect(try register.keeper.standings().map(\.due) == [CivilDate("2026-02-01")])
    }
}

/// The register and the settings change; what stands in the alerts folder follows.
@Suite struct RegisterChangeTests {
    private let once = item(.once(CivilDate("2026-01-08")!))

    @Test func `an item that leaves the register takes its alert with it, and brings it back`() throws {
        let register = try Register([once])
        try register.keeper.tick()
        let alert = try #require(register.alert())
        register.items = []
        try register.keeper.tick()
        #expect(register.alerts.isEmpty)
        #expect(try register.store.occurrences(item: "strategy").map(\.state) == [.resolved])
        #expect(!(try register.folder.text(of: "alerts/reviews.ics")).contains("VEVENT"))
        register.items = [once]
        #expect(try register.keeper.tick().map(\.step) == [7])
        #expect(register.alert() == alert)
        #expect(try register.keeper.tick().isEmpty)
        // Acknowledged, it stays quiet over the same.
        try register.keeper.acknowledge("strategy")
        register.items = []
        try register.keeper.tick()
        register.items = [once]
        #expect(try register.keeper.tick().isEmpty)
        #expect(register.alerts.isEmpty)
    }

    @Test func `an alert in the folder that no item stands behind is taken away`() throws {
        let register = try Register([once])
        try register.keeper.tick()
        let folder = AlertFolder(path: register.folder.path + "/alerts")
        try folder.write(Alert(name: "review-gone", json: .null, text: ""))
        try folder.write(Alert(name: "condition-state-full", json: .null, text: ""))
        try register.keeper.tick()
        #expect(Set(register.alerts) == ["review-strategy", "condition-state-full"])
    }

    @Test func `an item whose date is moved is warned of by the new one alone, and by the old one if it returns`()
        throws
    {
        let register = try Register([once])
        try register.keeper.tick()
        register.items = [item(.once(CivilDate("2026-09-01")!))]
        try register.keeper.tick()
        #expect(register.alerts.isEmpty)
        register.items = [item(.once(CivilDate("2026-01-03")!))]
        try register.keeper.tick()
        #expect(register.alert()?.contains("2026-01-03") == true)
        register.items = [once]
        #expect(try register.keeper.tick().map(\.due) == [CivilDate("2026-01-08")])
        #expect(register.alert()?.contains("2026-01-08") == true)
    }

    @Test func `an alert says how long is left, in words and anew each day`() throws {
        let register = try Register([item(.once(CivilDate("2026-01-22")!))])
        for (date, words) in [
            ("2026-01-02", "is due in 20 days"), ("2026-01-03", "is due in 19 days"), ("2026-01-21", "is due tomorrow"),
            ("2026-01-22", "is due today"), ("2026-01-23", "is overdue by 1 day"),
            ("2026-01-25", "is overdue by 3 days"),
        ] {
            register.setDate(date)
            try register.keeper.tick()
            #expect(register.alert()?.hasPrefix("Sluice alert: The strategy \(words)\n") == true)
        }
    }

    @Test func `the end of an agreement warns until its date is changed, and cannot be closed`() throws {
        let authority = AuthorityID("marshvale-police")!
        func agreement(_ lastDay: String) -> ReviewItem {
            item(.agreement(authority: authority, lastDay: CivilDate(lastDay)!))
        }
        let register = try Register([agreement("2026-01-20")])
        try register.keeper.tick()
        let alert = try #require(register.alert())
        #expect(alert.contains("validTo in authorities/marshvale-police.yaml"))
        #expect(!alert.contains("reviews close"))
        for named in [nil, CivilDate("2026-01-20")] {
            #expect(
                throws: ReviewRefusal.followsAgreement(
                    "strategy", authority: authority, lastDay: CivilDate("2026-01-20")!)
            ) { try register.keeper.close("strategy", due: named, note: "renewed") }
        }
        #expect(register.alert() == alert)
        // The step can be stopped; the next one comes, and a week after the end the first of those that follow.
        try register.keeper.acknowledge("strategy")
        #expect(register.alerts.isEmpty)
        register.setDate("2026-01-28")
        #expect(try register.keeper.tick().map(\.step) == [-7])
        #expect(register.alert()?.contains("It ended. Files wait unopened.") == true)
        register.items = [agreement("2027-01-20")]
        #expect(try register.keeper.tick().isEmpty)
        #expect(register.alerts.isEmpty)
        #expect(try register.keeper.standings().map(\.due) == [CivilDate("2027-01-20")])
    }
}
