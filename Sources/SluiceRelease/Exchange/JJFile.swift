package import SluiceCertificate

/// Tables in the exchange form of the field, by which others' tools can check what was hidden here, and tables of others be
/// protected here.
///
/// ```
/// 0
/// CELLS
/// INDEX VALUE COST STATUS LOWER UPPER LPL UPL SPL      one for each cell
/// EQUATIONS
/// 0 COUNT : INDEX (COEFFICIENT) …                      one for each: the sum comes to 0
/// ```
///
/// Statuses are `u` sensitive, `x` hidden beside them, `z` must be shown, `s` shown. Unpublished inner cells are cells too, `x`.
///
/// - Source: the JJ format of Fischetti and Salazar's solvers, as tau-ARGUS and sdcTable (`writeJJFormat`) write it.
package struct JJFile: Hashable, Sendable {
    package struct Cell: Hashable, Sendable {
        package var value: Int
        package var cost: Int
        package var status: Character
        package var lower: Int
        package var upper: Int
        /// Lower, upper and sliding protection asked for.
        package var protection: (lower: Int, upper: Int, sliding: Int)

        package static func == (first: Cell, second: Cell) -> Bool {
            first.value == second.value && first.cost == second.cost && first.status == second.status
                && first.lower == second.lower && first.upper == second.upper && first.protection == second.protection
        }

        package func hash(into hasher: inout Hasher) {
            hasher.combine(value)
            hasher.combine(status)
        }
    }

    package struct Term: Hashable, Sendable {
        package var cell: Int
        package var coefficient: Int
    }

    package var cells: [Cell]
    package var equations: [[Term]]

    /// Atoms above which a file is refused: it would list each of them.
    package static let atomLimit = 2_000_000
}

// MARK: - Writing

extension JJFile {
    /// All cells of linked tables, each once, and each as the sum of its atoms.
    ///
    /// - Throws: `ExchangeRefusal.tooLarge`.
    package init(
        _ tables: LinkedTables, _ rules: AuditRules, statuses: [Protection.Status]
    ) throws(ExchangeRefusal) {
        guard rules.perturbation == .none else { throw .perturbed }
        let atomCount = tables.axes.reduce(1.0) { $0 * Double($1.atomCount) }
        guard atomCount <= Double(JJFile.atomLimit) else { throw .tooLarge(limit: JJFile.atomLimit) }
        let layout = Layout(tables)
        let values = layout.values(of: tables)
        let needs = tables.sensitivity(rules, layout: layout, values: values).needs
        let needOfSlot = Dictionary(
            needs.filter(\.with.isEmpty).map { ($0.slot, $0) }, uniquingKeysWith: { first, _ in first })
        var atomsOfSlot = [[Int]](repeating: [], count: layout.slotCount)
        for atom in 0..<Int(atomCount) {
            for slot in layout.slots(of: tables.atoms(ofKey: UInt64(atom))) { atomsOfSlot[slot].append(atom) }
        }
        var atomValues = [Int](repeating: 0, count: Int(atomCount))
        for contribution in tables.contributions { atomValues[Int(contribution.atom)] += contribution.count }
        let lower = rules.zeros == .published ? 1 : 0
        let top = atomValues.reduce(0, +) + rules.primary.threshold
        func cell(_ slot: Int) -> Cell {
            let value = Int(values[slot])
            let need = needOfSlot[slot]
            let isHidden = statuses[slot] == .hidden
            return Cell(
                value: value, cost: value + 1, status: need != nil ? "u" : isHidden ? "x" : "s",
                lower: isHidden ? lower : 0, upper: top,
                protection: (0, max(0, (need?.reach ?? value) - value), need.map { $0.width - 1 } ?? 0))
        }
        cells = atomValues.map {
            Cell(value: $0, cost: $0 + 1, status: "x", lower: 0, upper: top, protection: (0, 0, 0))
        }
        equations = []
        var known: [[Int]: Int] = [:]
        for slot in statuses.indices where !atomsOfSlot[slot].isEmpty {
            if atomsOfSlot[slot].count == 1 {
                cells[atomsOfSlot[slot][0]] = cell(slot)
            } else if known[atomsOfSlot[slot]] == nil {
                known[atomsOfSlot[slot]] = cells.count
                equations.append(
                    [Term(cell: cells.count, coefficient: -1)]
                        + atomsOfSlot[slot].map { Term(cell: $0, coefficient: 1) })
                cells.append(cell(slot))
            }
        }
    }

    package var text: String {
        var text = "0\n\(cells.count)\n"
        for (index, cell) in cells.enumerated() {
            text += "\(index) \(cell.value) \(cell.cost) \(cell.status) \(cell.lower) \(cell.upper) "
            text += "\(cell.protection.lower) \(cell.protection.upper) \(cell.protection.sliding)\n"
        }
        text += "\(equations.count)\n"
        for equation in equations {
            text += "0 \(equation.count) :"
            for term in equation { text += " \(term.cell) (\(term.coefficient))" }
            text += "\n"
        }
        return text
    }
}

// MARK: - Reading

extension JJFile {
    /// - Throws: `ExchangeRefusal.line` at the first line that is not of the form, or whose sum does not come to 0.
    package init(text: String) throws(ExchangeRefusal) {
        let lines = text.split(whereSeparator: \.isNewline)
        var number = 0
        func next() throws(ExchangeRefusal) -> [Substring] {
            guard number < lines.count else { throw .line(number + 1, "the file ends too early") }
            number += 1
            return lines[number - 1].split(separator: " ")
        }
        func whole(_ word: Substring) throws(ExchangeRefusal) -> Int {
            // Others write 12.000000.
            let parts = word.split(separator: ".", maxSplits: 1)
            guard let value = parts.first.flatMap({ Int($0) }), value.magnitude < 1 << 40,
                parts.count == 1 || parts[1].allSatisfy({ $0 == "0" })
            else { throw .line(number, "a whole number was expected") }
            return value
        }
        guard try next() == ["0"] else { throw .line(1, "the first line must be 0") }
        let countLine = try next()
        guard countLine.count == 1, case let count = try whole(countLine[0]), count > 0, count <= JJFile.atomLimit
        else {
            throw .line(number, "the number of cells was expected")
        }
        cells = []
        equations = []
        for index in 0..<count {
            let words = try next()
            guard words.count == 9, try whole(words[0]) == index, words[3].count == 1, "suzxm".contains(words[3]) else {
                throw .line(number, "a cell was expected: index, value, cost, status, bounds and protection")
            }
            cells.append(
                Cell(
                    value: try whole(words[1]), cost: try whole(words[2]), status: words[3].first!,
                    lower: try whole(words[4]), upper: try whole(words[5]),
                    protection: (try whole(words[6]), try whole(words[7]), try whole(words[8]))))
        }
        let equationLine = try next()
        guard equationLine.count == 1, case let equationCount = try whole(equationLine[0]), equationCount >= 0 else {
            throw .line(number, "the number of equations was expected")
        }
        for _ in 0..<equationCount {
            let words = try next()
            guard words.count >= 3, try whole(words[0]) == 0, words[2] == ":", case let terms = try whole(words[1]),
                terms >= 0, words.count == 3 + 2 * terms
            else { throw .line(number, "an equation was expected: 0 COUNT : INDEX (COEFFICIENT) …") }
            var equation: [Term] = []
            var sum = 0
            for term in 0..<terms {
                let cell = try whole(words[3 + 2 * term])
                let word = words[4 + 2 * term]
                guard cells.indices.contains(cell), word.hasPrefix("("), word.hasSuffix(")"),
                    case let coefficient = try whole(word.dropFirst().dropLast()), abs(coefficient) == 1
                else { throw .line(number, "a coefficient of 1 or -1 was expected") }
                equation.append(Term(cell: cell, coefficient: coefficient))
                sum += coefficient * cells[cell].value
            }
            guard sum == 0 else { throw .line(number, "the sum does not come to 0") }
            equations.append(equation)
        }
    }

    /// The same as linked tables of one axis: what is no sum is an atom, every cell a code.
    ///
    /// - Throws: `ExchangeRefusal` where an equation is more than sums of atoms can say, or sums run in a circle.
    package func linkedTables() throws(ExchangeRefusal) -> LinkedTables {
        var summands = [[Int]?](repeating: nil, count: cells.count)
        for (number, equation) in equations.enumerated() {
            let totals = equation.filter { $0.coefficient == -1 }
            guard totals.count == 1 else { throw .equation(number, "it has not one total") }
            // A total of several sums is taken apart by its first; the others must then say nothing new.
            if summands[totals[0].cell] == nil {
                summands[totals[0].cell] = equation.filter { $0.coefficient == 1 }.map(\.cell)
            }
        }
        var numberOfAtom: [Int: Int] = [:]
        for cell in cells.indices where summands[cell] == nil { numberOfAtom[cell] = numberOfAtom.count }
        var atoms = [[Int]?](repeating: nil, count: cells.count)
        var open: Set<Int> = []
        func sum(_ cells: [Int], of total: Int) throws(ExchangeRefusal) -> [Int] {
            var found: Set<Int> = []
            for cell in cells {
                let more = try resolve(cell)
                guard found.isDisjoint(with: more) else { throw .cell(total, "a sum of it counts something twice") }
                found.formUnion(more)
            }
            return found.sorted()
        }
        func resolve(_ cell: Int) throws(ExchangeRefusal) -> [Int] {
            if let known = atoms[cell] { return known }
            guard let parts = summands[cell] else { return [numberOfAtom[cell]!] }
            guard open.insert(cell).inserted, open.count < 64 else {
                throw .cell(cell, "its sums run in a circle, or too deep")
            }
            let found = try sum(parts, of: cell)
            open.remove(cell)
            atoms[cell] = found
            return found
        }
        var codes = [Axis.Code(name: "total", atoms: Array(0..<numberOfAtom.count))]
        for cell in cells.indices { codes.append(Axis.Code(name: "\(cell)", atoms: try resolve(cell))) }
        for (number, equation) in equations.enumerated() {
            let total = equation.first { $0.coefficient == -1 }!.cell
            guard try sum(equation.filter { $0.coefficient == 1 }.map(\.cell), of: total) == resolve(total) else {
                throw .equation(number, "it ties cells in a way that is no sum of the same inner cells")
            }
        }
        return LinkedTables(
            eventKind: "exchange", axes: [Axis(id: "cell", atomCount: numberOfAtom.count, codes: codes)],
            tables: [LinkedTable(id: "exchange", codes: [Array(1..<codes.count)])],
            authorities: [LinkedTables.Authority(id: "exchange")],
            contributions: numberOfAtom.filter { cells[$0.key].value > 0 }
                .map { Contribution(atom: UInt64($0.value), count: cells[$0.key].value) }.sorted())
    }

    /// By cell: hidden where it is `u`, `x` or `m`.
    package var statuses: [Protection.Status] { cells.map { "uxm".contains($0.status) ? .hidden : .shown } }
}

/// Why tables cannot be exchanged.
package enum ExchangeRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    case tooLarge(limit: Int)
    /// The form has no place for ranges of what is shown.
    case perturbed
    /// From 1.
    case line(Int, String)
    /// From 0, as the file numbers them.
    case equation(Int, String)
    case cell(Int, String)

    package var description: String {
        switch self {
        case .tooLarge(let limit):
            "more than \(limit) combinations of codes: the exchange form would list each; use fewer dimensions"
        case .perturbed: "its figures are rounded or perturbed, which the exchange form cannot say"
        case .line(let number, let what): "line \(number): \(what)"
        case .equation(let number, let what): "equation \(number): \(what)"
        case .cell(let number, let what): "cell \(number): \(what)"
        }
    }
}
