import SluiceModel
import SluiceReaders
import SluiceSystem

/// What the foreign keys of a table refer to: every value that stands there, by a keyed hash of 64 bits.
///
/// The tables referred to are read once before the table itself, with their key columns alone. A value that is there is
/// always found; one that is not is taken for another once in 2⁶⁴ comparisons, so that ten million wrong references to
/// ten million values pass one by with a chance of 1 in 100,000.
struct References {
    /// The referring sides, in the order of `values`, to be hashed as the referenced ones were.
    let keys: KeyPlan
    /// By key of `keys`.
    private let values: [HashSet]
    /// Index into `DatasetPlan.foreignKeys` of each key of `keys`.
    private let numbers: [Int]
    /// Foreign keys of which the delivery does not have the other side.
    let unjudged: [Int]

    /// A table of the delivery that can be read.
    struct Target {
        var match: HeaderMatch
        var reading: DeliveredTable.Reading
    }

    /// - Parameter targets: every table of the delivery, the table itself among them.
    init(
        of match: HeaderMatch, among targets: [Target], plan: FormatPlan, team: ThreadTeam, arena: Arena
    ) throws(IngestError) {
        let dataset = plan.datasets[match.datasetIndex]
        var wanted: [KeyPlan.Wanted] = []
        var values: [HashSet] = []
        var numbers: [Int] = []
        var unjudged: [Int] = []
        for (number, key) in dataset.foreignKeys.enumerated() {
            // What the header lacks is said of the header.
            guard KeyPlan.hasColumns(for: key.fields, match) else { continue }
            let seed = KeyHasher.newSeed()
            let names = key.referenced.map { plan.datasets[key.dataset].fields[$0].name }
            var found: HashSet?
            for target in targets where plan.datasets[target.match.datasetIndex].id == plan.datasets[key.dataset].id {
                let other = plan.datasets[target.match.datasetIndex]
                let fields = names.compactMap { name in other.fields.firstIndex { $0.name == name } }
                let isSameType = zip(key.fields, fields).allSatisfy {
                    dataset.fields[$0].type == other.fields[$1].type
                }
                guard fields.count == names.count, isSameType, KeyPlan.hasColumns(for: fields, target.match) else {
                    continue
                }
                let side = KeyPlan(
                    [KeyPlan.Wanted(fields: fields, kind: .reference(number), seed: seed)], dataset: other,
                    match: target.match, arena: arena)
                found = found ?? HashSet(arena: arena)
                try References.gather(target, side, into: &found!, plan: plan, team: team)
            }
            guard let found else {
                unjudged.append(number)
                continue
            }
            wanted.append(KeyPlan.Wanted(fields: key.fields, kind: .reference(number), seed: seed))
            values.append(found)
            numbers.append(number)
        }
        keys = KeyPlan(wanted, dataset: dataset, match: match, arena: arena)
        self.values = values
        self.numbers = numbers
        self.unjudged = unjudged
    }

    /// Whether something has the value with this hash, which is 0 where a row refers to nothing.
    @inline(__always)
    func holds(_ hash: UInt64, key: Int) -> Bool { hash == 0 || values[key].holds(hash) }

    /// Index into `DatasetPlan.foreignKeys`.
    func number(of key: Int) -> Int { numbers[key] }

    // MARK: - The tables referred to

    private static func gather(
        _ target: Target, _ key: KeyPlan, into values: inout HashSet, plan: FormatPlan, team: ThreadTeam
    ) throws(IngestError) {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let source: any HeadedSource
        do throws(ReaderError) {
            source = try target.reading.open(arena)
            source.skip(
                to: target.match.nextRow, rowIndex: target.match.headRowCount, delimiter: target.match.delimiter)
        } catch {
            throw IngestError(error)
        }
        let pass = GatherPass(values, fieldCount: plan.datasets[target.match.datasetIndex].fields.count)
        try ChunkRun(source: source, work: pass, plan: plan).run(team) {
            RowPipeline(plan: plan, match: target.match, keys: key, task: .gather, arena: $0)
        }
        values = pass.values
    }

    /// Gathers the keys of every row, bad ones of the table too: whether they are kept is another matter.
    private final class GatherPass: ChunkWork {
        private(set) var formats: [Int32]
        private(set) var values: HashSet

        init(_ values: HashSet, fieldCount: Int) {
            self.values = values
            formats = [Int32](repeating: -1, count: fieldCount)
        }

        func fold(_ pipeline: inout RowPipeline, _ firstPause: RowPipeline.Pause) throws(IngestError) -> Bool {
            var pause = firstPause
            if pipeline.judge.contradicts(formats) {
                pipeline.begin(formats: formats)
                pause = pipeline.advance()
            }
            pipeline.judge.keep(&formats)
            for hash in pipeline.takeGathered() { values.insert(hash) }
            return pause != .stop
        }

        /// The table's own run says so.
        func stop(_ fault: Unreadable) {}

        func finish(_ pipeline: RowPipeline, _ arena: Arena) {}
    }
}
