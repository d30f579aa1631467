package import SluiceCertificate
package import SluiceModel

/// What the daemon asks of `sluice-protect`: to hide what must be hidden in the tables of one release.
package struct ProtectionRequest: Sendable {
    package struct Part: Sendable {
        package var tables: LinkedTables
        package var rules: AuditRules
        package var options: SearchOptions

        package init(tables: LinkedTables, rules: AuditRules, options: SearchOptions) {
            self.tables = tables
            self.rules = rules
            self.options = options
        }
    }

    package var parts: [Part]
    /// Whether to look for what stands in the way of cells that cannot be protected.
    package var explains: Bool

    package init(parts: [Part], explains: Bool = false) {
        self.parts = parts
        self.explains = explains
    }
}

/// What it answers. Nothing of it is believed before it is proved.
package struct ProtectionAnswer: Sendable {
    package struct Part: Sendable {
        package var protection: Protection
        /// Slots of sensitive cells for which it found no way, ascending.
        package var unproved: [Int]
        /// For some of them the slots that must be shown and stand in the way; none when even that would not help.
        package var conflicts: [(slot: Int, core: [Int])]
        /// Rounding was to be controlled and could not be: each figure is rounded by itself.
        package var roundsEach = false

        /// What is to be proved, by what was asked.
        package func rules(asked rules: AuditRules) -> AuditRules {
            roundsEach ? rules.roundingEach : rules
        }

        package init(protection: Protection, unproved: [Int], conflicts: [(slot: Int, core: [Int])] = []) {
            self.protection = protection
            self.unproved = unproved
            self.conflicts = conflicts
        }
    }

    /// Parallel to those of the request.
    package var parts: [Part]

    package init(parts: [Part]) { self.parts = parts }
}

/// Both, as bytes in the certificate's notation.
package enum ProtectCodec {
    /// Of a request or an answer.
    package static let limitBytes = 1 << 30
    private static let requestMagic = "SLUICE-PROTECT 1\n"
    private static let answerMagic = "SLUICE-PROTECTED 1\n"

    package static func encode(_ request: ProtectionRequest) -> [UInt8] {
        var writer = CertificateWriter()
        writer.raw(requestMagic.utf8)
        writer.count(request.explains ? 1 : 0)
        writer.count(request.parts.count)
        for part in request.parts {
            part.rules.write(&writer)
            part.tables.write(&writer)
            writer.count(part.options.tier == .fast ? 0 : 1)
            writer.number(part.options.key)
            writer.count(part.options.totalWeight)
            writer.count(part.options.isGrandTotalPublic ? 1 : 0)
            for slots in [part.options.forcedPublic, part.options.hiddenBefore] {
                writer.count(slots.count)
                for slot in slots.sorted() { writer.count(slot) }
            }
        }
        return writer.bytes
    }

    package static func decodeRequest(_ bytes: [UInt8]) throws(ProofRefusal) -> ProtectionRequest {
        var reader = CertificateReader(bytes)
        try expect(requestMagic, &reader)
        var request = ProtectionRequest(parts: [], explains: try reader.count(1) == 1)
        for _ in 0..<(try reader.items()) {
            let rules = try AuditRules(&reader)
            try rules.check()
            let tables = try LinkedTables(&reader)
            for authority in tables.authorities { try authority.rules?.check() }
            var options = SearchOptions(tier: try reader.count(1) == 0 ? .fast : .good, key: try reader.number())
            options.totalWeight = try reader.count(1000)
            options.isGrandTotalPublic = try reader.count(1) == 1
            options.forcedPublic = try slots(&reader)
            options.hiddenBefore = try slots(&reader)
            request.parts.append(ProtectionRequest.Part(tables: tables, rules: rules, options: options))
        }
        guard reader.isAtEnd else { throw .malformed("end") }
        return request
    }

    package static func encode(_ answer: ProtectionAnswer) -> [UInt8] {
        var writer = CertificateWriter()
        writer.raw(answerMagic.utf8)
        writer.count(answer.parts.count)
        for part in answer.parts {
            part.protection.write(&writer)
            writer.count(part.roundsEach ? 1 : 0)
            writer.count(part.unproved.count)
            for slot in part.unproved { writer.count(slot) }
            writer.count(part.conflicts.count)
            for conflict in part.conflicts {
                writer.count(conflict.slot)
                writer.count(conflict.core.count)
                for slot in conflict.core { writer.count(slot) }
            }
        }
        return writer.bytes
    }

    /// - Parameter slotCounts: of each part that was asked about; a slot beyond them means nothing.
    package static func decodeAnswer(_ bytes: [UInt8], slotCounts: [Int]) throws(ProofRefusal) -> ProtectionAnswer {
        var reader = CertificateReader(bytes)
        try expect(answerMagic, &reader)
        guard try reader.items() == slotCounts.count else { throw .partsDiffer }
        var answer = ProtectionAnswer(parts: [])
        for slotCount in slotCounts {
            let protection = try Protection(&reader)
            guard protection.statuses.count == slotCount else { throw .partsDiffer }
            var part = ProtectionAnswer.Part(protection: protection, unproved: [])
            part.roundsEach = try reader.count(1) == 1
            for _ in 0..<(try reader.items()) { part.unproved.append(try slot(&reader, below: slotCount)) }
            for _ in 0..<(try reader.items()) {
                let sensitive = try slot(&reader, below: slotCount)
                var core: [Int] = []
                for _ in 0..<(try reader.items()) { core.append(try slot(&reader, below: slotCount)) }
                part.conflicts.append((sensitive, core))
            }
            answer.parts.append(part)
        }
        guard reader.isAtEnd else { throw .malformed("end") }
        return answer
    }

    private static func expect(_ magic: String, _ reader: inout CertificateReader) throws(ProofRefusal) {
        guard try reader.raw(magic.utf8.count).elementsEqual(magic.utf8) else { throw .malformed("first line") }
    }

    private static func slot(_ reader: inout CertificateReader, below limit: Int) throws(ProofRefusal) -> Int {
        let slot = try reader.count(LinkedTables.cellLimit)
        guard slot < limit else { throw .malformed("slots") }
        return slot
    }

    private static func slots(_ reader: inout CertificateReader) throws(ProofRefusal) -> Set<Int> {
        var slots: Set<Int> = []
        for _ in 0..<(try reader.items()) { slots.insert(try reader.count(LinkedTables.cellLimit)) }
        return slots
    }
}
