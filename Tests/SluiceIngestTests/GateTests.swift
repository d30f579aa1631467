import SluiceModel
import SluiceReaders
import Testing

@testable import SluiceIngest

/// A health sender's file that identifies patients is refused also where it could not be read.
@Suite struct GateTests {
    private static let number = "999 000 0034"

    @Test(arguments: [
        // No header, near its beginning and far down.
        "some,notes\n\(number)\n", "x\n" + String(repeating: "y,z\n", count: 90_000) + "a,\(number)\n",
        // A quote that is never closed, before and behind the number.
        "\"Id,Day,Sex,Age\na,\(number),2026-01-31\n", "\(number),\"x\n", "Id,Day,Sex,Age\n\"a,2026-01-31,\(number)\n",
        // Too many columns.
        "Id,Day,Sex,Age,p,q,r\na,2026-01-31,M,20,x,y,\(number)\n",
        "Id,Day,Sex,Age" + String(repeating: ",", count: 30) + "x\na\n\(number)\n",
        // Columns that do not fit.
        "Id,Day\na,\(number)\n", "Id,Day,Sex,Age,Sex\na,2026-01-31,M,20,\(number)\n", "Id,Something\n1,\(number)\n",
        "[{\"Id\": \"\(number)\"", "[{\"Other\": \"\(number)\"}]",
    ])
    func `a file that cannot be read and holds an NHS number is refused`(text: String) throws {
        var plan = MinimiseTests.healthPlan()
        plan.limits.columnLimit = 6
        let result = try ingest(text, plan)
        #expect(result.report.outcome == .refused)
        #expect(result.finding(.patientIdentifier)?.rule == FindingRule.nhsNumber)
        #expect(result.records == [])
        // Nothing else makes it so.
        let other = try ingest(text.replacing(Self.number, with: "999 000 0035"), plan)
        #expect(other.report.outcome == .rejected)
        plan.isHealth = false
        #expect(try ingest(text, plan).report.outcome == .rejected)
    }

    @Test func `a file in an encoding that is not read is looked through`() throws {
        let units = Array("Id,Day,Sex,Age\na,\(Self.number),M,20\n".utf16)
        let bytes = units.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        let result = try ingest(bytes, MinimiseTests.healthPlan())
        #expect(result.report.outcome == .refused)
        #expect(result.finding(.encodingUnsupported) != nil)
    }

    @Test func `a heading that names patients refuses a file whose columns do not fit`() throws {
        var plan = MinimiseTests.healthPlan()
        let missing = try ingest("Id,Day,Sex,Patient surname\na,2026-01-31,M,x\n", plan)
        #expect(missing.codes == [.patientIdentifier])
        #expect(missing.report.findings[0].columnNumber == 4)
        plan.limits.columnLimit = 6
        let many = try ingest("Id,Day,Sex,Age,Surname,p,q\n", plan)
        #expect(many.codes == [.patientIdentifier])
        #expect(many.report.findings[0].columnNumber == 5)
    }
}
