import SluiceModel
import Testing

@Suite struct PlanCheckTests {
    typealias Change = @Sendable (inout FormatPlan) -> Void

    /// The fixture's plan with an area that a point tells, known places, ordinary words and a rule on contents.
    private static var plan: FormatPlan {
        var plan = Fixture.workablePlan
        plan.placeCount = 2
        plan.gazetteer = [
            GazetteerName(text: "fictional park", place: 0), GazetteerName(text: "park", place: 1),
        ]
        plan.ordinaryWords = Array("rose\nmark\n".utf8)
        percent(20)(&plan)
        point(.longitude, .latitude)(&plan)
        return plan
    }

    /// An area of field 0 and, with a second reading, of field 4.
    private static func point(_ first: PlaceReading, _ second: PlaceReading?) -> Change {
        { plan in
            plan.datasets[0].fields[0].place = first
            if let second { plan.datasets[0].fields[4].place = second }
            plan.datasets[0].output.columns[2].sources = [
                .directory(field: 0, second: second == nil ? nil : 4, areas: 0, codes: [1, 2])
            ]
        }
    }

    private static func name(_ text: String) -> Change { { $0.gazetteer[0].text = text } }

    private static func words(_ text: String) -> Change { { $0.ordinaryWords = Array(text.utf8) } }

    private static func percent(_ percent: Int) -> Change {
        {
            $0.contentRules = [
                ContentRule(
                    id: "names", condition: .identifiers(IdentifierKinds(.name), percent: percent), effect: .warn,
                    message: "Look.")
            ]
        }
    }

    private static func name(words count: Int) -> Change {
        name([String](repeating: "park", count: count).joined(separator: " "))
    }

    static let good: [Change] = [
        { _ in },
        point(.easting, .northing),
        point(.postcode, nil),
        name(words: GazetteerName.wordLimit),
        words(""),
        words("it's\n"),
        words("rose"),
        percent(0),
        percent(100),
    ]

    static let bad: [Change] = [
        point(.longitude, .northing),
        point(.easting, .latitude),
        point(.latitude, .longitude),
        point(.longitude, .longitude),
        point(.longitude, PlaceReading.none),
        point(.longitude, nil),
        point(.postcode, .latitude),
        point(.postcode, .northing),
        { $0.datasets[0].output.columns[2].sources = [.directory(field: 0, second: 9, areas: 0, codes: [1, 2])] },
        name(""),
        name(" "),
        name("fictional "),
        name("fictional  park"),
        name(words: GazetteerName.wordLimit + 1),
        { $0.gazetteer[0].place = -1 },
        { $0.gazetteer[0].place = 2 },
        { $0.placeCount = -1 },
        words("Rose\n"),
        words("rose mark\n"),
        words("rosé\n"),
        words("rose\r\n"),
        percent(-1),
        percent(101),
    ]

    @Test(arguments: good.indices)
    func `what a worker can look up by is no problem`(index: Int) {
        var plan = Self.plan
        Self.good[index](&plan)
        #expect(plan.check() == [])
    }

    @Test(arguments: bad.indices)
    func `what a worker cannot look up by is a problem`(index: Int) {
        var plan = Self.plan
        Self.bad[index](&plan)
        #expect(!plan.check().isEmpty)
    }
}
