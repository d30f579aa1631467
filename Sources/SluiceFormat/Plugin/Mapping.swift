import SluiceModel
import SluiceYAML

/// One `mapping.yaml`.
struct Mapping: Sendable {
    enum Output: Sendable {
        case event(Placed<String>)
        case counts(field: Placed<String>)
    }

    enum PeriodSource: Sendable {
        case field(Placed<String>, unit: PeriodUnit)
        case fields(from: Placed<String>, to: Placed<String>)
        case noPeriod(Node)
    }

    struct Rule: Sendable {
        enum Kind: Sendable {
            /// `right` is a field or a constant of the form of `left`.
            case check(left: String, RowRule.Comparison, right: String, Node)
            case required(fields: [Placed<String>], Condition)
            case oneOf(fields: [Placed<String>], isExclusive: Bool)
            case controlTotal(words: [String], isRequired: Bool)
            case coverage(PeriodUnit)
            case suddenChange(percent: Int, deliveriesMin: Int)
        }

        var id: String
        var kind: Kind
        var severity: Severity
        var node: Node
    }

    /// When a field is required.
    enum Condition: Sendable {
        case hasValue(Placed<String>)
        case isMissing(Placed<String>)
        case isOneOf(Placed<String>, [Placed<String>])
    }

    /// Which forms the dataset may arrive in, and where its records stand in each.
    struct Forms: Sendable {
        struct XMLField: Sendable {
            var field: Placed<String>
            var path: [String]
        }

        struct FixedField: Sendable {
            var field: Placed<String>
            /// From 1, as people count.
            var from: Int
            var width: Int
        }

        var plan = TableForms()
        var xmlFields: [XMLField] = []
        var fixedFields: [FixedField] = []
    }

    struct Target: Sendable {
        var dimension: Placed<String>
        /// In the order they are tried.
        var sources: [Source]
    }

    /// One way to a dimension's code; which keys go together is checked against the field.
    struct Source: Sendable {
        var node: Node
        var field: Placed<String>?
        var column: Placed<String>?
        var values: [Node.Pair]?
        var whenTrue: Placed<String>?
        var whenFalse: Placed<String>?
        var midnightIsUnknown: Placed<Bool>?
        var bands: [BandSource]?
        /// Longitude and latitude, or easting and northing, in that order.
        var point: [Placed<String>]?
        var birth: Placed<String>?
        var at: Placed<String>?
        var value: Placed<String>?
    }

    struct BandSource: Sendable {
        var node: Node
        var from: Placed<String>?
        var to: Placed<String>?
        var code: Placed<String>
    }

    /// The identifier, or surname, forename and date of birth.
    struct Link: Sendable {
        var fields: [Placed<String>]
        var recipe: Placed<String>
    }

    var node: Node
    /// Nil when it is wrong or missing, which is on record.
    var output: Output?
    var encodings: [TextEncoding]
    var delimiters: [UInt8]
    var headerWithinRows: Int
    var ignoredHeaders: [Placed<String>]
    var period: PeriodSource?
    var replacement: Placed<Replacement>?
    var rejectedPercent: Int
    var rules: [Rule]
    var map: [Target]
    /// In the order they are tried: the first whose recipe links the authority is taken.
    var links: [Link]
    var forms = Forms()
    var footers: [String] = Mapping.defaultFooters
    /// Nil when the dataset is taken.
    var refusalAdvice: String?
    /// What is to be said of rows that are alike, where a dataset has no key.
    var doubles = Doubles.told
    /// No record is of an earlier month.
    var earliest: Placed<CivilMonth>?
    /// Ages that people of this data have.
    var ages: Placed<ClosedRange<Int>>?

    enum Doubles: Sendable {
        case told
        case allowed
        /// Only among rows with a value in this field.
        case toldWith(Placed<String>)
    }

    /// Beginnings of rows that are no records, as people write them.
    static let defaultFooters = [
        "total", "totals", "grand total", "total records", "record count", "number of records", "end of report",
        "end of file", "end of data",
    ]
}
