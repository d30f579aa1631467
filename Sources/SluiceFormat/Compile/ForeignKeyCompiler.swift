import SluiceModel
import SluiceYAML

/// Resolves references between tables once all of them are compiled.
struct ForeignKeyCompiler {
    let builder: PlanBuilder

    /// The names that tables refer to, by dataset: such a field is kept for something.
    static func referencedFields(_ plugin: Plugin) -> [String: Set<String>] {
        var names: [String: Set<String>] = [:]
        for dataset in plugin.datasets {
            for key in dataset.editions.flatMap(\.schema.foreignKeys) {
                names[key.resource?.value ?? dataset.id, default: []].formUnion(key.referenced.map(\.value))
                names[dataset.id, default: []].formUnion(key.fields.map(\.value))
            }
        }
        return names
    }

    /// Fills in the keys of every dataset of the plan.
    func compile(_ plans: inout [DatasetPlan]) {
        for index in plans.indices {
            guard let dataset = builder.plugin.datasets.first(where: { $0.id == plans[index].id }),
                let edition = dataset.editions.first(where: { $0.name == plans[index].edition })
            else { continue }
            for key in edition.schema.foreignKeys {
                if let compiled = compile(key, of: index, plans) { plans[index].foreignKeys.append(compiled) }
            }
        }
    }

    private func compile(_ key: Schema.ForeignKey, of index: Int, _ plans: [DatasetPlan]) -> ForeignKey? {
        guard let other = dataset(key, of: index, plans) else { return nil }
        let fields = numbers(key.fields, in: plans[index])
        let referenced = numbers(key.referenced, in: plans[other])
        guard fields.count == key.fields.count, referenced.count == key.referenced.count else { return nil }
        if other == index, fields == referenced {
            builder.add(key.node, "the foreign key refers to itself", hint: "name other fields in `reference`")
        }
        for (place, (field, target)) in zip(fields, referenced).enumerated() {
            let (type, targetType) = (plans[index].fields[field].type, plans[other].fields[target].type)
            guard type != targetType else { continue }
            builder.add(
                key.referenced[place].node,
                "\(shown(key.fields[place].value)) is a \(SchemaFieldReader.name(of: type)) and "
                    + "\(shown(key.referenced[place].value)) a \(SchemaFieldReader.name(of: targetType))",
                hint: "give both the same type")
        }
        return ForeignKey(fields: fields, dataset: other, referenced: referenced)
    }

    /// The table referred to: of several editions the one of the same name, else the base.
    private func dataset(_ key: Schema.ForeignKey, of index: Int, _ plans: [DatasetPlan]) -> Int? {
        guard let resource = key.resource, resource.value != plans[index].id else { return index }
        let known = builder.plugin.datasets.map(\.id)
        guard known.contains(resource.value) else {
            builder.add(
                resource.node, "\(shown(resource.value)) is not a dataset of the plugin",
                hint: nameHint(
                    resource.value, among: known + builder.plugin.codeLists.keys.sorted().map { "codes/" + $0 },
                    else: "it is one of " + known.joined(separator: ", ") + ", or a list, `codes/LIST`"))
            return nil
        }
        // A sender that may not send the other table cannot be held to it.
        let others = plans.indices.filter { plans[$0].id == resource.value }
        return others.first { plans[$0].edition == plans[index].edition } ?? others.first { plans[$0].edition.isEmpty }
            ?? others.first
    }

    private func numbers(_ names: [Placed<String>], in plan: DatasetPlan) -> [Int] {
        names.compactMap { name in
            if let number = plan.fields.firstIndex(where: { $0.name == name.value }) { return number }
            builder.add(
                name.node, "\(shown(plan.id)) has no field \(shown(name.value))",
                hint: nameHint(name.value, among: plan.fields.map(\.name), else: "name a field of its schema"))
            return nil
        }
    }
}
