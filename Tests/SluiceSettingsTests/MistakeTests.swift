import SluiceModel
import SluiceSettings
import SluiceTestSupport
import SluiceYAML
import Testing

/// One file of the instance, changed in one place, and the only mistake that makes.
struct Slip: Sendable, CustomTestStringConvertible {
    var file: String
    var old: String
    var new: String
    var mistake: String

    init(_ file: String, _ old: String, _ new: String, _ mistake: String) {
        self.file = file
        self.old = old
        self.new = new
        self.mistake = mistake
    }

    var testDescription: String { mistake }
    static let texts = [
        "sluice.yaml": TemporaryInstance.sluice, "authorities/north.yaml": TemporaryInstance.authority,
        "releases/profile.yaml": TemporaryInstance.release, "reviews.yaml": TemporaryInstance.reviews,
    ]
}

private let north = "authorities/north.yaml"
private let profile = "releases/profile.yaml"

@Suite struct MistakeTests {
    static let top: [Slip] = [
        Slip("sluice.yaml", "instance: Test\n", "", "1:1: sluice.yaml needs the key `instance`; add `instance: …`"),
        Slip(
            "sluice.yaml", "name: P", "name: ~",
            "2:32: `name` has no value; write one, in quotes if it is meant to be empty"),
        Slip("sluice.yaml", "[P]", "P", "3:14: `controllers` must be a list, not a single value; write [P]"),
        Slip(
            "sluice.yaml", "[P]", "[]",
            "3:14: `controllers` is empty; name the bodies that answer for the data (UK GDPR Art. 26)"),
        Slip(
            "sluice.yaml", "[P]", "[P]\ntimeZone: a b",
            "4:11: `timeZone`: this machine knows no time zone `a b`; write a name such as Europe/London, or install the "
                + "Debian package tzdata"),
        Slip(
            "sluice.yaml", "[P]", "[P]\npaths: {drop: ''}",
            "4:15: `drop` is not a path; write one, from / or from the folder of sluice.yaml"),
        Slip(
            "sluice.yaml", "[P]", "[P]\npaths: {drop: x, state: x/state}",
            "4:25: `state` and `drop` are one folder or inside each other; "
                + "give each a folder of its own, for different people may read them"),
        Slip(
            "sluice.yaml", "[P]", "[P]\npaths: {state: reviews.yaml}",
            "4:16: `state` cannot be a folder: D/reviews.yaml is a file; "
                + "move what is in its place, or set `paths.state` to a folder"),
        Slip(
            "sluice.yaml", "[P]", "[P]\npaths: {drop: reviews.yaml/drop}",
            "4:15: `drop` cannot be a folder: D/reviews.yaml is a file; "
                + "move what is in its place, or set `paths.drop` to a folder"),
        Slip(
            "sluice.yaml", "[P]", "[P]\npaths: {drop: x, state: authorities/../x}",
            "4:25: `state` and `drop` are one folder or inside each other; "
                + "give each a folder of its own, for different people may read them"),
        Slip(
            "sluice.yaml", "[P]", "[P]\npaths: {drop: x, releases: x/out}",
            "4:28: `releases` and `drop` are one folder or inside each other; "
                + "give each a folder of its own, for different people may read them"),
        Slip(
            "sluice.yaml", "[P]", "[P]\npaths: {releaseSpecs: none}",
            "4:23: D/none cannot be read: No such file or directory; make the folder, or set `paths.releaseSpecs`"),
        Slip(
            "sluice.yaml", "[P]", "[P]\npaths: {reviews: none.yaml}",
            "4:18: D/none.yaml cannot be read: No such file or directory; "
                + "write the review register there (`reviews: []` for none), or set `paths.reviews`"),
        Slip("sluice.yaml", "[P]", "[P]\npaths: {dorp: x}", "4:9: unknown key `dorp`; did you mean `drop`?"),
        Slip(
            "sluice.yaml", "[P]", "[P]\nintake: {fileLimitBytes: 2 GB}",
            "4:26: `fileLimitBytes` is not a size; write it as 2 GiB, 256 MiB or plain bytes"),
        Slip(
            "sluice.yaml", "[P]", "[P]\nintake: {fileLimitBytes: 99999999999 TiB}",
            "4:26: `fileLimitBytes` is not a size; write it as 2 GiB, 256 MiB or plain bytes"),
        Slip(
            "sluice.yaml", "[P]", "[P]\nintake: {fileLimitBytes: 2 TiB}",
            "4:26: `fileLimitBytes` is out of range; write a size from 1 B to 1 TiB"),
        Slip(
            "sluice.yaml", "[P]", "[P]\ndecode: {sandboxDegradedOK: yes}",
            "4:29: `sandboxDegradedOK` must be true or false; "
                + "write `sandboxDegradedOK: true` or `sandboxDegradedOK: false`"),
        Slip(
            "sluice.yaml", "[P]", "[P]\ndecode: [1]",
            "4:9: `decode` must be a mapping, not a list; write `key: value` lines"),
    ]

    static let authority: [Slip] = [
        Slip(
            north, "authority: north", "authority: south",
            "1:12: `authority` is `south` and the file is named `north.yaml`; give both the same name"),
        Slip(
            north, "authority: north", "authority: North",
            "1:12: `authority` cannot be `North`; write 1 to 40 of a-z, 0-9 and -, a letter first"),
        Slip(
            north, "kind: police", "kind: local-authority",
            "1:1: an authority needs the key `function`; add `function: …`"),
        Slip(
            north, "kind: police", "kind: local-authority\nfunction: schools",
            "4:11: `function` cannot be `schools`; it is one of education, youth-justice, social-care, other"),
        Slip(
            north, "kind: police", "kind: police\nfunction: other",
            "4:1: `function` is for a local-authority only; remove it"),
        Slip(
            north, "pcsc-16", "pcsc-61",
            "5:10: `gateway` cannot be `pcsc-61`; did you mean `pcsc-16`? "
                + "it is one of pcsc-16, pcsc-17, existing-powers, istv"),
        Slip(
            north, "2025-04-01", "2025-02-30",
            "7:38: `validFrom` is not a date; write one that exists, as 2025-04-01"),
        Slip(
            north, "2026-03-31", "9999-12-31",
            "7:59: `validTo` is out of range; write a year from 1900 to 2199"),
        Slip(
            north, "2026-03-31", "2025-03-31",
            "7:59: `validTo` is before `validFrom`; write the last day the agreement covers"),
        Slip(
            north, "36", "3 years",
            "10:18: `retentionMonths` must be a whole number; write digits without quotes, 1 to 600"),
        Slip(
            north, "36", "36\nreadiness: marker",
            "11:12: `readiness` cannot be `marker`; it is one of settle, rename"),
        Slip(
            north, "36", "36\nmembers: each",
            "11:10: `members` cannot be `each`; it is one of together, separate"),
        Slip(
            north, "36", "36\ntoleranceRejectedPercent: 101",
            "11:27: `toleranceRejectedPercent` is out of range; write a number from 0 to 100"),
        Slip(
            north, "dataContact", "dataContacts",
            "1:1: an authority needs the key `dataContact`; add `dataContact: …`"),
    ]

    static let release: [Slip] = [
        Slip(
            profile, "release: profile", "release: other",
            "1:10: `release` is `other` and the file is named `profile.yaml`; give both the same name"),
        Slip(
            profile, "[{kind: vru, name: V}]", "[]",
            "4:13: `recipients` is empty; name who gets it: [{kind: vru, name: …}]"),
        Slip(
            profile, "purpose: needs-assessment", "purpose: curiosity",
            "5:10: `purpose: curiosity` is not a purpose that north share data for; "
                + "leave them out of `sources`, or agree the purpose with them and add it to their `purposes`"),
        Slip(
            profile, "purpose:", "sources: [nort]\npurpose:",
            "5:11: the authority `nort` is not known; did you mean `north`?"),
        Slip(profile, "from: 2025-04", "from: 2025-13", "6:16: `from` is not a month; write it as 2025-04"),
        Slip(
            profile, "from: 2025-04", "from: 0001-01",
            "6:16: `from` is out of range; write a year from 1900 to 2199"),
        Slip(
            profile, "to: 2026-03", "to: 2025-03", "6:29: `to` is before `from`; write the last month of the period"),
        Slip(
            profile, "threshold: 5", "threshold: 1",
            "7:32: `threshold: 1` hides nothing; write 3 or more: counts from 1 to one below it are hidden"),
        Slip(
            profile, "threshold: 5", "threshold: 2",
            "7:32: `threshold: 2` leaves a hidden count one possible value; write 3 or more"),
        Slip(
            profile, "threshold: 5}", "threshold: 5, zeros: published, zeroAttainable: true}",
            "7:69: 0 cannot stay attainable with `zeros: published`: everybody sees that a hidden count is no zero; "
                + "write `zeros: hideable`, or take `zeroAttainable` out"),
        Slip(
            profile, "profile: {id: five, threshold: 5}", "profile: fife",
            "7:10: the profile `fife` is not known; none is set up yet"),
        Slip(
            profile, "tables:", "microdata: {k: 5}\ntables:",
            "8:1: `microdata` is refused: single records cannot be proved safe yet; remove it and ask for tables"),
        Slip(
            profile, "    by:", "    totals: [aera]\n    by:",
            "12:14: the dimension `aera` is not known; did you mean `area`?"),
        Slip(
            profile, "    by:", "    totals: 3\n    by:",
            "12:13: `totals` must be true, false or a list of dimensions; write `totals: true` or [area, month]"),
        Slip(
            profile, "{area: lad, month: quarter}",
            "{area: lad}\n  - {id: offences, title: More, event: search, by: {month: month}}",
            "13:10: table `offences` is on line 9 already; give it another id"),
        Slip(
            profile, "{area: lad, month: quarter}", "{}",
            "12:9: `by` is empty; name at least one dimension and its level: {area: lad}"),
        Slip(
            profile, "{area: lad, month: quarter}", "[area]",
            "12:9: `by` must be a mapping, not a list; write {dimension: …}"),
        Slip(
            profile, "{area: lad, month: quarter}", "{area: lad}\n    only: {aera: [x]}",
            "13:12: `only` names `aera`, which is not in `by`; add it to `by`"),
        Slip(
            profile, "{area: lad, month: quarter}", "{area: lad}\n    only: {area: x}",
            "13:18: `only` for `area` must be a list of codes; write [CODE, …], or leave it out to show every code"),
    ]

    static let reviews: [Slip] = [
        Slip("reviews.yaml", "reviews:", "review:", "1:1: reviews.yaml needs the key `reviews`; add `reviews: …`"),
        Slip(
            "reviews.yaml", "    due: 2026-12-01", "",
            "2:5: a review needs a date or a rule for one; write one of `due: 2026-12-01`, "
                + "`every: {months: 12, first: 2026-12-01}` and `delivery: {…}`"),
        Slip(
            "reviews.yaml", "due: 2026-12-01", "due: 2026-12-01\n    every: {months: 12, first: 2026-12-01}",
            "7:5: a review has one date or rule; write one of `due: 2026-12-01`, "
                + "`every: {months: 12, first: 2026-12-01}` and `delivery: {…}`"),
        Slip(
            "reviews.yaml", "kind: strategy", "kind: expected-delivery",
            "6:5: `due` does not go with `kind: expected-delivery`; "
                + "an expected-delivery has `delivery`, every other kind `due` or `every`"),
        Slip(
            "reviews.yaml", "due: 2026-12-01", "every: {months: 0, first: 2026-12-01}",
            "6:21: `months` is out of range; write a number from 1 to 120"),
        Slip(
            "reviews.yaml", "due: 2026-12-01", "due: 2026-12-01\n    warnings: [7, 30]",
            "7:15: `warnings` must run down from the earliest; write days before the date, as [90, 30, 7, 0]"),
        Slip(
            "reviews.yaml", "due: 2026-12-01",
            "due: 2026-12-01\n  - {id: strategy, kind: other, title: T, owner: O, due: 2026-12-01}",
            "7:10: review `strategy` is on line 2 already; give it another id"),
        Slip(
            "reviews.yaml", "id: strategy", "id: agreement-north",
            "2:9: review `agreement-north` has the name that the end of the agreement with north has; "
                + "remove it, for that date raises its warnings by itself; or give it another id"),
        Slip(
            "reviews.yaml", "strategy\n    title: Strategy\n    owner: O\n    due: 2026-12-01",
            "expected-delivery\n    title: S\n    owner: O\n"
                + "    delivery: {authority: nort, dataset: a, unit: month, first: 2025-04, graceDays: 1}",
            "6:27: the authority `nort` is not known; did you mean `north`?"),
        Slip(
            "reviews.yaml", "strategy\n    title: Strategy\n    owner: O\n    due: 2026-12-01",
            "expected-delivery\n    title: S\n    owner: O\n"
                + "    delivery: {authority: north, dataset: a, unit: quarter, first: 2025-05, graceDays: 1}",
            "6:68: `first` does not begin a period of `unit: quarter`; write 2025-04"),
    ]

    @Test(arguments: top + authority + release + reviews)
    func `one slip is one mistake with its place and a hint`(slip: Slip) throws {
        let text = try #require(Slip.texts[slip.file])
        let instance = try TemporaryInstance([slip.file: replacing(slip.old, with: slip.new, in: text)])
        let expected =
            slip.file + ":" + slip.mistake.split(separator: " D/").joined(separator: " \(instance.folder)/")
        // A misspelt key is missing and unknown; both are said, the missing one first.
        #expect(instance.read().mistakes.first == expected)
        let isMisspelling = slip.new.hasPrefix("review:") || slip.new == "dataContacts"
        #expect(instance.read().mistakes.count == (isMisspelling ? 2 : 1))
    }

    @Test func `a settings file that is not there is a mistake, not a crash`() throws {
        let instance = try TemporaryInstance(["sluice.yaml": nil])
        let (settings, mistakes) = instance.read()
        #expect(settings == nil)
        #expect(
            mistakes == [
                "sluice.yaml:1:1: cannot be read: No such file or directory; check its name and its permissions"
            ])
    }

    @Test func `files of other kinds beside the settings are left alone, and .yml is pointed out`() throws {
        let instance = try TemporaryInstance([
            "authorities/README.md": "x", "authorities/.north.yaml": "[", "authorities/north.yaml~": "[",
            "authorities/south.yml": "x",
        ])
        #expect(
            instance.read().mistakes
                == ["authorities/south.yml:1:1: only files ending in .yaml are read; rename it"])
    }

    @Test func `a slip in an authority does not make its name unknown elsewhere`() throws {
        let instance = try TemporaryInstance([
            north: replacing("36", with: "x", in: TemporaryInstance.authority),
            profile: replacing("purpose:", with: "sources: [north]\npurpose:", in: TemporaryInstance.release),
        ])
        #expect(instance.read().mistakes.count == 1)
    }

    @Test func `no swapped, repeated or lost words in the settings end the program`() throws {
        var random = SplitMix64(seed: 20_260_401)
        let names = Slip.texts.keys.sorted()
        for _ in 0..<400 {
            let name = names[Int.random(in: 0..<names.count, using: &random)]
            // Words and what stands between them, so that most results are still YAML.
            var parts = (Slip.texts[name] ?? "").split(separator: " ", omittingEmptySubsequences: false).map(
                String.init)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<parts.count, using: &random)
                let other = Int.random(in: 0..<parts.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: parts.swapAt(place, other)
                case 1: parts[place] = ["~", "[]", "{}", "0", "-1", "0001-01", "9999-12-31", "''"][place % 8]
                default: parts.insert(parts[other], at: place)
                }
            }
            let instance = try TemporaryInstance([name: parts.joined(separator: " ")])
            let (settings, mistakes) = instance.read()
            #expect(settings != nil || !mistakes.isEmpty)
            settings?.crossCheck(model: CrossCheckTests.model, plugins: CrossCheckTests.plugins, mistakes: Mistakes())
        }
    }
}
