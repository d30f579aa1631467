import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceWire

@Suite struct PlanCodecTests {
    @Test(arguments: 0..<200)
    func `a plan comes back as it was`(seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        let plan = randomPlan(&random)
        #expect(try PlanCodec.decode(PlanCodec.encode(plan)) == plan)
    }

    @Test func `every number of days of the calendar fits`() throws {
        var random = SplitMix64(seed: 1)
        var plan = randomPlan(&random)
        for date in [CivilDate(year: 1, month: 1, day: 1)!, CivilDate(year: 9999, month: 12, day: 31)!] {
            plan.today = date
            #expect(try PlanCodec.decode(PlanCodec.encode(plan)).today == date)
        }
        plan.today = CivilDate(dayNumber: PlanBounds.days.upperBound + 1)
        #expect(throws: WireError.invalid(.planDate)) { try PlanCodec.decode(PlanCodec.encode(plan)) }
    }

    @Test func `a table beyond the limit of tables is refused`() throws {
        var random = SplitMix64(seed: 1)
        var plan = randomPlan(&random)
        plan.tableIndex = DecodeLimits.tableLimit
        #expect(throws: WireError.limitExceeded(.planNumber, limit: DecodeLimits.tableLimit - 1)) {
            try PlanCodec.decode(PlanCodec.encode(plan))
        }
    }

    @Test(arguments: 0..<10)
    func `a plan cut short is refused at every byte`(seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let bytes = PlanCodec.encode(randomPlan(&random))
        for length in 0..<bytes.count {
            #expect(throws: WireError.self) { try PlanCodec.decode(Array(bytes[..<length])) }
        }
    }

    @Test func `bytes after a plan are refused`() {
        var random = SplitMix64(seed: 3)
        let bytes = PlanCodec.encode(randomPlan(&random))
        #expect(throws: WireError.trailing(.plan)) { try PlanCodec.decode(bytes + [0]) }
    }

    @Test func `a plan of another version is refused`() {
        var random = SplitMix64(seed: 3)
        var bytes = PlanCodec.encode(randomPlan(&random))
        bytes[0] = PlanCodec.version + 1
        #expect(throws: WireError.versionUnknown(.plan)) { try PlanCodec.decode(bytes) }
    }

    @Test(arguments: 0..<40)
    func `a plan with changed bytes decodes to some plan or is refused`(seed: Int) {
        var random = SplitMix64(seed: UInt64(1000 + seed))
        let bytes = PlanCodec.encode(randomPlan(&random))
        for _ in 0..<250 {
            var changed = bytes
            for _ in 0...random.int(0...3) {
                changed[random.int(0...bytes.count - 1)] = UInt8(random.int(0...255))
            }
            // What decodes must be encodable again, and then to the same plan.
            if let plan = try? PlanCodec.decode(changed) {
                #expect((try? PlanCodec.decode(PlanCodec.encode(plan))) == plan)
            }
        }
    }

    @Test func `a number has one form only`() {
        var long = ByteReader([0x81, 0x00], place: .plan)
        #expect(throws: WireError.invalid(.planNumber)) { try long.varint(.planNumber) }
        var wide = ByteReader([UInt8](repeating: 0xFF, count: 9) + [0x02], place: .plan)
        #expect(throws: WireError.invalid(.planNumber)) { try wide.varint(.planNumber) }
        var most = ByteReader([UInt8](repeating: 0xFF, count: 9) + [0x01], place: .plan)
        #expect(try! most.varint(.planNumber) == UInt64.max)
    }

    @Test func `a decimal has one form only, and at most 36 digits`() {
        func decimal(_ bytes: [UInt8]) throws(WireError) -> ExactDecimal {
            var reader = ByteReader(bytes, place: .plan)
            return try reader.decimal()
        }
        #expect(try! decimal([1, 0, 5, 1]) == ExactDecimal(digits: -5, exponent: -1))
        #expect(throws: WireError.invalid(.planNumber), "negative zero") { try decimal([1, 0, 0, 0]) }
        #expect(throws: WireError.invalid(.planChoice)) { try decimal([2, 0, 5, 0]) }
        for digits in [ExactDecimal.digitsLimit - 1, ExactDecimal.digitsLimit, Int128.max, Int128.min] {
            var writer = ByteWriter()
            writer.decimal(ExactDecimal(digits: digits, exponent: 1000))
            #expect((try? decimal(writer.bytes)) != nil || digits != ExactDecimal.digitsLimit - 1)
            #expect((try? decimal(writer.bytes)) == nil || digits == ExactDecimal.digitsLimit - 1)
        }
        var writer = ByteWriter()
        writer.decimal(ExactDecimal(digits: 1, exponent: 1001))
        #expect(throws: WireError.limitExceeded(.planNumber, limit: 1000)) { try decimal(writer.bytes) }
    }

    @Test func `a count larger than the bytes that follow is refused before anything is set aside`() {
        var reader = ByteReader([0xFF, 0xFF, 0x7F, 1, 1], place: .plan)
        #expect(throws: WireError.truncated(.plan)) {
            try reader.array(.planCount, limit: 4_000_000) { r throws(WireError) in try r.byte() }
        }
    }
}
