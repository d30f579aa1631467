import ArgumentParser
import SluiceInstance
import SluiceModel
import SluiceSystem

struct Geography: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The directory by which postcodes and points become areas.", subcommands: [Import.self])

    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the look-up that the worker maps of an ONS postcode directory.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The directory's data file: CSV, or a ZIP or gzip with that file alone.", completion: .file())
        var file: String
        @Option(help: "Small and middle areas of this census, two digits; the latest in the file without it.")
        var year: Int?

        func run() throws {
            if let year, !(0...99).contains(year) { throw ValidationError("--year takes two digits, such as 21") }
            let input = try common.answeringFailures { try OpenFile(readingPath: file) }
            guard try common.answeringFailures({ try input.status().kind }) == .regular else {
                throw ValidationError("\(file): not a file; give the directory's data file")
            }
            let made = try common.answeringFailures {
                try MadeGeography.make(of: input, year: year, today: SystemClock().now().date)
            }
            let attachment = try common.answeringFailures {
                try OpenFile(sealing: made.bytes, label: "the look-up of postcodes")
            }
            if !common.json, made.facts.skippedRows > 0 {
                write("\(made.facts.skippedRows) rows without a whole postcode were passed over\n")
            }
            try common.carryOut(
                .importGeography(columns: made.facts.columns), attaching: attachment)
        }
    }
}
