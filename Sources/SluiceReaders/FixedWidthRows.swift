package import SluiceModel

/// Turns lines cut at fixed places into rows.
///
/// A column's cell is the characters of its place without the blanks around them; a line that ends early leaves the
/// rest empty. Places are counted in Unicode scalars, of bytes that are no UTF-8 one each: they go into the cell as
/// they are, where whoever reads it finds them.
package struct FixedWidthRows {
    private let form: FixedWidthForm
    /// Indices of `form.columns` by where they begin.
    private let order: [Int]
    private var cells: [Range<Int>]

    package init(form: FixedWidthForm) {
        self.form = form
        order = form.columns.indices.sorted { form.columns[$0].offset < form.columns[$1].offset }
        cells = Array(repeating: 0..<0, count: form.columns.count)
    }

    /// Appends the row of the columns' names, which such a file does not have.
    package func appendHeader(to rows: inout RowText) {
        for column in form.columns { rows.appendCell(Array(column.name.utf8)) }
        rows.endRow()
    }

    /// Appends a line's row; an empty line's is empty.
    ///
    /// - Parameter line: UTF-8, without its line end.
    /// - Throws: when the row grows beyond a limit. `rowNumber`, from 1, is the line's, for the finding.
    package mutating func append(
        line: UnsafeBufferPointer<UInt8>, rowNumber: Int, to rows: inout RowText
    ) throws(ReaderError) {
        unsafe cut(line)
        if !cells.allSatisfy(\.isEmpty) {
            for cell in cells { unsafe rows.appendCell(UnsafeBufferPointer(rebasing: line[cell])) }
        }
        rows.endRow()
        guard var excess = rows.excess else { return }
        excess.rows = [rowNumber]
        throw .unreadable(excess)
    }

    /// Finds each column's bytes. Columns may overlap.
    private mutating func cut(_ line: UnsafeBufferPointer<UInt8>) {
        // Bytes and scalars are the same up to the first byte beyond ASCII, so that most lines need no counting.
        let isASCII = unsafe !line.contains { $0 >= 0x80 }
        var place = 0
        var scalars = 0
        for column in order {
            let (offset, width) = (form.columns[column].offset, form.columns[column].width)
            if isASCII {
                let start = min(offset, line.count)
                unsafe cells[column] = trimmed(start..<start + min(line.count - start, width), line)
                continue
            }
            while scalars < offset, place < line.count {
                unsafe place = FixedWidthRows.next(place, line)
                scalars += 1
            }
            var end = place
            var taken = 0
            while taken < width, end < line.count {
                unsafe end = FixedWidthRows.next(end, line)
                taken += 1
            }
            unsafe cells[column] = trimmed(place..<end, line)
        }
    }

    /// Where the scalar after the one at `place` begins; a byte that begins none counts as one.
    private static func next(_ place: Int, _ line: UnsafeBufferPointer<UInt8>) -> Int {
        let length: Int
        switch unsafe line[place] {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF: length = 3
        case 0xF0...0xF4: length = 4
        default: return place + 1
        }
        guard place + length <= line.count else { return place + 1 }
        for index in place + 1..<place + length where unsafe line[index] & 0xC0 != 0x80 { return place + 1 }
        return place + length
    }

    private func trimmed(_ range: Range<Int>, _ line: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, unsafe line[start] == 0x20 || line[start] == 0x09 { start += 1 }
        while start < end, unsafe line[end - 1] == 0x20 || line[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}
