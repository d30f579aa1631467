/// Names of people in one form, to be linked by: capitals of the Latin alphabet and nothing else.
package enum PersonName {
    /// - Parameter isFirstWordOnly: of several forenames the first; a hyphen joins.
    package static func normalised(_ bytes: [UInt8], isFirstWordOnly: Bool) -> [UInt8] {
        var letters: [UInt8] = []
        var index = 0
        var hasLetter = false
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            index += 1
            switch byte {
            case 0x41...0x5A, 0x61...0x7A:
                letters.append(byte & 0xDF)
                hasLetter = true
            case 0xC3:
                index += 1
                if let plain = PlaceName.plainLetter(secondByte: next) {
                    letters.append(plain & 0xDF)
                    hasLetter = true
                }
            case 0xC4, 0xC5:
                index += 1
                guard next & 0xC0 == 0x80 else { break }
                letters.append(extended[Int(byte & 1) << 6 | Int(next & 0x3F)])
                hasLetter = true
            case 0x20, 0x09: if isFirstWordOnly, hasLetter { return letters }
            default: break
            }
        }
        return letters
    }

    /// The letters of Latin Extended-A, U+0100 to U+017F, without what is added to them.
    private static let extended = Array(
        ("AAAAAACCCCCCCCDDDDEEEEEEEEEEGGGGGGGGHHHHIIIIIIIIIIIIJJKKKLLLLLLL"
            + "LLLNNNNNNNNNOOOOOOOORRRRRRSSSSSSSSTTTTTTUUUUUUUUUUUUWWYYYZZZZZZS").utf8)
}
