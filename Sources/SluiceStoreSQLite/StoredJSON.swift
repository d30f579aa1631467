internal import SluiceModel
internal import SluiceStore

// Small structured values are kept as JSON text, which people and other programs can read too. JSON also escapes NUL,
// where SQLite's text would end.

/// Ledger details as a JSON object of strings, sorted by the bytes of their names.
func storedText(details: [String: String]) -> String {
    let sorted = details.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return JSON.object(sorted.map { JSON.Member($0.key, .string($0.value)) }).compactText
}

func storedDetails(_ text: String) throws(UnreadableValue) -> [String: String] {
    guard case .object(let members)? = try? JSON(reading: text) else { throw UnreadableValue() }
    var details: [String: String] = [:]
    for member in members {
        guard let value = member.value.text, details.updateValue(value, forKey: member.name) == nil else {
            throw UnreadableValue()
        }
    }
    return details
}

func storedText(strings: [String]) -> String { JSON.strings(strings).compactText }

func storedStrings(_ text: String) throws(UnreadableValue) -> [String] {
    guard let json = try? JSON(reading: text) else { throw UnreadableValue() }
    return try storedStrings(json)
}

private func storedStrings(_ json: JSON?) throws(UnreadableValue) -> [String] {
    guard let items = json?.items else { throw UnreadableValue() }
    var strings: [String] = []
    strings.reserveCapacity(items.count)
    for item in items {
        guard let text = item.text else { throw UnreadableValue() }
        strings.append(text)
    }
    return strings
}

extension CodeDictionary {
    /// `[{"id":"area","codes":["unknown",…]},…]`
    var storedText: String {
        JSON.array(dimensions.map { .members(["id": .string($0.id), "codes": .strings($0.codes)]) }).compactText
    }

    init(storedText: String) throws(UnreadableValue) {
        guard let items = (try? JSON(reading: storedText))?.items else { throw UnreadableValue() }
        self.init(dimensions: [])
        for item in items {
            guard let id = item["id"]?.text else { throw UnreadableValue() }
            dimensions.append(Dimension(id: id, codes: try storedStrings(item["codes"])))
        }
    }
}

/// 64-bit FNV-1a, to find a dictionary among others; not proof against intent, so bodies are compared as well.
///
/// - Source: draft-eastlake-fnv, section 2.
func lookupHash(_ text: String) -> Int64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 {
        hash ^= UInt64(byte)
        hash &*= 0x0000_0100_0000_01b3
    }
    return Int64(bitPattern: hash)
}
