import Crypto
import SluiceFormat
import SluiceIntake
package import SluiceModel
import SluiceSettings
import SluiceStore
package import SluiceSystem
import SluiceWire

/// A directory of postcodes that cannot be used, and why.
package struct GeographyRefusal: Error, CustomStringConvertible {
    package var description: String
}

/// A look-up made of a directory, not yet in its place.
package struct MadeGeography: Sendable {
    package var bytes: [UInt8]
    package var facts: DirectoryFacts

    /// Lets the confined worker read an ONS postcode directory.
    ///
    /// - Parameter year: of the census, two digits, where the file has small areas of several.
    /// - Throws: `GeographyRefusal` when it is none; `TrialFailure` when the worker died.
    package static func make(of file: borrowing OpenFile, year: Int?, today: CivilDate) throws -> MadeGeography {
        let job = GeographyJob(
            executable: try Installation.worker(), input: file.descriptor, plan: ProfilePlan.plan(today: today),
            year: year)
        switch try job.run() {
        case .died(let death): throw TrialFailure(reason: death.reason)
        case .answer(.made(let bytes, let facts)): return MadeGeography(bytes: bytes, facts: facts)
        case .answer(.refused(let refusal)):
            throw GeographyRefusal(description: "the directory cannot be read: \(refusal)")
        case .answer(.columnsMissing(let names)):
            let years = year.map { " of \($0)" } ?? ""
            throw GeographyRefusal(
                description:
                    "the first row has no column \(names.joined(separator: " or "))\(years), or another name of it; "
                    + "give the directory's data file itself, and see docs/operating.md for the names that are known")
        case .answer(.tooLarge):
            throw GeographyRefusal(description: "the directory has more areas than a look-up can hold")
        }
    }
}

extension Instance {
    /// Puts a look-up in its place, durably and on record.
    func adoptGeography(
        _ file: borrowing OpenFile, columns: [String], actor: String
    ) throws -> CommandResult {
        try file.seek(to: 0)
        let bytes = try file.readToEnd(limitBytes: GeographyCodec.limitBytes)
        guard let header = LookUpHeader(bytes, fileBytes: bytes.count) else {
            return .no("the file is no look-up of postcodes, or a part of one")
        }
        // Names of columns come from whoever gives the command, and go on record.
        let isColumn = { (name: String) in
            (1...16).contains(name.utf8.count)
                && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
        }
        guard columns.count <= 16, columns.allSatisfy(isColumn) else {
            return .no("what is said of the columns are no names of columns: import the directory again")
        }
        let folder = try Folder.createIfMissing(path: settings.paths.geography)
        try folder.writeAtomically(PostcodeFile.name, bytes, mode: 0o644, what: "the look-up of postcodes")
        let sha256 = hexadecimal(SHA256.hash(data: bytes))
        try store.append([
            LedgerEntry(
                at: clock.now(), actor: actor, kind: .geographyImported, subject: "postcodes",
                details: [
                    "sha256": sha256, "postcodes": "\(header.postcodeCount)", "columns": columns.joined(separator: " "),
                ])
        ])
        return CommandResult(
            exit: .done,
            json: .members([
                "postcodes": .int(header.postcodeCount), "columns": .strings(columns), "bytes": .int(bytes.count),
                "sha256": .string(sha256),
            ]),
            text:
                "\(header.postcodeCount) postcodes by \(columns.joined(separator: ", ")); files from here on are read with them"
        )
    }
}
