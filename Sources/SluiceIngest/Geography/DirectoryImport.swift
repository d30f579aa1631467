package import SluiceModel
package import SluiceReaders

/// Reads an ONS postcode directory and makes the look-up of it that the worker maps.
///
/// Columns are found by their names in any release: `pcds` (or `pcd8`, `pcd7`, `pcd`), `lsoa21` (`lsoa21cd`, `lsoa11` …),
/// `msoa…`, `osward` or `ward`, `oslaua`, `laua` or `lad`, `oseast1m` and `osnrth1m`. Where a release has several years of
/// one the latest is taken, unless `year` says otherwise: 2011 and 2021 small areas share their prefix.
///
/// - Source: ONS Postcode Directory, user guide; the format reference, section 7.1.
package struct DirectoryImport {
    private let plan: FormatPlan
    private let year: Int?

    /// - Parameter year: of the census, two digits: which small and middle areas to take where there are several.
    package init(plan: FormatPlan, year: Int? = nil) {
        self.plan = plan
        self.year = year
    }

    package func run(input: any DeliveredBytes) throws(ReaderError) -> DirectoryAnswer {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        var rows = ProfileRows(input, plan: plan, arena: arena)
        if let refusal = try rows.open() { return .refused(refusal) }
        let head = rows.head(delimiter: UInt8(ascii: ","), limit: 1)
        let names = (head.rows.first ?? []).map { HeaderName.normalised($0) }
        guard let columns = Columns(names, year: year) else { return .columnsMissing(Columns.missing(names)) }
        let lastColumn = columns.all.max() ?? 0
        var facts = DirectoryFacts(columns: columns.names(names))
        var builder = DirectoryBuilder()
        builder.reserve(min(3_000_000, input.count / 40))
        rows.begin(delimiter: UInt8(ascii: ","))
        _ = try rows.next()
        while let row = try rows.next() {
            guard case .success(let cellCount) = row else { return .refused(.quoteUnclosed) }
            guard cellCount > lastColumn else {
                facts.skippedRows += 1
                continue
            }
            let (start, end) = rows.range(of: columns.postcode)
            guard let postcode = Postcode(rows.text, start, end) else {
                facts.skippedRows += 1
                continue
            }
            func code(_ column: Int?) -> ArraySlice<UInt8> {
                guard let column else { return [] }
                let (start, end) = rows.range(of: column)
                return end - start <= 9 ? rows.text.bytes(start..<end)[...] : []
            }
            func metres(_ column: Int?) -> Int? {
                guard let column else { return nil }
                let (start, end) = rows.range(of: column)
                guard start < end, end - start <= 7 else { return nil }
                var value = 0
                for index in start..<end {
                    guard rows.text[index] &- 0x30 <= 9 else { return nil }
                    value = value * 10 + Int(rows.text[index] - 0x30)
                }
                // Without a grid reference the directory writes none or zeros.
                return value
            }
            let easting = metres(columns.easting)
            let northing = metres(columns.northing)
            // Those of Northern Ireland have metres of the Irish Grid.
            let isPlaced = (easting ?? 0) > 0 && (northing ?? 0) > 0 && !postcode.isOfNorthernIreland
            guard
                builder.add(
                    postcode, areas: columns.levels.map(code), easting: isPlaced ? easting : nil,
                    northing: isPlaced ? northing : nil)
            else { return .tooLarge }
            if !isPlaced { facts.unplacedRows += 1 }
        }
        guard builder.count > 0 else { return .refused(.fileEmpty) }
        facts.postcodes = builder.count
        return .made(builder.finish(), facts)
    }

    /// Where things stand.
    private struct Columns {
        var postcode: Int
        /// Small area, middle area, ward, district.
        var levels: [Int?]
        var easting: Int?
        var northing: Int?
        /// All of them, those that a file need not have included.
        var all: [Int] { [postcode] + (levels + [easting, northing]).compactMap(\.self) }

        private static let postcodes = ["pcds", "pcd8", "pcd7", "pcd2", "pcd", "postcode"]
        private static let eastings = ["oseast1m", "east1m", "easting", "eastings"]
        private static let northings = ["osnrth1m", "north1m", "northing", "northings"]

        init?(_ names: [String], year: Int?) {
            func first(_ wanted: [String]) -> Int? { wanted.lazy.compactMap { names.firstIndex(of: $0) }.first }
            func level(_ stems: [String], year: Int?) -> Int? {
                var best: (year: Int, column: Int)?
                for (column, name) in names.enumerated() {
                    for stem in stems where name.hasPrefix(stem) {
                        var rest = name.dropFirst(stem.count)
                        if rest.hasSuffix("cd") { rest = rest.dropLast(2) }
                        guard rest.isEmpty || rest.count == 2 && Int(rest) != nil else { continue }
                        let found = Int(rest) ?? 0
                        if let year, found != year { continue }
                        if best.map({ found > $0.year }) ?? true { best = (found, column) }
                    }
                }
                return best?.column
            }
            guard let postcode = first(Self.postcodes) else { return nil }
            self.postcode = postcode
            levels = [
                level(["lsoa"], year: year), level(["msoa"], year: year), level(["osward", "ward", "wd"], year: nil),
                level(["oslaua", "laua", "lad", "ltla"], year: nil),
            ]
            easting = first(Self.eastings)
            northing = first(Self.northings)
            guard levels[0] != nil else { return nil }
        }

        func names(_ names: [String]) -> [String] {
            all.map { names[$0] }
        }

        static func missing(_ names: [String]) -> [String] {
            (postcodes.contains { names.contains($0) } ? [] : ["pcds"]) + ["lsoa21"]
        }
    }
}
