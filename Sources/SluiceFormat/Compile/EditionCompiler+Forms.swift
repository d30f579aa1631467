import SluiceModel
import SluiceYAML

// The forms of a dataset, with the columns that mean its fields.

extension EditionCompiler {
    /// Columns of fields that only another edition has are left out.
    func compileForms() -> TableForms {
        var forms = mapping.forms.plan
        if !forms.delimited, forms.workbook == nil, forms.json == nil, forms.xml == nil, forms.fixedWidth == nil {
            // Only where `forms` has nothing but mistakes, which are on record.
            forms.delimited = true
        }
        var xmlNames: Set<String> = []
        for column in mapping.forms.xmlFields {
            guard let header = header(column.field, &xmlNames) else { continue }
            forms.xml?.columns.append(XMLForm.Column(name: header, path: column.path))
        }
        var fixedNames: Set<String> = []
        for column in mapping.forms.fixedFields {
            guard let header = header(column.field, &fixedNames) else { continue }
            forms.fixedWidth?.columns.append(
                FixedWidthForm.Column(name: header, offset: column.from - 1, width: column.width))
        }
        if let form = forms.fixedWidth {
            // A line has no headings by which a column could be missing.
            let names = Set(form.columns.map(\.name))
            if form.columns.isEmpty, !mapping.forms.fixedFields.isEmpty {
                forms.fixedWidth = nil
            } else {
                for (field, plan) in zip(schema.fields, plans)
                where !form.columns.isEmpty && !plan.isOptional && plan.headers.first.map(names.contains) == false {
                    builder.add(
                        field.name.node, "`fixedWidth` has no column for \(shown(field.name.value))",
                        hint: "add one, or write `optional: true` in the schema")
                }
            }
        }
        return forms
    }

    /// The header by which a form names a field, once.
    private func header(_ name: Placed<String>, _ known: inout Set<String>) -> String? {
        guard let number = number(name), let header = plans[number].headers.first else { return nil }
        guard known.insert(header).inserted else {
            builder.add(name.node, "\(shown(name.value)) stands twice", hint: "remove one")
            return nil
        }
        return header
    }
}

extension PluginDataset {
    /// The days for which an edition is the right one: a name that is a date begins then and ends where the next such
    /// begins, the base schema ends where the first begins, and others are open, being told by their headings.
    func validity(of edition: String) -> (from: CivilDate?, to: CivilDate?) {
        let starts = editions.compactMap { CivilDate($0.name) }.sorted()
        guard let start = CivilDate(edition) else {
            return (nil, edition.isEmpty ? starts.first?.adding(days: -1) : nil)
        }
        return (start, starts.first { $0 > start }?.adding(days: -1))
    }
}
