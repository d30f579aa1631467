/// A byte or character that YAML forbids, and where.
struct ForbiddenCharacter {
    /// From 1.
    var line: Int
    /// From 1, in characters.
    var column: Int
    var what: String
    var hint: String
}

/// The first place that is not UTF-8 or holds a character outside YAML's printable set.
///
/// - Source: YAML 1.2.2, production 1 `c-printable`. Checked before libyaml sees the bytes, because its own message
///   for these has no line.
func firstForbidden(in bytes: ArraySlice<UInt8>) -> ForbiddenCharacter? {
    var line = 1
    var column = 1
    var previousWasReturn = false
    var decoder = Unicode.UTF8()
    var iterator = bytes.makeIterator()
    while true {
        switch decoder.decode(&iterator) {
        case .emptyInput: return nil
        case .error:
            return ForbiddenCharacter(
                line: line, column: column, what: "not UTF-8", hint: "save the file as UTF-8 in your editor")
        case .scalarValue(let scalar):
            let value = scalar.value
            switch value {
            case 0x0D:
                line += 1
                column = 1
            case 0x0A:
                if !previousWasReturn { line += 1 }
                column = 1
            // libyaml ends a line at these too.
            case 0x85, 0x2028, 0x2029:
                line += 1
                column = 1
            case 0x09, 0x20...0x7E, 0xA0...0xFEFE, 0xFF00...0xFFFD, 0x10000...: column += 1
            default:
                let hex = String(value, radix: 16, uppercase: true)
                let name = "U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
                return ForbiddenCharacter(
                    line: line, column: column, what: "the control character \(name) is not allowed",
                    hint: "remove it; save the file as UTF-8 if there are many")
            }
            previousWasReturn = value == 0x0D
        }
    }
}
