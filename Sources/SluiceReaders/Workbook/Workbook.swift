package import SluiceModel

/// The sheets of an Office Open XML workbook, in both editions of the standard.
///
/// Every part is found through relationships, from the package's root on; names of files are never guessed. A workbook
/// with macros or with links to other workbooks is refused before a cell is read.
///
/// Source: ECMA-376 part 1, sections 12.3 and 18.
package final class Workbook {
    package struct Sheet: Hashable, Sendable {
        /// Place among all tabs of the workbook, from 1.
        package var position: Int
        /// Hidden from the tabs, whether or not Excel would offer to show it.
        package var isHidden: Bool
        /// As `HeaderName.normalised` has it, to be compared with a plan's names only.
        package var name: String
        var part: [UInt8]
    }

    /// The sheets of cells; charts and dialogs have a position and are no sheets of these.
    package private(set) var sheets: [Sheet] = []

    let package: OfficePackage
    let limits: DecodeLimits
    private let counts1904: Bool
    private let workbookRelationships: [OfficePackage.Relationship]
    private var tables: Tables?

    /// What all sheets refer to, read when the first one is.
    private struct Tables {
        let strings: SharedStrings
        let styles: CellStyles
    }

    package static func open(_ file: any DeliveredBytes, limits: DecodeLimits) throws(ReaderError) -> Workbook {
        try Workbook(file, limits: limits)
    }

    private init(_ file: any DeliveredBytes, limits: DecodeLimits) throws(ReaderError) {
        self.limits = limits
        package = try OfficePackage(file, limits: limits)
        try package.checkContentTypes()
        guard let main = try package.relationships(of: []).first(where: { $0.kind == "officeDocument" })?.target else {
            throw .fault(.structureUnexpected, FindingRule.container)
        }
        workbookRelationships = try package.relationships(of: main)
        for relationship in workbookRelationships {
            if relationship.kind == "externalLink" { throw .fault(.workbookLinks, FindingRule.container) }
            if ["vbaProject", "xlMacrosheet", "xlIntlMacrosheet"].contains(relationship.kind) {
                throw .fault(.workbookMacros, FindingRule.container)
            }
        }
        let list = SheetList(limit: limits.memberLimit)
        try package.read(main, list)
        guard list.isWorkbook else { throw .fault(.structureUnexpected, FindingRule.container) }
        counts1904 = list.counts1904
        var targets: [String: OfficePackage.Relationship] = [:]
        for relationship in workbookRelationships { targets[relationship.id] = relationship }
        for (index, tab) in list.tabs.enumerated() {
            guard let relationship = targets[tab.relationship] else {
                throw .fault(.structureUnexpected, FindingRule.container)
            }
            guard relationship.kind == "worksheet" else { continue }
            sheets.append(
                Sheet(position: index + 1, isHidden: tab.isHidden, name: tab.name, part: relationship.target))
        }
        guard !sheets.isEmpty else { throw .fault(.containerEmpty, FindingRule.container) }
    }

    /// The rows of the sheet at this place in `sheets`, from its first row on: the n-th row is the sheet's row n.
    ///
    /// May be asked for any number of times.
    package func rows(ofSheet index: Int) throws(ReaderError) -> any RowSource {
        let tables = try readTables()
        return SheetRows(
            try package.stream(sheets[index].part),
            SheetHandler(
                strings: tables.strings.table, styles: tables.styles.kinds,
                numbers: CellNumber(dates: counts1904 ? .since1904 : .since1900),
                limits: limits),
            package.paddingBytes > 0 ? [.padding(bytes: package.paddingBytes)] : [], limits: limits)
    }

    private func readTables() throws(ReaderError) -> Tables {
        if let tables { return tables }
        let read = Tables(strings: SharedStrings(), styles: CellStyles())
        for relationship in workbookRelationships {
            switch relationship.kind {
            case "sharedStrings": try package.read(relationship.target, read.strings)
            case "styles": try package.read(relationship.target, read.styles)
            default: break
            }
        }
        tables = read
        return read
    }

    /// The part that lists the tabs.
    private final class SheetList: MarkupHandler {
        struct Tab {
            var name: String
            var isHidden: Bool
            var relationship: String
        }

        private(set) var isWorkbook = false
        private(set) var counts1904 = false
        private(set) var tabs: [Tab] = []
        private let limit: Int

        init(limit: Int) { self.limit = limit }

        override func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
            let local = unsafe Markup.afterLast(UInt8(ascii: ":"), name)
            switch depth {
            case 1: isWorkbook = unsafe local.elementsEqual("workbook".utf8)
            case 2 where unsafe local.elementsEqual("workbookPr".utf8):
                let value = unsafe attributes.text("date1904") ?? ""
                counts1904 = value == "1" || value == "true"
            case 3 where unsafe local.elementsEqual("sheet".utf8):
                var tab = Tab(name: "", isHidden: false, relationship: "")
                var rest = unsafe attributes
                while let (key, value) = unsafe rest.next() {
                    let text = unsafe String(cString: value)
                    if unsafe Markup.isName(key, "name") {
                        tab.name = HeaderName.normalised(text)
                    } else if unsafe Markup.isName(key, "state") {
                        tab.isHidden = text != "visible"
                    } else if unsafe Markup.afterLast(UInt8(ascii: ":"), key).elementsEqual("id".utf8) {
                        tab.relationship = text
                    }
                }
                guard tabs.count < limit else { return fail(.limitExceeded, FindingRule.memberLimit) }
                tabs.append(tab)
            default: break
            }
        }
    }
}
