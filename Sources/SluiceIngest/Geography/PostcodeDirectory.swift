import SluiceModel

/// Postcodes and the small areas they lie in, as a file that is mapped and read in place.
///
/// Made by `DirectoryBuilder` from an ONS postcode directory. Whatever the bytes are, reading them ends in a code, none
/// or a trap, never in memory beside them.
///
/// Little-endian. A header of 24 numbers of four bytes, then seven sections, each at a place the header names:
///
/// | Section | Entry |
/// |---|---|
/// | areas | 9 bytes, a code of the Office for National Statistics, zeros behind a shorter one |
/// | placings | 4 numbers of four bytes: small area, middle area, ward, district; number of the area plus one, 0 for none |
/// | outwards | 2 numbers of four bytes, ascending: the outward part as a number, where its inward parts begin |
/// | inwards | 2 bytes, ascending within an outward part: the inward part as a number |
/// | placed | 3 bytes beside each inward part: its placing |
/// | cells | 4 bytes a square kilometre of the National Grid, by rows from the south-west: where its points begin |
/// | points | 7 bytes: metres east and north within the square, two bytes each; three of the placing |
struct PostcodeDirectory {
    static let columns = LookUpHeader.columns
    static let rows = LookUpHeader.rows
    /// A point farther from every postcode than this is not located. Postcodes stand closer wherever people live; the sea
    /// and the hills are not a district's fault.
    static let limitMetres = 2000

    let placingCount: Int
    let postcodeCount: Int
    private let bytes: Flat<UInt8>
    private let areaCount: Int
    private let outwardCount: Int
    private let pointCount: Int
    private let areas: Int
    private let placings: Int
    private let outwards: Int
    private let inwards: Int
    private let placed: Int
    private let cells: Int
    private let points: Int

    /// Nil when the bytes are not a directory of this version, whole.
    init?(_ bytes: Flat<UInt8>) {
        guard bytes.count >= LookUpHeader.bytes,
            let header = LookUpHeader(bytes.bytes(0..<LookUpHeader.bytes), fileBytes: bytes.count)
        else { return nil }
        self.bytes = bytes
        areaCount = header.areaCount
        placingCount = header.placingCount
        outwardCount = header.outwardCount
        postcodeCount = header.postcodeCount
        pointCount = header.pointCount
        areas = header.starts[0]
        placings = header.starts[1]
        outwards = header.starts[2]
        inwards = header.starts[3]
        placed = header.starts[4]
        cells = header.starts[5]
        points = header.starts[6]
    }

    @inline(__always)
    private func four(_ place: Int) -> Int { Int(truncatingIfNeeded: bytes.word(at: place) & 0xFFFF_FFFF) }
    @inline(__always)
    private func two(_ place: Int) -> Int { Int(truncatingIfNeeded: bytes.word(at: place) & 0xFFFF) }
    @inline(__always)
    private func three(_ place: Int) -> Int { Int(truncatingIfNeeded: bytes.word(at: place) & 0xFF_FFFF) }

    // MARK: - Looking up

    /// The codes of a placing, the finest first: small area, middle area, ward, district.
    func areas(of placing: Int) -> [[UInt8]] {
        (0..<4).compactMap { level in
            let area = four(placings + placing * 16 + level * 4)
            guard area > 0, area <= areaCount else { return nil }
            let start = areas + (area - 1) * 9
            return bytes.bytes(start..<start + 9).filter { $0 != 0 }
        }
    }

    /// The placing of a postcode; −1 when the directory has none.
    func find(_ postcode: Postcode) -> Int {
        let outward = PostcodeDirectory.number(outward: postcode)
        let inward = PostcodeDirectory.number(inward: postcode)
        var (low, high) = (0, outwardCount)
        while low < high {
            let middle = (low + high) / 2
            if four(outwards + middle * 8) < outward { low = middle + 1 } else { high = middle }
        }
        guard low < outwardCount, four(outwards + low * 8) == outward else { return -1 }
        (low, high) = (four(outwards + low * 8 + 4), min(postcodeCount, four(outwards + (low + 1) * 8 + 4)))
        let end = high
        while low < high {
            let middle = (low + high) / 2
            if two(inwards + middle * 2) < inward { low = middle + 1 } else { high = middle }
        }
        guard low < end, two(inwards + low * 2) == inward else { return -1 }
        return checked(three(placed + low * 3))
    }

    /// The placing of the nearest postcode to a point of the National Grid, in metres; −1 when none is within
    /// `limitMetres`. Of several as near, the first by ring of squares, square and place.
    func nearest(easting: Double, northing: Double) -> Int {
        guard easting >= 0, northing >= 0, easting < Double(PostcodeDirectory.columns * 1000),
            northing < Double(PostcodeDirectory.rows * 1000)
        else { return -1 }
        let x = Int(easting)
        let y = Int(northing)
        let reach = PostcodeDirectory.limitMetres / 1000
        var best = PostcodeDirectory.limitMetres * PostcodeDirectory.limitMetres + 1
        var found = -1
        for ring in 0...reach {
            // A square of the next ring begins at least this far away.
            let gap = ring == 0 ? 0 : (ring - 1) * 1000 + min(x % 1000, 999 - x % 1000, y % 1000, 999 - y % 1000)
            if gap * gap > best { break }
            for row in y / 1000 - ring...y / 1000 + ring where row >= 0 && row < PostcodeDirectory.rows {
                let isEdge = abs(row - y / 1000) == ring
                let step = isEdge || ring == 0 ? 1 : 2 * ring
                for column in stride(from: x / 1000 - ring, through: x / 1000 + ring, by: step)
                where column >= 0 && column < PostcodeDirectory.columns {
                    search(column, row, x, y, &best, &found)
                }
            }
        }
        return found
    }

    private func search(_ column: Int, _ row: Int, _ x: Int, _ y: Int, _ best: inout Int, _ found: inout Int) {
        let cell = cells + (row * PostcodeDirectory.columns + column) * 4
        var point = four(cell)
        let end = min(pointCount, four(cell + 4))
        while point < end {
            let place = points + point * 7
            let east = column * 1000 + two(place) - x
            let north = row * 1000 + two(place + 2) - y
            let distance = east * east + north * north
            if distance < best {
                best = distance
                found = checked(three(place + 4))
            }
            point += 1
        }
    }

    private func checked(_ placing: Int) -> Int { placing < placingCount ? placing : -1 }

    // MARK: - Postcodes as numbers

    /// Up to four characters of 37.
    static func number(outward postcode: Postcode) -> Int {
        var number = 0
        for index in 0..<4 {
            number = number * 37 + (index < postcode.outwardLength ? digit(postcode.code[index]) : 0)
        }
        return number
    }

    /// A digit and two letters.
    static func number(inward postcode: Postcode) -> Int {
        let start = postcode.outwardLength
        return (Int(postcode.code[start]) - 0x30) * 676 + (Int(postcode.code[start + 1]) - 0x41) * 26
            + Int(postcode.code[start + 2]) - 0x41
    }

    private static func digit(_ byte: UInt8) -> Int { byte < 0x3A ? Int(byte) - 0x30 + 1 : Int(byte) - 0x41 + 11 }
}
