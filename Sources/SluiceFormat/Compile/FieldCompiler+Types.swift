import SluiceModel
import SluiceYAML

// What the cells of a field look like, by its type.

extension FieldCompiler {
    static let stringFormats: [(text: String, value: StringFormat)] = [
        ("default", .any), ("email", .email), ("uri", .uri), ("binary", .binary), ("uuid", .uuid),
    ]
    static let geopointFormats: [(text: String, value: GeopointFormat)] = [
        ("default", .text), ("array", .array), ("object", .object),
    ]

    /// The `format` of types that are no dates or times.
    func compileFormat(_ plan: inout FieldPlan) {
        guard let format = field.format, !field.type.isTemporal else { return }
        func choice<Value>(_ formats: [(text: String, value: Value)]) -> Value? {
            if let match = formats.first(where: { $0.text == format.value }) { return match.value }
            add(
                format.node,
                "the type `\(SchemaFieldReader.name(of: field.type))` has no format \(shown(format.value))",
                hint: choiceHint(format.value, among: formats.map(\.text)))
            return nil
        }
        switch field.type {
        case .string:
            if format.value.contains("%") { break }
            plan.stringFormat = choice(Self.stringFormats) ?? .any
            return
        case .geopoint:
            plan.geopointFormat = choice(Self.geopointFormats) ?? .text
            return
        case .geojson where format.value == "topojson":
            add(
                format.node, "the format `topojson` is refused: it is not judged here",
                hint: "remove it for GeoJSON, or write `type: object`")
            return
        default: break
        }
        if format.value != "default" {
            add(
                format.node, "`format` is for dates and times, strings and geopoints",
                hint: "remove it or write the type")
        }
    }

    func compileTemporal(_ plan: inout FieldPlan) {
        guard field.type.isTemporal else {
            if let first = field.furtherFormats.first {
                add(first.node, "`formats` is for dates and times", hint: "remove it or write the type")
            }
            if let flag = field.notInFuture {
                add(flag.node, "`notInFuture` is for dates", hint: "remove it or write the type")
            }
            return
        }
        if let flag = field.notInFuture, field.type == .time {
            add(flag.node, "`notInFuture` is for dates", hint: "remove it")
        }
        var written: [Placed<String>] = []
        if var format = field.format, format.value != "default" {
            // Version 0 of the standard wrote patterns so, and its readers are to take the mark off.
            if format.value.hasPrefix("fmt:") { format.value.removeFirst(4) }
            if format.value == "any" {
                add(
                    format.node, "the format `any` is refused: it would guess",
                    hint: "write the `%` format, or several in `formats`")
            } else {
                written.append(format)
            }
        }
        if written.isEmpty {
            let node = field.format?.node ?? field.node
            written = DateNotation.defaults(for: field.type).map { Placed($0, node) }
        }
        var formats: [(format: DateFormat, node: Node)] = []
        for text in written + field.furtherFormats {
            do {
                let format = try DateNotation.parse(text.value, for: field.type)
                if formats.contains(where: { $0.format.parts == format.parts }) {
                    add(text.node, "the format \(shown(text.value)) stands twice", hint: "remove one")
                } else if let other = formats.first(where: {
                    builder.areAmbiguous($0.format, format, type: field.type)
                }) {
                    add(
                        text.node,
                        "the formats \(shown(other.format.text)) and \(shown(text.value)) read the same text as different days",
                        hint: "keep the one the sender uses")
                } else {
                    formats.append((format, text.node))
                }
            } catch {
                add(text.node, "the format \(shown(text.value)): \(error.what)", hint: error.hint)
            }
        }
        plan.dateFormats = formats.map(\.format)
    }

    func compileBoolean(_ plan: inout FieldPlan) {
        guard field.type == .boolean else {
            if let first = field.trueValues?.first ?? field.falseValues?.first {
                add(
                    first.node, "`trueValues` and `falseValues` are for booleans",
                    hint: "remove them or write `type: boolean`")
            }
            return
        }
        plan.trueValues = field.trueValues?.map(\.value) ?? Self.defaultTrueValues
        plan.falseValues = field.falseValues?.map(\.value) ?? Self.defaultFalseValues
        for value in plan.falseValues where plan.trueValues.contains(value) {
            let node = (field.falseValues ?? field.trueValues ?? []).first { $0.value == value }?.node
            add(node ?? field.node, "\(shown(value)) means both true and false", hint: "remove one")
        }
        for value in (field.trueValues ?? []) + (field.falseValues ?? []) where plan.missingValues.contains(value.value)
        {
            add(
                value.node, "\(shown(value.value)) is also a missing value",
                hint: "give the field its own `missingValues`")
        }
    }

    func compileNumber(_ plan: inout FieldPlan) {
        let isNumber = field.type == .number || field.type == .integer
        if field.type != .number, let mark = field.decimalMark {
            add(mark.node, "`decimalChar` is for numbers", hint: "remove it or write `type: number`")
        }
        for (node, key) in [(field.groupMark?.node, "groupChar"), (field.isBareNumber?.node, "bareNumber")] {
            guard !isNumber, let node else { continue }
            add(node, "`\(key)` is for numbers and integers", hint: "remove it or write the type")
        }
        guard isNumber else { return }
        func mark(_ mark: Placed<String>?, _ key: String) -> String? {
            guard let mark else { return nil }
            if !mark.value.isEmpty, NumberMark.isLegal(mark.value) { return mark.value }
            add(
                mark.node, "\(shown(mark.value)) cannot be a `\(key)`",
                hint: "write one or a few characters that are no digit, sign or letter E")
            return nil
        }
        if field.type == .number { plan.decimalMark = mark(field.decimalMark, "decimalChar") ?? "." }
        plan.groupMark = mark(field.groupMark, "groupChar") ?? ""
        plan.isBareNumber = field.isBareNumber?.value ?? true
        if plan.groupMark == plan.decimalMark {
            let isDecimal = field.type == .number
            if let node = field.groupMark?.node {
                if isDecimal {
                    add(node, "`groupChar` is also the `decimalChar`", hint: "write the other mark for one of them")
                } else {
                    // A whole number has no decimals that could be mistaken.
                    plan.decimalMark = plan.groupMark == "." ? "," : "."
                }
            }
        }
    }

    func compileList(_ plan: inout FieldPlan) {
        guard field.type == .list else {
            for (node, key) in [(field.listDelimiter?.node, "delimiter"), (field.itemType?.node, "itemType")] {
                guard let node else { continue }
                add(node, "`\(key)` is for lists", hint: "remove it or write `type: list`")
            }
            return
        }
        if let delimiter = field.listDelimiter {
            if (1...256).contains(delimiter.value.utf8.count) {
                plan.listDelimiter = delimiter.value
            } else {
                add(delimiter.node, "`delimiter` is empty or too long", hint: "write what stands between two items")
            }
        }
        plan.itemType = field.itemType?.value ?? .string
        // Items have the default form of their type and no other.
        plan.dateFormats = DateNotation.defaults(for: plan.itemType)
            .compactMap { try? DateNotation.parse($0, for: plan.itemType) }
        if plan.itemType == .boolean {
            plan.trueValues = Self.defaultTrueValues
            plan.falseValues = Self.defaultFalseValues
        }
    }
}
