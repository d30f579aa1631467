/// Writes a workbook from the text of its parts.
package struct WorkbookWriter {
    package static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    package static let relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    /// What stands in `sheetData`, and what follows it.
    package var rows = ""
    package var afterRows = ""
    /// The whole of the first sheet, in place of the two above.
    package var sheet: String?
    /// Items of the shared strings.
    package var strings = ""
    /// Number formats and cell formats.
    package var styles = ""
    package var properties = ""
    /// Attributes of each tab beside its id; the first is the sheet above, the others are empty sheets.
    package var tabs = ["name=\"Data\" sheetId=\"1\""]
    package var contentTypes = ""
    /// Further relationships of the workbook.
    package var links = ""
    package var extraParts: [ZipWriter.Part] = []
    /// The namespace of relationships and their types.
    package var kinds = WorkbookWriter.relationships
    package var vocabulary = WorkbookWriter.main
    package var folder = "xl/"

    package init(
        rows: String = "", afterRows: String = "", sheet: String? = nil, strings: String = "", styles: String = "",
        tabs: [String] = ["name=\"Data\" sheetId=\"1\""], contentTypes: String = "", links: String = "",
        extraParts: [ZipWriter.Part] = []
    ) {
        self.rows = rows
        self.afterRows = afterRows
        self.sheet = sheet
        self.strings = strings
        self.styles = styles
        self.tabs = tabs
        self.contentTypes = contentTypes
        self.links = links
        self.extraParts = extraParts
    }

    package func bytes() -> [UInt8] {
        let open = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
        let package = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\""
        var zip = ZipWriter()
        func add(_ name: String, _ text: String) { zip.parts.append(.init(name, open + text)) }
        add(
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
                + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>\(contentTypes)</Types>")
        add(
            "_rels/.rels",
            "<Relationships \(package)><Relationship Id=\"x\" Type=\"\(kinds)/officeDocument\""
                + " Target=\"/\(folder)book.xml\"/>"
                + "</Relationships>")
        var list = ""
        var targets = links
        for (index, tab) in tabs.enumerated() {
            list += "<sheet \(tab) r:id=\"s\(index)\"/>"
            targets += "<Relationship Id=\"s\(index)\" Type=\"\(kinds)/worksheet\" Target=\"tabs/\(index).xml\"/>"
        }
        targets += "<Relationship Id=\"t\" Type=\"\(kinds)/sharedStrings\" Target=\"./texts/../texts.xml\"/>"
        targets += "<Relationship Id=\"u\" Type=\"\(kinds)/styles\" Target=\"/\(folder)looks%20.xml\"/>"
        add(
            folder + "book.xml",
            "<workbook xmlns=\"\(vocabulary)\" xmlns:r=\"\(kinds)\">\(properties)<sheets>\(list)</sheets></workbook>")
        add(folder + "_rels/book.xml.rels", "<Relationships \(package)>\(targets)</Relationships>")
        add(folder + "Texts.xml", "<sst xmlns=\"\(vocabulary)\">\(strings)</sst>")
        add(folder + "looks .xml", "<styleSheet xmlns=\"\(vocabulary)\">\(styles)</styleSheet>")
        for index in tabs.indices {
            let own = "<worksheet xmlns=\"\(vocabulary)\"><dimension ref=\"A1:XFD1048576\"/><sheetData>"
            let text =
                index == 0
                ? sheet ?? own + rows + "</sheetData>" + afterRows + "</worksheet>" : own + "</sheetData></worksheet>"
            add(folder + "tabs/\(index).xml", text)
        }
        zip.parts += extraParts
        return zip.bytes()
    }
}
