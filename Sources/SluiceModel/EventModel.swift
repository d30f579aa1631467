/// The shared model that every case-row dataset maps to: event kinds, and dimensions with their codes.
///
/// Read from `model/model.yaml` and the CSV files it names.
package struct EventModel: Hashable, Sendable {
    package struct EventKind: Hashable, Sendable {
        package var id: String
        package var label: String

        package init(id: String, label: String) {
            self.id = id
            self.label = label
        }
    }

    package var eventKinds: [EventKind]
    /// In the file's order; indices into it are the dimension numbers of plans and blocks.
    package var dimensions: [Dimension]
    /// Known places, for the treatment `gazetteer`.
    package var places: [KnownPlace] = []
    /// By what records may be linked.
    package var links: [LinkRecipe] = []

    /// A place by all its names, as `PlaceName.normalised` has them, and what it means: nodes of dimensions by index.
    package struct KnownPlace: Hashable, Sendable {
        package var names: [String]
        package var codes: [Int: Int]

        package init(names: [String], codes: [Int: Int]) {
            self.names = names
            self.codes = codes
        }
    }

    package init(eventKinds: [EventKind], dimensions: [Dimension]) {
        self.eventKinds = eventKinds
        self.dimensions = dimensions
    }

    package func dimensionIndex(_ id: String) -> Int? { dimensions.firstIndex { $0.id == id } }
}

/// One dimension: codes with labels, each at a level, each below any number of coarser ones.
package struct Dimension: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        /// Codes from a CSV file.
        case codes
        /// Calendar months; its levels are `month`, `quarter`, `year` and `financial-year`.
        case month
    }

    /// A code. Node 0 of every dimension is `unknown`, "Not known", at no level.
    package struct Node: Hashable, Sendable {
        package var code: String
        package var label: String
        /// Empty for node 0.
        package var level: String
        /// Indices of the coarser codes right above, one per hierarchy it belongs to.
        package var parents: [Int]
        /// For the age dimension: whole years from `lower`, below `upper`.
        package var ageLower: Int?
        package var ageUpper: Int?

        package init(
            code: String, label: String, level: String, parents: [Int] = [], ageLower: Int? = nil, ageUpper: Int? = nil
        ) {
            self.code = code
            self.label = label
            self.level = level
            self.parents = parents
            self.ageLower = ageLower
            self.ageUpper = ageUpper
        }
    }

    package var id: String
    package var label: String
    package var kind: Kind
    /// From the coarsest to the finest, as the file lists them.
    package var levels: [String]
    /// The finest level at which records are kept: a finer code is truncated to it on the way in. Nil keeps all.
    package var keptLevel: String?
    package var nodes: [Node]

    package init(
        id: String, label: String, kind: Kind, levels: [String], keptLevel: String? = nil, nodes: [Node]
    ) {
        self.id = id
        self.label = label
        self.kind = kind
        self.levels = levels
        self.keptLevel = keptLevel
        self.nodes = nodes
    }

    package static let monthLevels = ["year", "financial-year", "quarter", "month"]

    /// The code at `level` that `node` is or lies below; 0 when it lies below none (it is coarser, or not known).
    package func ancestor(of node: Int, at level: String) -> Int {
        if nodes[node].level == level { return node }
        for parent in nodes[node].parents {
            let found = ancestor(of: parent, at: level)
            if found != 0 { return found }
        }
        return 0
    }

    /// All codes at `level` that `node` is or lies below: more than one where areas overlap.
    package func ancestors(of node: Int, at level: String) -> [Int] {
        if nodes[node].level == level { return [node] }
        var found: [Int] = []
        for parent in nodes[node].parents {
            for ancestor in ancestors(of: parent, at: level) where !found.contains(ancestor) { found.append(ancestor) }
        }
        return found
    }

    /// Where `node` is kept: itself, or its ancestor at `keptLevel` when it is finer than that.
    package func kept(_ node: Int) -> Int {
        guard let keptLevel else { return node }
        let ancestor = ancestor(of: node, at: keptLevel)
        return ancestor != 0 ? ancestor : node
    }
}
