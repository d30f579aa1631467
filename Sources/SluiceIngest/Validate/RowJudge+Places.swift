import SluiceModel

/// Where cells say that something happened: an entry of the directory or the gazetteer stands for it from here on.
extension RowJudge {
    /// Two fields that are a point.
    struct Point: BitwiseCopyable {
        let first: Int
        let second: Int
        let firstChecker: Int
        let secondChecker: Int
        let isDegrees: Bool
    }

    /// The points that the output asks for and whose columns the file has.
    static func points(_ dataset: DatasetPlan, _ checkers: [FieldChecker]) -> [Point] {
        var points: [Point] = []
        for source in dataset.output.columns.flatMap(\.sources) {
            guard case .directory(let first, let second?, _, _) = source,
                !points.contains(where: { $0.first == first }),
                let firstChecker = checkers.firstIndex(where: { Int($0.field) == first }),
                let secondChecker = checkers.firstIndex(where: { Int($0.field) == second })
            else { continue }
            points.append(
                Point(
                    first: first, second: second, firstChecker: firstChecker, secondChecker: secondChecker,
                    isDegrees: dataset.fields[first].place == .longitude))
        }
        return points
    }

    /// Looks up a postcode, or a text that may name a known place.
    mutating func locate(
        _ index: Int, _ text: Flat<UInt8>, _ start: Int, _ end: Int, _ value: inout FieldValue
    ) {
        value.entry = -1
        guard fieldRules[index].place == .postcode else {
            if let gazetteer { value.entry = Int32(truncatingIfNeeded: gazetteer.find(text, start, end)) }
            return
        }
        guard let directory else { return }
        guard let postcode = Postcode(text, start, end) else {
            return note(.postcodeInvalid, column: Int(checkers[index].column))
        }
        let placing = directory.find(postcode)
        value.entry = Int32(truncatingIfNeeded: placing)
        // ZZ99 stands for no fixed abode, and places abroad: no directory has it.
        let isPseudo = postcode.code[0] == UInt8(ascii: "Z") && postcode.code[1] == UInt8(ascii: "Z")
        if placing < 0, !isPseudo { note(.postcodeUnknown, column: Int(checkers[index].column)) }
    }

    /// Gives the first field of each point its placing. A point of zeros, as data.police.uk writes it, is none.
    mutating func locatePoints(_ text: Flat<UInt8>, count: Int) {
        guard let directory else { return }
        for row in 0..<count where !batch.isRejected[row] {
            select(row)
            for point in points {
                values[point.first].entry = -1
                guard values[point.first].state == .good, values[point.second].state == .good else { continue }
                guard let x = coordinate(point.first, point.firstChecker, text),
                    let y = coordinate(point.second, point.secondChecker, text)
                else {
                    note(.pointUnlocated, column: Int(checkers[point.firstChecker].column))
                    continue
                }
                if x == 0, y == 0 { continue }
                let (easting, northing) =
                    point.isDegrees ? NationalGrid.point(longitude: x, latitude: y) : (x, y)
                let placing = directory.nearest(easting: easting, northing: northing)
                values[point.first].entry = Int32(truncatingIfNeeded: placing)
                if placing < 0 { note(.pointUnlocated, column: Int(checkers[point.firstChecker].column)) }
            }
        }
    }

    /// The number in a field's cell, as exact as it is written.
    private func coordinate(_ field: Int, _ checker: Int, _ text: Flat<UInt8>) -> Double? {
        if type(of: field) == .integer { return Double(values[field].value) }
        let cell = cell(of: field)
        let (start, end) = RowJudge.trimmed(text, Int(cell.start), Int(cell.end))
        guard case .finite(let number)? = NumberReader.number(text, start, end, fieldRules[checker].number) else {
            return nil
        }
        return number.double
    }
}
