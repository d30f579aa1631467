/// Appends numbers and texts in the certificate's notation: whole numbers as LEB128, texts with their length before them.
package struct CertificateWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func raw(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    package mutating func number(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    /// 0 or more.
    package mutating func count(_ value: Int) { number(UInt64(value)) }

    /// Any, its sign in the lowest bit.
    package mutating func signed(_ value: Int) {
        number(UInt64(bitPattern: Int64((value << 1) ^ (value >> 63))))
    }

    package mutating func text(_ value: String) {
        count(value.utf8.count)
        raw(value.utf8)
    }
}

/// Reads what `CertificateWriter` wrote, every number bounded.
package struct CertificateReader {
    private let bytes: [UInt8]
    private var offset = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { offset == bytes.count }

    package mutating func raw(_ count: Int) throws(ProofRefusal) -> ArraySlice<UInt8> {
        guard count <= bytes.count - offset else { throw .malformed("bytes") }
        defer { offset += count }
        return bytes[offset..<offset + count]
    }

    package mutating func number() throws(ProofRefusal) -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            guard shift < 63 || byte <= 1 else { break }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        throw .malformed("numbers")
    }

    package mutating func count(_ limit: Int) throws(ProofRefusal) -> Int {
        let value = try number()
        guard value <= UInt64(limit) else { throw .malformed("numbers") }
        return Int(value)
    }

    /// How many of something follow, each of one byte or more.
    package mutating func items() throws(ProofRefusal) -> Int { try count(bytes.count - offset) }

    package mutating func signed(_ limit: Int) throws(ProofRefusal) -> Int {
        let raw = try number()
        let value = Int(Int64(bitPattern: raw >> 1) ^ -Int64(bitPattern: raw & 1))
        guard value.magnitude <= UInt(limit) else { throw .malformed("numbers") }
        return value
    }

    package mutating func text() throws(ProofRefusal) -> String {
        let length = try count(4096)
        guard let text = String(validating: try raw(length), as: UTF8.self) else { throw .malformed("texts") }
        return text
    }
}

// MARK: - Linked tables

extension LinkedTables {
    package func write(_ writer: inout CertificateWriter) {
        writer.text(eventKind)
        writer.count(axes.count)
        for axis in axes {
            writer.text(axis.id)
            writer.count(axis.atomCount)
            writer.count(axis.codes.count)
            for code in axis.codes {
                writer.text(code.name)
                writer.count(code.atoms.count)
                var last = 0
                for atom in code.atoms {
                    writer.count(atom - last)
                    last = atom
                }
            }
        }
        writer.count(tables.count)
        for table in tables {
            writer.text(table.id)
            for shown in table.codes {
                writer.count(shown.count)
                for code in shown { writer.count(code) }
            }
            writer.count(table.columns.count)
            for column in table.columns { writer.count(column) }
        }
        writer.count(authorities.count)
        for authority in authorities {
            writer.text(authority.id)
            writer.count(authority.rules == nil ? 0 : 1)
            authority.rules?.write(&writer)
        }
        writer.count(contributions.count)
        var last: UInt64 = 0
        for contribution in contributions {
            writer.number(contribution.atom - last)
            last = contribution.atom
            writer.count(contribution.authority)
            writer.count(contribution.person)
            writer.count(contribution.count)
        }
        let hasKeys = contributions.contains { $0.key != 0 }
        writer.count(hasKeys ? 1 : 0)
        if hasKeys { for contribution in contributions { writer.number(contribution.key) } }
        writer.count(structuralZeros.count)
        for zero in structuralZeros { for code in zero { writer.count(code) } }
    }

    /// - Throws: also for tables that pass the notation and mean nothing, see `check`.
    package init(_ reader: inout CertificateReader) throws(ProofRefusal) {
        self.init(eventKind: try reader.text(), axes: [], tables: [], authorities: [], contributions: [])
        let axisCount = try reader.count(LinkedTables.axisLimit)
        for _ in 0..<axisCount {
            var axis = Axis(id: try reader.text(), atomCount: try reader.count(1 << 24), codes: [])
            for _ in 0..<(try reader.items()) {
                var code = Axis.Code(name: try reader.text(), atoms: [])
                var last = 0
                for _ in 0..<(try reader.items()) {
                    last += try reader.count(1 << 24)
                    code.atoms.append(last)
                }
                axis.codes.append(code)
            }
            axes.append(axis)
        }
        for _ in 0..<(try reader.items()) {
            var table = LinkedTable(id: try reader.text(), codes: [])
            for _ in 0..<axisCount {
                var shown: [Int] = []
                for _ in 0..<(try reader.items()) { shown.append(try reader.count(1 << 24)) }
                table.codes.append(shown)
            }
            table.columns = []
            for _ in 0..<(try reader.count(LinkedTables.axisLimit)) {
                table.columns.append(try reader.count(LinkedTables.axisLimit))
            }
            tables.append(table)
        }
        for _ in 0..<(try reader.items()) {
            let id = try reader.text()
            authorities.append(Authority(id: id, rules: try reader.count(1) == 1 ? try PrimaryRules(&reader) : nil))
        }
        let contributionCount = try reader.items()
        contributions.reserveCapacity(contributionCount)
        var last: UInt64 = 0
        for _ in 0..<contributionCount {
            let (atom, isTooLarge) = last.addingReportingOverflow(try reader.number())
            guard !isTooLarge else { throw .malformed("contributions") }
            last = atom
            contributions.append(
                Contribution(
                    atom: atom, authority: try reader.count(4096), person: try reader.count(1 << 32),
                    count: try reader.count(1 << 31)))
        }
        if try reader.count(1) == 1 {
            for index in contributions.indices { contributions[index].key = try reader.number() }
        }
        for _ in 0..<(try reader.items()) {
            var zero: [Int] = []
            for _ in 0..<axisCount { zero.append(try reader.count(1 << 24)) }
            structuralZeros.append(zero)
        }
        try check()
    }
}

// MARK: - Rules

extension PrimaryRules {
    package func write(_ writer: inout CertificateWriter) {
        writer.count(threshold)
        writer.count(width)
        writer.count(dominance?.n ?? 0)
        writer.count(dominance?.k ?? 0)
        writer.count(pPercent ?? 0)
        writer.count(wantsZero ? 1 : 0)
    }

    package init(_ reader: inout CertificateReader) throws(ProofRefusal) {
        self.init(threshold: try reader.count(1_000_000), width: try reader.count(1_000_000))
        let (n, k) = (try reader.count(15), try reader.count(100))
        dominance = n > 0 ? (n, k) : nil
        let p = try reader.count(1000)
        pPercent = p > 0 ? p : nil
        wantsZero = try reader.count(1) == 1
    }
}

extension AuditRules {
    package func write(_ writer: inout CertificateWriter) {
        primary.write(&writer)
        writer.count(zeros == .published ? 1 : 0)
        writer.count(knowsSingletons ? 1 : 0)
        writer.count(knowsOwn ? 1 : 0)
        writer.count(pooled ? 1 : 0)
        writer.count(hidesGroups ? 1 : 0)
        switch perturbation {
        case .none: writer.count(0)
        case .nearest(let base):
            writer.count(1)
            writer.count(base)
        case .controlled(let base):
            writer.count(2)
            writer.count(base)
        case .cellKey(let table):
            writer.count(3)
            table.write(&writer)
        }
    }

    package init(_ reader: inout CertificateReader) throws(ProofRefusal) {
        self.init(
            primary: try PrimaryRules(&reader), zeros: try reader.count(1) == 1 ? .published : .hideable,
            knowsSingletons: try reader.count(1) == 1, knowsOwn: try reader.count(1) == 1)
        pooled = try reader.count(1) == 1
        hidesGroups = try reader.count(1) == 1
        switch try reader.count(3) {
        case 0: perturbation = .none
        case 1: perturbation = .nearest(base: try reader.count(1000))
        case 2: perturbation = .controlled(base: try reader.count(1000))
        default: perturbation = .cellKey(try PerturbationTable(&reader))
        }
    }
}

extension PerturbationTable {
    package func write(_ writer: inout CertificateWriter) {
        writer.number(modulus)
        writer.count(cycle)
        writer.count(hiddenBelow)
        writer.count(rows.count)
        for row in rows {
            writer.count(row.count)
            var last: UInt64 = 0
            for entry in row {
                writer.number(entry.last - last)
                last = entry.last
                writer.signed(entry.noise)
            }
        }
    }

    package init(_ reader: inout CertificateReader) throws(ProofRefusal) {
        self.init(
            modulus: try reader.number(), rows: [], cycle: try reader.count(PerturbationTable.rowLimit),
            hiddenBelow: try reader.count(PerturbationTable.noiseLimit))
        for _ in 0..<(try reader.items()) {
            var row: [Entry] = []
            var last: UInt64 = 0
            for _ in 0..<(try reader.items()) {
                let (next, isTooLarge) = last.addingReportingOverflow(try reader.number())
                guard !isTooLarge else { throw .malformed("table of noise") }
                last = next
                row.append(Entry(last: last, noise: try reader.signed(PerturbationTable.noiseLimit)))
            }
            rows.append(row)
        }
        try check()
    }
}

// MARK: - Protection

extension Protection {
    package func write(_ writer: inout CertificateWriter) {
        writer.count(statuses.count)
        var from = 0
        // Runs of equal statuses: four times the length, and which.
        while from < statuses.count {
            var to = from
            while to < statuses.count, statuses[to] == statuses[from] { to += 1 }
            writer.count((to - from) << 2 | Int(statuses[from].rawValue))
            from = to
        }
        writer.count(walks.count)
        for walk in walks {
            writer.count(walk.legs.count)
            for leg in walk.legs {
                writer.signed(leg.amount)
                switch leg.move {
                case .product(let steps):
                    writer.count(0)
                    writer.count(steps.count)
                    for step in steps {
                        writer.count(Int(step.plus))
                        writer.count(Int(step.minus) + 1)
                    }
                case .atoms(let changes):
                    writer.count(1)
                    writer.count(changes.count)
                    var last: UInt64 = 0
                    for change in changes {
                        writer.number(change.atom &- last)
                        last = change.atom
                        writer.signed(change.by)
                    }
                }
            }
        }
        writer.count(proofs.count)
        var last = 0
        for proof in proofs {
            writer.count(proof.slot - last)
            last = proof.slot
            writer.count(proof.walks.count)
            for walk in proof.walks { writer.count(walk) }
        }
    }

    package init(_ reader: inout CertificateReader) throws(ProofRefusal) {
        self.init(statuses: [])
        let slots = try reader.count(LinkedTables.cellLimit)
        statuses.reserveCapacity(slots)
        while statuses.count < slots {
            let run = try reader.count((slots - statuses.count) << 2 | 3)
            guard run >> 2 > 0, let status = Status(rawValue: UInt8(run & 3)) else { throw .malformed("statuses") }
            statuses.append(contentsOf: repeatElement(status, count: run >> 2))
        }
        for _ in 0..<(try reader.items()) {
            var walk = Walk([])
            for _ in 0..<(try reader.items()) {
                let amount = try reader.signed(1 << 31)
                if try reader.count(1) == 0 {
                    var steps: [Move.Step] = []
                    for _ in 0..<(try reader.count(LinkedTables.axisLimit)) {
                        let plus = try reader.count(1 << 24)
                        steps.append(Move.Step(plus: Int32(plus), minus: Int32(try reader.count(1 << 24)) - 1))
                    }
                    walk.legs.append(Walk.Leg(.product(steps), amount))
                } else {
                    var changes: [Move.Change] = []
                    var last: UInt64 = 0
                    for _ in 0..<(try reader.items()) {
                        last = last &+ (try reader.number())
                        changes.append(Move.Change(atom: last, by: try reader.signed(1 << 31)))
                    }
                    walk.legs.append(Walk.Leg(.atoms(changes), amount))
                }
            }
            walks.append(walk)
        }
        var last = 0
        for _ in 0..<(try reader.items()) {
            last += try reader.count(LinkedTables.cellLimit)
            var proof = Proof(slot: last, walks: [])
            for _ in 0..<(try reader.items()) { proof.walks.append(try reader.count(1 << 32)) }
            proofs.append(proof)
        }
    }
}
