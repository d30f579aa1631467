import SluiceModel

/// What each cell goes through.
///
/// What is called for each cell is static or mutating: a method that only reads `self` would be given a copy of it.
extension RowJudge {
    /// Judges the cells of one field in the first `count` rows of the batch.
    mutating func check(_ index: Int, _ text: Flat<UInt8>, count: Int) {
        switch checkers[index].reading {
        case .text
        where checkers[index].traits.contains(.hasCodes) && checkers[index].traits.isSubset(of: .plainCodes):
            checkCodes(index, text, count)
        case .text: check(index, text, count, TextCell.self)
        case .date, .datetime, .time, .yearmonth, .formattedYear: check(index, text, count, TimeCell.self)
        case .year: check(index, text, count, YearCell.self)
        case .integer: check(index, text, count, IntegerCell.self)
        case .number: check(index, text, count, NumberCell.self)
        case .boolean: check(index, text, count, BooleanCell.self)
        case .other: check(index, text, count, OtherCell.self)
        }
    }

    /// The same for the field that most are like: a text that must be in a list, and is.
    private mutating func checkCodes(_ index: Int, _ text: Flat<UInt8>, _ count: Int) {
        let field = Int(checkers[index].field)
        let column = Int(checkers[index].column)
        let missingLengths = checkers[index].missingLengths
        let missingStarts = checkers[index].missingStarts
        let lookup = checkers[index].lookup
        let codesFit = fieldRules[index].codesFitPattern
        let hasPattern = checkers[index].traits.contains(.hasPattern)
        let asksAhead = lookup.isLarge
        let base = Int(entryBases[index])
        var row = 0
        while row < count {
            let cell = batch.cell(row, column: column)
            if asksAhead { RowJudge.prefetch(lookup, text, batch, row, column, count) }
            let start = Int(cell.start)
            let end = Int(cell.end)
            var entry = -1
            if cell.marks.rawValue == 0,
                !RowJudge.mayBeMissing(missingLengths, missingStarts, text, start, end)
            {
                entry = lookup.find(text, start, end)
            }
            batch[row, field] = FieldValue()
            if entry >= 0, !hasPattern || (entry < codesFit.count && codesFit[entry]) {
                batch[row, field].state = .good
                batch[row, field].isLinkable = true
                batch[row, field].entry = Int32(truncatingIfNeeded: entry)
                if base >= 0 { entryCounts[base &+ entry] &+= 1 }
            } else {
                checkMarked(index, text, cell, row, TextCell.self, &batch[row, field])
            }
            row &+= 1
        }
    }

    private mutating func check<Reader: CellReader>(
        _ index: Int, _ text: Flat<UInt8>, _ count: Int, _ reader: Reader.Type
    ) {
        let field = Int(checkers[index].field)
        let column = Int(checkers[index].column)
        let traits = checkers[index].traits
        let missingLengths = checkers[index].missingLengths
        let missingStarts = checkers[index].missingStarts
        let asksAhead = traits.contains(.hasCodes) && !traits.contains(.hasCodesPart) && checkers[index].lookup.isLarge
        var row = 0
        while row < count {
            let cell = batch.cell(row, column: column)
            if asksAhead { RowJudge.prefetch(checkers[index].lookup, text, batch, row, column, count) }
            let start = Int(cell.start)
            let end = Int(cell.end)
            batch[row, field] = FieldValue()
            if cell.marks.rawValue == 0,
                !RowJudge.mayBeMissing(missingLengths, missingStarts, text, start, end)
            {
                check(index, text, start, end, cell.marks, row, traits, reader, &batch[row, field])
            } else {
                checkMarked(index, text, cell, row, reader, &batch[row, field])
            }
            row &+= 1
        }
    }

    /// Asks for the place in a long list where the code of a later row will be looked for.
    @inline(__always)
    private static func prefetch(
        _ lookup: CodeIndex, _ text: Flat<UInt8>, _ batch: RowBatch, _ row: Int, _ column: Int, _ count: Int
    ) {
        let ahead = row &+ 8
        guard ahead < count else { return }
        let cell = batch.cell(ahead, column: column)
        lookup.prefetch(text, Int(cell.start), Int(cell.end))
    }

    /// A cell that may be missing, or whose bounds may be others than the scanner's.
    @inline(never)
    private mutating func checkMarked<Reader: CellReader>(
        _ index: Int, _ text: Flat<UInt8>, _ cell: RowScanner.Cell, _ row: Int, _ reader: Reader.Type,
        _ value: inout FieldValue
    ) {
        let traits = checkers[index].traits
        var start = Int(cell.start)
        var end = Int(cell.end)
        if cell.marks.contains(.rejected) {
            value.state = .bad
            return
        }
        if !cell.marks.isDisjoint(with: .wrapping) {
            (start, end) = unwrapped(text, cell, row, column: Int(checkers[index].column))
        }
        if cell.marks.contains(.quoted) {
            // Blanks inside quotes are part of a text and of nothing else.
            let (first, last) = RowJudge.trimmed(text, start, end)
            if !traits.contains(.isText) || RowJudge.isMissing(checkers, fieldRules, index, text, first, last) {
                (start, end) = (first, last)
            }
        }
        guard !RowJudge.isMissing(checkers, fieldRules, index, text, start, end) else {
            select(row)
            let field = Int(checkers[index].field)
            if missingCounts[field] == 0 { missingLines[field] = batch.lines[row] }
            missingCounts[field] &+= 1
            if traits.contains(.isRequired) {
                reject(.valueMissing, column: Int(checkers[index].column))
            } else if traits.contains(.isKey) {
                reject(.keyMissing, column: Int(checkers[index].column))
            } else if traits.contains(.wantsMarker), start == end {
                reject(.markerMissing, column: Int(checkers[index].column))
            }
            return
        }
        check(index, text, start, end, cell.marks, row, traits, reader, &value)
    }

    /// A cell that has something in it, from `start` to `end`.
    @inline(__always)
    private mutating func check<Reader: CellReader>(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ marks: RowScanner.Marks, _ row: Int,
        _ traits: FieldChecker.Traits, _ reader: Reader.Type, _ value: inout FieldValue
    ) {
        value.state = .good
        value.isLinkable = true
        guard
            Reader.read(&self, index, text, start, end, row, &value)
                || readOtherwise(index, text, start, end, row, &value)
        else {
            value.state = .bad
            select(row)
            noteMismatch(index)
            return
        }
        if traits.contains(.hasCodes) {
            value.entry = RowJudge.entry(checkers, fieldRules, index, text, start, end)
            if value.entry < 0 { value.entry = entryOtherwise(index, text, start, end) }
            if value.entry < 0 {
                select(row)
                noteUnknownCode(index, text, start, end)
            } else if entryBases[index] >= 0 {
                entryCounts[Int(entryBases[index]) &+ Int(value.entry)] &+= 1
            }
        }
        if traits.contains(.hasBounds) {
            let isWithin = value.value >= checkers[index].minimum && value.value <= checkers[index].maximum
            if !isWithin || !value.time.isWholeSecond {
                select(row)
                noteBounds(index, value)
            }
        }
        if traits.contains(.hasLength) { checkLength(index, text, start, end, marks, row) }
        if traits.contains(.mustNotLieInFuture), isInFuture(checkers[index].reading, value) {
            select(row)
            reject(.dateInFuture, column: Int(checkers[index].column))
        } else if traits.contains(.isDated) {
            checkMonth(index, value, row)
        }
        if traits.contains(.hasPattern),
            !RowJudge.fitsPattern(fieldRules, index, entry: Int(value.entry), text, start, end)
        {
            select(row)
            reject(.patternMismatch, column: Int(checkers[index].column))
        }
        if !traits.isDisjoint(with: .rare) {
            select(row)
            checkRareRules(index, text, start, end, &value)
        }
    }

    /// False when the cell is surely there: most cells are as long as some missing value, few begin like one.
    @inline(__always)
    private static func mayBeMissing(
        _ lengths: UInt64, _ starts: UInt64, _ text: Flat<UInt8>, _ start: Int, _ end: Int
    ) -> Bool {
        let length = end &- start
        guard length > 0 else { return true }
        return lengths &>> UInt64(truncatingIfNeeded: min(length, 63)) & starts &>> UInt64(text[start] & 63) & 1 == 1
    }

    @inline(__always)
    private static func isMissing(
        _ checkers: Flat<FieldChecker>, _ fieldRules: Flat<FieldRules>, _ index: Int, _ text: Flat<UInt8>, _ start: Int,
        _ end: Int
    ) -> Bool {
        guard start < end else { return true }
        let lengths = checkers[index].missingLengths
        return mayBeMissing(lengths, checkers[index].missingStarts, text, start, end)
            && fieldRules[index].missing.find(text, start, end) >= 0
    }

    /// - Parameter isWorkbook: dates of a workbook may come as the workbook has them; that choice is one beyond the
    ///   field's own formats.
    @inline(__always)
    fileprivate static func readTime(
        _ checkers: Flat<FieldChecker>, _ chosenFormat: Flat<Int32>, _ index: Int, _ text: Flat<UInt8>, _ start: Int,
        _ end: Int, isWorkbook: Bool, _ value: inout FieldValue
    ) -> Bool {
        let formats = checkers[index].formats
        let field = Int(checkers[index].field)
        var time: CivilTime?
        let chosen = Int(chosenFormat[field])
        if chosen >= 0 {
            guard chosen < formats.count else { return false }
            time = formats[chosen].read(text, start, end)
        } else if !isWorkbook {
            for candidate in 0..<formats.count {
                time = formats[candidate].read(text, start, end)
                guard time != nil else { continue }
                chosenFormat[field] = Int32(candidate)
                break
            }
        }
        guard let time else { return false }
        RowJudge.take(time, checkers[index].reading, &value)
        return true
    }

    @inline(__always)
    static func take(_ time: CivilTime, _ reading: FieldChecker.Reading, _ value: inout FieldValue) {
        value.time = time
        switch reading {
        case .date: value.value = Int(time.day)
        case .datetime: value.value = Int(time.day) &* 86_400 &+ Int(time.second)
        case .time: value.value = Int(time.second)
        case .yearmonth: value.value = Int(time.month)
        default: value.value = Int(time.month) / 12
        }
    }

    @inline(__always)
    private static func entry(
        _ checkers: Flat<FieldChecker>, _ fieldRules: Flat<FieldRules>, _ index: Int, _ text: Flat<UInt8>, _ start: Int,
        _ end: Int
    ) -> Int32 {
        guard checkers[index].traits.contains(.hasCodesPart) else {
            return Int32(truncatingIfNeeded: checkers[index].lookup.find(text, start, end))
        }
        let part = fieldRules[index].codesPart
        guard end &- start >= part.upper else { return -1 }
        return Int32(
            truncatingIfNeeded: checkers[index].lookup.find(text, start &+ part.lower, start &+ part.upper))
    }

    /// A cell that is a code of the list fits where the code does.
    @inline(__always)
    private static func fitsPattern(
        _ fieldRules: Flat<FieldRules>, _ index: Int, entry: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int
    ) -> Bool {
        if entry >= 0, entry < fieldRules[index].codesFitPattern.count {
            return fieldRules[index].codesFitPattern[entry]
        }
        return fieldRules[index].pattern.matches(text, start, end)
    }

    @inline(__always)
    private mutating func isInFuture(_ reading: FieldChecker.Reading, _ value: FieldValue) -> Bool {
        switch reading {
        case .date, .datetime: Int(value.time.day) > today.dayNumber
        case .yearmonth: Int(value.time.month) > todayMonth
        case .year, .formattedYear: Int(value.time.month) / 12 > currentYear
        default: false
        }
    }

    @inline(__always)
    private mutating func checkLength(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ marks: RowScanner.Marks, _ row: Int
    ) {
        var length = end &- start
        if marks.contains(.beyondASCII) {
            // Every scalar has one byte that is no continuation.
            length = (start..<end).count { text[$0] & 0xC0 != 0x80 }
        }
        guard length < fieldRules[index].lengthMinimum || length > fieldRules[index].lengthMaximum else { return }
        select(row)
        checkLength(index, length)
    }

    /// Of the row at hand.
    private mutating func checkLength(_ index: Int, _ length: Int) {
        if length < fieldRules[index].lengthMinimum { reject(.tooShort, column: Int(checkers[index].column)) }
        if length > fieldRules[index].lengthMaximum { reject(.tooLong, column: Int(checkers[index].column)) }
    }

    // MARK: - Off the beaten path

    /// A whole number of more digits, in groups, or with other text round it.
    @inline(never)
    fileprivate mutating func readInteger(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: inout FieldValue
    ) -> Bool {
        guard case .finite(let number)? = NumberReader.number(text, start, end, fieldRules[index].number) else {
            return false
        }
        if let integer = number.integer {
            value.value = integer
        } else {
            // Beyond 64 bits it is beyond every bound that has a slot.
            value.state = .slotless
            value.value = number.isNegative ? .min : .max
        }
        checkExactly(index, number)
        return true
    }

    /// Notes the exact bounds that a number breaks, and a list of values that it is not in.
    private mutating func checkExactly(_ index: Int, _ number: DecimalNumber) {
        let traits = checkers[index].traits
        let rules = fieldRules[index]
        if rules.hasExactMinimum, number.compare(rules.exactMinimum) < (traits.contains(.isMinimumExclusive) ? 1 : 0) {
            noteBound(index, isMinimum: true)
        }
        if rules.hasExactMaximum, number.compare(rules.exactMaximum) > (traits.contains(.isMaximumExclusive) ? -1 : 0) {
            noteBound(index, isMinimum: false)
        }
        if rules.allowedNumbers.count > 0,
            !(0..<rules.allowedNumbers.count).contains(where: { number.compare(rules.allowedNumbers[$0]) == 0 })
        {
            reject(.valueNotAllowed, column: Int(checkers[index].column))
        }
    }

    /// A number that its thousandths do not settle: in another form, or near a bound. Notes broken bounds itself.
    @inline(never)
    mutating func readNumber(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: inout FieldValue
    ) -> Bool {
        let rules = fieldRules[index]
        guard let written = NumberReader.number(text, start, end, rules.number) else { return false }
        var isAllowed = rules.allowedSlots.count == 0
        var (isBelow, isAbove) = (false, false)
        switch written {
        case .finite(let number):
            if let slot = number.thousandths {
                value.value = slot
                if !isAllowed { isAllowed = number.isWholeThousandths && RowJudge.contains(rules.allowedSlots, slot) }
            } else {
                value.state = .slotless
            }
            checkExactly(index, number)
        case .infinite(let isNegative):
            value.state = .slotless
            isAllowed = isAllowed && rules.allowedNumbers.count == 0
            isBelow = rules.hasExactMinimum && isNegative
            isAbove = rules.hasExactMaximum && !isNegative
        case .notANumber:
            // It stands in no order, so no bound holds. Source: XML Schema part 2, section 3.2.4.
            value.state = .slotless
            isAllowed = isAllowed && rules.allowedNumbers.count == 0
            isBelow = rules.hasExactMinimum
            isAbove = rules.hasExactMaximum && !isBelow
        }
        if isBelow { noteBound(index, isMinimum: true) }
        if isAbove { noteBound(index, isMinimum: false) }
        if !isAllowed { reject(.valueNotAllowed, column: Int(checkers[index].column)) }
        return true
    }

    /// Notes the bounds that the value breaks.
    @inline(never)
    private mutating func noteBounds(_ index: Int, _ value: FieldValue) {
        guard !value.time.isWholeSecond else {
            if value.value < checkers[index].minimum { noteBound(index, isMinimum: true) }
            if value.value > checkers[index].maximum { noteBound(index, isMinimum: false) }
            return
        }
        // A slot holds whole seconds: with a fraction behind it the time is between it and the next.
        let traits = checkers[index].traits
        // The checker's bounds are allowed: of an exclusive one the next second is.
        let minimum = traits.contains(.isMinimumExclusive) ? checkers[index].minimum &- 1 : checkers[index].minimum
        if value.value < minimum { noteBound(index, isMinimum: true) }
        let maximum = checkers[index].maximum
        let isBeyond = !traits.contains(.isMaximumExclusive) && maximum != .max && value.value == maximum
        if value.value > maximum || isBeyond { noteBound(index, isMinimum: false) }
    }

    /// Types and formats of texts that are checked and have no slot.
    @inline(never)
    fileprivate mutating func readOther(_ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int) -> Bool {
        let rules = fieldRules[index]
        switch rules.type {
        case .string: return rules.stringFormat.fits(text, start, end)
        case .object, .array:
            guard json.read(text, start, end), let count = json.count(of: rules.type == .object ? .object : .array)
            else { return false }
            checkLength(index, count)
            return true
        case .list:
            guard let count = rules.list.itemCount(text, start, end) else { return false }
            checkLength(index, count)
            return true
        case .duration: return DurationReader.isDuration(text, start, end)
        case .geopoint: return rules.geopointFormat.fits(text, start, end, &json)
        case .geojson: return json.read(text, start, end) && GeoJSON(json: json, text: text).isValid
        case .any, .integer, .number, .boolean, .date, .datetime, .time, .year, .yearmonth: return true
        }
    }

    @inline(never)
    private mutating func checkRareRules(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: inout FieldValue
    ) {
        let traits = checkers[index].traits
        let column = Int(checkers[index].column)
        if traits.contains(.isHealth) { note(.healthFieldDropped, column: column) }
        if traits.contains(.hasAllowedSlots),
            value.state != .good || !RowJudge.contains(fieldRules[index].allowedSlots, value.value)
        {
            reject(.valueNotAllowed, column: column)
        }
        if traits.contains(.hasCheck) { checkIdentifier(index, text, start, end, &value) }
        if traits.contains(.isPlace) { locate(index, text, start, end, &value) }
    }

    private mutating func checkIdentifier(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: inout FieldValue
    ) {
        let check = fieldRules[index].check
        let column = Int(checkers[index].column)
        var identifier = Identifier(text, start, end, check: check)
        if text[start] == UInt8(ascii: "'"), var inner = Identifier(text, start + 1, end, check: check),
            inner.judge(check, year: currentYear) != .wrong
        {
            // A spreadsheet's mark of a text; what is linked by is what stands behind it.
            identifier = inner
            cells[column].start += 1
        }
        switch identifier?.judge(check, year: currentYear) ?? .wrong {
        case .valid: break
        case .placeholder:
            value.isLinkable = false
            note(.placeholder, column: column)
        case .wrong:
            value.isLinkable = false
            note(.checkDigitWrong, column: column)
            if checkers[index].traits.contains(.checkRejectsRow) { batch.isRejected[slot] = true }
        }
    }

    private static func contains(_ ascending: Flat<Int>, _ value: Int) -> Bool {
        var (low, high) = (0, ascending.count)
        while low < high {
            let middle = (low + high) / 2
            if ascending[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < ascending.count && ascending[low] == value
    }

    // MARK: - Findings of cells

    @inline(never)
    private mutating func noteMismatch(_ index: Int) {
        let column = Int(checkers[index].column)
        // Of no type, it is still what a health sender may not send.
        if checkers[index].traits.contains(.isHealth) { note(.healthFieldDropped, column: column) }
        let isFormat = checkers[index].reading == .other && fieldRules[index].type == .string
        reject(isFormat ? .formatMismatch : .typeMismatch, column: column)
    }

    @inline(never)
    private mutating func noteBound(_ index: Int, isMinimum: Bool) {
        let traits = checkers[index].traits
        let kind: FindingKind =
            isMinimum
            ? traits.contains(.isMinimumExclusive) ? .atOrBelowMinimum : .belowMinimum
            : traits.contains(.isMaximumExclusive) ? .atOrAboveMaximum : .aboveMaximum
        reject(kind, column: Int(checkers[index].column))
    }

    @inline(never)
    private mutating func noteUnknownCode(_ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int) {
        let traits = checkers[index].traits
        let column = Int(checkers[index].column)
        if traits.contains(.codesRejectRow) { batch.isRejected[slot] = true }
        guard !traits.contains(.feedsArea) else {
            note(.areaUnknown, column: column)
            return
        }
        note(.codeUnknown, column: column)
        guard !isQuiet, collector.wantsLook(columnNumber: column + 1) else { return }
        let part = traits.contains(.hasCodesPart) ? fieldRules[index].codesPart : (lower: 0, upper: end - start)
        let field = Int(checkers[index].field)
        if nearMisses[field] == nil { nearMisses[field] = .some(codeTables[field].flatMap { NearMiss($0) }) }
        var near: [Int32] = []
        if let nearMiss = nearMisses[field] ?? nil, end - start >= part.upper {
            near = nearMiss.entries(near: text.bytes(start + part.lower..<start + part.upper))
        }
        func entry(_ place: Int) -> Int32 { near.indices.contains(place) ? near[place] : -1 }
        collector.add(
            FindingCollector.Look(row: batch.lines[slot], entries: (entry(0), entry(1), entry(2))),
            columnNumber: column + 1)
    }
}

/// How a cell becomes a value; false when it is none of its type.
private protocol CellReader {
    static func read(
        _ judge: inout RowJudge, _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int,
        _ value: inout FieldValue
    ) -> Bool
}

private enum TextCell: CellReader {
    @inline(__always)
    static func read(
        _ judge: inout RowJudge, _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int,
        _ value: inout FieldValue
    ) -> Bool { true }
}

private enum TimeCell: CellReader {
    @inline(__always)
    static func read(
        _ judge: inout RowJudge, _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int,
        _ value: inout FieldValue
    ) -> Bool {
        RowJudge.readTime(
            judge.checkers, judge.chosenFormat, index, text, start, end, isWorkbook: judge.dateSystem != nil, &value)
    }
}

private enum YearCell: CellReader {
    @inline(__always)
    static func read(
        _ judge: inout RowJudge, _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int,
        _ value: inout FieldValue
    ) -> Bool {
        guard let year = NumberReader.year(text, start, end) else { return false }
        value.value = year
        value.time.month = Int32(truncatingIfNeeded: year &* 12)
        return true
    }
}

private enum IntegerCell: CellReader {
    @inline(__always)
    static func read(
        _ judge: inout RowJudge, _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int,
        _ value: inout FieldValue
    ) -> Bool {
        if !judge.checkers[index].traits.contains(.isExactOnly), let number = NumberReader.integer(text, start, end) {
            value.value = number
            return true
        }
        judge.select(row)
        return judge.readInteger(index, text, start, end, &value)
    }
}

private enum NumberCell: CellReader {
    @inline(__always)
    static func read(
        _ judge: inout RowJudge, _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int,
        _ value: inout FieldValue
    ) -> Bool {
        if !judge.checkers[index].traits.contains(.isExactOnly),
            let number = NumberReader.thousandths(text, start, end),
            number >= judge.checkers[index].minimum, number <= judge.checkers[index].maximum
        {
            value.value = number
            return true
        }
        judge.select(row)
        return judge.readNumber(index, text, start, end, &value)
    }
}

private enum BooleanCell: CellReader {
    @inline(__always)
    static func read(
        _ judge: inout RowJudge, _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int,
        _ value: inout FieldValue
    ) -> Bool {
        let entry = judge.checkers[index].lookup.find(text, start, end)
        value.value = entry < Int(judge.checkers[index].trueCount) ? 1 : 0
        return entry >= 0
    }
}

private enum OtherCell: CellReader {
    @inline(__always)
    static func read(
        _ judge: inout RowJudge, _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ row: Int,
        _ value: inout FieldValue
    ) -> Bool {
        judge.select(row)
        return judge.readOther(index, text, start, end)
    }
}
