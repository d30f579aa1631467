import SluiceModel
import SluiceYAML

/// Compiles one way to a dimension's code, by what the dimension and the field are.
struct SourceCompiler {
    let builder: PlanBuilder
    let source: Mapping.Source
    let dimension: Int
    let schema: Schema
    let plans: [FieldPlan]

    private var target: Dimension { builder.model.dimensions[dimension] }
    private var isAge: Bool { target.nodes.contains { $0.ageLower != nil } }

    static let weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    static let partsOfDay = ["00-05", "06-11", "12-17", "18-23"]

    /// `{value: CODE}`.
    func constant(_ value: Placed<String>) -> OutputSource? {
        allow([])
        if target.kind == .month {
            builder.add(value.node, "a month cannot be a fixed value", hint: "map a date field")
            return nil
        }
        return builder.code(value, of: dimension).map { .constant($0) }
    }

    /// `{birth: FIELD, at: FIELD}`.
    func age(birth: Int, at: Int) -> OutputSource? {
        allow([])
        guard isAge else {
            builder.add(source.node, "`\(target.id)` has no ages", hint: "`birth` and `at` are for the dimension `age`")
            return nil
        }
        guard let birthName = source.birth, let atName = source.at else { return nil }
        if plans[birth].type != .date, plans[birth].type != .datetime {
            builder.add(birthName.node, "\(shown(birthName.value)) is no date", hint: "write `type: date`")
        }
        if plans[at].type != .date, plans[at].type != .datetime {
            builder.add(atName.node, "\(shown(atName.value)) tells no day", hint: "name a date or datetime field")
        }
        check(birth, birthName.node, [.band], "an age band")
        check(at, atName.node, [.band, .truncate, .keep], "the day the age is taken")
        return .age(birth: birth, at: at, bands: builder.ageBands(of: dimension))
    }

    /// A field, with what goes with it.
    func source(field: Int) -> OutputSource? {
        let plan = plans[field]
        let node = source.field?.node ?? source.node
        let written = schema.fields[field]
        if target.kind == .month { return month(field, node) }
        if written.treatment?.value == .gazetteer { return gazetteer(field, node) }
        if written.locates?.value == .postcode { return directory(field, second: nil, node) }
        if let name = written.codes { return lookup(field, node, list: name.value) }
        if written.allowedValues != nil, plan.type == .string { return allowedValue(field, node) }
        switch plan.type {
        case .string:
            if written.isModelArea { return area(field, node) }
        case .boolean:
            return boolean(field, node)
        case .date, .datetime, .time:
            if target.id == "weekday", plan.type != .time { return weekday(field, node) }
            if target.id == "part-of-day", plan.type != .date { return partOfDay(field, node) }
        case .integer, .number:
            return number(field, node)
        default: break
        }
        allow(["column", "values", "true", "bands", "midnightIsUnknown"])
        if let treatment = written.treatment?.value, treatment == .drop || treatment == .scan {
            check(field, node, [], "a code")
            return nil
        }
        builder.add(
            node, "\(shown(plan.name)) gives no code of `\(target.id)`",
            hint: plan.type == .string
                ? "give the field a code list (`codes`) or an `enum`"
                : "a \(typeName(plan.type)) cannot be mapped to it")
        return nil
    }

    // MARK: - Kinds of source

    private func month(_ field: Int, _ node: Node) -> OutputSource? {
        allow([])
        switch plans[field].type {
        case .date, .datetime: check(field, node, [.truncate], "its month")
        case .yearmonth: check(field, node, [.truncate, .keep], "its month")
        default:
            builder.add(node, "\(shown(plans[field].name)) tells no month", hint: "map a date, datetime or yearmonth")
            return nil
        }
        return .month(field: field)
    }

    private func lookup(_ field: Int, _ node: Node, list name: String) -> OutputSource? {
        allow(["column"])
        check(
            field, node, target.id == "area" ? [.group, .keep, .band, .area] : [.group, .keep, .band],
            "a code by its list")
        guard let list = builder.plugin.codeLists[name] else { return nil }
        let column = source.column?.value ?? "group"
        guard list.groupColumns.contains(column) else {
            builder.add(
                source.column?.node ?? node, "the code list `\(name)` has no column \(shown(column)) to map by",
                hint: choiceHint(column, among: list.groupColumns))
            return nil
        }
        return .lookup(field: field, codes: builder.codes(ofList: list, column: column, dimension: dimension))
    }

    private func allowedValue(_ field: Int, _ node: Node) -> OutputSource? {
        allow(["values"])
        check(field, node, [.group, .keep, .band], "a code by its value")
        guard let table = plans[field].codes else { return nil }
        let values = schema.fields[field].allowedValues ?? []
        var changed: [String: Placed<String>] = [:]
        for pair in source.values ?? [] {
            let key = pair.key.text ?? ""
            guard values.contains(where: { $0.value == key }) else {
                builder.add(
                    pair.key, "\(shown(key)) is not a value of \(shown(plans[field].name))",
                    hint: choiceHint(key, among: values.map(\.value)))
                continue
            }
            guard let text = pair.value.text, !pair.value.isNull else {
                builder.add(pair.value, "a value becomes one code", hint: "write `unknown` for not known")
                continue
            }
            changed[key] = Placed(text, pair.value)
        }
        let codes = builder.codeTables[table].entries.map { entry -> UInt32 in
            if let code = changed[entry.text] { return builder.code(code, of: dimension) ?? 0 }
            if let code = builder.code(entry.text, of: dimension) { return code }
            builder.add(
                node, "the value \(shown(entry.text)) of \(shown(plans[field].name)) is not a code of `\(target.id)`",
                hint: "say what it becomes, `values: {\(entry.text): CODE}`")
            return 0
        }
        return .lookup(field: field, codes: codes)
    }

    private func area(_ field: Int, _ node: Node) -> OutputSource? {
        allow([])
        guard target.id == "area" else {
            builder.add(
                node, "\(shown(plans[field].name)) is an area and gives no code of `\(target.id)`",
                hint: "map it to `area`")
            return nil
        }
        check(field, node, [.area], "an area")
        let codes = target.nodes.indices.dropFirst().map { UInt32(target.kept($0)) }
        return .lookup(field: field, codes: codes)
    }

    /// `{point: [X, Y]}`.
    func point(_ first: Int, _ second: Int) -> OutputSource? {
        allow([])
        guard let node = source.point?[0].node, let secondNode = source.point?[1].node else { return nil }
        let pairs: [(PlaceReading, PlaceReading)] = [(.longitude, .latitude), (.easting, .northing)]
        guard pairs.contains(where: { $0.0 == plans[first].place && $0.1 == plans[second].place }) else {
            builder.add(
                node, "\(shown(plans[first].name)) and \(shown(plans[second].name)) are no point",
                hint: "give the fields `locates: longitude` and `latitude`, or `easting` and `northing`, in that order")
            return nil
        }
        check(second, secondNode, [.area], "an area")
        return directory(first, second: second, node)
    }

    private func directory(_ field: Int, second: Int?, _ node: Node) -> OutputSource? {
        allow([])
        guard target.id == "area", let areas = builder.tableOfAreas() else {
            builder.add(
                node, "\(shown(plans[field].name)) tells a place and gives no code of `\(target.id)`",
                hint: "map it to `area`")
            return nil
        }
        check(field, node, [.area], "an area")
        return .directory(
            field: field, second: second, areas: areas,
            codes: target.nodes.indices.dropFirst().map { UInt32(target.kept($0)) })
    }

    private func gazetteer(_ field: Int, _ node: Node) -> OutputSource? {
        allow([])
        guard !builder.model.places.isEmpty else {
            builder.add(
                node, "the model has no known places",
                hint: "write them down and name the file, `gazetteer: gazetteer.csv`")
            return nil
        }
        guard builder.model.places.contains(where: { $0.codes[dimension] != nil }) else {
            builder.add(
                node, "the known places have no `\(target.id)`", hint: "give the gazetteer a column `\(target.id)`")
            return nil
        }
        return .gazetteer(field: field, codes: builder.model.places.map { UInt32($0.codes[dimension] ?? 0) })
    }

    private func boolean(_ field: Int, _ node: Node) -> OutputSource? {
        allow(["true"])
        check(field, node, [.keep, .group], "a code by yes or no")
        if source.whenTrue == nil, source.whenFalse == nil {
            builder.add(
                node, "\(shown(plans[field].name)) is a boolean without codes",
                hint: "write {field: \(plans[field].name), true: CODE, false: CODE}")
            return nil
        }
        let whenTrue = source.whenTrue.map { builder.code($0, of: dimension) ?? 0 } ?? 0
        let whenFalse = source.whenFalse.map { builder.code($0, of: dimension) ?? 0 } ?? 0
        return .boolean(field: field, whenTrue: whenTrue, whenFalse: whenFalse)
    }

    private func weekday(_ field: Int, _ node: Node) -> OutputSource? {
        allow([])
        check(field, node, [.truncate], "its day of the week")
        return .weekday(field: field, codes: Self.weekdays.map { builder.code(Placed($0, node), of: dimension) ?? 0 })
    }

    private func partOfDay(_ field: Int, _ node: Node) -> OutputSource? {
        allow(["midnightIsUnknown"])
        check(field, node, [.truncate], "its part of the day")
        return .partOfDay(
            field: field, codes: Self.partsOfDay.map { builder.code(Placed($0, node), of: dimension) ?? 0 },
            midnightIsUnknown: source.midnightIsUnknown?.value ?? false)
    }

    private func number(_ field: Int, _ node: Node) -> OutputSource? {
        allow(["bands"])
        check(field, node, [.band], "a band")
        // Numbers are held in thousandths.
        let scale = plans[field].type == .number ? 1000 : 1
        guard let written = source.bands else {
            guard isAge else {
                builder.add(
                    node, "\(shown(plans[field].name)) is a number without bands",
                    hint: "write {field: \(plans[field].name), bands: [{from: 0, to: 3, code: CODE}]}")
                return nil
            }
            let bands = builder.ageBands(of: dimension).map {
                OutputSource.Band(lower: $0.lower * scale, upper: $0.upper * scale, code: $0.code)
            }
            return .band(field: field, bands: bands)
        }
        let openEnd = 1_000_000_000_000
        func edge(_ text: Placed<String>?, else open: Int) -> Int? {
            guard let text else { return open }
            let slot = scale == 1 ? Int(text.value) : DateNotation.thousandths(text.value)
            if let slot, slot.magnitude <= openEnd.magnitude { return slot }
            builder.add(text.node, "\(shown(text.value)) is not a number of the field's type", hint: "write digits")
            return nil
        }
        var bands: [OutputSource.Band] = []
        for band in written {
            let code = builder.code(band.code, of: dimension)
            guard let lower = edge(band.from, else: -openEnd), let upper = edge(band.to, else: openEnd) else {
                continue
            }
            if lower >= upper {
                builder.add(band.node, "the band is empty", hint: "`from` is in it and `to` is not")
            } else if bands.contains(where: { $0.lower < upper && lower < $0.upper }) {
                builder.add(band.node, "the band overlaps an earlier one", hint: "let each begin where another ends")
            } else if let code {
                bands.append(OutputSource.Band(lower: lower, upper: upper, code: code))
            }
        }
        if written.isEmpty { builder.add(node, "`bands` is empty", hint: "write at least one") }
        return .band(field: field, bands: bands.sorted { $0.lower < $1.lower })
    }

    // MARK: - Checks

    /// Keys that mean nothing for this kind of source are mistakes.
    private func allow(_ keys: Set<String>) {
        let kind = source.field == nil ? "this source" : "this field and dimension"
        func refuse(_ key: String, _ node: Node?) {
            guard let node else { return }
            builder.add(node, "`\(key)` means nothing for \(kind)", hint: "remove it")
        }
        if !keys.contains("column") { refuse("column", source.column?.node) }
        if !keys.contains("values") { refuse("values", source.values.map { $0.first?.key ?? source.node }) }
        if !keys.contains("true") {
            refuse("true", source.whenTrue?.node)
            refuse("false", source.whenFalse?.node)
        }
        if !keys.contains("midnightIsUnknown") { refuse("midnightIsUnknown", source.midnightIsUnknown?.node) }
        if !keys.contains("bands") { refuse("bands", source.bands.map { $0.first?.node ?? source.node }) }
    }

    /// The treatment in the schema is what people are told; what is made of the field must be that.
    private func check(_ field: Int, _ node: Node, _ allowed: [Treatment], _ becomes: String) {
        guard let treatment = schema.fields[field].treatment?.value, !allowed.contains(treatment) else { return }
        let name = shown(plans[field].name)
        switch treatment {
        case .drop, .scan, .link:
            builder.add(
                node, "\(name) has the treatment `\(treatment.rawValue)` and may not be mapped",
                hint: "change its treatment in the schema or remove it here")
        default:
            builder.add(
                node, "\(name) has the treatment `\(treatment.rawValue)` but becomes \(becomes)",
                hint: "write `treatment: \((allowed.first ?? .drop).rawValue)` in the schema")
        }
    }

    private func typeName(_ type: FieldType) -> String {
        SchemaFieldReader.name(of: type)
    }
}
