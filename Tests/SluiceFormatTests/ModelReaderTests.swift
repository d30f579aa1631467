import SluiceFormat
import SluiceModel
import SluiceYAML
import Testing

@Suite struct `The model` {
    @Test func `has node 0 not known, parents by number and months without a file`() throws {
        let model = try shippedModel()
        for dimension in model.dimensions { #expect(dimension.nodes[0].code == "unknown") }
        let area = model.dimensions[try #require(model.dimensionIndex("area"))]
        let small = try #require(area.nodes.firstIndex { $0.code == "E01999001" })
        #expect(area.nodes[area.kept(small)].code == "E02999001")
        #expect(area.nodes[area.ancestor(of: small, at: "lad")].code == "E08999001")
        #expect(area.nodes[area.ancestor(of: small, at: "force")].code == "E23999001")
        let month = model.dimensions[try #require(model.dimensionIndex("month"))]
        #expect(month.kind == .month)
        #expect(month.nodes.count == 1)
        let age = model.dimensions[try #require(model.dimensionIndex("age"))]
        #expect(age.nodes.contains { $0.code == "50+" && $0.ageLower == 50 && $0.ageUpper == nil })
    }

    private static let yaml = """
        eventKinds:
          - {id: offence, label: Offences}
        dimensions:
          - {id: month, label: Month, kind: month}
          - {id: area, label: Area, codes: area.csv, levels: [big, middle, small], keptLevel: middle}
        """
    private static let areas = """
        code,label,level,parents
        B1,Big 1,big,
        B2,Big 2,big,
        M1,Middle 1,middle,B1
        S1,Small 1,small,M1

        """

    private func read(yaml: String, areas: String) throws -> (model: EventModel?, text: String) {
        let folder = try TemporaryFolder()
        try folder.write("model.yaml", yaml)
        try folder.write("area.csv", areas)
        let mistakes = Mistakes()
        let model = readModel(folder: folder.path, mistakes: mistakes)
        #expect((model == nil) == !mistakes.isEmpty)
        return (model, texts(mistakes).replacing(folder.path + "/", with: ""))
    }

    @Test func `made up for these tests is read`() throws {
        #expect(try read(yaml: Self.yaml, areas: Self.areas).text == "")
    }

    @Test(arguments: [
        ("label: Offences", "labl: Offences", "model.yaml:2:19: unknown key `labl`; did you mean `label`?"),
        ("id: offence", "id: Offence", "model.yaml:2:10: `Offence` cannot name an event kind"),
        ("id: month", "id: area", "model.yaml:5:10: `area` stands twice"),
        ("kind: month", "kind: moon", "model.yaml:4:37: `kind` cannot be `moon`"),
        (", kind: month", "", "model.yaml:4:5: a dimension needs the key `codes`"),
        ("kind: month", "kind: month, levels: [a]", "model.yaml:4:44: a dimension of months has no `levels`"),
        ("codes: area.csv", "codes: aria.csv", "model.yaml:5:36: the file"),
        ("codes: area.csv", "codes: ../area.csv", "`codes` must be a file beside model.yaml"),
        ("keptLevel: middle", "keptLevel: midle", "`midle` is not one of the levels; did you mean `middle`?"),
        ("[big, middle, small]", "[big, middle, big]", "`big` stands twice"),
        ("  - {id: month, label: Month, kind: month}\n", "", "exactly one dimension of kind `month`"),
    ])
    func `with a slip in model.yaml is refused at its place`(part: String, changed: String, expected: String) throws {
        let yaml = Self.yaml.replacing(part, with: changed, maxReplacements: 1)
        #expect(yaml != Self.yaml)
        let text = try read(yaml: yaml, areas: Self.areas).text
        #expect(text.contains(expected), "\(text)")
    }

    @Test(arguments: [
        ("M1,Middle 1,middle,B1", "M1,Middle 1,middle,B9", "area.csv:4:20: the parent `B9` is not a code of this file"),
        (
            "M1,Middle 1,middle,B1", "M1,Middle 1,midle,B1",
            "area.csv:4:13: `midle` is not a level; did you mean `middle`?"
        ),
        (
            "B1,Big 1,big,", "B1,Big 1,big,S1",
            "area.csv:2:14: the parent `S1` is at the level `small`, which is not coarser"
        ),
        ("B1,Big 1,big,", "B1,Big 1,big,B1", "area.csv:2:14: the parent `B1` is at the level `big`"),
        ("middle,B1", "middle,B1 B2", "area.csv:4:20: `M1` lies below two codes of the level `big`"),
        ("middle,B1", "middle,B1 B1", "area.csv:4:20: the parent `B1` stands twice"),
        ("B2,Big 2", "B1,Big 2", "area.csv:3:1: the code `B1` stands twice"),
        ("B2,Big 2", "unknown,Big 2", "area.csv:3:1: the code `unknown` is there already"),
        ("B2,Big 2", "B 2,Big 2", "area.csv:3:1: a code must have characters and no spaces"),
        ("B2,Big 2", "B2,", "area.csv:3:4: the label is empty"),
        ("label,level", "level,label", "is not a level"),
        (",parents", ",parent", "area.csv:1:18: unknown column `parent`; did you mean `parents`?"),
    ])
    func `with a slip in a code file is refused at its place`(part: String, changed: String, expected: String) throws {
        let areas = Self.areas.replacing(part, with: changed, maxReplacements: 1)
        #expect(areas != Self.areas)
        let text = try read(yaml: Self.yaml, areas: areas).text
        #expect(text.contains(expected), "\(text)")
    }

    @Test(arguments: [
        ("15,", "ages must not overlap", "A2", "overlaps `A1` of the same level"),
        ("x,20", "", "A2", "an age must be a whole number"),
        ("30,20", "", "A2", "`from` is not below `to`"),
        (",20", "", "A2", "`to` without `from`"),
        ("20,30", "", "S1", "`S1` is wider than its parent"),
    ])
    func `refuses ages that do not make a tree`(ages: String, why: String, row: String, expected: String) throws {
        func years(_ name: String, _ usual: String) -> String { name == row ? ages : usual }
        let areas = """
            code,label,level,parents,from,to
            A1,Age 1,big,,\(years("A1", "0,18"))
            A2,Age 2,big,,\(years("A2", "18,"))
            S1,Age 3,small,A1,\(years("S1", "10,18"))

            """
        let text = try read(yaml: Self.yaml, areas: areas).text
        #expect(text.contains(expected), "\(text)")
    }

    @Test func `tells all its mistakes at once`() throws {
        let yaml = Self.yaml.replacing("label: Offences", with: "labl: Offences").replacing(
            "label: Month", with: "lable: M")
        let text = try read(yaml: yaml, areas: Self.areas.replacing("middle,B1", with: "middle,B9")).text
        #expect(text.split(separator: "\n").count == 5, "\(text)")
    }
}
