import SluiceModel

/// Gathers postcodes and lays them out as `PostcodeDirectory` reads them.
struct DirectoryBuilder {
    /// Of each postcode: outward and inward part as one number, with its placing.
    private var postcodes: [(key: UInt64, placing: UInt32)] = []
    /// Of each postcode with a place: square, metres within it, and placing.
    private var points: [(cell: UInt32, place: UInt32, placing: UInt32)] = []
    private var areaNumbers: [UInt128: UInt32] = [:]
    private var areas: [[UInt8]] = []
    private var placingNumbers: [SIMD4<UInt32>: UInt32] = [:]
    private var placings: [SIMD4<UInt32>] = []

    /// Placings that three bytes can number.
    static let placingLimit = 1 << 24

    var count: Int { postcodes.count }

    mutating func reserve(_ count: Int) {
        postcodes.reserveCapacity(count)
        points.reserveCapacity(count)
    }

    /// Adds a postcode. The codes are those of the small area, the middle area, the ward and the district, each of nine
    /// bytes or fewer, empty for none. False when there are more placings than a directory holds.
    mutating func add(
        _ postcode: Postcode, areas codes: [ArraySlice<UInt8>], easting: Int?, northing: Int?
    ) -> Bool {
        var placing = SIMD4<UInt32>()
        for (level, code) in codes.prefix(4).enumerated() where !code.isEmpty { placing[level] = number(of: code) }
        let number: UInt32
        if let known = placingNumbers[placing] {
            number = known
        } else {
            guard placings.count < DirectoryBuilder.placingLimit else { return false }
            number = UInt32(placings.count)
            placingNumbers[placing] = number
            placings.append(placing)
        }
        let key =
            UInt64(PostcodeDirectory.number(outward: postcode)) << 32
            | UInt64(PostcodeDirectory.number(inward: postcode))
        postcodes.append((key, number))
        if let easting, let northing, easting >= 0, northing >= 0, easting < PostcodeDirectory.columns * 1000,
            northing < PostcodeDirectory.rows * 1000
        {
            points.append(
                (
                    UInt32(northing / 1000 * PostcodeDirectory.columns + easting / 1000),
                    UInt32(easting % 1000) << 16 | UInt32(northing % 1000), number
                ))
        }
        return true
    }

    private mutating func number(of code: ArraySlice<UInt8>) -> UInt32 {
        let bytes = code.prefix(9)
        var key: UInt128 = 0
        for byte in bytes { key = key << 8 | UInt128(byte) }
        if let known = areaNumbers[key] { return known }
        areas.append(Array(bytes))
        areaNumbers[key] = UInt32(areas.count)
        return UInt32(areas.count)
    }

    /// The directory's bytes. Of a postcode that was added twice the last counts; points of one place and placing are
    /// kept once.
    mutating func finish() -> [UInt8] {
        // Stable by the order they came in.
        let order = postcodes.indices.sorted {
            postcodes[$0].key != postcodes[$1].key ? postcodes[$0].key < postcodes[$1].key : $0 < $1
        }
        var kept: [Int] = []
        kept.reserveCapacity(order.count)
        for (place, index) in order.enumerated() {
            if place + 1 < order.count, postcodes[order[place + 1]].key == postcodes[index].key { continue }
            kept.append(index)
        }
        points.sort { ($0.cell, $0.place, $0.placing) < ($1.cell, $1.place, $1.placing) }
        var distinct: [Int] = []
        distinct.reserveCapacity(points.count)
        for index in points.indices {
            if index > 0, points[index] == points[index - 1] { continue }
            distinct.append(index)
        }

        var outwards: [(number: UInt32, first: UInt32)] = []
        for (place, index) in kept.enumerated() {
            let outward = UInt32(postcodes[index].key >> 32)
            if outwards.last?.number != outward { outwards.append((outward, UInt32(place))) }
        }
        var bytes = [UInt8](repeating: 0, count: LookUpHeader.bytes)
        bytes.reserveCapacity(kept.count * 5 + distinct.count * 7 + (4 << 20))
        func put(_ value: UInt32, _ width: Int) {
            for shift in 0..<width { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(8 * shift))) }
        }
        var places: [Int] = []
        func begin() { places.append(bytes.count) }
        begin()
        for area in areas { bytes += area + [UInt8](repeating: 0, count: 9 - area.count) }
        begin()
        for placing in placings { for level in 0..<4 { put(placing[level], 4) } }
        begin()
        for outward in outwards {
            put(outward.number, 4)
            put(outward.first, 4)
        }
        put(.max, 4)
        put(UInt32(kept.count), 4)
        begin()
        for index in kept { put(UInt32(truncatingIfNeeded: postcodes[index].key), 2) }
        begin()
        for index in kept { put(postcodes[index].placing, 3) }
        begin()
        var next = 0
        for cell in 0...PostcodeDirectory.columns * PostcodeDirectory.rows {
            while next < distinct.count, Int(points[distinct[next]].cell) < cell { next += 1 }
            put(UInt32(next), 4)
        }
        begin()
        for index in distinct {
            put(points[index].place >> 16, 2)
            put(points[index].place & 0xFFFF, 2)
            put(points[index].placing, 3)
        }
        // What is read eight bytes at a time may end in the last ones.
        bytes += [UInt8](repeating: 0, count: 8)

        let header =
            [LookUpHeader.version, areas.count, placings.count, outwards.count, kept.count, distinct.count]
            + places
        bytes.replaceSubrange(0..<8, with: LookUpHeader.magic)
        for (index, value) in header.enumerated() {
            for shift in 0..<4 { bytes[8 + index * 4 + shift] = UInt8(truncatingIfNeeded: value >> (8 * shift)) }
        }
        return bytes
    }
}
