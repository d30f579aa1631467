/// What a delivery was like, in counts only: by what later ones of its dataset are compared. Kept and purged with its
/// records.
package struct DeliveryProfile: Hashable, Sendable {
    /// Rows that were read.
    package var rows: Int
    /// By name of a field that somebody looks at: rows with a value there.
    package var filled: [String: Int]
    /// Records that were kept.
    package var records: Int
    /// By dimension of the model: records by code, the most frequent `codeLimit`. The empty code is "not known".
    package var codes: [String: [String: Int]]
    /// By name of a field with a code list that is not long: cells by entry of the list, the most frequent `codeLimit`.
    package var entries: [String: [String: Int]] = [:]
    package var endsWithLineEnd: Bool
    /// Names of fields whose values never fall from row to row; nil where nobody looked.
    package var ascending: Set<String>?
    /// Names of fields whose columns nobody reads and nothing stands in; nil where nobody looked.
    package var empty: Set<String>?
    /// By name of a field with dates of the period.
    package var emptyDays: [String: EmptyDays] = [:]
    /// By dimension of the model: so many records at the end have the same code.
    package var tails: [String: Int] = [:]
    /// Records of months that the delivery does not cover.
    package var outside: Int?
    /// Of a dataset that holds counts, by measure: the sum of the figures, and the largest.
    package var sums: [String: Int] = [:]
    package var largest: [String: Int] = [:]
    /// By dimension, the code that stands at the end; by name of a field whose column nobody reads, the first row with
    /// anything in it. Neither is kept.
    package var tailCodes: [String: String] = [:]
    package var unreadRows: [String: Int] = [:]
    /// By name of a field, the first row with no value there; not kept.
    package var missingRows: [String: Int] = [:]
    /// Of the first `linkLimit` records that name a person by a token: how many, and how many name the one most named. Not
    /// kept: no other delivery is compared with it.
    package var linked = 0
    package var linkedToOne = 0

    package static let linkLimit = 4096

    /// Codes of a dimension that are remembered.
    package static let codeLimit = 100

    package init(
        rows: Int, filled: [String: Int], records: Int, codes: [String: [String: Int]], endsWithLineEnd: Bool
    ) {
        self.rows = rows
        self.filled = filled
        self.records = records
        self.codes = codes
        self.endsWithLineEnd = endsWithLineEnd
    }
}

extension DeliveryProfile {
    package var json: JSON {
        func counts(_ counts: [String: Int]) -> JSON {
            .object(counts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .int($0.value)) })
        }
        func tables(_ tables: [String: [String: Int]]) -> JSON {
            .object(tables.sorted { $0.key < $1.key }.map { JSON.Member($0.key, counts($0.value)) })
        }
        return .members([
            "rows": .int(rows), "filled": counts(filled), "records": .int(records),
            "codes": tables(codes),
            "endsWithLineEnd": .bool(endsWithLineEnd), "outside": .optional(outside), "sums": counts(sums),
            "largest": counts(largest), "ascending": ascending.map { .strings($0.sorted()) } ?? .null,
            "entries": tables(entries), "empty": empty.map { .strings($0.sorted()) } ?? .null,
            "emptyDays": .object(
                emptyDays.sorted { $0.key < $1.key }.map {
                    JSON.Member($0.key, .array([.int($0.value.atStart), .int($0.value.atEnd), .int($0.value.count)]))
                }),
            "tails": counts(tails),
        ])
    }

    package init?(_ json: JSON) {
        func counts(_ json: JSON?) -> [String: Int]? {
            guard case .object(let members)? = json else { return nil }
            var counts: [String: Int] = [:]
            for member in members {
                guard case .int(let count) = member.value, count >= 0 else { return nil }
                counts[member.name] = count
            }
            return counts
        }
        func tables(_ json: JSON?) -> [String: [String: Int]]? {
            guard case .object(let members)? = json else { return nil }
            var tables: [String: [String: Int]] = [:]
            for member in members {
                guard let found = counts(member.value) else { return nil }
                tables[member.name] = found
            }
            return tables
        }
        guard case .int(let rows)? = json["rows"], let filled = counts(json["filled"]),
            case .int(let records)? = json["records"], let codes = tables(json["codes"]),
            case .bool(let endsWithLineEnd)? = json["endsWithLineEnd"]
        else { return nil }
        self.init(rows: rows, filled: filled, records: records, codes: codes, endsWithLineEnd: endsWithLineEnd)
        // Profiles of earlier versions do not know of these.
        if case .int(let count)? = json["outside"] { outside = count }
        sums = counts(json["sums"]) ?? [:]
        largest = counts(json["largest"]) ?? [:]
        if let names = json["ascending"]?.items { ascending = Set(names.compactMap(\.text)) }
        entries = tables(json["entries"]) ?? [:]
        if let names = json["empty"]?.items { empty = Set(names.compactMap(\.text)) }
        if case .object(let members)? = json["emptyDays"] {
            for member in members {
                guard let days = member.value.items, days.count == 3, case .int(let atStart) = days[0],
                    case .int(let atEnd) = days[1], case .int(let count) = days[2]
                else { continue }
                emptyDays[member.name] = EmptyDays(atStart: atStart, atEnd: atEnd, of: count)
            }
        }
        tails = counts(json["tails"]) ?? [:]
    }
}
