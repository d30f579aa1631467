/// How header names are compared: lower-case, letters and digits only, so that `Crime ID`, `crime_id` and `Crime.ID`
/// are one name.
package enum HeaderName {
    /// The comparable form of a header cell's bytes. Bytes beyond ASCII are kept as they are.
    package static func normalised(_ bytes: some Sequence<UInt8>) -> String {
        var kept: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): kept.append(byte | 0x20)
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...:
                kept.append(byte)
            default: break
            }
        }
        return String(decoding: kept, as: UTF8.self)
    }

    package static func normalised(_ text: String) -> String { normalised(text.utf8) }
}
