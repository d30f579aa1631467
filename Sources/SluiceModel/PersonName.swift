/// Names of people in one form, to be linked by: capitals of the Latin alphabet and nothing else.
package enum PersonName {
    /// - Parameter isFirstWordOnly: of several forenames the first; a hyphen joins.
    package static func normalised(_ bytes: [UInt8], isFirstWordOnly: Bool) -> [UInt8] {
        // `PlaceName` reads accents; its words have a blank between.
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
                if let plain = PlaceName.plainLetter(secondByte: next) { letters.append(plain & 0xDF) }
            case 0x20, 0x09: if isFirstWordOnly, hasLetter { return letters }
            default: break
            }
        }
        return letters
    }
}
