/// What is wrong with a file on purpose.
struct DemoDefects: Sendable {
    /// Rows that break a rule, of a thousand; the first of them is always there.
    var badRowsPerThousand = 0
    /// Rows that are not in the file yet, of a thousand.
    var missingRowsPerThousand = 0
    var missingColumns: Set<String> = []
    /// A column that no schema knows, by the name somebody gave it.
    var extraColumn: String?

    /// Whether row `index` is spoilt.
    func spoils(_ index: Int, _ random: inout DemoRandom) -> Bool {
        badRowsPerThousand > 0 && (random.chance(perThousand: badRowsPerThousand) || index == 7)
    }
}
