// The command line of operators, agencies and analysts. Each command is a file of Commands/; what it shows or changes
// is done by SluiceInstance.

import ArgumentParser
import Logging
import SluiceInstance
import SluiceModel

@main
struct Sluice: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "Takes in, checks, minimises and combines data under the Serious Violence Duty.",
        version: sluiceVersion,
        subcommands: [
            Demo.self, Init.self, Check.self, Validate.self, Minimise.self, Ingest.self, Status.self, Deliveries.self,
            Release.self, Reviews.self, Ledger.self, Retention.self, Geography.self, Links.self, BackUp.self,
            Restore.self,
            Plugin.self,
        ])

    static func main() {
        LoggingSystem.bootstrap { _ in EventLog(isDaemon: false) }
        ignoreBrokenPipe()
        main(nil)
    }
}

/// What every command takes.
struct CommonOptions: ParsableArguments {
    @Option(name: .long, help: "The instance's sluice.yaml.")
    var config = "/etc/sluice/sluice.yaml"

    @Flag(name: .long, help: "Answer in JSON, for programs.")
    var json = false
}
