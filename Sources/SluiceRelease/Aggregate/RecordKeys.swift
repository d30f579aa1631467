import Crypto
import SluiceModel
import SluiceStore

/// The record keys of the cell key method, drawn from what a record holds.
///
/// A record's key is the keyed hash of all its codes, its authority and its number among records that are alike. So the same
/// records have the same keys in every table and release, also when a delivery comes again, and one that is added or taken
/// away changes no other's. Which of several alike is meant makes no difference: they stand in the same cells.
struct RecordKeys {
    let modulus: UInt64
    private let secret: SymmetricKey
    /// How many alike have been seen.
    private var seen: [Alike: UInt32] = [:]

    private struct Alike: Hashable {
        var first: UInt64
        var second: UInt64
    }

    init(modulus: UInt64, secret: SymmetricKey) {
        self.modulus = modulus
        self.secret = secret
    }

    /// The key of every row.
    mutating func keys(of stored: StoredBlock) -> [UInt64] {
        let block = stored.block
        let start = hash("record \(stored.eventKind ?? "") \(stored.authority.text)")
        var marks = [Alike](repeating: start, count: block.rowCount)
        for column in block.columns {
            let dimension = stored.dictionary.dimensions[column.dimension]
            // A month is its own code.
            var known: [Int: Alike] = [:]
            column.forEachCode { row, code in
                let mark: Alike
                if let found = known[code] {
                    mark = found
                } else {
                    let text = dimension.codes.indices.contains(code) ? dimension.codes[code] : "#\(code)"
                    mark = hash("\(dimension.id)=\(text)")
                    known[code] = mark
                }
                // Sums of hashes do not depend on the order of columns.
                marks[row].first &+= mark.first
                marks[row].second &+= mark.second
            }
        }
        return marks.map { mark in
            let number = seen[mark, default: 0]
            seen[mark] = number + 1
            return hash("key \(mark.first) \(mark.second) \(number)").first % modulus
        }
    }

    private func hash(_ text: String) -> Alike {
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: secret)
        var numbers: [UInt64] = [0, 0]
        for (index, byte) in code.prefix(16).enumerated() {
            numbers[index / 8] = numbers[index / 8] << 8 | UInt64(byte)
        }
        return Alike(first: numbers[0], second: numbers[1])
    }
}
