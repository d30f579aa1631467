import SluiceModel
import SluiceSettings
import SluiceYAML
import Testing

@Suite struct SettingsTests {
    @Test func `a small instance is read with every default`() throws {
        let instance = try TemporaryInstance()
        let (read, mistakes) = instance.read()
        #expect(mistakes == [])
        let settings = try #require(read)
        #expect(settings.folder == instance.folder)
        #expect(settings.instanceName == "Test")
        #expect(settings.operator == Operator(kind: .police, name: "P"))
        #expect(settings.controllers == ["P"])
        #expect(settings.timeZone == "Europe/London")
        #expect(settings.paths == Paths(folder: instance.folder))
        #expect(settings.paths.drop == instance.folder + "/srv/drop")
        #expect(settings.paths.control == instance.folder + "/state/control.sock")
        #expect(settings.intake == IntakeSettings())
        #expect(settings.decode == DecodeSettings())
    }

    @Test func `every setting can be set, and paths are relative to the folder of sluice.yaml`() throws {
        let instance = try TemporaryInstance([
            "sluice.yaml": """
            instance: Test
            operator: {kind: vru, name: P}
            controllers: [P, Q]
            timeZone: Etc/UTC
            paths:
              drop: /srv/sluice/drop
              releases: ./out//releases
              alerts: out/alerts
              state: var
              model: m
              plugins: [own, /usr/share/sluice/plugins]
              patientColumns: p.yaml
            intake:
              scanSeconds: 1
              pollSeconds: 2
              settleMilliseconds: 0
              settleRemoteMilliseconds: 4
              stalledAfterSeconds: 5
              fileLimitBytes: 3 MiB
              freeSpaceFloorBytes: 1000
              attemptLimit: 6
              returnOriginals: true
            decode:
              timeLimitSeconds: 7
              memoryLimitBytes: 64MiB
              sandboxDegradedOK: true
            """
        ])
        let (read, mistakes) = instance.read()
        #expect(mistakes == [])
        let settings = try #require(read)
        let base = instance.folder
        #expect(settings.operator.kind == .vru)
        #expect(settings.timeZone == "Etc/UTC")
        #expect(settings.paths.drop == "/srv/sluice/drop")
        #expect(settings.paths.releases == base + "/out/releases")
        #expect(settings.paths.alerts == base + "/out/alerts")
        #expect(settings.paths.state == base + "/var")
        #expect(settings.paths.control == base + "/var/control.sock")
        #expect(settings.paths.model == base + "/m")
        #expect(settings.paths.plugins == [base + "/own", "/usr/share/sluice/plugins"])
        #expect(settings.paths.patientColumns == base + "/p.yaml")
        var intake = IntakeSettings()
        intake.scanSeconds = 1
        intake.pollSeconds = 2
        intake.settleMilliseconds = 0
        intake.settleRemoteMilliseconds = 4
        intake.stalledAfterSeconds = 5
        intake.fileLimitBytes = 3 << 20
        intake.freeSpaceFloorBytes = 1000
        intake.attemptLimit = 6
        intake.returnOriginals = true
        #expect(settings.intake == intake)
        #expect(settings.decode.timeLimitSeconds == 7)
        #expect(settings.decode.memoryLimitBytes == 64 << 20)
        #expect(settings.decode.sandboxDegradedOK)
    }

    @Test func `the end of an agreement is an item of its own, and moves with the date`() throws {
        func items(_ changes: [String: String?]) throws -> [ReviewItem] {
            let (settings, mistakes) = try TemporaryInstance(changes).read()
            #expect(mistakes == [])
            return try #require(settings).reviewItems
        }
        func agreement(_ lastDay: String, owner: String = "G") -> ReviewItem {
            ReviewItem(
                id: "agreement-north", kind: .agreement, title: "Renew R with North", owner: owner,
                schedule: .agreement(authority: AuthorityID("north")!, lastDay: CivilDate(lastDay)!),
                source: "draft guidance June 2022, paras 163, 166")
        }
        func authority(_ validTo: String) -> String {
            replacing(", validTo: 2026-03-31", with: validTo, in: TemporaryInstance.authority)
        }
        let register = try items([:]).first
        #expect(register?.id == "strategy")
        #expect(try items([:]) == [register, agreement("2026-03-31")])
        #expect(
            try items(["authorities/north.yaml": authority(", validTo: 2028-03-31")])
                == [register, agreement("2028-03-31")])
        #expect(try items(["authorities/north.yaml": authority("")]) == [register])
        // Who runs the instance renews it; where nobody is named there, the authority's own contact is.
        let named = replacing("name: P}", with: "name: P, governanceContact: O}", in: TemporaryInstance.sluice)
        #expect(try items(["sluice.yaml": named]) == [register, agreement("2026-03-31", owner: "O")])
    }

    @Test func `an authority, a release and reviews become their values`() throws {
        let instance = try TemporaryInstance([
            "authorities/north.yaml": TemporaryInstance.authority
                + "\nreadiness: rename\nsettleMilliseconds: 9\ntoleranceRejectedPercent: 0\ndatasets: [a, b]\n"
                + "members: separate\n",
            "releases/profile.yaml": replacing(
                "purpose:", with: "sources: [north]\npurpose:", in: TemporaryInstance.release)
                + "\n    only: {area: [E1, E2]}\n",
            "reviews.yaml": TemporaryInstance.reviews + """

                  - {id: needs, kind: needs-assessment, title: N, owner: O, every: {months: 12, first: 2026-09-30},
                     warnings: [30, 0], source: Law}
                  - {id: crime, kind: expected-delivery, title: C, owner: O,
                     delivery: {authority: north, dataset: a, unit: quarter, first: 2025-04, graceDays: 28}}
                """,
        ])
        let (read, mistakes) = instance.read()
        #expect(mistakes == [])
        let settings = try #require(read)
        let authority = Authority(
            id: AuthorityID("north")!, name: "North", kind: .police, plugin: "police", gateway: "pcsc-16",
            purposes: ["needs-assessment"],
            agreement: Agreement(
                reference: "R", validFrom: CivilDate("2025-04-01")!, validTo: CivilDate("2026-03-31")!),
            dataContact: "D", governanceContact: "G", retentionMonths: 36, readiness: .rename, settleMilliseconds: 9,
            toleranceRejectedPercent: 0, datasets: ["a", "b"], members: .separate)
        #expect(settings.authorities == [authority])
        let table = TableSpec(
            id: "offences", title: "Offences", eventKind: "offence",
            axes: [
                TableSpec.Axis(dimension: "area", level: "lad", codes: ["E1", "E2"]),
                TableSpec.Axis(dimension: "month", level: "quarter"),
            ])
        let release = ReleaseSpec(
            id: "profile", title: "Profile", audience: .partnership,
            recipients: [ReleaseSpec.Recipient(kind: .vru, name: "V")], purpose: "needs-assessment",
            sources: [AuthorityID("north")!], period: Period("2025-04/2026-03")!,
            profile: DisclosureProfile(id: "five", threshold: 5), tables: [table])
        #expect(settings.releases == [release])
        let delivery = ReviewItem.Schedule.delivery(
            authority: AuthorityID("north")!, dataset: "a", unit: .quarter, first: CivilMonth("2025-04")!,
            graceDays: 28)
        #expect(
            settings.reviews == [
                ReviewItem(
                    id: "strategy", kind: .strategy, title: "Strategy", owner: "O",
                    schedule: .once(CivilDate("2026-12-01")!)),
                ReviewItem(
                    id: "needs", kind: .needsAssessment, title: "N", owner: "O",
                    schedule: .every(months: 12, first: CivilDate("2026-09-30")!), warningDays: [30, 0],
                    source: "Law"),
                ReviewItem(
                    id: "crime", kind: .expectedDelivery, title: "C", owner: "O", schedule: delivery),
            ])
    }

    @Test func `an agreement covers its first and its last day`() {
        let agreement = Agreement(
            reference: "R", validFrom: CivilDate("2025-04-01")!, validTo: CivilDate("2026-03-31")!)
        #expect(agreement.lapse(on: CivilDate("2025-03-31")!) == "agreement-not-begun")
        #expect(agreement.lapse(on: CivilDate("2025-04-01")!) == nil)
        #expect(agreement.lapse(on: CivilDate("2026-03-31")!) == nil)
        #expect(agreement.lapse(on: CivilDate("2026-04-01")!) == "agreement-lapsed")
        let open = Agreement(reference: "R", validFrom: CivilDate("2025-04-01")!, validTo: nil)
        #expect(open.lapse(on: CivilDate("2099-01-01")!) == nil)
    }

    @Test func `mistakes in several files are all reported at once`() throws {
        let instance = try TemporaryInstance([
            "sluice.yaml": TemporaryInstance.sluice + "\nintake: {scanSeconds: 0}\ncolour: red\n",
            "authorities/north.yaml": replacing(
                "police\nplugin", with: "polcie\nplugin", in: TemporaryInstance.authority),
            "authorities/south.yaml": "authority: [\n",
            "releases/profile.yaml": replacing("needs", with: "Needs", in: TemporaryInstance.release)
                + "\n    ony: {area: [x]}\n",
            "reviews.yaml": replacing("strategy\n    kind", with: "strategy\n    kin", in: TemporaryInstance.reviews),
        ])
        let (settings, mistakes) = instance.read()
        #expect(settings != nil)
        #expect(
            mistakes == [
                "sluice.yaml:4:23: `scanSeconds` is out of range; write a number from 1 to 86400",
                "sluice.yaml:5:1: unknown key `colour`; sluice.yaml may have certificateRetentionMonths, controllers, decode, "
                    + "instance, intake, operator, paths, supersededDays, timeZone",
                "authorities/north.yaml:3:7: `kind` cannot be `polcie`; did you mean `police`? it is one of police, "
                    + "probation, yot, fire, health, nhs-provider, local-authority, education, prison, youth-custody, "
                    + "policing-body, vru, voluntary",
                "authorities/south.yaml:2:1: not YAML: did not find expected node content; "
                    + "look at the indentation, quotes and brackets here and just above",
                "releases/profile.yaml:5:10: `purpose` cannot be `Needs-assessment`; "
                    + "write 1 to 40 of a-z, 0-9 and -, a letter first",
                "releases/profile.yaml:13:5: unknown key `ony`; did you mean `only`?",
                "reviews.yaml:2:5: a review needs the key `kind`; add `kind: …`",
                "reviews.yaml:3:5: unknown key `kin`; did you mean `kind`?",
            ])
    }
}
