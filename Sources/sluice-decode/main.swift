// sluice-decode: one claimed file in, minimised records and findings out.
//
//   descriptor 0  the file           1  frames for the daemon (SluiceWire)
//              2  messages           3  the plan (PlanCodec)
//              4  a look-up of postcodes, with --directory-bytes
//
// With --profile descriptor 1 gets one profile of the file instead (ProfileCodec), with --geography a look-up of postcodes
// (GeographyCodec).
//
// It confines itself before it reads a byte and then lives by these descriptors alone. No path is opened after
// that: nothing here may load a locale, a time zone, a library or a file below /proc.

import Glibc

let options: Options
do throws(UsageError) {
    options = try Options(CommandLine.arguments.dropFirst())
} catch {
    say("sluice-decode: \(error.text)\n\(Options.usage)\n", to: 2)
    exit(ExitCode.usage)
}
// The daemon may end before its worker, and descriptor 1 may be a file, whose growth the limits forbid: the next write
// then says so.
signal(SIGPIPE, SIG_IGN)
signal(SIGXFSZ, SIG_IGN)
exit(
    options.isSelfTest
        ? SelfTest.run(options)
        : options.isProfile
            ? ProfileWork.run(options) : options.isGeography ? GeographyWork.run(options) : Worker.run(options))
