package import SluiceModel

/// The detectors without a file around them, for measuring.
package struct IdentifierSearch {
    private let arena = Arena()
    private var detector: Detector
    private let text: Flat<UInt8>
    private static let textLimitBytes = 1 << 16

    package init(words: [NameWord], ordinary: [UInt8], today: CivilDate) {
        detector = Detector(
            words: words, ordinary: ordinary, today: today, limitBytes: Self.textLimitBytes, arena: arena)
        text = arena.flat(Self.textLimitBytes + 64, repeating: 0)
    }

    /// The kinds of identifier that a free text holds; the beginning of a longer one than 64 KiB.
    package mutating func kinds(_ bytes: [UInt8], wanted: IdentifierKinds = .all) -> IdentifierKinds {
        let count = put(bytes)
        return detector.kinds(text, 0, count, wanted: wanted)
    }

    /// The kinds of which a declared column holds more than chance explains.
    package mutating func kinds(ofColumn cells: [[UInt8]], wanted: IdentifierKinds = .all) -> IdentifierKinds {
        var tally = DetectionTally(columnCount: 1)
        for (row, cell) in cells.enumerated() {
            let count = put(cell)
            let (shaped, valid) = detector.weigh(text, 0, count, wanted: wanted)
            tally.add(0, shaped: shaped, valid: valid, hash: DistinctSample.hash(text, 0, count), row: row + 1)
        }
        var found: IdentifierKinds = []
        for kind in wanted.kinds {
            guard let count = tally.counts[DetectionTally.Place(column: 0, kind: kind)] else { continue }
            if ContentGate.isBeyondChance(count, of: kind) { found.insert(IdentifierKinds(kind)) }
        }
        return found
    }

    private func put(_ bytes: [UInt8]) -> Int {
        let count = min(bytes.count, Self.textLimitBytes)
        for index in 0..<count { text[index] = bytes[index] }
        for index in count..<count + 8 { text[index] = 0 }
        return count
    }
}
