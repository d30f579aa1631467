import SluiceModel

/// Whether a JSON text is a GeoJSON object.
///
/// Source: RFC 7946 sections 3, 5 and 7.1. Positions may lie anywhere: other reference systems exist by agreement.
struct GeoJSON {
    let json: JSONCell
    let text: Flat<UInt8>

    var isValid: Bool {
        guard !json.nodes.isEmpty else { return false }
        return isFeatureCollection(0) || isFeature(0) || isGeometry(0)
    }

    private func has(type: StaticString, _ node: Int) -> Bool {
        json.member("type", of: node, in: text).map { json.spells(type, at: $0, in: text) } ?? false
    }

    private func lacks(_ names: [StaticString], _ node: Int) -> Bool {
        names.allSatisfy { json.member($0, of: node, in: text) == nil }
    }

    private func isNull(_ node: Int) -> Bool {
        json.nodes[node].kind == .word && text[Int(json.nodes[node].start)] == UInt8(ascii: "n")
    }

    private func isFeatureCollection(_ node: Int) -> Bool {
        guard has(type: "FeatureCollection", node), hasGoodBox(node),
            lacks(["coordinates", "geometries", "geometry", "properties"], node),
            let features = json.member("features", of: node, in: text), json.nodes[features].kind == .array
        else { return false }
        return json.items(of: features).allSatisfy(isFeature)
    }

    private func isFeature(_ node: Int) -> Bool {
        guard has(type: "Feature", node), hasGoodBox(node), lacks(["coordinates", "geometries", "features"], node),
            let geometry = json.member("geometry", of: node, in: text), isNull(geometry) || isGeometry(geometry),
            let properties = json.member("properties", of: node, in: text),
            isNull(properties) || json.nodes[properties].kind == .object
        else { return false }
        guard let id = json.member("id", of: node, in: text) else { return true }
        return json.nodes[id].kind == .string || json.nodes[id].kind == .number
    }

    private func isGeometry(_ node: Int) -> Bool {
        guard hasGoodBox(node), lacks(["geometry", "properties", "features"], node) else { return false }
        if has(type: "GeometryCollection", node) {
            guard let parts = json.member("geometries", of: node, in: text), json.nodes[parts].kind == .array else {
                return false
            }
            return json.items(of: parts).allSatisfy(isGeometry)
        }
        guard let place = json.member("coordinates", of: node, in: text) else { return false }
        if has(type: "Point", node) { return isPosition(place) }
        if has(type: "MultiPoint", node) { return isList(place, of: isPosition) }
        if has(type: "LineString", node) { return isLine(place) }
        if has(type: "MultiLineString", node) { return isList(place, of: isLine) }
        if has(type: "Polygon", node) { return isPolygon(place) }
        if has(type: "MultiPolygon", node) { return isList(place, of: isPolygon) }
        return false
    }

    private func isList(_ node: Int, of isItem: (Int) -> Bool) -> Bool {
        json.nodes[node].kind == .array && json.items(of: node).allSatisfy(isItem)
    }

    private func isNumber(_ node: Int) -> Bool { json.nodes[node].kind == .number }

    private func isPosition(_ node: Int) -> Bool { json.nodes[node].count >= 2 && isList(node, of: isNumber) }

    private func isLine(_ node: Int) -> Bool { json.nodes[node].count >= 2 && isList(node, of: isPosition) }

    private func isPolygon(_ node: Int) -> Bool { isList(node, of: isRing) }

    /// Four positions or more, of which the last is the first.
    private func isRing(_ node: Int) -> Bool {
        guard isLine(node), json.nodes[node].count >= 4 else { return false }
        let positions = json.items(of: node)
        let first = json.items(of: positions[0])
        let last = json.items(of: positions[positions.count - 1])
        return first.count == last.count && zip(first, last).allSatisfy { isEqual($0, $1) }
    }

    private func isEqual(_ a: Int, _ b: Int) -> Bool {
        guard let a = json.decimal(at: a, in: text), let b = json.decimal(at: b, in: text) else { return false }
        return a.compare(b) == 0
    }

    /// No bounding box, or one of two corners of the same number of axes.
    private func hasGoodBox(_ node: Int) -> Bool {
        guard let box = json.member("bbox", of: node, in: text) else { return true }
        let count = json.nodes[box].count
        return count >= 4 && count.isMultiple(of: 2) && isList(box, of: isNumber)
    }
}

extension JSONCell {
    /// The number at `node`.
    func decimal(at node: Int, in text: Flat<UInt8>) -> DecimalNumber? {
        let node = nodes[node]
        guard node.kind == .number else { return nil }
        return DecimalNumber.read(text, Int(node.start), Int(node.end))
    }
}

extension DecimalNumber {
    /// Digits with an optional sign, fraction and exponent, and nothing else.
    static func read(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> DecimalNumber? {
        guard case .finite(let number)? = NumberReader.number(text, start, end, NumberForm()) else {
            return nil
        }
        return number
    }
}

extension GeopointFormat {
    /// Whether the bytes from `start` to `end` are a longitude from −180 to 180 and a latitude from −90 to 90.
    ///
    /// Source: Data Package (v2) Table Schema, "geopoint".
    func fits(_ text: Flat<UInt8>, _ start: Int, _ end: Int, _ json: inout JSONCell) -> Bool {
        switch self {
        case .text:
            guard let comma = (start..<end).first(where: { text[$0] == UInt8(ascii: ",") }) else { return false }
            return isPoint(number(text, start, comma), number(text, comma + 1, end))
        case .array:
            guard json.read(text, start, end), json.count(of: .array) == 2 else { return false }
            let items = json.items(of: 0)
            return isPoint(json.decimal(at: items[0], in: text), json.decimal(at: items[1], in: text))
        case .object:
            guard json.read(text, start, end), json.count(of: .object) == 2,
                let longitude = json.member("lon", of: 0, in: text), let latitude = json.member("lat", of: 0, in: text)
            else { return false }
            return isPoint(json.decimal(at: longitude, in: text), json.decimal(at: latitude, in: text))
        }
    }

    /// A number with blanks round it.
    private func number(_ text: Flat<UInt8>, _ start: Int, _ end: Int) -> DecimalNumber? {
        var (first, last) = (start, end)
        while first < last, isBlank(text[first]) { first += 1 }
        while first < last, isBlank(text[last - 1]) { last -= 1 }
        return DecimalNumber.read(text, first, last)
    }

    private func isPoint(_ longitude: DecimalNumber?, _ latitude: DecimalNumber?) -> Bool {
        guard let longitude, let latitude else { return false }
        return isWithin(longitude, 180) && isWithin(latitude, 90)
    }

    private func isWithin(_ number: DecimalNumber, _ limit: Int128) -> Bool {
        number.compare(DecimalNumber(ExactDecimal(digits: limit, exponent: 0))) <= 0
            && number.compare(DecimalNumber(ExactDecimal(digits: -limit, exponent: 0))) >= 0
    }
}
