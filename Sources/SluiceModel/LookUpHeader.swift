/// The header of a look-up of postcodes, as `PostcodeDirectory` has its layout: 8 bytes of magic, then 22 numbers of four
/// bytes, little-endian.
package struct LookUpHeader: Hashable, Sendable {
    package static let magic: [UInt8] = Array("SLUICEPC".utf8)
    package static let version = 1
    package static let bytes = 96
    /// The square kilometres of the National Grid that Great Britain lies in.
    package static let columns = 700
    package static let rows = 1300
    /// Eight bytes are read at once, so as many follow the last section.
    package static let bytesBehind = 8

    package let areaCount: Int
    package let placingCount: Int
    package let outwardCount: Int
    package let postcodeCount: Int
    package let pointCount: Int
    /// Where the sections begin: areas, placings, outwards, inwards, placed, cells, points.
    package let starts: [Int]

    /// Nil when the bytes are not the beginning of a look-up of this version, of which `fileBytes` are all there is.
    package init?(_ header: some Sequence<UInt8>, fileBytes: Int) {
        let header = Array(header.prefix(LookUpHeader.bytes))
        guard header.count == LookUpHeader.bytes, header.starts(with: LookUpHeader.magic) else { return nil }
        func number(_ index: Int) -> Int { (0..<4).reduce(0) { $0 | Int(header[8 + index * 4 + $1]) << ($1 * 8) } }
        guard number(0) == LookUpHeader.version else { return nil }
        areaCount = number(1)
        placingCount = number(2)
        outwardCount = number(3)
        postcodeCount = number(4)
        pointCount = number(5)
        starts = (6...12).map(number)
        let sizes = [
            areaCount * 9, placingCount * 16, (outwardCount + 1) * 8, postcodeCount * 2, postcodeCount * 3,
            (LookUpHeader.columns * LookUpHeader.rows + 1) * 4, pointCount * 7,
        ]
        guard zip(starts, sizes).allSatisfy({ $0 + $1 + LookUpHeader.bytesBehind <= fileBytes }) else { return nil }
    }
}
