/// Looks for any of many short texts in bytes, in one pass.
struct PlantedSearch {
    /// By their first four bytes as a number, the texts that begin so.
    private var textsByStart: [UInt32: [[UInt8]]] = [:]
    /// By the first two bytes, whether a text begins so: nearly every place is ruled out here.
    private var begins = [Bool](repeating: false, count: 1 << 16)

    /// - Parameter texts: Of four bytes at least.
    init(_ texts: [String]) {
        for text in texts {
            let bytes = Array(text.utf8)
            precondition(bytes.count >= 4, "too short to be told from chance")
            begins[Int(bytes[0]) << 8 | Int(bytes[1])] = true
            textsByStart[Self.start(bytes, 0), default: []].append(bytes)
        }
    }

    /// Where the first text begins that stands in `bytes`; nil when none does.
    func firstPlace(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4) {
            guard begins[Int(bytes[index]) << 8 | Int(bytes[index + 1])],
                let texts = textsByStart[Self.start(bytes, index)]
            else { continue }
            if texts.contains(where: { bytes[index...].starts(with: $0) }) { return index }
        }
        return nil
    }

    private static func start(_ bytes: [UInt8], _ index: Int) -> UInt32 {
        UInt32(bytes[index]) << 24 | UInt32(bytes[index + 1]) << 16 | UInt32(bytes[index + 2]) << 8
            | UInt32(bytes[index + 3])
    }
}
