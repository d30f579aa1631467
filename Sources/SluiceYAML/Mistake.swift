/// Something wrong in a settings file: where, what, and what to do about it.
package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
    package var file: String
    /// From 1.
    package var line: Int
    /// From 1, in characters (Unicode scalars), not bytes.
    package var column: Int
    package var what: String
    package var hint: String

    package init(file: String, line: Int = 1, column: Int = 1, what: String, hint: String) {
        self.file = file
        self.line = line
        self.column = column
        self.what = what
        self.hint = hint
    }

    /// `file:line:column: what; hint`, the form editors and people can follow.
    package var description: String { "\(file):\(line):\(column): \(what); \(hint)" }
}

/// Collects mistakes while settings are read, so that a person sees all of them at once, and what they were read from.
package final class Mistakes {
    /// In the order they were met: file by file, top to bottom, checks across files last.
    package private(set) var all: [Mistake] = []
    /// Every file that was read, with the path it was opened by.
    package private(set) var filesRead: [(path: String, bytes: [UInt8])] = []

    package init() {}

    package var isEmpty: Bool { all.isEmpty }

    package func add(_ mistake: Mistake) { all.append(mistake) }

    /// Notes that what the settings say depends on this file.
    package func noteRead(_ path: String, _ bytes: [UInt8]) { filesRead.append((path, bytes)) }

    /// Takes over what another reading met.
    package func add(contentsOf other: Mistakes) {
        all += other.all
        filesRead += other.filesRead
    }

    package func add(_ node: Node, _ what: String, hint: String) {
        add(Mistake(file: node.file, line: node.line, column: node.column, what: what, hint: hint))
    }
}
