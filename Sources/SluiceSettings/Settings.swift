package import SluiceModel
package import SluiceYAML

/// Everything a person has set for one instance.
package struct Settings: Hashable, Sendable {
    /// `sluice.yaml`, as it was named.
    package var file: String
    /// Its folder, absolute.
    package var folder: String
    package var instanceName: String
    /// The body that runs the instance; the gates judge it beside senders and recipients.
    package var `operator`: Operator
    /// The bodies that answer for the data, never empty.
    package var controllers: [String]
    package var paths: Paths
    /// A name of the IANA time zone database, for dates that people read.
    package var timeZone: String
    /// Its clocks.
    package var zone: ZoneOffsets
    package var intake: IntakeSettings
    package var decode: DecodeSettings
    /// For how many days records stay that another delivery replaced, out of every count, so that they can be brought
    /// back.
    package var supersededDays = 35
    /// For how many months after the month of a release its certificate is kept.
    package var certificateRetentionMonths = 84
    /// By id.
    package var authorities: [Authority] = []
    /// By id.
    package var releases: [ReleaseSpec] = []
    /// Specs that cannot be used, by their file's name without `.yaml`: what is wrong with each. They keep no other from
    /// being built.
    package var brokenReleases: [String: [Mistake]] = [:]
    /// What may come in and go out, by parties, in the file's order; see `DisclosureGate`.
    package var disclosureRules: [DisclosureRule] = []
    /// When cells of releases are too telling, in the file's order.
    package var profiles: [DisclosureProfile] = []
    /// In the file's order.
    package var reviews: [ReviewItem] = []

    // Where the names stand that only the model and the plugins can confirm; parallel to the lists above.
    var authorityPlaces: [AuthorityPlaces] = []
    var releasePlaces: [ReleasePlaces] = []
    /// Files of `releases/` as mistakes name them, to their names without `.yaml`.
    var releaseFiles: [String: String] = [:]
    var reviewPlaces: [ReviewPlaces] = []
    /// Of `paths`: where each that is set stands.
    var pathPlaces: [String: Node] = [:]

    package init(
        file: String, folder: String, instanceName: String, operator: Operator, controllers: [String], paths: Paths,
        timeZone: String = defaultTimeZone, zone: ZoneOffsets = zoneOfEngland, intake: IntakeSettings = .init(),
        decode: DecodeSettings = .init()
    ) {
        self.file = file
        self.folder = folder
        self.instanceName = instanceName
        self.operator = `operator`
        self.controllers = controllers
        self.paths = paths
        self.timeZone = timeZone
        self.zone = zone
        self.intake = intake
        self.decode = decode
    }
}

package struct Operator: Hashable, Sendable {
    package var kind: AuthorityKind
    package var name: String
    /// Who is told of incidents beside the sender's own contact; a role is better than a person.
    package var governanceContact: String?

    package init(kind: AuthorityKind, name: String) {
        self.kind = kind
        self.name = name
    }
}

/// Where things are, absolute. The defaults keep a whole instance below one folder.
package struct Paths: Hashable, Sendable {
    package var drop: String
    /// Published releases.
    package var releases: String
    package var alerts: String
    package var state: String
    package var model: String
    /// Folders of plugins. A plugin found in an earlier folder hides one of the same name in a later folder.
    package var plugins: [String]
    package var authorities: String
    package var releaseSpecs: String
    package var reviews: String
    /// Names and tags that mark a column as identifying a patient; the intake gate refuses them from health senders.
    package var patientColumns: String
    /// The folder of `name-words.csv` and `ordinary-words.txt`, by which names of people are told in free text.
    package var words: String
    /// The rules of the gates.
    package var disclosureRules: String
    /// The disclosure profiles that releases and authorities name.
    package var disclosureProfiles: String
    /// The look-up of postcodes that `sluice geography import` makes.
    package var geography: String
    /// Proofs of releases, which stay with the controllers.
    package var certificates: String { state + "/certificates" }
    /// The daemon's socket.
    package var control: String

    /// An instance below one folder.
    package init(folder: String) {
        let base = folder == "/" ? "" : folder
        drop = base + "/srv/drop"
        releases = base + "/srv/releases"
        alerts = base + "/srv/alerts"
        state = base + "/state"
        model = base + "/model"
        plugins = [base + "/plugins"]
        authorities = base + "/authorities"
        releaseSpecs = base + "/releases"
        reviews = base + "/reviews.yaml"
        patientColumns = base + "/disclosure/patient-columns.csv"
        words = base + "/disclosure/words"
        disclosureRules = base + "/disclosure/rules.yaml"
        disclosureProfiles = base + "/disclosure/profiles.yaml"
        geography = base + "/state/geography"
        control = base + "/state/control.sock"
    }
}

package struct IntakeSettings: Hashable, Sendable {
    /// Between full looks at every drop folder, whatever the watcher says.
    package var scanSeconds = 300
    /// The same for folders on a remote file system, whose changes no watcher sees.
    package var pollSeconds = 15
    /// A file unchanged for this long is taken to be complete.
    package var settleMilliseconds = 5_000
    /// The same on a remote file system; above the 60 seconds for which NFS clients may keep old sizes (acregmax).
    package var settleRemoteMilliseconds = 90_000
    /// A file that is not complete after this long is reported to its agency.
    package var stalledAfterSeconds = 3_600
    package var fileLimitBytes = 2 << 30
    /// Free space of the state folder below which nothing is claimed.
    package var freeSpaceFloorBytes = 256 << 20
    /// Attempts at one file before it is quarantined.
    package var attemptLimit = 3
    /// Whether a file goes back beside its receipt rather than being removed.
    package var returnOriginals = false
    /// A delivery that brings so many per cent fewer rows than one it would replace is held until somebody confirms.
    package var replaceLossPercent = 20
    /// A delivery that differs so many per cent from what usually comes is held until somebody confirms.
    package var unusualPercent = 80
    /// Days after which a held delivery that nobody confirmed is rejected.
    package var confirmDays = 14

    package init() {}
}

package struct DecodeSettings: Hashable, Sendable {
    /// For one file.
    package var timeLimitSeconds = 600
    /// Address space of the worker.
    package var memoryLimitBytes = 512 << 20
    /// Whether to go on where the kernel cannot confine the worker fully.
    package var sandboxDegradedOK = false

    package init() {}
}

extension Settings {
    /// The recipes that link an authority's records: of its kind, for a purpose of its agreement, and named there where it
    /// names any. By name and birth date only where another authority's agreement names the recipe too.
    package func links(of authority: Authority, among recipes: [LinkRecipe]) -> Set<String> {
        guard !authority.suppliesAnonymousOnly else { return [] }
        let fitting = recipes.filter { recipe in
            guard recipe.kinds.contains(authority.kind), authority.purposes.contains(recipe.purpose) else {
                return false
            }
            let named = authority.agreement.links?.contains(recipe.id)
            guard recipe.way == .nameAndBirthDate else { return named ?? true }
            return named ?? false
                && authorities.contains { other in
                    other.id != authority.id && recipe.kinds.contains(other.kind) && !other.suppliesAnonymousOnly
                        && other.agreement.links?.contains(recipe.id) ?? false
                }
        }
        return Set(fitting.map(\.id))
    }
}
