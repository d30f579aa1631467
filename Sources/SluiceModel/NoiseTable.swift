/// A table of noise for the cell key method (a p-table), as it was read from its file.
///
/// - Source: `docs/disclosure.md`, "Cell keys".
package struct NoiseTable: Hashable, Sendable {
    /// The keys up to and with `last`, from one above the last of the entry before.
    package struct Entry: Hashable, Sendable {
        package var last: UInt64
        package var noise: Int

        package init(last: UInt64, noise: Int) {
            self.last = last
            self.noise = noise
        }
    }

    /// Name of its file.
    package var name: String
    /// Keys are whole numbers below this.
    package var modulus: UInt64
    /// By count, from 0.
    package var rows: [[Entry]]
    /// Counts beyond the last row go through the last so many rows again and again.
    package var cycle: Int
    /// What would be published below this is hidden instead; 0: nothing is.
    package var hiddenBelow = 0

    package init(name: String, modulus: UInt64, rows: [[Entry]], cycle: Int) {
        self.name = name
        self.modulus = modulus
        self.rows = rows
        self.cycle = cycle
    }
}
