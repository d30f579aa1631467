import SluiceModel

/// Tells rows that are no records: the header once more, footers with totals, and what database programs write around a
/// table: dashes under the headings, `(12 rows affected)`, `Completion time: …`, `SQL> spool off`.
struct Margin {
    /// By first byte of a row's first cell with something in it: whether the row is worth a closer look.
    private let starts: Flat<Bool>
    /// The words that such a cell may begin with, one after the other, and where each ends.
    private let words: Flat<UInt8>
    private let wordEnds: Flat<Int32>
    /// The header row's names, normalised.
    private let names: [String]
    private let footers: [String]
    private let totals: [String]

    /// The number of columns up to the last with a heading.
    private let namedCount: Int
    private let delimiter: UInt8

    init(dataset: DatasetPlan, match: HeaderMatch, arena: Arena) {
        names = match.names
        namedCount = (match.names.lastIndex { !$0.isEmpty } ?? -1) + 1
        delimiter = match.delimiter
        footers = dataset.footers
        totals = dataset.fileRules.flatMap { rule in
            if case .controlTotal(let words, _) = rule.kind { words } else { [String]() }
        }
        let starts = arena.flat(256, repeating: false)
        var bytes: [UInt8] = []
        var ends: [Int32] = []
        let first = names.first { !$0.isEmpty }
        for word in footers + totals + (first.map { [$0] } ?? []) {
            guard let byte = word.utf8.first else { continue }
            starts[Int(byte)] = true
            if byte >= 0x61, byte <= 0x7A { starts[Int(byte & 0xDF)] = true }
            bytes += Array(word.utf8)
            ends.append(Int32(bytes.count))
        }
        // A word may stand behind what `HeaderName.normalised` leaves out: `*** End of report`.
        for byte in 0..<0x80 where !Margin.isKept(UInt8(byte)) { starts[byte] = true }
        for byte in Margin.leadsOfSigns { starts[Int(byte)] = true }
        self.starts = starts
        words = arena.flat(bytes)
        wordEnds = arena.flat(ends)
    }

    /// The first bytes of no-break blanks, byte order marks, and typographic quotes and dashes.
    private static let leadsOfSigns: [UInt8] = [0xC2, 0xE1, 0xE2, 0xE3, 0xEF]

    /// ASCII letters and digits, and whatever is beyond ASCII.
    private static func isKept(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || byte >= 0x80
    }

    /// Whether `kind` should be asked: the first cell with something in it begins like a word of a margin.
    @inline(__always)
    func mayBeOne(_ text: Flat<UInt8>, _ cells: Flat<RowScanner.Cell>, _ count: Int) -> Bool {
        var index = 0
        while index < count {
            if cells[index].start < cells[index].end {
                let first = text[Int(cells[index].start)]
                if starts[Int(first)],
                    beginsWithWord(text, cells[index]) || Margin.isRuled(first) && isRule(text, cells[index])
                {
                    return true
                }
                // Many records begin so too, and few of them stand alone.
                return Margin.mayBeginLine(first)
                    && (isAlone(cells, index, count) || isCut(text, cells, index, count)
                        || Margin.isPrompt(text, cells[index]))
            }
            index &+= 1
        }
        return false
    }

    @inline(never)
    private func beginsWithWord(_ text: Flat<UInt8>, _ cell: RowScanner.Cell) -> Bool {
        var start = 0
        for word in 0..<wordEnds.count {
            let end = Int(wordEnds[word])
            var matched = start
            var index = Int(cell.start)
            while matched < end, index < Int(cell.end) {
                var byte = text[index]
                index += 1
                if byte >= 0x41, byte <= 0x5A { byte |= 0x20 }
                guard Margin.isKept(byte) else { continue }
                guard byte == words[matched] else {
                    // Left out or a letter: `kind` looks at characters.
                    if Margin.leadsOfSigns.contains(byte) { return true }
                    break
                }
                matched += 1
            }
            if matched == end { return true }
            start = end
        }
        return false
    }

    /// Whether nothing stands behind the cell, as far as the next and the last one tell.
    @inline(__always)
    private func isAlone(_ cells: Flat<RowScanner.Cell>, _ index: Int, _ count: Int) -> Bool {
        namedCount > 1
            && (index &+ 1 >= count
                || cells[index &+ 1].start == cells[index &+ 1].end && cells[count &- 1].start == cells[count &- 1].end)
    }

    /// Whether the lines that database programs write may begin so: counts, `Completion`, `Elapsed`, `mysql>`, `no`,
    /// `Number`, `Records`, `Rows`, `SQL>`, `Time`.
    @inline(__always)
    private static func mayBeginLine(_ byte: UInt8) -> Bool {
        switch byte | 0x20 {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "("), UInt8(ascii: "c"), UInt8(ascii: "e"),
            UInt8(ascii: "m"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "s"), UInt8(ascii: "t"):
            true
        default: false
        }
    }

    /// Whether a number goes on behind the comma that cuts it, with nothing behind it but words: `(3` and
    /// `000 rows affected)`, or `Records: 3` and `000`.
    @inline(__always)
    private func isCut(_ text: Flat<UInt8>, _ cells: Flat<RowScanner.Cell>, _ index: Int, _ count: Int) -> Bool {
        guard delimiter == UInt8(ascii: ","), namedCount > 1, index &+ 1 < count,
            Margin.isGroup(text, cells[index &+ 1]), Margin.isDigit(text[Int(cells[index].end) &- 1])
        else { return false }
        var next = index &+ 2
        while next < count, Margin.isGroup(text, cells[next]) { next &+= 1 }
        guard next >= count || cells[count &- 1].start == cells[count &- 1].end else { return false }
        let isNamed = (text[Int(cells[index].start)] | 0x20) &- 0x61 < 26
        return isNamed || cells[next &- 1].end - cells[next &- 1].start > 3
    }

    /// Whether the cell begins with three digits and no fourth.
    @inline(__always)
    private static func isGroup(_ text: Flat<UInt8>, _ cell: RowScanner.Cell) -> Bool {
        let start = Int(cell.start)
        let length = Int(cell.end) &- start
        guard length >= 3, isDigit(text[start]), isDigit(text[start &+ 1]), isDigit(text[start &+ 2]) else {
            return false
        }
        return length == 3 || !isDigit(text[start &+ 3])
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    /// Whether the cell begins with what a program asks for commands with, which a spool file keeps: `SQL> spool off`.
    @inline(__always)
    private static func isPrompt(_ text: Flat<UInt8>, _ cell: RowScanner.Cell) -> Bool {
        let start = Int(cell.start)
        let length = Int(cell.end) &- start
        if length >= 4, text[start &+ 3] == UInt8(ascii: ">") { return isWord("sql", text, start) }
        return length >= 6 && text[start &+ 5] == UInt8(ascii: ">") && isWord("mysql", text, start)
    }

    /// Whether the word's letters stand there, in either case.
    private static func isWord(_ word: String, _ text: Flat<UInt8>, _ start: Int) -> Bool {
        word.utf8.enumerated().allSatisfy { text[start + $0.offset] | 0x20 == $0.element }
    }

    private static func isRuled(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "-"), UInt8(ascii: "="), UInt8(ascii: "_"), UInt8(ascii: "+"), UInt8(ascii: "|"),
            UInt8(ascii: "*"), UInt8(ascii: "#"):
            true
        default: false
        }
    }

    /// Two or more of the signs that lines are drawn with, and nothing else.
    private func isRule(_ text: Flat<UInt8>, _ cell: RowScanner.Cell) -> Bool {
        cell.end - cell.start >= 2
            && (Int(cell.start)..<Int(cell.end)).allSatisfy { Margin.isRuled(text[$0]) || text[$0] == 0x20 }
    }

    // MARK: - What database programs write

    /// The row's text by letters and digits alone, where nothing stands in it but one cell, or but a number that commas
    /// cut into cells, with words around it: `(3,000 rows affected)`. Nil for any other row.
    private func line(_ text: Flat<UInt8>, _ cells: Flat<RowScanner.Cell>, _ count: Int) -> String? {
        guard namedCount > 1, let first = (0..<count).first(where: { cells[$0].start < cells[$0].end }) else {
            return nil
        }
        var line = name(text, cells[first])
        var next = first + 1
        if delimiter == UInt8(ascii: ","), (1...3).contains(line.utf8.reversed().prefix(while: Margin.isDigit).count) {
            while next < count, Margin.isGroup(text, cells[next]) {
                line += name(text, cells[next])
                next += 1
                // Words end the number.
                if cells[next - 1].end - cells[next - 1].start > 3 { break }
            }
        }
        return (next..<count).allSatisfy { cells[$0].start == cells[$0].end } ? line : nil
    }

    /// The number in `(12 rows affected)`, `12 rows selected.`, `1 row(s) returned`, `12 rows in set (0.00 sec)`, and 0
    /// for `no rows selected`; nil for any other line.
    private static func rowsTold(_ line: String) -> Int? {
        if line.hasPrefix("no"), isOfRows(line.dropFirst(2), isCounted: false) { return 0 }
        let digits = line.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, digits.utf8.count <= 9, let number = Int(digits) else { return nil }
        return isOfRows(line.dropFirst(digits.count), isCounted: true) ? number : nil
    }

    /// What is done with rows.
    private static let doings: Set<String> = [
        "affected", "selected", "returned", "retrieved", "fetched", "exported", "copied", "found", "inset", "inthisset",
    ]

    /// Whether the text says what became of rows, or, behind a count, that it is one of rows.
    private static func isOfRows(_ text: Substring, isCounted: Bool) -> Bool {
        ["row", "rows", "record", "records"].contains { noun in
            guard text.hasPrefix(noun) else { return false }
            let rest = text.dropFirst(noun.count)
            if rest.isEmpty { return isCounted }
            return doings.contains(String(rest)) || isCounted && rest.hasPrefix("inset") && rest.hasSuffix("sec")
        }
    }

    /// Whether a line that stands alone states how many rows there are, by a name and a number: `Records: 12`.
    private static func statesRows(_ line: String) -> Bool {
        ["records", "rows", "rowcount", "numberofrows"].contains { isNumber(line, behind: $0) }
    }

    /// Whether a line that stands alone says when a program was done, or how long it took:
    /// `Completion time: 2025-07-05`, `Elapsed: 00:00:00.01`, `Time: 12.345 ms`.
    private static func isTiming(_ line: String) -> Bool {
        let completion = "completiontime"
        if line.hasPrefix(completion), let next = line.utf8.dropFirst(completion.utf8.count).first {
            return isDigit(next)
        }
        return isNumber(line, behind: "elapsed") || isNumber(line, behind: "elapsedtime")
            || line.hasSuffix("ms") && isNumber(String(line.dropLast(2)), behind: "time")
    }

    /// Whether nothing but digits follows the words.
    private static func isNumber(_ line: String, behind words: String) -> Bool {
        let rest = line.utf8.dropFirst(words.utf8.count)
        return line.hasPrefix(words) && !rest.isEmpty && rest.allSatisfy(isDigit)
    }

    /// Whether a sign stands between a name and what is said of it.
    private func isLabelled(_ text: Flat<UInt8>, _ cell: RowScanner.Cell) -> Bool {
        (Int(cell.start)..<Int(cell.end)).contains { text[$0] == UInt8(ascii: ":") || text[$0] == UInt8(ascii: "=") }
    }

    // MARK: - The kind of a row

    /// `headerRepeated`, `footerIgnored`, `marginIgnored` or nil for a record.
    ///
    /// Cells that the row lacks are empty ones. A whole row of which half is there is never a footer.
    @inline(never)
    func kind(_ text: Flat<UInt8>, _ cells: Flat<RowScanner.Cell>, _ count: Int) -> FindingKind? {
        let filled = (0..<count).count { cells[$0].start < cells[$0].end }
        guard let place = (0..<count).first(where: { cells[$0].start < cells[$0].end }) else { return nil }
        let first = name(text, cells[place])
        if isHeader(text, cells, count) { return .headerRepeated }
        if (0..<count).allSatisfy({ cells[$0].start == cells[$0].end || isRule(text, cells[$0]) }) {
            return .marginIgnored
        }
        let line = line(text, cells, count)
        if let line, Margin.rowsTold(line) != nil { return .marginIgnored }
        // A row with cells too few is no record in any case.
        if filled * 2 < max(names.count, count) || count < namedCount {
            if (footers + totals).contains(where: { first.hasPrefix($0) }) { return .footerIgnored }
            if Margin.isPrompt(text, cells[place]) { return .marginIgnored }
        }
        guard let line, isLabelled(text, cells[place]), Margin.statesRows(line) || Margin.isTiming(line) else {
            return nil
        }
        return .marginIgnored
    }

    /// Whether the row has the header's names once more, and nothing else.
    private func isHeader(_ text: Flat<UInt8>, _ cells: Flat<RowScanner.Cell>, _ count: Int) -> Bool {
        guard count >= namedCount else { return false }
        for index in 0..<count {
            let name = index < namedCount ? names[index] : ""
            if cells[index].start == cells[index].end ? !name.isEmpty : self.name(text, cells[index]) != name {
                return false
            }
        }
        return true
    }

    // MARK: - The stated total

    /// The number of rows that a database program wrote, or the first count in a footer row that begins with a word of
    /// a control total, in its first cell or after, at most `FindingMessages.statedTotalLimit`; nil when there is none.
    /// Digits that belong to a word, a date, a time or a fraction are no count.
    func statedTotal(_ text: Flat<UInt8>, _ cells: Flat<RowScanner.Cell>, _ count: Int) -> Int? {
        guard let first = (0..<count).first(where: { cells[$0].start < cells[$0].end }) else { return nil }
        let word = name(text, cells[first])
        let line = line(text, cells, count)
        if let told = line.flatMap(Margin.rowsTold) { return told }
        guard totals.contains(where: { word.hasPrefix($0) }) || line.map(Margin.statesRows) ?? false else { return nil }
        for index in first..<count {
            guard var number = wholeNumber(text, Int(cells[index].start), Int(cells[index].end)) else { continue }
            // `Total records: 1,234` without quotes is cut at its comma.
            var next = index + 1
            if delimiter == UInt8(ascii: ","), index == first, number.digits <= 3, number.endsCell {
                while next < count, number.value < FindingMessages.statedTotalLimit,
                    cells[next].end - cells[next].start == 3,
                    let group = wholeNumber(text, Int(cells[next].start), Int(cells[next].end)), group.digits == 3
                {
                    number.value = number.value * 1000 + group.value
                    next += 1
                }
            }
            return min(number.value, FindingMessages.statedTotalLimit)
        }
        return nil
    }

    /// The first count in a cell: digits, in groups of three behind the first where something stands between them.
    private func wholeNumber(
        _ text: Flat<UInt8>, _ start: Int, _ end: Int
    ) -> (value: Int, digits: Int, endsCell: Bool)? {
        func isDigit(_ index: Int) -> Bool { index >= start && index < end && text[index] &- 0x30 < 10 }
        func isLetter(_ index: Int) -> Bool { index >= start && index < end && (text[index] | 0x20) &- 0x61 < 26 }
        /// Where digits go on behind a sign that stands between groups of three; nil when they do not.
        func group(after index: Int) -> Int? {
            guard index < end else { return nil }
            let length =
                switch text[index] {
                case UInt8(ascii: ","), UInt8(ascii: "'"): 1
                case 0xC2: index + 1 < end && text[index + 1] == 0xA0 ? 2 : 0
                case 0xE2:
                    index + 2 < end && text[index + 1] == 0x80 && (text[index + 2] == 0x89 || text[index + 2] == 0xAF)
                        ? 3 : 0
                default: 0
                }
            let next = index + length
            return length > 0 && (0..<3).allSatisfy { isDigit(next + $0) } && !isDigit(next + 3) ? next : nil
        }
        /// A sign beside digits that makes a date, a time, a fraction or a code of them.
        func joins(_ index: Int) -> Bool {
            guard index >= start, index < end else { return false }
            switch text[index] {
            case UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "_"):
                return true
            default: return false
            }
        }
        var index = start
        while index < end {
            guard isDigit(index) else {
                index += 1
                continue
            }
            let first = index
            while isDigit(index) { index += 1 }
            var ranges = [first..<index]
            while ranges[0].count <= 3, let next = group(after: index) {
                ranges.append(next..<next + 3)
                index = next + 3
            }
            let isCount =
                !isLetter(first - 1) && !isLetter(index) && !(joins(first - 1) && isDigit(first - 2))
                && !(joins(index) && isDigit(index + 1))
            guard isCount else { continue }
            let digits = ranges.reduce(0) { $0 + $1.count }
            guard digits <= 16 else { return (.max, digits, index == end) }
            var value = 0
            for range in ranges { for place in range { value = value * 10 + Int(text[place] - 0x30) } }
            return (value, digits, index == end)
        }
        return nil
    }

    private func name(_ text: Flat<UInt8>, _ cell: RowScanner.Cell) -> String {
        HeaderName.normalised(text.bytes(Int(cell.start)..<Int(cell.end)))
    }
}
