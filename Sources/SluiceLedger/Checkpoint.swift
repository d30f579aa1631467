package import SluiceModel

/// The head of a ledger as receipts, releases and people write it: `size root`, such as `42 9f86d0…`.
///
/// The size is the number of rows in decimal, the root is the last row's hash in 64 lower-case hexadecimal digits.
/// Whoever keeps one can later see that the ledger was cut shorter (its size is less) or rewritten (the row at
/// that size has another hash).
package func checkpointText(_ head: LedgerHead) -> String {
    "\(head.size) \(hexadecimal(head.rowHash))"
}

/// Reads the form that `checkpointText(_:)` writes and nothing else.
package func checkpointHead(_ text: String) -> LedgerHead? {
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let size = Int(parts[0]), size >= 0, String(size) == parts[0],
        parts[1].utf8.count == 64
    else { return nil }
    var nibbles: [UInt8] = []
    for digit in parts[1].utf8 {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): nibbles.append(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): nibbles.append(digit - UInt8(ascii: "a") + 10)
        default: return nil
        }
    }
    return LedgerHead(size: size, rowHash: (0..<32).map { nibbles[2 * $0] << 4 | nibbles[2 * $0 + 1] })
}
