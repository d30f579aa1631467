import SluiceModel
import SluiceReaders
import Testing

@testable import SluiceIngest

/// Postcodes and points to areas, and texts to known places.
@Suite struct GeographyTests {
    private struct Row {
        var postcode: String
        var small: String
        var middle: String
        var district: String
        var easting: Int
        var northing: Int
    }

    /// Made-up postcodes in clusters, the same each time.
    private static let rows: [Row] = {
        var state: UInt64 = 11
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        let letters = Array("ABDEFGHJLNPQRSTUWXYZ")
        return (0..<4000).map { index in
            let outward = ["M1", "M2", "SW1A", "EC1A", "B99", "W1A"][index % 6]
            let unit = index / 6
            let area = index % 50
            return Row(
                postcode: "\(outward) \(unit / 400)\(letters[unit / 20 % 20])\(letters[unit % 20])",
                small: "E019990\(padded(area, 2))", middle: "E029990\(padded(area / 5, 2))",
                district: "E0899900\(area / 25)",
                easting: 400_000 + index % 6 * 9_000 + next(3_000), northing: 300_000 + next(5_000))
        }
    }()

    private static func directory(extra: String = "") -> String {
        "pcd7,pcds,doterm,oslaua,osward,oseast1m,osnrth1m,lsoa11,lsoa21,msoa21\n"
            + rows.map {
                "x,\($0.postcode),,\($0.district),E05999001,\($0.easting),\($0.northing),E01000000,\($0.small),\($0.middle)\n"
            }.joined() + extra
    }

    private func made(_ text: String, year: Int? = nil) throws -> (LookUps, DirectoryFacts)? {
        let answer = try DirectoryImport(plan: SmallPlan().plan, year: year).run(
            input: PiecesInput(Array(text.utf8), sizes: [1 << 16]))
        guard case .made(let bytes, let facts) = answer else { return nil }
        return (LookUps(directory: bytes), facts)
    }

    @Test func `every postcode is found with its areas, however it is written`() throws {
        let (lookUps, facts) = try #require(
            try made(
                Self.directory(
                    extra: "x,not one,,E08999009,,,,,E01999099,\nx,N1 1AA,,E08999001,,,,,E01999049,\n"
                        // Metres of the Irish Grid.
                        + "x,BT1 1AA,,N09999001,,333500,374500,,N00999001,\n"))
        )
        #expect(facts.postcodes == 4002 && facts.skippedRows == 1 && facts.unplacedRows == 2)
        #expect(lookUps.areas(easting: 333_500, northing: 374_500) == [])
        #expect(lookUps.areas(postcode: Array("BT1 1AA".utf8)) == ["N00999001", "N09999001"])
        #expect(facts.columns == ["pcds", "lsoa21", "msoa21", "osward", "oslaua", "oseast1m", "osnrth1m"])
        for row in Self.rows {
            let areas = [row.small, row.middle, "E05999001", row.district]
            #expect(lookUps.areas(postcode: Array(row.postcode.utf8)) == areas)
            #expect(lookUps.areas(postcode: row.postcode.lowercased().utf8.filter { $0 != 0x20 }) == areas)
        }
        #expect(lookUps.areas(postcode: Array("N1 1AA".utf8)) == ["E01999049", "E08999001"])
        for unknown in ["M1 9ZZ", "M3 0AA", "ZZ99 3AA", "M1", "", "M1 0A", "GIR 0AA"] {
            #expect(lookUps.areas(postcode: Array(unknown.utf8)) == [])
        }
    }

    @Test func `small areas of the census that is asked for are taken`() throws {
        let (lookUps, facts) = try #require(try made(Self.directory(), year: 11))
        #expect(facts.columns.contains("lsoa11") && !facts.columns.contains("msoa21"))
        #expect(lookUps.areas(postcode: Array(Self.rows[0].postcode.utf8)).first == "E01000000")
        let missing = try DirectoryImport(plan: SmallPlan().plan, year: 1).run(
            input: PiecesInput(Array(Self.directory().utf8), sizes: [1 << 16]))
        guard case .columnsMissing = missing else {
            Issue.record("made of nothing")
            return
        }
    }

    @Test func `the nearest postcode to a point is that of a search over all`() throws {
        let (lookUps, _) = try #require(try made(Self.directory()))
        var state: UInt64 = 5
        for _ in 0..<400 {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            let x = 398_000 + Int(state >> 33) % 60_000
            let y = 297_000 + Int(state >> 40) % 11_000
            var best = (distance: Int.max, areas: Set<String>())
            for row in Self.rows {
                let distance = (row.easting - x) * (row.easting - x) + (row.northing - y) * (row.northing - y)
                if distance < best.distance { best = (distance, []) }
                if distance == best.distance { best.areas.insert(row.small) }
            }
            let isNear = best.distance <= PostcodeDirectory.limitMetres * PostcodeDirectory.limitMetres
            let found = lookUps.areas(easting: Double(x), northing: Double(y)).first
            #expect(isNear ? found.map { best.areas.contains($0) } ?? false : found == nil, "\(x) \(y)")
        }
        for (x, y) in [(-1.0, 5.0), (800_000, 5), (5, 1_400_000), (.infinity, 5), (.nan, 5)] {
            #expect(lookUps.areas(easting: x, northing: y) == [])
        }
    }

    @Test func `degrees become metres of the National Grid to within five metres`() {
        // Ordnance Survey, A guide to coordinate systems in Great Britain, annex C: the water tower at Caister, whose
        // ETRS89 place is 52°39′28.8282″ N, 1°42′57.8663″ E.
        let (easting, northing) = NationalGrid.point(
            longitude: 1 + 42.0 / 60 + 57.8663 / 3600, latitude: 52 + 39.0 / 60 + 28.8282 / 3600)
        #expect(abs(easting - 651_409.903) < 5 && abs(northing - 313_177.270) < 5, "\(easting) \(northing)")
    }

    @Test func `a damaged look-up gives areas, none or nothing, and never reads beside it`() throws {
        let answer = try DirectoryImport(plan: SmallPlan().plan).run(
            input: PiecesInput(Array(Self.directory().utf8), sizes: [1 << 16]))
        guard case .made(let bytes, _) = answer else {
            Issue.record("not made")
            return
        }
        #expect(LookUpHeader(bytes, fileBytes: bytes.count)?.postcodeCount == 4000)
        for count in [0, 1, 95, 96, 5_000, bytes.count - 1] {
            #expect(LookUpHeader(bytes.prefix(count), fileBytes: count) == nil)
        }
        var state: UInt64 = 3
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1
                // Mostly the header and what it names.
                let place = Int(state >> 33) % (state & 1 == 0 ? 96 : damaged.count)
                damaged[place] = UInt8(truncatingIfNeeded: state >> 20)
            }
            let lookUps = LookUps(directory: damaged)
            _ = lookUps.areas(postcode: Array("M1 0AA".utf8))
            _ = lookUps.areas(easting: 400_500, northing: 301_000)
        }
        for length in [0, 8, 50, 96, 104, bytes.count / 2, bytes.count - 1] {
            #expect(!LookUps(directory: Array(bytes.prefix(length))).hasDirectory)
        }
    }

    // MARK: - Records

    private func plan(_ place: PlaceReading, second: PlaceReading = .none) -> FormatPlan {
        SmallPlan { dataset, plan in
            plan.codeTables.append(
                CodeTable(
                    name: "area", ignoresCase: false,
                    entries: ["E01999000", "E02999001", "E08999001"].map { CodeTable.Entry(text: $0) }))
            plan.dimensions.append(DimensionPlan(id: "area", codeCount: 4))
            dataset.fields[0].place = place
            dataset.fields[3].place = second
            dataset.fields[3].type = second == .none ? .integer : .string
            if second != .none { dataset.output.columns.removeLast() }
            dataset.output.columns.append(
                OutputColumn(
                    dimension: 3,
                    sources: [
                        .directory(field: 0, second: second == .none ? nil : 3, areas: 1, codes: [1, 2, 3])
                    ]))
        }.plan
    }

    private func areas(_ text: String, _ plan: FormatPlan, _ lookUps: LookUps) throws -> ([Int], DecodeReport) {
        var output = RowsOutput()
        let report = try Ingest(plan: plan, lookUps: lookUps).run(
            input: PiecesInput(Array((SmallPlan.header + text).utf8), sizes: [1 << 16]), output: &output)
        return (output.records.map { Int($0.last ?? 0) }, report)
    }

    @Test func `a record gets the finest area of its postcode that the model knows`() throws {
        let (lookUps, _) = try #require(try made(Self.directory()))
        let plan = plan(.postcode)
        #expect(plan.check() == [])
        // Areas 0, 5 and 26: known by the small area, the middle one, the district; area 1 by none.
        let wanted = [0, 5, 26, 1].map { area in Self.rows.first { $0.small.hasSuffix(padded(area, 2)) }!.postcode }
        let cells = wanted + ["M1 9ZZ", "M1", "zz99 3aa", ""]
        let (codes, report) = try areas(cells.map { "\($0),2026-01-31,M,20\n" }.joined(), plan, lookUps)
        #expect(codes == [1, 2, 3, 0, 0, 0, 0, 0])
        #expect(Set(report.findings.map(\.code)) == [.postcodeUnknown, .postcodeInvalid])
        #expect(report.rows.accepted == 8)
        // Without a directory nothing is known, and it is said.
        let (none, told) = try areas("M1 0AA,2026-01-31,M,20\n", plan, .none)
        #expect(none == [0] && told.findings.map(\.code) == [.directoryMissing])
    }

    @Test func `a record gets the area of the postcode nearest to its point`() throws {
        let (lookUps, _) = try #require(try made(Self.directory()))
        let plan = plan(.easting, second: .northing)
        #expect(plan.check() == [])
        let row = Self.rows[0]
        let text =
            "\(row.easting).4,2026-01-31,M,\(row.northing)\n0,2026-01-31,M,0\n1,2026-01-31,M,1\nx,2026-01-31,M,3\n,2026-01-31,M,\n"
        let (codes, report) = try areas(text, plan, lookUps)
        #expect(codes == [1, 0, 0, 0, 0])
        #expect(report.findings.map(\.code) == [.pointUnlocated] && report.findings[0].rows == [4, 5])
    }

    // MARK: - Known places

    private func gazetteer() -> FormatPlan {
        let names = [
            ("The Made-up Arms", 0), ("Made-up Inn", 0), ("St. Nobody's School", 1), ("Fictional Park", 2), ("Park", 3),
        ]
        return SmallPlan { dataset, plan in
            plan.placeCount = 4
            plan.gazetteer = names.map {
                GazetteerName(
                    text: String(decoding: PlaceName.normalised(Array($0.0.utf8)), as: UTF8.self), place: $0.1)
            }
            plan.dimensions.append(DimensionPlan(id: "place", codeCount: 5))
            dataset.fields[0].place = .gazetteer
            dataset.fields[0].isFreeText = true
            dataset.output.columns.append(
                OutputColumn(dimension: 3, sources: [.gazetteer(field: 0, codes: [1, 2, 3, 4])]))
        }.plan
    }

    @Test(arguments: [
        ("The Made-up Arms", 1), ("outside the MADE UP ARMS, High St", 1), ("madeup arms", 0), ("Made-up  Inn.", 1),
        ("Saint Nobody's Sch", 2), ("st nobody\u{2019}s school gates", 2), ("St. Nobodys school", 2),
        ("Nobody's School", 0),
        // The longest counts, and two places are none.
        ("in Fictional Park", 3), ("the park", 4), ("Made-up Arms then Made-up Inn", 1),
        ("Made-up Arms to Fictional Park", 0),
        ("", 0), ("nowhere known", 0), ("\u{00E9}t\u{00E9} Park", 4),
    ])
    func `a text becomes the one known place it names`(text: String, code: Int) throws {
        let plan = gazetteer()
        #expect(plan.check() == [])
        let (codes, _) = try areas("\"\(text)\",2026-01-31,M,20\n", plan, .none)
        #expect(codes == [code], "\(text)")
    }
}
