import DeliverySupport
import SluiceModel

/// What a spreadsheet makes of a table: numbers and dates in cells of their own kind, everything else as text.
struct Workbook {
    enum Cell {
        case text(String)
        case number(String)
        case date(String), dateTime(String), month(String)
        /// A formula whose value was never worked out.
        case formula(String)
        case error(String)
        case empty
    }

    struct Sheet {
        var name: String
        var isHidden = false
        var rows: [[Cell]]
        /// `A2:A5`.
        var merged: [String] = []
        /// Rows a filter hides, from 1.
        var hiddenRows: Set<Int> = []
    }

    var sheets: [Sheet] = []
    var is1904 = false

    /// The cell a spreadsheet makes of what is typed.
    static func typed(_ text: String, from1904: Bool = false) -> Cell {
        if text.isEmpty { return .empty }
        if let date = DateText(text), date.date.parts.year >= (from1904 ? 1904 : 1901) {
            switch date.notation {
            case .month: return .month(date.serial(from1904: from1904))
            case .iso, .slashed:
                if date.rest.isEmpty { return .date(date.serial(from1904: from1904)) }
                if date.rest.utf8.count <= 9 { return .dateTime(date.serial(from1904: from1904)) }
            }
        }
        if text.utf8.count <= 15, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text == "0" || !text.hasPrefix("0")
        {
            return .number(text)
        }
        return .text(text)
    }

    static func place(_ column: Int, _ row: Int) -> String { letters(column) + "\(row + 1)" }

    static func letters(_ index: Int) -> String {
        let last = String(Unicode.Scalar(UInt8(ascii: "A") + UInt8(index % 26)))
        return index < 26 ? last : letters(index / 26 - 1) + last
    }

    func bytes() -> [UInt8] {
        let open = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
        let kinds = WorkbookWriter.relationships
        var zip = ZipWriter()
        func add(_ name: String, _ text: String) { zip.parts.append(.init(name, open + text)) }
        let spreadsheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        var overrides = "<Override PartName=\"/xl/workbook.xml\" ContentType=\"\(spreadsheet).sheet.main+xml\"/>"
        var list = ""
        var links = ""
        for (index, sheet) in sheets.enumerated() {
            let number = index + 1
            overrides +=
                "<Override PartName=\"/xl/worksheets/sheet\(number).xml\" ContentType=\"\(spreadsheet).worksheet+xml\"/>"
            list +=
                "<sheet name=\"\(sheet.name)\" sheetId=\"\(number)\"\(sheet.isHidden ? " state=\"hidden\"" : "")"
                + " r:id=\"rId\(number)\"/>"
            links +=
                "<Relationship Id=\"rId\(number)\" Type=\"\(kinds)/worksheet\" Target=\"worksheets/sheet\(number).xml\"/>"
        }
        links += "<Relationship Id=\"rId99\" Type=\"\(kinds)/styles\" Target=\"styles.xml\"/>"
        overrides += "<Override PartName=\"/xl/styles.xml\" ContentType=\"\(spreadsheet).styles+xml\"/>"
        let package = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\""
        add(
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
                + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
                + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>\(overrides)</Types>")
        add(
            "_rels/.rels",
            "<Relationships \(package)><Relationship Id=\"rId1\" Type=\"\(kinds)/officeDocument\""
                + " Target=\"xl/workbook.xml\"/></Relationships>")
        add(
            "xl/workbook.xml",
            "<workbook xmlns=\"\(WorkbookWriter.main)\" xmlns:r=\"\(kinds)\">"
                + (is1904 ? "<workbookPr date1904=\"1\"/>" : "") + "<sheets>\(list)</sheets></workbook>")
        add("xl/_rels/workbook.xml.rels", "<Relationships \(package)>\(links)</Relationships>")
        add(
            "xl/styles.xml",
            "<styleSheet xmlns=\"\(WorkbookWriter.main)\"><cellXfs count=\"4\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/>"
                + "<xf numFmtId=\"22\"/><xf numFmtId=\"17\"/></cellXfs></styleSheet>")
        for (index, sheet) in sheets.enumerated() { add("xl/worksheets/sheet\(index + 1).xml", xml(sheet)) }
        return zip.bytes()
    }

    private func xml(_ sheet: Sheet) -> String {
        var text = "<worksheet xmlns=\"\(WorkbookWriter.main)\"><sheetData>"
        for (index, row) in sheet.rows.enumerated() {
            text += "<row r=\"\(index + 1)\"\(sheet.hiddenRows.contains(index + 1) ? " hidden=\"1\"" : "")>"
            for (column, cell) in row.enumerated() {
                let place = "r=\"\(Workbook.place(column, index))\""
                switch cell {
                case .empty: break
                case .text(let value):
                    let escaped = value.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                        .replacing("\r", with: "&#13;")
                    text += "<c \(place) t=\"inlineStr\"><is><t xml:space=\"preserve\">\(escaped)</t></is></c>"
                case .number(let value): text += "<c \(place)><v>\(value)</v></c>"
                case .date(let value): text += "<c \(place) s=\"1\"><v>\(value)</v></c>"
                case .dateTime(let value): text += "<c \(place) s=\"2\"><v>\(value)</v></c>"
                case .month(let value): text += "<c \(place) s=\"3\"><v>\(value)</v></c>"
                case .formula(let formula): text += "<c \(place)><f>\(formula)</f></c>"
                case .error(let code): text += "<c \(place) t=\"e\"><v>\(code)</v></c>"
                }
            }
            text += "</row>"
        }
        text += "</sheetData>"
        if !sheet.merged.isEmpty {
            text += "<mergeCells>" + sheet.merged.map { "<mergeCell ref=\"\($0)\"/>" }.joined() + "</mergeCells>"
        }
        return text + "</worksheet>"
    }
}
