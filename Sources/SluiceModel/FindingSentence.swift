/// One finding's message in the making: what it is about, looked up in the plan once.
struct FindingSentence {
    let finding: Finding
    let plan: FormatPlan
    let dataset: DatasetPlan?
    let field: FieldPlan?

    var text: String {
        switch finding.code {
        // The file.
        case .fileEmpty: return "The file is empty. Export it again and check that it holds a header and rows."
        case .headerMissing: return headerMissing
        case .rowsMissing:
            return "The file has a header but no rows. If there is nothing to report for the period, tell the "
                + "partnership instead of sending an empty file."
        case .datasetUnknown: return datasetUnknown
        case .encodingUnsupported:
            return "The text is not in an encoding this dataset accepts. Save the file as \(encodings)."
        case .formatUnsupported:
            return "This kind of file cannot be read. Send \(forms), one table per file."
        case .quoteUnclosed:
            return "A quoted cell is opened and never closed, so the rest of the file cannot be told apart"
                + at(argument(0)) + ". Write a quotation mark inside a quoted cell twice, or export the file again."
        case .toleranceExceeded: return toleranceExceeded
        case .periodUnknown: return periodUnknown
        case .periodOverlaps:
            return "The reporting period overlaps part of an earlier delivery's. Send whole periods, or withdraw the "
                + "earlier delivery first."
        case .limitExceeded: return limitExceeded

        // Containers and structured forms.
        case .containerInvalid:
            return "\(container) is damaged and cannot be opened. Make it again, and open it once yourself before "
                + "sending it."
        case .containerUnsafe:
            return "\(container) has an entry that must not be opened: a path out of the archive, a link, two entries "
                + "of one name, entries over each other, or an archive inside it. Pack the files alone, without "
                + "folders, and send that."
        case .containerEncrypted:
            return "\(container) is protected by a password. Send it without one, by the way agreed with the "
                + "partnership."
        case .containerEmpty:
            return "The archive holds no file that could be read. Pack the files themselves and send it again."
        case .syntaxInvalid:
            return "The document is not well formed\(position). Export it again from the system that made it; a file "
                + "corrected by hand breaks easily."
        case .documentTypeForbidden:
            return "The XML document has a document type (DOCTYPE)\(position), through which contents from elsewhere "
                + "could come in. Export it without one."
        case .structureUnexpected: return structureUnexpected
        case .workbookMacros:
            return "The workbook has macros. Save it as an Excel workbook without macros (.xlsx), or as CSV."
        case .workbookLinks:
            return "The workbook takes values from other files. Replace the links by their values (Data, Edit Links, "
                + "Break Link), or save the sheet as CSV."
        case .sheetHidden:
            return "The workbook has a hidden sheet\(place("sheet")), which was not read. Nothing is to be done if it "
                + "is not meant to be sent; better to delete it."
        case .sheetIgnored:
            return "A sheet of the workbook was not read\(place("sheet")), because the table stands in another. Send "
                + "one table per workbook if it should be read."
        case .memberIgnored:
            return "A file of the archive was not read\(place("file")), because it is none that the dataset knows. "
                + "Leave it out."
        case .rowsHidden:
            return "The sheet has hidden rows, and they were read. Delete them if they are not meant to be sent."
        case .columnsHidden:
            let hidden = finding.arguments.map(String.init)
            let others =
                finding.count > hidden.count && !hidden.isEmpty ? " and \(finding.count - hidden.count) more" : ""
            let what =
                hidden.isEmpty
                ? "Some columns are"
                : hidden.count == 1 && others.isEmpty
                    ? "Column \(hidden[0]) is"
                    : "Columns \(list(hidden, last: "and"))\(others) are"
            return
                "\(what) hidden in the sheet, and read like the others. Delete hidden columns that you do not mean to "
                + "send."
        case .cellsMerged:
            return "The sheet has merged cells: only the first cell of each has the value, and the others are empty. "
                + "Unmerge them and fill in each row."
        case .cellError:
            return "The cell holds an error of the spreadsheet, such as #REF! or #N/A. Correct the formula at its "
                + "source, or write the value."
        case .formulaUncached:
            return "The cell holds a formula whose result was not saved. Open the workbook in a spreadsheet, save it, "
                + "and send it again."
        case .formulasRead:
            return "Some cells hold formulas; what was read is the result saved with the workbook. Check that it was "
                + "calculated before saving."
        case .datasetNotAccepted: return datasetNotAccepted

        case .periodUnclear, .cadenceBroken, .replacesFigures, .periodOutOfTurn, .figuresChanged, .columnSorted,
            .columnEmptied,
            .shareChanged:
            return "Look at what this file covers, and compare it with what you sent before."
        case .columnFilled: return columnFilled
        case .linesUnaccounted: return linesUnaccounted
        case .paddingIgnored:
            return
                "The file ends with \(argument(0).map { count($0, "byte", "bytes") } ?? "bytes") of padding, which we "
                + "ignored. You do not need to do anything."
        case .linesQuoted:
            return
                "Each line stands in quotation marks, as if it were one cell. We read the lines without them. Export the "
                + "file without these marks if you can."
        case .fileCutShort:
            return
                "The last row does not end with a line end, as your files usually do. The file may have been cut short: "
                + "check that the last row is complete."

        // Columns.
        case .rowsAboveHeadings:
            return "Rows that look like records are above the column headings, where we cannot read them. Put the "
                + "headings in the first row; if two files were joined, send them one by one."
        case .headingsAbove:
            return "Another row of headings is above the one we read, and was ignored. Keep only one row of headings."
        case .columnMissing:
            let near = argument(0).map { " The heading of column \($0) comes near: rename it if it is meant." } ?? ""
            return "The column is not in the file. Add it, with the heading \(headings).\(near)"
        case .columnUnknown: return columnUnknown
        case .columnRepeated:
            let first = argument(0).map { " (first: column \($0))" } ?? ""
            return "The heading of \(columnPosition) stands for a column that is already there\(first). Keep one of "
                + "them."
        case .columnIgnored: return "The contents of \(columnPosition) are not used and were not read."
        case .columnOrder: return columnOrder

        // Rows.
        case .rowRagged:
            let expected = argument(0).map { ", which has \($0) columns" } ?? ""
            return "The row has more or fewer cells than the header\(expected). Look for a delimiter inside an "
                + "unquoted cell."
        case .rowTooLong:
            return "The row is longer than \(bytes(plan.limits.rowLimitBytes)). Look for a quotation mark that is "
                + "not closed."
        case .rowEmpty: return rowEmpty
        case .footerIgnored:
            return "The row is a total or the end of a report and no record; it was passed over. Leave such rows out "
                + "of the export if you can."
        case .headerRepeated: return "The row repeats the headings and was passed over."
        case .headingsDiffer:
            return "The row is a row of headings, but not the same as the first. The rows below it may belong to other "
                + "columns. If two files were joined, send them one by one."
        case .marginIgnored:
            return
                "The row is no record: a line of dashes, a count of rows, or padding that a program added. We ignored "
                + "it."
        case .rowsAlike:
            return "The row is the same as an earlier row in every column, and both are counted. If it is one record, "
                + "send it once."
        case .outsidePeriod: return outsidePeriod
        case .quoteHoldsRows:
            return
                "A quotation mark is missing, or there is one too many, so that several rows were read as one cell, and "
                + "none of them is kept. Check the quotation marks in this row. Inside a quoted cell, write a quotation "
                + "mark twice."

        // Cells.
        case .cellTooLong:
            return "The cell is longer than \(bytes(plan.limits.cellLimitBytes)). Look for a quotation mark that is "
                + "not closed."
        case .bytesInvalid:
            return "The bytes are not valid in the file's encoding\(at(argument(0))). Save the file as \(encodings)."
        case .characterForbidden:
            return "The cell holds a control character. Remove it from the source, or export the column again."
        case .quoteMisplaced:
            return
                "There is text after a closing quotation mark. Inside a quoted cell, write a quotation mark twice; or "
                + "take the quotation marks away."
        case .valueMissing: return valueMissing
        case .typeMismatch: return typeMismatch
        case .patternMismatch: return "The value does not have the form the schema asks for. \(patternExpectation)"
        case .codeUnknown: return codeUnknown
        case .codeNotInForce:
            return codeNotInForce
        case .checkDigitWrong:
            let what = field?.check.map { "valid \(Self.name(of: $0))" } ?? "valid identifier"
            return "The value is not a \(what): its form or check digit is wrong. Check it for typing errors at the "
                + "source."
        case .placeholder:
            return "The value stands for a missing one. Leave the cell empty when the value is not known."
        case .belowMinimum: return belowMinimum
        case .aboveMaximum: return aboveMaximum
        case .tooShort:
            let least = field?.lengthMinimum.map { ": at least \(length($0))" } ?? ""
            let advice =
                isCollection ? "Check it at the source." : "Look for leading zeros that were lost."
            return "The value is too short\(least). \(advice)"
        case .tooLong:
            let most = field?.lengthMaximum.map { ": at most \(length($0))" } ?? ""
            return "The value is too long\(most). Check that the column holds what its heading says."
        case .notUnique: return notUnique
        case .dateInFuture:
            return "The date is later than the day the file was received (\(plan.today)). Correct the date."
        case .dateImplausible: return dateImplausible
        case .ageImplausible:
            let ages = dataset?.plausibleAges ?? 0...OutputSource.oldestAge
            return
                "The date of birth or the age gives an age below \(ages.lowerBound) or above \(ages.upperBound), so the "
                + "row is kept without an age. Leave the cell empty when the value is not known."
        case .ruleBroken: return ruleBroken
        case .areaUnknown:
            return "The area code is not one of the partnership's areas; the row is kept without an area."
                + suggestion + " Use the code of an area the partnership covers."
        case .postcodeInvalid:
            return "The value is no whole postcode; the row is kept without an area. Write outward and inward part, or "
                + "leave the cell empty."
        case .postcodeUnknown:
            return "The postcode is not in the partnership's directory; the row is kept without an area. Check it, and "
                + "tell the partnership if it is new: the directory may be old."
        case .pointUnlocated:
            return
                "The point lies more than 2 km from every postcode, or outside Great Britain; the row is kept without "
                + "an area. Check the order of the two columns, and whether they are degrees or metres."
        case .directoryMissing:
            return
                "There is no directory of postcodes here, so rows are read without the area of their postcode or point. "
                + "Nothing is to be done by you."
        case .keyMissing: return "The row has no value in \(keyColumns), which tells rows apart. Fill it in."
        case .referenceMissing: return referenceMissing
        case .referenceUnjudged: return referenceUnjudged

        // The file as a whole, by rules of its dataset.
        case .totalMismatch: return totalMismatch
        case .totalMissing:
            return "The dataset asks for a closing row that states how many records the file has, and there is none. "
                + "Export the file to its end, with that row."
        case .periodGap: return periodGap
        case .suddenChange: return suddenChange

        // The intake gate.
        case .healthFieldDropped:
            return contentRule?.message
                ?? "The column may hold health information about a person, which may not be shared under the Serious "
                + "Violence Duty. It was not kept. Leave it out of the export."
        case .patientIdentifier: return patientIdentifier
        case .identifierFound: return identifierFound
        case .disclosureRule: return contentRule?.message ?? "A disclosure rule of the partnership is about this file."
        }
    }

    // MARK: - Numbers and lists

    func argument(_ index: Int) -> Int? {
        finding.arguments.indices.contains(index) ? finding.arguments[index] : nil
    }

    func fieldName(_ index: Int) -> String {
        guard let dataset, dataset.fields.indices.contains(index) else { return "a column" }
        return dataset.fields[index].name
    }

    func at(_ byte: Int?) -> String { byte.map { ", at byte \($0)" } ?? "" }

    func bytes(_ count: Int) -> String {
        if count >= 1 << 30, count % (1 << 30) == 0 { return "\(count >> 30) GiB" }
        if count >= 1 << 20, count % (1 << 20) == 0 { return "\(count >> 20) MiB" }
        if count >= 1 << 10, count % (1 << 10) == 0 { return "\(count >> 10) KiB" }
        return self.count(count, "byte", "bytes")
    }

    func count(_ count: Int, _ one: String, _ many: String) -> String {
        "\(count) \(count == 1 ? one : many)"
    }

    /// Parts per million as per cent, with as many decimals as it has.
    func percent(_ rowsPerMillion: Int) -> String {
        // A thousandth of a per cent is ten per million; a slot of type number counts thousandths.
        FindingMessages.text(ofSlot: rowsPerMillion / 10, type: .number) + " %"
    }

    func list(_ items: [String], last: String? = nil, whenEmpty: String = "the schema's values") -> String {
        if items.isEmpty { return whenEmpty }
        return last.map { items.listed($0) } ?? items.joined(separator: ", ")
    }

    func names(_ fields: [Int], last: String) -> String { list(fields.map(fieldName), last: last) }
}
