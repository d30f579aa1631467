import SluiceModel
import SluiceSystem
import Testing

@Suite struct DocsTests {
    private func doc(_ name: String) throws -> String {
        String(decoding: try readSmallFile(root + "/docs/" + name), as: UTF8.self)
    }

    @Test func `every finding code is explained`() throws {
        let text = try doc("findings.md")
        for code in FindingCode.allCases { #expect(text.contains("`\(code.rawValue)`"), "\(code.rawValue)") }
    }

    @Test func `every target and every setting has its place in the docs`() throws {
        let architecture = try doc("architecture.md")
        for target in [
            "SluiceModel", "SluiceYAML", "SluiceCertificate", "SluiceSystem", "SluiceWire", "SluiceReaders",
            "SluiceIngest", "SluiceStore", "SluiceFormat", "SluiceLedger", "SluiceStoreSQLite", "SluiceSettings",
            "SluiceIntake",
            "SluiceRelease", "SluiceReview", "SluiceInstance", "sluiced", "sluice-decode", "sluice-watch",
        ] {
            #expect(architecture.contains("`\(target)`"), "\(target)")
        }
    }

    @Test func `every exit status is documented`() throws {
        let text = try doc("operating.md")
        for status in ["0", "1", "64", "70", "75", "78"] { #expect(text.contains("| \(status) |"), "\(status)") }
    }
}

/// No message holds a value from a record: what can be judged from the sources.
@Suite struct ValuesInMessagesTests {
    /// In the worker, bytes of a file become text only where a name of the plan is looked up; never for a message.
    @Test func `the worker makes no text of a file's bytes but for header names, digits and profiles`() throws {
        // A sample's profile goes to the person whose file it is; a delivery is never profiled.
        // Codes of areas come from the directory that the operator imported.
        let allowed = [
            "HeaderMatch.swift", "Recognition.swift", "DateForms.swift", "Profile/ProfileTexts.swift",
            "Geography/LookUps.swift",
        ]
        for (path, text) in try sources(below: "Sources/SluiceIngest") {
            let code = uncommented(text)
            for expression in [
                "String(decoding:", "String(validating", "String(unsafeUninitializedCapacity", "String(cString",
            ]
            where code.contains(expression) {
                #expect(allowed.contains { path.hasSuffix($0) }, "\(path) has \(expression)")
            }
        }
    }

    /// Names of columns and sheets, which are compared with a plan's, and formats of numbers.
    @Test func `the readers make no text of a file's bytes but for names, numbers and attributes`() throws {
        let allowed = [
            "MarkupParser.swift", "Workbook.swift", "CellNumber.swift", "XMLRows.swift",
            "JSONRows.swift", "JSONNumber.swift",
        ]
        for (path, text) in try sources(below: "Sources/SluiceReaders") {
            let code = uncommented(text)
            for expression in ["String(decoding:", "String(validating", "String(cString"]
            where code.contains(expression) {
                #expect(allowed.contains { path.hasSuffix("/" + $0) }, "\(path) has \(expression)")
            }
        }
    }

    /// The message of a finding is made in one place from codes, numbers and the plan's own words.
    @Test func `findings get their messages from one place`() throws {
        for (path, text) in try sources(below: "Sources/SluiceIngest") + sources(below: "Sources/SluiceWire") {
            // An empty message is filled in by the one place.
            let written = uncommented(text).replacing("message: \"\"", with: "")
            #expect(!written.contains("message: \""), "\(path) writes a message of its own")
        }
    }

    /// What crosses from the worker to the daemon is numbers and identifiers to be hashed; a finding's text does not.
    @Test func `no message crosses the wire`() throws {
        let writers = try sources(below: "Sources/SluiceWire").filter { $0.path.contains("FrameWriter") }
        #expect(!writers.isEmpty)
        for (path, text) in writers { #expect(!uncommented(text).contains(".message"), "\(path)") }
    }

    /// Row decoding errors of the database library print the cell.
    @Test func `errors of the database library stop at the store's edge`() throws {
        for (path, text) in try sources() where uncommented(text).contains("import GRDB") {
            #expect(path.contains("Sources/SluiceStoreSQLite/"), "\(path)")
        }
    }
}

@Suite struct SourceTests {
    @Test func `sources below row 3 do not import Foundation`() throws {
        let rows = [
            "SluiceModel", "SluiceYAML", "SluiceCertificate", "SluiceSystem", "SluiceWire", "SluiceReaders",
            "SluiceIngest", "SluiceStore", "SluiceFormat", "SluiceLedger", "SluiceSettings", "sluice-decode",
        ]
        for (path, text) in try sources() where rows.contains(where: { path.contains("Sources/\($0)/") }) {
            // The rules of time zones are Foundation's.
            if path.hasSuffix("/SluiceSettings/TimeZones.swift") { continue }
            #expect(!uncommented(text).contains("import Foundation"), "\(path)")
        }
    }

    @Test func `nothing is left to be done later in the code`() throws {
        for (path, text) in try sources() {
            for word in ["TO" + "DO", "FIX" + "ME"] { #expect(!text.contains(word), "\(path) has \(word)") }
        }
    }
}
