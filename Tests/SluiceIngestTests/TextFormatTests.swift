import SluiceModel
import SluiceTestSupport
import Testing

@testable import SluiceIngest

@Suite struct TextFormatTests {
    private func fits(_ format: StringFormat, _ text: String) -> Bool {
        withBytes(text) { bytes, start, end in format.fits(bytes, start, end) }
    }

    @Test(arguments: [
        ("a.person@example.org", true), ("a@b.example", true), ("first+last@sub.example.org", true),
        ("o'brien@example.org", true), ("\"a person\"@example.org", true), ("\"a@b\"@example.org", true),
        ("\"a\\\"b\"@example.org", true), ("x@1a.example", true), ("a@b-c.example", true),
        ("", false), ("a", false), ("@example.org", false), ("a@", false), ("a@example", false), ("a@.org", false),
        ("a@example..org", false), ("a@example.org.", false), (".a@example.org", false), ("a.@example.org", false),
        ("a..b@example.org", false), ("a b@example.org", false), ("a@exa mple.org", false), ("a@-b.org", false),
        ("a@b-.org", false), ("a@b_c.org", false), ("a@192.0.2.1", false), ("a@[192.0.2.1]", false),
        ("\"a@example.org", false), ("\"\"@example.org", true), ("\"a\"b\"@example.org", false),
        ("\"a\\\"@example.org", false), ("ä@example.org", false), ("a@bücher.example", false),
        ("a@example.org, b@example.org", false),
        (String(repeating: "a", count: 64) + "@example.org", true),
        (String(repeating: "a", count: 65) + "@example.org", false),
        ("a@" + String(repeating: "b", count: 63) + ".org", true),
        ("a@" + String(repeating: "b", count: 64) + ".org", false),
        ("a@" + String(repeating: "bcd.", count: 63), false),
        ("a@" + String(repeating: "bcd.", count: 70) + "org", false),
    ])
    func `addresses of mailboxes`(text: String, isValid: Bool) {
        #expect(fits(.email, text) == isValid)
    }

    /// The first rows are the examples of RFC 3986 sections 1.1.2 and 3.
    @Test(arguments: [
        ("ftp://ftp.is.co.za/rfc/rfc1808.txt", true), ("http://www.ietf.org/rfc/rfc2396.txt", true),
        ("ldap://[2001:db8::7]/c=GB?objectClass?one", true), ("mailto:John.Doe@example.com", true),
        ("news:comp.infosystems.www.servers.unix", true), ("tel:+1-816-555-1212", true),
        ("telnet://192.0.2.16:80/", true), ("urn:oasis:names:specification:docbook:dtd:xml:4.1.2", true),
        ("foo://example.com:8042/over/there?name=ferret#nose", true), ("urn:example:animal:ferret:nose", true),
        ("a:", true), ("file:///etc/hosts", true), ("http://user:pass@example.org:/", true), ("x-y.z+1:q", true),
        ("http://example.org/%7Ea", true), ("http://[::1]", true), ("http://[::]:80/", true),
        ("http://[1:2:3:4:5:6:7:8]", true), ("http://[1::8]", true), ("http://[::ffff:192.0.2.1]", true),
        ("http://[1:2:3:4:5:6:192.0.2.1]", true), ("http://[v7.a:b]", true), ("http://a//b", true), ("a:/?#", true),
        ("", false), (":a", false), ("1a:b", false), ("example.org", false), ("//example.org/a", false),
        ("/a/b", false), ("#a", false), ("http://exa mple.org", false), ("http://example.org/a b", false),
        ("http://example.org/%7", false), ("http://example.org/%zz", false), ("http://example.org/#a#b", false),
        ("http://example.org:8a/", false), ("http://[1:2]", false), ("http://[1::2::3]", false),
        ("http://[1:2:3:4:5:6:7:8:9]", false), ("http://[:1]", false), ("http://[1:]", false),
        ("http://[::1", false), ("http://[::1]x", false), ("http://[12345::]", false), ("http://[]", false),
        ("http://[::256.0.0.1]", false), ("http://[::1.2.3]", false), ("http://[::01.2.3.4]", false),
        ("http://[v.a]", false), ("http://[1:2:3:4:5:6:7::]", true), ("http://[1:2:3:4:5:6:7::8]", false),
        ("http://[1:2:3:4:5:6:7:8::]", false),
        ("http://a@b@c/", false), ("http://é.example/", false), ("a:\u{7F}", false), ("a:<b>", false), ("a:[b]", false),
        ("a_b:c", false),
    ])
    func `addresses of resources`(text: String, isValid: Bool) {
        #expect(fits(.uri, text) == isValid)
    }

    /// The first rows are the test vectors of RFC 4648 section 10.
    @Test(arguments: [
        ("Zg==", true), ("Zm8=", true), ("Zm9v", true), ("Zm9vYg==", true), ("Zm9vYmE=", true), ("Zm9vYmFy", true),
        ("+/+/", true), ("", false), ("Zg=", false), ("Zg", false), ("Z===", false), ("====", false), ("Zm9v\n", false),
        ("Zm9 v", false), ("Zm-_", false), ("Zg==Zg==", false), ("=m9v", false), ("Z=9v", false), ("Zm9é", false),
    ])
    func `binary data in base64`(text: String, isValid: Bool) {
        #expect(fits(.binary, text) == isValid)
    }

    /// The first rows are those of RFC 9562 section 4 and appendix A.
    @Test(arguments: [
        ("f81d4fae-7dec-11d0-a765-00a0c91e6bf6", true), ("C232AB00-9414-11EC-B3C8-9F6BDECED846", true),
        ("00000000-0000-0000-0000-000000000000", true), ("ffffffff-ffff-ffff-ffff-ffffffffffff", true),
        ("f81d4fae7dec11d0a76500a0c91e6bf6", false), ("{f81d4fae-7dec-11d0-a765-00a0c91e6bf6}", false),
        ("f81d4fae-7dec-11d0-a765-00a0c91e6bf", false), ("f81d4fae-7dec-11d0-a765-00a0c91e6bf66", false),
        ("f81d4fag-7dec-11d0-a765-00a0c91e6bf6", false), ("f81d4fae-7dec-11d0-a7650-0a0c91e6bf6", false), ("", false),
    ])
    func `unique identifiers`(text: String, isValid: Bool) {
        #expect(fits(.uuid, text) == isValid)
    }

    @Test(arguments: [
        ("P1Y", true), ("P1Y2M3DT4H5M6S", true), ("PT0S", true), ("-P120D", true), ("PT1.5S", true), ("P1Y2D", true),
        ("PT36H", true), ("P1347M", true), ("P0Y1347M", true),
        ("", false), ("P", false), ("PT", false), ("P1YT", false), ("1Y", false), ("P1", false), ("P1S", false),
        ("PT1Y", false), ("P-1347M", false), ("P1M1Y", false), ("P1.5D", false), ("PT.5S", false), ("PT1.S", false),
        ("P1W", false), ("+P1D", false), ("P1D ", false), ("P1DT1H1", false), ("p1d", false), ("PT1S1S", false),
        ("P1Y1Y", false),
    ])
    func `lengths of time`(text: String, isValid: Bool) {
        #expect(withBytes(text) { DurationReader.isDuration($0, $1, $2) } == isValid)
    }

    // MARK: - JSON

    /// Members or items of a JSON object or array; −1 for any other JSON value, nil for what is none.
    private func json(_ text: String, depthLimit: Int = 64) -> Int? {
        withBytes(text) { bytes, start, end in
            var json = JSONCell(depthLimit: depthLimit)
            guard json.read(bytes, start, end) else { return nil }
            return json.count(of: .object) ?? json.count(of: .array) ?? -1
        }
    }

    @Test(
        arguments: [
            ("{}", 0), ("[]", 0), (" { \"a\" : 1 , \"b\" : [ 1 , { } ] } ", 2), ("[1,\"2\",null,true,false,{},[]]", 7),
            ("\"a\\u00e9\\n\\\"\"", -1), ("-0.5e+10", -1), ("0", -1), ("[-0,10,1E5,0.0]", 4), ("null", -1),
            ("[\"\u{7F}é\"]", 1), ("{\"\":0}", 1), ("\t[\n1\r]", 1),
            ("", nil), ("{", nil), ("}", nil), ("[1,]", nil), ("[,1]", nil), ("{\"a\":1,}", nil), ("{a:1}", nil),
            ("{'a':1}", nil), ("{\"a\" 1}", nil), ("{\"a\":}", nil), ("{1:2}", nil), ("[1 2]", nil), ("[1]]", nil),
            ("[01]", nil), ("[1.]", nil), ("[.5]", nil), ("[+1]", nil), ("[1e]", nil), ("[-]", nil), ("[NaN]", nil),
            ("[Infinity]", nil), ("[True]", nil), ("[nul]", nil), ("[\"a]", nil), ("[\"\\x\"]", nil),
            ("[\"\\u12g4\"]", nil), ("[\"a\tb\"]", nil), ("[\"\\", nil), ("// a\n[]", nil), ("[] []", nil),
            ("\u{FEFF}[]", nil), ("[0x1]", nil),
        ] as [(String, Int?)])
    func `JSON texts`(text: String, count: Int?) {
        #expect(json(text) == count)
    }

    @Test func `JSON may be as deep as its limit and no deeper`() {
        for limit in [1, 5, 64, 1024] {
            func nested(_ depth: Int) -> String {
                String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
            }
            #expect(json(nested(limit), depthLimit: limit) != nil)
            #expect(json(nested(limit + 1), depthLimit: limit) == nil)
            #expect(json(String(repeating: "{\"a\":", count: 60_000), depthLimit: limit) == nil)
        }
    }

    @Test func `no beginning of a JSON object is one, and no changed byte traps`() {
        let text = #"{"type":"Point","n":[1.5e3,-2],"t":{"é":"\u0041\n","b":[null,true]},"e":{}}"#
        #expect(json(text) == 4)
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count { #expect(json(String(decoding: bytes[..<length], as: UTF8.self)) == nil) }
        var random = SplitMix64(seed: 11)
        for _ in 0..<5000 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = UInt8.random(
                    in: 0x20...0x7E, using: &random)
            }
            let text = String(decoding: changed, as: UTF8.self)
            _ = json(text)
            _ = isGeoJSON(text)
        }
    }

    // MARK: - Places

    private func isGeoJSON(_ text: String) -> Bool {
        withBytes(text) { bytes, start, end in
            var json = JSONCell(depthLimit: 64)
            return json.read(bytes, start, end) && GeoJSON(json: json, text: bytes).isValid
        }
    }

    /// RFC 7946 section 1.5 and appendix A, in short.
    private static let geometries = [
        #"{"type":"Point","coordinates":[100.0,0.0]}"#,
        #"{"type":"Point","coordinates":[100.0,0.0,25,1]}"#,
        #"{"coordinates":[1,2],"type":"\u0050oint"}"#,
        #"{"type":"LineString","coordinates":[[100.0,0.0],[101.0,1.0]]}"#,
        #"{"type":"Polygon","coordinates":[[[100.0,0.0],[101.0,0.0],[101.0,1.0],[100.0,1.0],[100.0,0.0]]]}"#,
        #"{"type":"Polygon","coordinates":[[[100.0,0.0],[101.0,0.0],[101.0,1.0],[1E2,0]],[[100.8,0.8],[100.8,0.2],[100.2,0.2],[100.8,0.8]]]}"#,
        #"{"type":"MultiPoint","coordinates":[[100.0,0.0],[101.0,1.0]]}"#,
        #"{"type":"MultiPoint","coordinates":[]}"#,
        #"{"type":"MultiLineString","coordinates":[[[100.0,0.0],[101.0,1.0]],[[102.0,2.0],[103.0,3.0]]]}"#,
        #"{"type":"MultiPolygon","coordinates":[[[[102.0,2.0],[103.0,2.0],[103.0,3.0],[102.0,2.0]]]]}"#,
        #"{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[100.0,0.0]},{"type":"LineString","coordinates":[[101.0,0.0],[102.0,1.0]]}]}"#,
        #"{"type":"Point","coordinates":[1,2],"bbox":[1,2,1,2],"note":{"type":"Nothing"}}"#,
    ]

    @Test(arguments: geometries)
    func `geometries of the standard are GeoJSON, alone and in features`(text: String) {
        #expect(isGeoJSON(text))
        let feature =
            #"{"type":"Feature","id":"f1","bbox":[-10.0,-10.0,10.0,10.0],"geometry":\#(text),"properties":{"a":1}}"#
        #expect(isGeoJSON(feature))
        #expect(isGeoJSON(#"{"type":"FeatureCollection","features":[\#(feature),\#(feature)]}"#))
        #expect(!isGeoJSON(#"{"type":"FeatureCollection","features":[\#(text)]}"#))
    }

    @Test(arguments: [
        #"{"type":"Feature","geometry":null,"properties":null}"#, #"{"type":"FeatureCollection","features":[]}"#,
        #"{"type":"Feature","id":7,"geometry":null,"properties":{}}"#,
        #"{"type":"GeometryCollection","geometries":[]}"#,
    ])
    func `features may have neither place nor properties`(text: String) {
        #expect(isGeoJSON(text))
    }

    @Test(arguments: [
        "{}", "[]", "1", #"{"type":"point","coordinates":[1,2]}"#, #"{"type":"Topology","objects":{}}"#,
        #"{"type":1,"coordinates":[1,2]}"#, #"{"coordinates":[1,2]}"#, #"{"type":"Point"}"#,
        #"{"type":"Point","coordinates":[1]}"#, #"{"type":"Point","coordinates":[]}"#,
        #"{"type":"Point","coordinates":["1","2"]}"#, #"{"type":"Point","coordinates":{"0":1,"1":2}}"#,
        #"{"type":"Point","coordinates":[[1,2]]}"#, #"{"type":"Point","coordinates":[null,2]}"#,
        #"{"type":"LineString","coordinates":[[1,2]]}"#,
        #"{"type":"Polygon","coordinates":[[[1,2],[2,3],[1,2]]]}"#,
        #"{"type":"Polygon","coordinates":[[[1,2],[2,3],[3,4],[1,2.0001]]]}"#,
        #"{"type":"Polygon","coordinates":[[[1,2],[2,3],[3,4],[1,2,0]]]}"#,
        #"{"type":"Feature","geometry":null}"#, #"{"type":"Feature","properties":null}"#,
        #"{"type":"Feature","geometry":{},"properties":null}"#, #"{"type":"Feature","geometry":null,"properties":[]}"#,
        #"{"type":"Feature","id":null,"geometry":null,"properties":null}"#,
        #"{"type":"Feature","geometry":null,"properties":null,"features":[]}"#,
        #"{"type":"FeatureCollection"}"#, #"{"type":"FeatureCollection","features":{}}"#,
        #"{"type":"FeatureCollection","features":[],"properties":{}}"#,
        #"{"type":"GeometryCollection","geometries":[1]}"#, #"{"type":"GeometryCollection","coordinates":[]}"#,
        #"{"type":"Point","coordinates":[1,2],"properties":{}}"#,
        #"{"type":"Point","coordinates":[1,2],"bbox":[1,2,3]}"#,
        #"{"type":"Point","coordinates":[1,2],"bbox":[1,2]}"#, #"{"type":"Point","coordinates":[1,2],"bbox":"all"}"#,
    ])
    func `other objects are no GeoJSON`(text: String) {
        #expect(!isGeoJSON(text))
    }

    @Test(arguments: [
        (GeopointFormat.text, "90.50, 45.50", true), (.text, "90.50,45.50", true), (.text, "-180,90", true),
        (.text, "180.0,-90.000", true), (.text, "1E1,2", true), (.text, "180.0000000000000000001,0", false),
        (.text, "0,90.1", false), (.text, "0,-91", false), (.text, "1", false), (.text, "1,", false),
        (.text, ",1", false),
        (.text, "1,2,3", false), (.text, "1;2", false), (.text, "NaN,1", false), (.text, "[1,2]", false),
        (.text, "1°,2°", false),
        (.array, "[90.50, 45.50]", true), (.array, "[ -180 , 90 ]", true), (.array, "[1]", false),
        (.array, "[1,2,3]", false), (.array, "[\"1\",2]", false), (.array, "[181,0]", false), (.array, "1,2", false),
        (.array, "{\"lon\":1,\"lat\":2}", false),
        (.object, "{\"lon\": 90.50, \"lat\": 45.50}", true), (.object, "{\"lat\":-90,\"lon\":-180}", true),
        (.object, "{\"lat\":1}", false), (.object, "{\"lat\":1,\"lon\":2,\"alt\":3}", false),
        (.object, "{\"lat\":1,\"long\":2}", false), (.object, "{\"lat\":\"1\",\"lon\":2}", false),
        (.object, "{\"lat\":91,\"lon\":2}", false), (.object, "[1,2]", false),
    ])
    func `points are a longitude and a latitude within their ranges`(
        format: GeopointFormat, text: String, isValid: Bool
    ) {
        var json = JSONCell(depthLimit: 4)
        #expect(withBytes(text) { format.fits($0, $1, $2, &json) } == isValid)
    }

    // MARK: - Lists

    private func itemCount(_ text: String, _ type: FieldType, delimiter: String = ",") -> Int? {
        var field = FieldPlan(name: "L", headers: ["l"], type: .list, privacy: .neutral)
        field.itemType = type
        field.listDelimiter = delimiter
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let reader = ListReader(
            field, today: CivilDate("2026-06-30")!, calendar: Calendar(arena: arena), arena: arena)
        return withBytes(text) { reader.itemCount($0, $1, $2) }
    }

    @Test(
        arguments: [
            (.string, "a,b,c", 3), (.string, "a", 1), (.string, "a,,c", 3), (.string, ",", 2), (.integer, "1,-2,+3", 3),
            (.integer, "1, 2", 2), (.integer, "1,,3", nil), (.integer, "1,", nil), (.integer, "1.0", nil),
            (.integer, "99999999999999999999", 1), (.number, "1.5,1E3,NaN", 3), (.number, "1,5x", nil),
            (.boolean, "true,0,FALSE", 3), (.boolean, "true,yes", nil), (.date, "2026-01-31,2026-02-01", 2),
            (.date, "2026-01-31,31/01/2026", nil), (.date, "2026-02-30", nil), (.time, "10:00:00,23:59:59", 2),
            (.time, "10:00", nil), (.datetime, "2026-01-31T10:00:00,2026-01-31T10:00:00.5Z", 2),
            (.datetime, "2026-01-31", nil),
        ] as [(FieldType, String, Int?)])
    func `lists hold items of one type`(type: FieldType, text: String, count: Int?) {
        #expect(itemCount(text, type) == count)
    }

    @Test func `a delimiter may be several characters`() {
        #expect(itemCount("1||2||3", .integer, delimiter: "||") == 3)
        #expect(itemCount("1|2", .integer, delimiter: "||") == nil)
        #expect(itemCount("1|||2", .string, delimiter: "||") == 2)
        #expect(itemCount("1;2", .integer, delimiter: ";") == 2)
    }

    // MARK: - In a file

    private func judged(_ cells: [String], _ type: FieldType, _ change: @escaping (inout FieldPlan) -> Void) throws
        -> Result
    {
        let plan = SmallPlan { dataset, _ in
            dataset.fields[0].type = type
            change(&dataset.fields[0])
        }.plan
        #expect(plan.check() == [])
        let rows = cells.map { "\"\($0.replacing("\"", with: "\"\""))\",2026-01-31,M,20\n" }
        return try ingest(SmallPlan.header + rows.joined(), plan)
    }

    @Test func `a text of another format is no value of its type, by the rule format`() throws {
        let result = try judged(["a@example.org", "NA", "nobody", " a@example.org"], .string) {
            $0.stringFormat = .email
            $0.lengthMaximum = 13
        }
        let finding = try #require(result.finding(.typeMismatch))
        #expect(finding.rule == FindingRule.format)
        #expect(finding.rows == [4, 5])
        #expect(finding.severity == .error)
        #expect(result.finding(.tooLong) == nil)
    }

    @Test func `lengths of collections are counts of their items`() throws {
        let change: (inout FieldPlan) -> Void = {
            $0.lengthMinimum = 1
            $0.lengthMaximum = 2
        }
        let array = try judged(["[]", "[1]", "[1,[2,3,4]]", "[1,2,3]", "{}", "[1"], .array, change)
        #expect(array.finding(.tooShort)?.rows == [2])
        #expect(array.finding(.tooLong)?.rows == [5])
        #expect(array.finding(.typeMismatch)?.rows == [6, 7])
        let object = try judged(["{}", #"{"a":{"b":1,"c":2,"d":3}}"#, #"{"a":1,"b":2,"c":3}"#, "[1]"], .object, change)
        #expect(object.finding(.tooShort)?.rows == [2])
        #expect(object.finding(.tooLong)?.rows == [4])
        #expect(object.finding(.typeMismatch)?.rows == [5])
        let list = try judged(["a", "a,b", "a,b,c"], .list, change)
        #expect(list.finding(.tooLong)?.rows == [4])
        #expect(list.finding(.tooShort) == nil)
    }

    @Test func `each type without a slot is judged and kept`() throws {
        for (type, good, bad) in [
            (FieldType.duration, "P1D", "1 day"), (.geopoint, "1, 2", "1"),
            (.geojson, #"{"type":"Point","coordinates":[1,2]}"#, "{}"), (.object, " {} ", "[]"), (.array, "[]", "x"),
        ] {
            let result = try judged([good, bad, ""], type) { _ in }
            #expect(result.report.findings.map(\.code) == [.typeMismatch], "\(type)")
            #expect(result.finding(.typeMismatch)?.rows == [3], "\(type)")
            #expect(result.finding(.typeMismatch)?.rule == FindingRule.type)
        }
        #expect(try judged(["x", "1", "{", " "], .any) { _ in }.report.findings == [])
        #expect(try judged(["x", "NA"], .any) { $0.isRequired = true }.finding(.valueMissing)?.rows == [3])
    }

    @Test func `an object of a JSON file is the value of its field, and others are columns`() throws {
        let plan = SmallPlan { dataset, _ in
            dataset.fields[0].type = .object
            dataset.fields[0].lengthMaximum = 2
            dataset.fields[3].headers.append(HeaderName.normalised("Person.Age"))
        }.plan
        func file(_ id: String) -> String {
            "[{\"Id\": \(id), \"Day\": \"2026-01-31\", \"Sex\": \"M\", \"Person\": {\"Age\": 20}}]"
        }
        let good = try ingest(file("{\"a\": 1, \"b\": {\"c\": 2}}"), plan)
        #expect(good.report.findings == [])
        #expect(good.records == [[24_312, 1, 2]])
        #expect(try ingest(file("{\"a\": 1, \"b\": 2, \"c\": 3}"), plan).finding(.tooLong)?.rows == [1])
        #expect(try ingest(file("[1]"), plan).finding(.typeMismatch)?.rows == [1])
    }

    @Test func `values without a slot are told apart by their text`() throws {
        let result = try judged(["a,b", "a,c", "a,b"], .list) { $0.isUnique = true }
        #expect(result.finding(.notUnique)?.rows == [4])
    }
}
