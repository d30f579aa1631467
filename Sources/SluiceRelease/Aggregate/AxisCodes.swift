import SluiceModel
import SluiceStore

/// The codes of one table axis in the order they are shown, and how to find the place of a record's code.
struct AxisCodes {
    var spec: TableSpec.Axis
    var label: String
    /// Code and label, in the model's order, "not known" last.
    var codes: [(code: String, label: String)]
    private var dimension: Dimension
    private var placeOfCode: [String: Int32] = [:]
    private var firstMonth: CivilMonth
    private var lastMonth: CivilMonth

    /// A record whose code has no place on the axis is left out of the table.
    static let noPlace: Int32 = -1

    init(_ spec: TableSpec.Axis, dimension: Dimension, period: Period) {
        self.spec = spec
        self.dimension = dimension
        label = dimension.label
        firstMonth = period.first
        lastMonth = period.last
        codes = []
        let isWanted: (String) -> Bool = { spec.codes.isEmpty || spec.codes.contains($0) }
        switch dimension.kind {
        case .month:
            for index in period.first.index...period.last.index {
                let code = AxisCodes.monthCode(CivilMonth(index: index)!, level: spec.level)
                if isWanted(code), codes.last?.code != code { codes.append((code, code)) }
            }
        case .codes:
            for node in dimension.nodes where node.level == spec.level && isWanted(node.code) {
                codes.append((node.code, node.label))
            }
            if isWanted(dimension.nodes[0].code) { codes.append((dimension.nodes[0].code, dimension.nodes[0].label)) }
        }
        for (place, entry) in codes.enumerated() { placeOfCode[entry.code] = Int32(place) }
    }

    /// The place of every code of a block's dictionary, by number. For months the numbers from `firstMonth` on.
    ///
    /// A code that the model has since lost, or that is coarser than the axis, is "not known".
    func places(of dictionary: CodeDictionary.Dimension) -> [Int32] {
        let nodeOfCode = Dictionary(
            dimension.nodes.enumerated().map { ($1.code, $0) }, uniquingKeysWith: { first, _ in first })
        return dictionary.codes.map { code in
            let node = nodeOfCode[code].map { dimension.ancestor(of: $0, at: spec.level) } ?? 0
            return placeOfCode[dimension.nodes[node].code] ?? AxisCodes.noPlace
        }
    }

    /// The place of a record without this dimension.
    var unknownPlace: Int32 { placeOfCode[dimension.nodes.first?.code ?? ""] ?? AxisCodes.noPlace }

    func place(ofMonth index: Int) -> Int32 {
        guard index >= firstMonth.index, index <= lastMonth.index, let month = CivilMonth(index: index) else {
            return AxisCodes.noPlace
        }
        return placeOfCode[AxisCodes.monthCode(month, level: spec.level)] ?? AxisCodes.noPlace
    }

    /// `2026-04`, `2026-Q2`, `2026`, or `2026-27` for a financial year.
    static func monthCode(_ month: CivilMonth, level: String) -> String {
        switch level {
        case "year": return padded(month.year, 4)
        case "quarter": return padded(month.year, 4) + "-Q\((month.month - 1) / 3 + 1)"
        case "financial-year":
            let year = month.month >= 4 ? month.year : month.year - 1
            return padded(year, 4) + "-" + padded((year + 1) % 100, 2)
        default: return "\(month)"
        }
    }
}
