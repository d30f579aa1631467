import SluiceModel

/// What the look-ups of one run are made of, for all its threads.
package struct LookUps {
    let directory: PostcodeDirectory?
    private let arena: Arena?

    package static var none: LookUps { LookUps(directory: nil, arena: nil) }

    private init(directory: PostcodeDirectory?, arena: Arena?) {
        self.directory = directory
        self.arena = arena
    }

    /// Maps a postcode directory from a descriptor, for as long as the value lives; without one when it is none.
    package init(mapping descriptor: Int32, bytes: Int) {
        let arena = Arena()
        let directory = arena.mapped(descriptor, bytes: bytes).flatMap { PostcodeDirectory($0) }
        self.init(directory: directory, arena: arena)
    }

    /// A directory in memory.
    package init(directory bytes: [UInt8]) {
        let arena = Arena()
        self.init(directory: PostcodeDirectory(arena.flat(bytes)), arena: arena)
    }

    package var hasDirectory: Bool { directory != nil }
}

extension LookUps {
    /// The areas of a postcode, the finest first: small area, middle area, ward, district; empty when there is none. For
    /// measuring and tests.
    package func areas(postcode bytes: [UInt8]) -> [String] {
        let arena = Arena()
        let text = arena.flat(bytes + [UInt8](repeating: 0, count: 8))
        defer { withExtendedLifetime(arena) {} }
        guard let directory, let postcode = Postcode(text, 0, bytes.count) else { return [] }
        return areas(placing: directory.find(postcode))
    }

    /// The areas of the postcode nearest to a point of the National Grid, in metres.
    package func areas(easting: Double, northing: Double) -> [String] {
        guard let directory else { return [] }
        return areas(placing: directory.nearest(easting: easting, northing: northing))
    }

    /// How many of the postcodes, one a line, are in the directory.
    package func count(postcodes bytes: [UInt8]) -> Int {
        let arena = Arena()
        let text = arena.flat(bytes + [UInt8](repeating: 0, count: 8))
        defer { withExtendedLifetime(arena) {} }
        guard let directory else { return 0 }
        var count = 0
        var start = 0
        for index in 0..<bytes.count where text[index] == 0x0A {
            if let postcode = Postcode(text, start, index), directory.find(postcode) >= 0 { count += 1 }
            start = index + 1
        }
        return count
    }

    private func areas(placing: Int) -> [String] {
        guard placing >= 0, let directory else { return [] }
        return directory.areas(of: placing).map { String(decoding: $0, as: UTF8.self) }
    }
}

extension OutputPlan {
    /// Puts the codes of a directory's placings in the place of those of the areas: of each placing the finest area that
    /// the model knows. Once for a table, since a directory has some hundred thousand.
    mutating func place(by directory: PostcodeDirectory, tables: [CodeTable]) {
        for column in columns.indices {
            for source in columns[column].sources.indices {
                guard case .directory(let field, let second, let areas, let codes) = columns[column].sources[source]
                else { continue }
                var known: [[UInt8]: UInt32] = [:]
                for (entry, code) in zip(tables[areas].entries, codes) { known[Array(entry.text.utf8)] = code }
                let placed = (0..<directory.placingCount).map { placing in
                    directory.areas(of: placing).lazy.compactMap { known[$0] }.first ?? 0
                }
                columns[column].sources[source] = .directory(
                    field: field, second: second, areas: areas, codes: placed)
            }
        }
    }
}
