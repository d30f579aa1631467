import SluiceInstance
import SluiceIntake
import SluiceLedger
import SluiceModel
import SluiceStore
import SluiceSystem
import SluiceTestSupport
import Testing

/// Rows of one month.
func monthRows(_ month: String, _ count: Int, first: Int = 1, offence: String = "8N") -> [String] {
    (first..<first + count).map { crime($0, month: month, day: 1 + $0 % 28, offence: offence) }
}

func monthFile(_ month: String, _ count: Int, first: Int = 1) -> String {
    crimes(monthRows(month, count, first: first))
}

extension TestInstance {
    var intake: Intake { instance.intake }

    func standing(_ delivery: Delivery) throws -> Delivery { try #require(try store.delivery(delivery.id)) }

    /// Records that count.
    func recordCount() throws -> Int {
        var rows = 0
        try store.forEachBlock(RecordFilter()) { rows += $0.block.rowCount }
        return rows
    }

    func perform(_ command: Command) -> CommandResult {
        instance.perform(command, attachment: nil, actor: "user:0")
    }

    func confirm(_ delivery: Delivery) -> CommandResult { perform(.confirm(delivery: delivery.id.text)) }

    func reinstate(_ delivery: Delivery, reason: String? = nil) -> CommandResult {
        perform(.reinstate(delivery: delivery.id.text, reason: reason))
    }

    func withdraw(_ delivery: Delivery) -> CommandResult {
        perform(.withdraw(delivery: delivery.id.text, reason: "wrong export"))
    }

    func dropFolder(_ authority: String) -> String { site + "/srv/drop/\(authority)" }

    func notice(_ delivery: Delivery) throws -> String {
        String(
            decoding: try readSmallFile(dropFolder(delivery.authority.text) + "/held/\(delivery.id).notice.txt"),
            as: UTF8.self)
    }

    func findings(_ delivery: Delivery, _ code: String? = nil) throws -> [JSON] {
        try receipt(delivery).json["findings"]?.items?.filter { code == nil || $0["code"]?.text == code } ?? []
    }

    func ledger(_ kind: LedgerKind) throws -> [LedgerEntry] {
        try store.ledgerRows(1..<10_000).map(\.entry).filter { $0.kind == kind }
    }

    /// Whether nothing of any file is left where files are worked on, and the ledger holds.
    func isTidy(_ authority: String = police) throws -> Bool {
        let drop = dropFolder(authority)
        let places = [site + "/state/spool", drop + "/.sluice-claimed", drop + "/incoming", drop + "/held"]
        return try places.allSatisfy { try files(below: $0).isEmpty } && store.pendingReceipts().isEmpty
            && instance.verifyLedger().problem == nil
    }
}

@Suite struct StragglerTests {
    @Test func `June, then July with one row of June: June stands, and the receipt names the row`() throws {
        let site = try TestInstance(at: "2025-08-10T09:00:00Z", holds: true)
        let june = try site.deliver(monthFile("06/2025", 40), as: "june.csv", for: police)
        var rows = monthRows("07/2025", 40, first: 100)
        rows[6] = crime(7, month: "06/2025", day: 30)
        let july = try site.deliver(crimes(rows), as: "july.csv", for: police)
        #expect(july.status == .final(.acceptedWithRejections))
        #expect(july.period == Period("2025-07"))
        #expect(july.replaces == [])
        #expect(july.rows == RowCounts(read: 40, accepted: 39, rejected: 1))
        #expect(try site.standing(june).status == .final(.accepted))
        #expect(try site.recordCount() == 79)
        let finding = try #require(try site.findings(july, "outside-period").first)
        #expect(finding["rows"]?.items == [8])
        #expect(finding["column"]?.text == "RecordedDate")
        #expect(finding["message"]?.text?.contains("(2025-07)") == true)
        #expect(try site.receipt(july).text.contains("Row 8."))
        // June sent again, with the row, replaces June and nothing else.
        let again = try site.deliver(
            crimes(monthRows("06/2025", 40) + [crime(700, month: "06/2025", day: 30)]), as: "june.csv", for: police)
        #expect(again.replaces == [june.id])
        #expect(try site.recordCount() == 80)
    }

    /// Of two rows nobody can tell which month is meant.
    @Test func `a file too small to tell its month from is held before it takes a month away`() throws {
        let site = try TestInstance(at: "2025-08-10T09:00:00Z", holds: true)
        let june = try site.deliver(
            crimes([crime(1, month: "06/2025"), crime(2, month: "06/2025", day: 3)]), as: "june.csv", for: police)
        let july = try site.deliver(
            crimes([crime(10, month: "06/2025", day: 30), crime(11, month: "07/2025", day: 3)]), as: "july.csv",
            for: police)
        #expect(july.status == .held && july.reason == "replaces-much")
        #expect(july.toConfirm == "2025-06: this file has 1 row; delivery \(june.id), which it would replace, has 2.")
        #expect(try site.standing(june).status == .final(.accepted))
        #expect(try site.recordCount() == 2)
    }

    private func street(_ month: String, slip: String? = nil) -> String {
        let header =
            "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
            + "Last outcome category,Context"
        let rows = (1...40).map { row in
            let id = String(repeating: "0", count: 54) + padded(row, 4) + month.replacing("-", with: "")
            return "\(id),\(row == 20 ? slip ?? month : month),Marshvale Police,Marshvale Police,-1.1,52.1,"
                + "On or near Made Up Road,E01999001,Northmarsh 001A,Burglary,Under investigation,"
        }
        return ([header] + rows).map { $0 + "\r\n" }.joined()
    }

    @Test(arguments: ["2016-09", "1919-09", "2026-01", "2025-09"])
    func `one slip of a month in one row takes no other month away`(slip: String) throws {
        let site = try TestInstance(at: "2026-10-10T09:00:00Z", holds: true) { folder in
            try edit(folder + "/authorities/\(police).yaml", "retentionMonths: 36", "retentionMonths: 120")
        }
        let july = try site.deliver(street("2026-07"), as: "2026-07-force-street.csv", for: police)
        let august = try site.deliver(street("2026-08"), as: "2026-08-force-street.csv", for: police)
        let september = try site.deliver(street("2026-09", slip: slip), as: "2026-09-force-street.csv", for: police)
        #expect(september.period == Period("2026-09"))
        #expect(september.rows == RowCounts(read: 40, accepted: 39, rejected: 1))
        #expect(september.replaces == [])
        #expect(try site.standing(july).status == .final(.accepted))
        #expect(try site.standing(august).status == .final(.accepted))
        #expect(try site.recordCount() == 119)
        #expect(try site.findings(september).contains { $0["rows"]?.items == [21] && $0["column"]?.text == "Month" })
        #expect(try site.instance.retention().first?.nextPurge == CivilDate("2036-08-01"))
    }

    @Test func `a year before any that an event can have is a finding on its row`() throws {
        let site = try TestInstance(at: "2026-10-10T09:00:00Z", holds: true)
        let september = try site.deliver(street("2026-09", slip: "1898-09"), as: "s.csv", for: police)
        #expect(september.rows?.rejected == 1)
        #expect(try site.findings(september, "date-implausible").first?["rows"]?.items == [21])
    }

    private func attendances(_ month: String, lastDay: Int, end: String? = nil, _ count: Int = 24) -> String {
        let header =
            "ReportingPeriodStartDate,ReportingPeriodEndDate,SiteCode,ArrivalDateTime,AssaultDateTime,AssaultMethod,"
            + "AssaultMethodOther,AssaultLocationType,AssaultLocationDescription,Age,Sex,LSOA,PoliceInformed"
        let rows = (1...count).map { row in
            let last = row == 3 ? end ?? "\(month)-\(lastDay)" : "\(month)-\(lastDay)"
            let day = "\(month)-\(padded(1 + row, 2))"
            return "\(month)-01,\(last),RZ999,\(day)T12:\(padded(row, 2)):00,\(day)T02:45:00,Knife or sharp,,"
                + "Licensed premises,,28,1,E01999032,No"
        }
        return ([header] + rows).map { $0 + "\r\n" }.joined()
    }

    @Test func `a slip in the end of a period neither widens it nor blocks what comes after`() throws {
        let site = try TestInstance(at: "2025-06-10T09:00:00Z", holds: true)
        let april = try site.deliver(
            attendances("2025-04", lastDay: 30, end: "2125-04-30"), as: "april.csv", for: hospital)
        #expect(april.period == Period("2025-04"))
        #expect(april.rows == RowCounts(read: 24, accepted: 23, rejected: 1))
        let finding = try #require(try site.findings(april).first { $0["rows"]?.items == [4] })
        #expect(finding["column"]?.text == "ReportingPeriodEndDate")
        let may = try site.deliver(attendances("2025-05", lastDay: 31), as: "may.csv", for: hospital)
        #expect(may.status == .final(.accepted) && may.period == Period("2025-05"))
        let mended = try site.deliver(attendances("2025-04", lastDay: 30), as: "april.csv", for: hospital)
        #expect(mended.replaces == [april.id])
        #expect(try site.recordCount() == 48)
    }

    /// A return of a quarter: its first day, its last day, and the month in which the offences were.
    private func offences(_ first: String, _ last: String, in month: String, end: String? = nil) -> String {
        let header =
            "ypid,offenceID,returnStart,returnEnd,dateOfBirth,sex,offenceDate,offenceLAD,offenceLSOA,"
            + "yjboffenceCategory,yjbseriousnessScore,knifeRelatedOffence,ageOnOffenceDate,outcomeDate,"
            + "legalOutcomeGroup,legalOutcome"
        let rows = (1...24).map { row in
            let stated = row == 3 ? end ?? last : last
            return "YP-\(row),OFF-\(row),\(first),\(stated),2012-01-01,1,\(month)-\(padded(1 + row, 2)),"
                + "E08999001,E01999001,ROBBERY,6,N,14,\(month)-28,Pre-Court,Youth Caution"
        }
        return ([header] + rows).map { $0 + "\r\n" }.joined()
    }

    @Test func `nor does one in the end of a return of a quarter`() throws {
        let site = try TestInstance(at: "2026-11-10T09:00:00Z", holds: true)
        let service = "marshvale-yot"
        let spring = try site.deliver(
            offences("2026-04-01", "2026-06-30", in: "2026-04", end: "2126-06-30"), as: "q1.csv", for: service)
        #expect(spring.period == Period("2026-04/2026-06"))
        #expect(spring.rows == RowCounts(read: 24, accepted: 23, rejected: 1))
        let finding = try #require(try site.findings(spring, "date-in-future").first)
        #expect(finding["rows"]?.items == [4] && finding["column"]?.text == "returnEnd")
        let summer = try site.deliver(
            offences("2026-07-01", "2026-09-30", in: "2026-07"), as: "q2.csv", for: service)
        #expect(summer.status == .final(.accepted) && summer.period == Period("2026-07/2026-09"))
        #expect(summer.replaces == [])
        let mended = try site.deliver(
            offences("2026-04-01", "2026-06-30", in: "2026-04"), as: "q1.csv", for: service)
        #expect(mended.replaces == [spring.id])
        #expect(try site.recordCount() == 48)
    }

    @Test func `rows of two runs of months are rejected with the months that they seem to be of`() throws {
        let site = try TestInstance(at: "2026-04-10T09:00:00Z", holds: true)
        let mixed = try site.deliver(
            crimes(monthRows("03/2025", 40) + monthRows("03/2026", 40, first: 100)), as: "two.csv", for: police)
        #expect(mixed.status == .final(.rejected))
        let message = try #require(try site.findings(mixed, "period-unclear").first?["message"]?.text)
        #expect(message.contains("2025-03 (40 rows) and 2026-03 (40 rows)"))
        #expect(try site.recordCount() == 0)
        #expect(try site.receipt(mixed).text.contains("Correct what is listed below"))
    }
}

@Suite struct CadenceTests {
    private func site(_ unit: String) throws -> TestInstance {
        try TestInstance(at: "2026-04-10T09:00:00Z", holds: true) { folder in
            try edit(
                folder + "/authorities/\(police).yaml", "retentionMonths: 36",
                "retentionMonths: 36\nsends: {recorded-crime: \(unit)}")
        }
    }

    @Test func `one month each: two months are refused, one with a straggler is taken`() throws {
        let site = try site("month")
        let two = try site.deliver(
            crimes(monthRows("02/2026", 30) + monthRows("03/2026", 30, first: 100)), as: "two.csv", for: police)
        #expect(two.status == .final(.rejected))
        let message = try #require(try site.findings(two, "cadence-broken").first?["message"]?.text)
        #expect(message.contains("agreed to cover one month"))
        #expect(message.contains("2026-02/2026-03 (60 rows)"))
        #expect(message.contains("send one file for each month"))
        let one = try site.deliver(
            crimes(monthRows("03/2026", 30) + [crime(900, month: "02/2026")]), as: "one.csv", for: police)
        #expect(one.period == Period("2026-03") && one.rows?.accepted == 30)
        #expect(try site.findings(one, "outside-period").first?["rows"]?.items == [32])
    }

    @Test func `one quarter each: three months are taken, six are refused`() throws {
        let site = try site("quarter")
        func rows(_ months: [String]) -> String {
            crimes(months.enumerated().flatMap { monthRows($1, 20, first: 100 * $0 + 1) })
        }
        let quarter = try site.deliver(rows(["01/2026", "02/2026", "03/2026"]), as: "q1.csv", for: police)
        #expect(quarter.status == .final(.accepted) && quarter.period == Period("2026-01/2026-03"))
        let half = try site.deliver(
            rows(["10/2025", "11/2025", "12/2025", "01/2026", "02/2026", "03/2026"]), as: "half.csv", for: police)
        #expect(half.status == .final(.rejected))
        #expect(try site.findings(half, "cadence-broken").count == 1)
        #expect(try site.standing(quarter).status == .final(.accepted))
    }

    @Test func `a cadence of a dataset that the plugin lacks is a mistake`() throws {
        let failure = #expect(throws: InstanceError.self) {
            _ = try TestInstance { folder in
                try edit(
                    folder + "/authorities/\(police).yaml", "retentionMonths: 36",
                    "retentionMonths: 36\nsends: {recorded-crimes: month}")
            }
        }
        #expect("\(try #require(failure))".contains("did you mean `recorded-crime`?"))
    }
}

@Suite struct UsualInInstanceTests {
    /// An instance with three months of fifty rows.
    private func site() throws -> TestInstance {
        let site = try TestInstance(at: "2026-06-10T09:00:00Z", holds: true)
        for (index, month) in ["01/2026", "02/2026", "03/2026"].enumerated() {
            let delivery = try site.deliver(
                monthFile(month, 50, first: 1000 * index + 1), as: "\(index).csv", for: police)
            #expect(delivery.status == .final(.accepted))
            #expect(try site.findings(delivery).isEmpty)
        }
        return site
    }

    /// April, with each row changed.
    private func april(_ change: (String, Int) -> String) -> String {
        crimes(monthRows("04/2026", 50, first: 5001).enumerated().map { change($1, $0) })
    }

    private func setting(_ column: String, _ value: String, _ row: String) -> String {
        let index = policeHeader.split(separator: ",").firstIndex { $0 == column }!
        var cells = row.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        cells[index] = value
        return cells.joined(separator: ",")
    }

    @Test func `a column that is used and comes empty is held, with both shares`() throws {
        let site = try site()
        let empty = try site.deliver(april { row, _ in setting("VictimSex", "", row) }, as: "a.csv", for: police)
        #expect(empty.status == .held && empty.reason == "unusual")
        #expect(empty.toConfirm?.contains("VictimSex has a value in 0 % of the rows; usually in 100 %.") == true)
        #expect(try site.notice(empty).contains("unlike what you usually send"))
        #expect(site.confirm(empty).exit == .done)
        let taken = try site.standing(empty)
        #expect(taken.status == .final(.accepted))
        let warning = try #require(try site.findings(taken, "column-emptied").first)
        #expect(warning["severity"]?.text == "warning" && warning["column"]?.text == "VictimSex")
        #expect(
            warning["message"]?.text?.contains("usually has a value in 100 % of the rows; in this file in 0 %") == true)
        #expect(try site.receipt(taken).json["next"]?.text?.contains("Nothing to do") == false)
    }

    @Test func `a column that is used, may be left out and comes no more is held`() throws {
        let site = try TestInstance(at: "2026-06-10T09:00:00Z", holds: true)
        for (index, month) in ["01/2026", "02/2026", "03/2026"].enumerated() {
            let rows = monthRows(month, 50, first: 1000 * index + 1).map { $0 + ",N" }
            let delivery = try site.deliver(
                crimes(rows, header: policeHeader + ",GunFlag"), as: "\(index).csv", for: police)
            #expect(delivery.status == .final(.accepted))
        }
        let missing = try site.deliver(april { row, _ in row }, as: "a.csv", for: police)
        #expect(missing.status == .held)
        #expect(missing.toConfirm == "GunFlag has a value in 0 % of the rows; usually in 100 %.")
    }

    @Test func `a column of which nothing is kept is a warning only`() throws {
        let site = try site()
        let empty = try site.deliver(april { row, _ in setting("DAFlag", "", row) }, as: "a.csv", for: police)
        #expect(empty.status == .final(.accepted))
        #expect(try site.findings(empty, "column-emptied").map { $0["column"]?.text } == ["DAFlag"])
    }

    @Test func `a code whose share jumps is a warning with both shares`() throws {
        let site = try site()
        let jumped = try site.deliver(
            april { row, index in setting("VictimSex", index % 2 == 0 ? "F" : "M", row) }, as: "a.csv", for: police)
        #expect(jumped.status == .final(.accepted))
        let warning = try #require(try site.findings(jumped, "share-changed").first)
        #expect(warning["column"]?.text == "VictimSex")
        #expect(warning["message"]?.text?.contains("50 %") == true)
        // As it comes from now on, it is no news.
        let may = try site.deliver(
            crimes(
                monthRows("05/2026", 50, first: 7001).enumerated().map {
                    setting("VictimSex", $0 % 2 == 0 ? "F" : "M", $1)
                }), as: "m.csv", for: police)
        #expect(try site.findings(may, "share-changed").isEmpty)
    }

    @Test func `a file cut short at a row's end is held, with both figures`() throws {
        let site = try site()
        let few = try site.deliver(monthFile("04/2026", 9, first: 5001), as: "a.csv", for: police)
        #expect(few.status == .held && few.reason == "unusual")
        #expect(few.toConfirm == "It has 9 good rows; files for as long a time usually have about 50.")
        let many = try site.deliver(monthFile("04/2026", 300, first: 5001), as: "b.csv", for: police)
        #expect(many.status == .held)
        #expect(many.toConfirm == "It has 300 good rows; files for as long a time usually have about 50.")
        let half = try site.deliver(monthFile("04/2026", 20, first: 5001), as: "c.csv", for: police)
        #expect(half.status == .final(.accepted))
        #expect(try site.findings(half, "sudden-change").count == 1)
        #expect(try site.recordCount() == 170)
    }

    @Test func `a file without its last line end is a warning`() throws {
        let site = try site()
        let cut = try site.deliver(String(april { row, _ in row }.dropLast(1)), as: "a.csv", for: police)
        #expect(cut.status == .final(.accepted))
        #expect(try site.findings(cut, "file-cut-short").first?["severity"]?.text == "warning")
    }

    @Test func `what is replaced is no longer what usually comes`() throws {
        let site = try site()
        let first = try site.deliver(april { row, _ in setting("VictimSex", "", row) }, as: "a.csv", for: police)
        #expect(site.confirm(first).exit == .done)
        // Good again, it is compared with what stands.
        let good = try site.deliver(april { row, _ in row }, as: "b.csv", for: police)
        #expect(good.status == .final(.accepted) && good.replaces == [first.id])
        #expect(try site.findings(good, "column-emptied").isEmpty)
    }
}
