/// A disclosure rule about what a file contains, as the worker carries it out: of `disclosure/rules.yaml`, those that are
/// about the sender.
package struct ContentRule: Hashable, Sendable {
    package enum Condition: Hashable, Sendable {
        /// A column holds identifiers of these kinds: one cell of an undeclared or free-text column, or `percent` of its
        /// cells where that is above 0; of a declared column more than chance explains.
        case identifiers(IdentifierKinds, percent: Int)
        /// A column is called like a patient identifier, as `FormatPlan.patientColumns` has them.
        case patientColumns
        /// A column whose field has one of these classes holds anything.
        case classes(Set<PrivacyClass>)
        /// The file has columns that tell all of these, which together single a person out.
        case together(Set<FieldFact>)
    }

    /// Ordered: the strictest last.
    package enum Effect: UInt8, CaseIterable, Sendable, Comparable {
        case warn = 0
        /// Nothing of the column is kept.
        case dropColumn
        /// Nothing of the file is kept.
        case refuse

        package static func < (a: Effect, b: Effect) -> Bool { a.rawValue < b.rawValue }
    }

    /// Without `gate.`.
    package var id: String
    package var condition: Condition
    package var effect: Effect
    /// What the agency is told, with the law.
    package var message: String

    package init(id: String, condition: Condition, effect: Effect, message: String) {
        self.id = id
        self.condition = condition
        self.effect = effect
        self.message = message
    }

    /// As findings and the ledger cite it.
    package var name: String { "gate." + id }

    /// Cells that must match before a share of them says anything.
    package static let cellsMin = 5
    /// What a share of valid values above chance must be less likely than, to be no chance.
    package static let chanceLimit = 1e-6
}

/// What a column tells of a person or an event, for rules on columns that together single somebody out.
package enum FieldFact: UInt8, CaseIterable, Sendable, BitwiseCopyable {
    case age = 0, birthDate, sex, ethnicity, homeArea, day, time, school, practice, occupation

    /// As a schema and a rule name it.
    package var text: String {
        switch self {
        case .age: "age"
        case .birthDate: "birth-date"
        case .sex: "sex"
        case .ethnicity: "ethnicity"
        case .homeArea: "home-area"
        case .day: "day"
        case .time: "time"
        case .school: "school"
        case .practice: "practice"
        case .occupation: "occupation"
        }
    }
}

extension FormatPlan {
    /// The strictest rule on the class of a field, if any.
    package func classRule(_ privacy: PrivacyClass) -> ContentRule? {
        contentRules.filter { rule in
            if case .classes(let classes) = rule.condition { classes.contains(privacy) } else { false }
        }.max { $0.effect < $1.effect }
    }

    /// Lets nothing be made of columns whose class a rule drops.
    package mutating func carryOutClassRules() {
        for dataset in datasets.indices {
            let dropped = datasets[dataset].fields.indices.filter { field in
                (classRule(datasets[dataset].fields[field].privacy)?.effect ?? .warn) >= .dropColumn
            }
            datasets[dataset].output.drop(Set(dropped))
        }
    }
}

extension OutputPlan {
    /// Lets nothing be made of these fields.
    package mutating func drop(_ fields: Set<Int>) {
        for column in columns.indices {
            columns[column].sources.removeAll { !fields.isDisjoint(with: $0.fields) }
        }
        if let link = linkField, !fields.isDisjoint(with: [link] + linkMore) {
            linkField = nil
            linkMore = []
        }
    }

    /// Fields whose area is told by the imported directory.
    package var directoryFields: [Int] {
        columns.flatMap(\.sources).flatMap { source -> [Int] in
            if case .directory = source { source.fields } else { [] }
        }
    }

    package var usesDirectory: Bool { !directoryFields.isEmpty }

    /// Whether something is made of the field, beside the period.
    package func uses(_ field: Int) -> Bool {
        linkField == field || linkMore.contains(field)
            || columns.contains { $0.sources.contains { $0.fields.contains(field) } }
    }
}

extension OutputSource {
    /// The fields that the code comes from.
    package var fields: [Int] {
        switch self {
        case .constant: []
        case .lookup(let field, _), .boolean(let field, _, _), .month(let field), .weekday(let field, _),
            .partOfDay(let field, _, _), .band(let field, _):
            [field]
        case .age(let birth, let at, _): [birth, at]
        case .directory(let field, let second, _, _): [field] + (second.map { [$0] } ?? [])
        case .gazetteer(let field, _): [field]
        }
    }
}
