// The daemon. Only wiring: arguments, log, services and the order they start in.

import Foundation
import Logging
import ServiceLifecycle
import SluiceInstance
import SluiceModel
import UnixSignals

var config = "/etc/sluice/sluice.yaml"
var arguments = CommandLine.arguments.dropFirst()
while let argument = arguments.popFirst() {
    switch argument {
    case "--config":
        guard let file = arguments.popFirst() else { fail("--config needs a file", .usage) }
        config = file
    case "--version":
        print(sluiceVersion)
        exit(0)
    case "--help":
        print("usage: sluiced [--config FILE]    takes files in until told to stop; see docs/operating.md")
        exit(0)
    default: fail("unknown argument; usage: sluiced [--config FILE]", .usage)
    }
}

signal(SIGPIPE, SIG_IGN)
LoggingSystem.bootstrap { _ in EventLog(isDaemon: true) }
let log = Logger(label: "sluiced")
let outcome = EngineOutcome()
let engine: Engine
do {
    engine = try Engine(config: config, log: log)
} catch {
    fail("\(error)", .ourFault)
}

let group = ServiceGroup(
    configuration: ServiceGroupConfiguration(
        services: [
            .init(
                service: EngineService(engine: engine, outcome: outcome),
                successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .gracefullyShutdownGroup),
            .init(service: ReloadService(engine: engine)),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], logger: log))
do {
    try await group.run()
} catch {
    if outcome.failure == nil { fail("\(error)", .ourFault) }
}
if let failure = outcome.failure {
    let result = CommandResult(failure: failure)
    fail(result.text, result.exit)
}

func fail(_ message: String, _ status: ExitStatusCode) -> Never {
    FileHandle.standardError.write(Data("sluiced: \(message)\n".utf8))
    exit(status.rawValue)
}
