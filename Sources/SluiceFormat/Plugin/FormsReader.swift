import SluiceModel
import SluiceYAML

/// Reads what a mapping says of the forms a dataset may arrive in: `forms`, `xlsx`, `json`, `xml` and `fixedWidth`.
struct FormsReader {
    let mistakes: Mistakes

    static let names = ["csv", "xlsx", "json", "jsonl", "xml", "fixed-width"]
    static let sheetLimit = 1000
    static let stepLimit = 32
    static let placeLimit = 1 << 20

    func read(_ reader: inout MappingReader) -> Mapping.Forms {
        var forms = Mapping.Forms()
        let listed = names(&reader)
        func isListed(_ name: String) -> Bool { listed?.contains(name) ?? (name != "fixed-width") }
        // A key for a form that may not arrive would never be read.
        for (key, name) in [("xlsx", "xlsx"), ("json", "json"), ("xml", "xml"), ("fixedWidth", "fixed-width")] {
            guard let node = reader.keyNode(key), let listed, !listed.contains(name) else { continue }
            mistakes.add(node, "`\(key)` without `\(name)` in `forms`", hint: "add it there or remove it here")
        }

        let workbook = workbook(&reader)
        let json = json(&reader)
        let xml = xml(&reader, into: &forms)
        let fixedWidth = fixedWidth(&reader, into: &forms)
        forms.plan.delimited = isListed("csv")
        forms.plan.workbook = isListed("xlsx") ? workbook : nil
        forms.plan.json = isListed("json") ? json : nil
        forms.plan.xml = isListed("xml") ? xml : nil
        forms.plan.fixedWidth = fixedWidth
        if listed?.contains("fixed-width") == true, fixedWidth == nil, !reader.has("fixedWidth"),
            let node = reader.node("forms")
        {
            mistakes.add(
                node, "`fixed-width` needs `fixedWidth`",
                hint: "write fixedWidth: {columns: [{field: FIELD, from: 1, width: 8}]}")
        }
        return forms
    }

    private func names(_ reader: inout MappingReader) -> Set<String>? {
        guard let words = reader.placedStrings("forms"), let keyNode = reader.keyNode("forms") else { return nil }
        var names: Set<String> = []
        for word in words {
            guard Self.names.contains(word.value) else {
                mistakes.add(
                    word.node, "\(shown(word.value)) is not a form",
                    hint: choiceHint(word.value, among: Self.names))
                continue
            }
            if !names.insert(word.value).inserted {
                mistakes.add(word.node, "\(shown(word.value)) stands twice", hint: "remove one")
            }
        }
        if words.isEmpty { mistakes.add(keyNode, "`forms` is empty", hint: "name one or remove the key") }
        // Which of the two a text is shows in its first bytes only; a reader of one reads the other.
        if names.contains("jsonl") { names.insert("json") }
        return names
    }

    private func workbook(_ reader: inout MappingReader) -> WorkbookForm {
        var form = WorkbookForm()
        guard var own = reader.mapping("xlsx", what: "`xlsx`") else { return form }
        form.sheetPosition = own.integer("sheet", in: 1...Self.sheetLimit)
        for name in own.placedStrings("sheets") ?? [] {
            let normalised = HeaderName.normalised(name.value)
            if normalised.isEmpty {
                mistakes.add(name.node, "a sheet's name without a letter or digit", hint: "name it by `sheet: 1`")
            } else {
                form.sheetNames.append(normalised)
            }
        }
        if let node = own.keyNode("sheet"), own.has("sheets") {
            mistakes.add(node, "`sheet` beside `sheets`", hint: "name the sheet by its place or by its name")
            form.sheetPosition = nil
        }
        own.finish()
        return form
    }

    private func json(_ reader: inout MappingReader) -> JSONForm {
        var form = JSONForm()
        guard var own = reader.mapping("json", what: "`json`") else { return form }
        if let records = own.node("records") {
            if let text = records.text {
                form.recordsPath = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            } else {
                // A list, for names that have a full stop.
                form.recordsPath = own.strings("records") ?? []
            }
            check(form.recordsPath, records, hint: "write the names down to the array, `data.items`")
        }
        own.finish()
        return form
    }

    private func check(_ path: [String], _ node: Node, hint: String) {
        if path.contains(where: \.isEmpty) {
            mistakes.add(node, "a step of the path is empty", hint: hint)
        } else if path.count > Self.stepLimit {
            mistakes.add(node, "the path has more than \(Self.stepLimit) steps", hint: hint)
        }
    }

    // MARK: - XML

    private func xml(_ reader: inout MappingReader, into forms: inout Mapping.Forms) -> XMLForm {
        var form = XMLForm()
        guard var own = reader.mapping("xml", what: "`xml`") else { return form }
        form.namespace = own.string("namespace")
        if let records = own.placedString("records") {
            var steps = records.value.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            let hint = "write the elements from the root down, /file/records/record"
            if steps.first == "" {
                steps.removeFirst()
                check(steps, records.node, hint: hint)
            } else {
                mistakes.add(records.node, "the path of the records does not begin with `/`", hint: hint)
            }
            for step in steps where step.hasPrefix("@") || step == ".." {
                mistakes.add(records.node, "\(shown(step)) is not an element", hint: hint)
            }
            checkLocal(steps, records.node)
            form.recordPath = steps
        }
        let depth = form.recordPath.isEmpty ? 2 : form.recordPath.count
        if let fields = own.node("fields") {
            guard case .mapping(let pairs) = fields.value else {
                mistakes.add(
                    fields, "`fields` must be a mapping, not \(fields.kindName)", hint: "write {FIELD: path/to/it}")
                own.finish()
                return form
            }
            for pair in pairs {
                guard let text = scalarText(pair.value, mistakes: mistakes, what: "a path") else { continue }
                let steps = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
                if isColumnPath(steps, pair.value, depth: depth) {
                    forms.xmlFields.append(
                        Mapping.Forms.XMLField(field: Placed(pair.key.text ?? "", pair.key), path: steps))
                }
            }
        }
        own.finish()
        return form
    }

    /// A path as `XMLForm.Column` has it.
    private func isColumnPath(_ steps: [String], _ node: Node, depth: Int) -> Bool {
        let hint = "write the elements from the record down, `name/first`, or an attribute last, `name/@id`"
        let before = mistakes.all.count
        let up = steps.prefix { $0 == ".." }.count
        let down = Array(steps.dropFirst(up))
        check(steps, node, hint: hint)
        if down.isEmpty || down.contains("..") {
            mistakes.add(node, "`..` comes first, and a name after it", hint: hint)
        } else if up >= depth {
            mistakes.add(node, "the path leads out of the document", hint: "a record is \(depth) levels deep")
        } else if down.dropLast().contains(where: { $0.hasPrefix("@") }) || down.last == "@" {
            mistakes.add(node, "an attribute is the last step of a path", hint: hint)
        } else if down.contains("*") {
            mistakes.add(node, "`*` in the path of a field", hint: hint)
        }
        checkLocal(down, node)
        return mistakes.all.count == before
    }

    private func checkLocal(_ steps: [String], _ node: Node) {
        for step in steps where step.contains(":") {
            mistakes.add(
                node, "\(shown(step)) has a prefix",
                hint: "write the local name; the namespace of the document is `namespace`")
        }
    }

    // MARK: - Fixed width

    private func fixedWidth(_ reader: inout MappingReader, into forms: inout Mapping.Forms) -> FixedWidthForm? {
        guard var own = reader.mapping("fixedWidth", what: "`fixedWidth`") else { return nil }
        let skip = own.integer("skip", in: 0...10_000) ?? 0
        _ = own.requiredNode("columns")
        for node in own.nodes("columns") ?? [] {
            guard var column = MappingReader(node, mistakes: mistakes, what: "a column") else { continue }
            let field = column.requiredPlacedString("field")
            let from = column.requiredInteger("from", in: 1...Self.placeLimit)
            let width = column.requiredInteger("width", in: 1...Self.placeLimit)
            column.finish()
            if let field, let from, let width {
                forms.fixedFields.append(Mapping.Forms.FixedField(field: field, from: from, width: width))
            }
        }
        if let node = own.keyNode("columns"), own.nodes("columns")?.isEmpty == true {
            mistakes.add(node, "`columns` is empty", hint: "name the field, `from` and `width` of each")
        }
        own.finish()
        return FixedWidthForm(columns: [], leadingLines: skip)
    }
}
