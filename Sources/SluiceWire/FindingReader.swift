import SluiceModel

/// Reads the findings of a report: codes and rules of closed lists, and numbers within what the file and the plan have.
struct FindingReader {
    let plan: FormatPlan
    let datasetIndex: Int?
    /// Nothing that counts rows, columns or bytes of the file can be larger.
    let numberLimit: Int

    private var dataset: DatasetPlan? { datasetIndex.map { plan.datasets[$0] } }

    func finding(_ reader: inout ByteReader) throws(WireError) -> Finding {
        guard let code = FindingCode(rawValue: try reader.text(.findingCode, limit: 40)) else {
            throw .invalid(.findingCode)
        }
        guard let severity = Severity(rawValue: try reader.byte()) else { throw .invalid(.findings) }
        let rule = try reader.text(.findingRule, limit: 1 << 10)
        guard FindingRule.isKnown(rule, plan: plan, dataset: dataset) else { throw .invalid(.findingRule) }
        let column = try reader.count(.findingColumn, limit: dataset?.fields.count ?? 0)
        let field = column == 0 ? nil : dataset?.fields[column - 1]
        let columnNumber = try reader.count(.findingNumber, limit: numberLimit)
        let count = try reader.count(.findingNumber, limit: numberLimit)
        let rows = try reader.array(.findingRows, limit: Finding.rowLimit) { r throws(WireError) in
            try r.count(.findingRows, limit: numberLimit)
        }
        for (index, row) in rows.enumerated() {
            guard row > (index == 0 ? 0 : rows[index - 1]) else { throw .invalid(.findingRows) }
        }
        let limits = argumentLimits(code, field: field)
        var index = 0
        let arguments = try reader.array(.findingNumber, limit: Finding.argumentLimit) { r throws(WireError) in
            defer { index += 1 }
            guard let limits else { return try r.count(.findingNumber, limit: numberLimit) }
            guard index < limits.count else { throw WireError.invalid(.findingNumber) }
            return try r.count(.findingNumber, limit: limits[index])
        }
        var finding = Finding(
            column: field?.name, columnNumber: columnNumber == 0 ? nil : columnNumber, rule: rule, code: code,
            severity: severity, count: count, rows: rows, arguments: arguments, message: "")
        finding.message = FindingMessages.message(for: finding, plan: plan, datasetIndex: datasetIndex)
        return finding
    }

    /// The greatest that each argument may be, for the codes whose arguments are not bounded by the file's size: an index
    /// of the plan is one that the plan has, and a place in a line counts bytes of UTF-8, of which one byte of
    /// Windows-1252 may be three. Nil for the others.
    private func argumentLimits(_ code: FindingCode, field: FieldPlan?) -> [Int]? {
        switch code {
        case .codeUnknown, .areaUnknown:
            guard let table = field?.codes, plan.codeTables.indices.contains(table) else { return [] }
            let entries = plan.codeTables[table].entries.count
            return entries == 0 ? [] : [Int](repeating: entries - 1, count: FindingMessages.nearestCodesLimit)
        case .columnUnknown:
            guard let dataset, !dataset.fields.isEmpty else { return [] }
            return [dataset.fields.count - 1]
        case .totalMismatch: return [FindingMessages.statedTotalLimit, numberLimit]
        case .syntaxInvalid, .documentTypeForbidden: return [numberLimit, numberLimit * 3]
        case .columnFilled: return [1]
        case .periodGap: return [MonthRange.last, MonthRange.last]
        case .patientIdentifier, .identifierFound: return [IdentifierKind.allCases.count - 1]
        default: return nil
        }
    }
}
