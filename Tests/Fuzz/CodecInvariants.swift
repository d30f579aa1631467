import DeliverySupport
import SluiceFormat
import SluiceIngest
import SluiceModel
import SluiceSystem
import SluiceWire

/// What must hold of bytes that one of our programs sends another, whatever they are.
enum CodecInvariants {
    /// A plan is refused, or is one that comes back as it went; one that makes sense can be carried out.
    static func checkPlan(_ bytes: [UInt8], _ plugin: ShippedPlugin, team: ThreadTeam) throws {
        let plan: FormatPlan
        do { plan = try PlanCodec.decode(bytes) } catch { return }
        let again = try PlanCodec.decode(PlanCodec.encode(plan))
        try DeliveryInvariants.require(again == plan, "another plan when read again")
        guard plan.check().isEmpty else { return }
        // Bounds beyond these cost memory by design.
        let limits = plan.limits
        guard limits.rowLimitBytes <= 4 << 20, limits.blockRows <= 1 << 17, limits.columnLimit <= 5000 else { return }
        for sample in plugin.samples.prefix(3) {
            try DeliveryInvariants.check(sample.bytes, plan: plan, team: team)
        }
    }

    /// A worker's frames are refused, or say only what the plan allows; the same in pieces of any size.
    static func checkWire(_ bytes: [UInt8], plan: FormatPlan) throws {
        let whole = read(bytes, pieceBytes: .max, plan)
        let pieces = read(bytes, pieceBytes: 13, plan)
        try DeliveryInvariants.require(whole.words == pieces.words, "pieces read otherwise")
        for block in whole.blocks {
            try DeliveryInvariants.require(
                block.rowCount > 0 && block.rowCount <= plan.limits.blockRows, "a block of a wrong size")
            for column in block.columns {
                let codeCount = plan.dimensions[column.dimension].codeCount
                try DeliveryInvariants.require(
                    column.width == RecordBlock.width(codeCount: codeCount)
                        && column.bytes.count == block.rowCount * column.width, "a column of a wrong size")
                for row in 0..<block.rowCount {
                    var code = 0
                    for byte in 0..<column.width {
                        code |= Int(column.bytes[row * column.width + byte]) << (8 * byte)
                    }
                    try DeliveryInvariants.require(code < codeCount, "a code that the plan does not know")
                }
            }
        }
        guard let report = whole.report else { return }
        try DeliveryInvariants.require(
            report.rows.read == report.rows.accepted + report.rows.rejected, "rows do not add up")
        if report.tables.isEmpty, report.outcome.isAccepted {
            try DeliveryInvariants.require(
                whole.blocks.reduce(0) { $0 + $1.rowCount } == report.rows.accepted, "records do not add up")
        }
    }

    private struct Read {
        var blocks: [RecordBlock] = []
        var report: DecodeReport?
        /// What was said, one line each.
        var words: [String] = []
    }

    private static func read(_ bytes: [UInt8], pieceBytes: Int, _ plan: FormatPlan) -> Read {
        var read = Read()
        var reader = WireReader(plan: plan, inputBytes: 10_000)
        do {
            var offset = 0
            while offset < bytes.count {
                let end = offset + min(pieceBytes, bytes.count - offset)
                reader.push(bytes[offset..<end])
                while let message = try reader.next() {
                    read.words.append("\(message)")
                    if case .block(let block, _) = message { read.blocks.append(block) }
                    if case .report(let report) = message { read.report = report }
                }
                offset = end
            }
            try reader.end()
        } catch {
            read.words.append("\(error)")
            read.report = nil
        }
        return read
    }

    /// A profile is made of any text, passes the reader that mistrusts it, and comes back as it went; as an answer the
    /// same bytes are refused or are one.
    static func checkProfile(_ bytes: [UInt8]) throws {
        let plan = ProfilePlan.plan(today: CivilDate("2027-01-01")!)
        let sandbox = SandboxLevel(landlockABI: 1, hasNoNewPrivileges: true, hasResourceLimits: true)
        if let answer = try? ProfileCodec.decode(bytes, plan: plan) {
            let again = try ProfileCodec.decode(ProfileCodec.encode(answer.answer, sandbox: sandbox), plan: plan)
            try DeliveryInvariants.require(again.answer == answer.answer, "another answer when read again")
        }
        let result = try Profiler(plan: plan).run(input: MemoryDelivery(bytes))
        let inPieces = try Profiler(plan: plan).run(input: MemoryDelivery(bytes, step: 5))
        try DeliveryInvariants.require(result == inPieces, "another profile in small reads")
        let answer: ProfileAnswer
        switch result {
        case .success(let profile): answer = .profile(profile)
        case .failure(let refusal): answer = .refused(refusal)
        }
        let received = try ProfileCodec.decode(ProfileCodec.encode(answer, sandbox: sandbox), plan: plan)
        try DeliveryInvariants.require(received.answer == answer, "another profile over the wire")
    }
}
