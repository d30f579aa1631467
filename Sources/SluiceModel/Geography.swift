/// What a field says of a place, for the treatments `area` and `gazetteer`.
package enum PlaceReading: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case none = 0
    /// Looked up in the imported directory.
    case postcode
    /// Degrees, WGS84.
    case longitude, latitude
    /// Metres of the National Grid.
    case easting, northing
    /// Free text that may name a known place.
    case gazetteer

    /// As a schema names it; what a treatment says already has no word.
    package var text: String {
        switch self {
        case .none, .gazetteer: ""
        case .postcode: "postcode"
        case .longitude: "longitude"
        case .latitude: "latitude"
        case .easting: "easting"
        case .northing: "northing"
        }
    }

    package static let words = allCases.filter { !$0.text.isEmpty }
}

/// One name of a known place, as `PlaceName.normalised` has it.
package struct GazetteerName: Hashable, Sendable {
    package var text: String
    package var place: Int

    package init(text: String, place: Int) {
        self.text = text
        self.place = place
    }
}

/// Names of places in one form: small letters, no punctuation or accents, common abbreviations as one.
package enum PlaceName {
    /// Words with a blank between; empty when none is left.
    package static func normalised(_ bytes: [UInt8]) -> [UInt8] {
        var words: [[UInt8]] = []
        var word: [UInt8] = []
        func close() {
            if !word.isEmpty { words.append(word) }
            word = []
        }
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            let third = index + 2 < bytes.count ? bytes[index + 2] : 0
            index += 1
            switch byte {
            case 0x30...0x39, 0x61...0x7A: word.append(byte)
            case 0x41...0x5A: word.append(byte | 0x20)
            // King's, with either apostrophe.
            case 0x27: break
            case 0xE2 where next == 0x80 && (third == 0x98 || third == 0x99): index += 2
            case UInt8(ascii: "&"):
                close()
                words.append(Array("and".utf8))
            case 0xC3:
                index += 1
                if let plain = plainLetter(secondByte: next) { word.append(plain) } else { close() }
            case 0x80...: word.append(byte)
            default: close()
            }
        }
        close()
        let kept = words.map { abbreviations[String(decoding: $0, as: UTF8.self)].map { Array($0.utf8) } ?? $0 }
            .filter { !$0.isEmpty }
        return Array(kept.joined(separator: [0x20]))
    }

    /// The small letter without its accent, of the second byte of one of Latin-1 in UTF-8.
    static func plainLetter(secondByte: UInt8) -> UInt8? {
        // ß is in the row of the capitals.
        secondByte == 0x9F ? UInt8(ascii: "s") : latin[secondByte | 0x20]
    }

    /// The second byte of a small accented letter to the letter.
    private static let latin: [UInt8: UInt8] = {
        var table: [UInt8: UInt8] = [:]
        let letters: [(ClosedRange<UInt8>, Character)] = [
            (0xA0...0xA5, "a"), (0xA7...0xA7, "c"), (0xA8...0xAB, "e"), (0xAC...0xAF, "i"), (0xB1...0xB1, "n"),
            (0xB2...0xB6, "o"), (0xB8...0xB8, "o"), (0xB9...0xBC, "u"), (0xBD...0xBD, "y"), (0xBF...0xBF, "y"),
        ]
        for (range, letter) in letters { for byte in range { table[byte] = letter.asciiValue } }
        return table
    }()

    /// `st` stands for street and saint alike; articles say nothing.
    private static let abbreviations: [String: String] = [
        "street": "st", "saint": "st", "road": "rd", "avenue": "ave", "av": "ave", "lane": "ln", "square": "sq",
        "terrace": "terr", "gardens": "gdns", "crescent": "cres", "drive": "dr", "court": "ct", "place": "pl",
        "centre": "ctr", "center": "ctr", "cntr": "ctr", "station": "stn", "hospital": "hosp", "school": "sch",
        "park": "pk", "bridge": "br", "mount": "mt", "market": "mkt", "house": "hse", "hotel": "htl", "close": "cl",
        "grove": "gr", "north": "n", "south": "s", "east": "e", "west": "w", "public": "pub", "the": "", "an": "",
        "a": "",
        "shopping": "shop", "nightclub": "club", "church": "ch", "university": "uni", "college": "coll",
        "railway": "rail",
    ]
}

/// What became of a postcode directory that was read.
package enum DirectoryAnswer: Sendable {
    case made([UInt8], DirectoryFacts)
    case refused(ProfileRefusal)
    /// Names of columns that were looked for.
    case columnsMissing([String])
    /// More areas than a look-up holds.
    case tooLarge
}

package struct DirectoryFacts: Hashable, Sendable {
    /// The columns that were taken, as normalised.
    package var columns: [String]
    package var postcodes = 0
    /// Rows whose first column is no postcode, or that are short.
    package var skippedRows = 0
    /// Rows without a place on the grid.
    package var unplacedRows = 0

    package init(columns: [String]) { self.columns = columns }
}
