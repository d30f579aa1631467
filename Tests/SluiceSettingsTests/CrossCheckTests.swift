import SluiceModel
import SluiceSettings
import SluiceYAML
import Testing

@Suite struct CrossCheckTests {
    static let model = EventModel(
        eventKinds: [EventModel.EventKind(id: "offence", label: "Offences")],
        dimensions: [
            Dimension(id: "month", label: "Month", kind: .month, levels: [], nodes: []),
            Dimension(
                id: "area", label: "Area", kind: .codes, levels: ["lad", "msoa", "lsoa"], keptLevel: "msoa",
                nodes: [
                    Dimension.Node(code: "unknown", label: "Not known", level: ""),
                    Dimension.Node(code: "E08999001", label: "North", level: "lad"),
                    Dimension.Node(code: "E02999001", label: "North 1", level: "msoa", parents: [1]),
                ]),
            Dimension(id: "measure", label: "Measure", kind: .codes, levels: ["measure"], nodes: []),
        ])
    static let plugins: [String: (kinds: [AuthorityKind], datasets: [String])] = [
        "police": ([.police, .policingBody], ["crime", "counts"]), "yot": ([.yot], ["offences"]),
    ]

    func mistakes(_ changes: [String: String?]) throws -> [String] {
        let instance = try TemporaryInstance(changes)
        let mistakes = Mistakes()
        let settings = try #require(readSettings(file: instance.folder + "/sluice.yaml", mistakes: mistakes))
        #expect(mistakes.isEmpty)
        settings.crossCheck(model: Self.model, plugins: Self.plugins, mistakes: mistakes)
        return instance.relative(mistakes)
    }

    @Test func `names that model and plugins know pass`() throws {
        let release = TemporaryInstance.release + "\n    only: {area: [E08999001]}\n"
        #expect(try mistakes(["releases/profile.yaml": release]) == [])
    }

    @Test(arguments: [
        ("event: offence", "event: ofence", "11:12: the event kind `ofence` is not known; did you mean `offence`?"),
        ("area: lad", "aera: lad", "12:10: the dimension `aera` is not known; did you mean `area`?"),
        ("area: lad", "measure: measure", "12:10: `measure` is not a dimension of events; remove it from `by`"),
        ("area: lad", "area: lab", "12:16: the level `lab` is not known; did you mean `lad`?"),
        ("area: lad", "area: lsoa", "12:16: records are kept no finer than `msoa`; choose one of lad, msoa"),
        (
            "month: quarter", "month: week",
            "12:28: the level `week` is not known; known are year, financial-year, quarter, month"
        ),
        (
            "quarter}", "quarter}\n    only: {area: [E08999001, E02999001]}",
            "13:30: the code `E02999001` is not known; did you mean `E08999001`?"
        ),
        (
            "quarter}", "quarter}\n    only: {month: [2025-04]}",
            "13:20: `only` cannot choose months; remove it and set the release's `period`"
        ),
        (
            "quarter}", "quarter}\nstructuralZeros: [{event: offences, codes: {area: E08999001}}]",
            "13:27: the event kind `offences` is not known; did you mean `offence`?"
        ),
        (
            "quarter}", "quarter}\nstructuralZeros: [{event: offence, codes: {aera: E08999001}}]",
            "13:44: the dimension `aera` is not known; did you mean `area`?"
        ),
        (
            "quarter}", "quarter}\nstructuralZeros: [{event: offence, codes: {area: E0899900}}]",
            "13:50: the code `E0899900` is not known; did you mean `E08999001`?"
        ),
    ])
    func `a name in a release that the model does not know is a mistake at that name`(
        old: String, new: String, expected: String
    ) throws {
        let release = replacing(old, with: new, in: TemporaryInstance.release)
        #expect(try mistakes(["releases/profile.yaml": release]) == ["releases/profile.yaml:" + expected])
    }

    @Test(arguments: [
        ("plugin: police", "plugin: polize", "4:9: there is no plugin `polize`; did you mean `police`?"),
        ("kind: police", "kind: yot", "3:7: plugin `police` is not for `kind: yot`; it is for police, policing-body"),
        ("36", "36\ndatasets: [crime, crimes]", "11:19: the dataset `crimes` is not known; did you mean `crime`?"),
    ])
    func `what an authority's plugin does not offer is a mistake`(old: String, new: String, expected: String) throws {
        let authority = replacing(old, with: new, in: TemporaryInstance.authority)
        #expect(try mistakes(["authorities/north.yaml": authority]) == ["authorities/north.yaml:" + expected])
    }

    @Test func `an expected delivery names a dataset that the authority may send`() throws {
        let reviews =
            TemporaryInstance.reviews + """

                  - id: crime
                    kind: expected-delivery
                    title: C
                    owner: O
                    delivery: {authority: north, dataset: counts, unit: month, first: 2025-04, graceDays: 1}
                """
        #expect(try mistakes(["reviews.yaml": reviews]) == [])
        let authority = TemporaryInstance.authority + "\ndatasets: [crime]\n"
        #expect(
            try mistakes(["reviews.yaml": reviews, "authorities/north.yaml": authority])
                == ["reviews.yaml:11:43: the dataset `counts` is not known; known are crime"])
    }
}
