import Glibc
import SluiceCertificate
import SluiceDisclosure
import SluiceModel
import SluiceSystem

// Protects made-up tables and says in JSON what it took: tables-probe NAME [--tier fast|good] [--seed N]
// [--zeros published]. `scripts/bench tables` runs it.

func seconds() -> Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func peakMiB() -> Int {
    var usage = rusage()
    unsafe getrusage(0, &usage)
    return usage.ru_maxrss / 1024
}

func option(_ name: String) -> String? {
    let arguments = CommandLine.arguments
    guard let at = arguments.firstIndex(of: name), at + 1 < arguments.count else { return nil }
    return arguments[at + 1]
}

// As sluice-protect does.
keepFreedMemory()
let name = CommandLine.arguments.dropFirst().first ?? "5k"
let seed = UInt64(option("--seed") ?? "1") ?? 1
let tier = SearchOptions.Tier(rawValue: option("--tier") ?? "fast") ?? .fast
let zeros = ZeroPolicy(rawValue: option("--zeros") ?? "hideable") ?? .hideable
if name == "-" {
    guard let given = Given(Given.readStandardInput()) else { exit(64) }
    let rules = AuditRules(primary: PrimaryRules(threshold: given.threshold), zeros: zeros)
    do throws(ProofRefusal) { try given.tables.check() } catch {
        print(error)
        exit(65)
    }
    if let noise = given.noise {
        do throws(ProofRefusal) { try noise.check() } catch {
            print(error)
            exit(65)
        }
        print(JSON.members(["published": given.published(noise)]).compactText)
        exit(0)
    }
    var protector = Protector(given.tables, rules, SearchOptions(tier: tier, key: seed))
    let protection = protector.run()
    var verdict = "accepted"
    do throws(ProofRefusal) { _ = try prove(given.tables, rules, protection) } catch { verdict = "\(error)" }
    print(
        JSON.members([
            "verdict": .string(verdict), "unproved": .int(protector.unproved.count),
            "statuses": .string(String(protection.statuses.map { $0 == .hidden ? "1" : "0" })),
        ]).compactText)
    exit(verdict == "accepted" ? 0 : 1)
}
let parts =
    name == "partnership" ? Instance.partnership(seed: seed) : Instance.crossed(name, seed: seed).map { [$0] } ?? []
if parts.isEmpty { exit(64) }
let rules = AuditRules(primary: PrimaryRules(threshold: 5), zeros: zeros)

let outcome = Outcome(parts, rules, SearchOptions(tier: tier, key: seed))
print(outcome.json(name: name, tier: tier.rawValue, peakMiB: peakMiB()))
exit(outcome.isAccepted ? 0 : 1)
