import Glibc
import SluiceCertificate
import SluiceDisclosure
import SluiceModel

// Protects made-up tables and says what it took: `tables-probe NAME [--tier fast|good] [--seed N] [--zeros published]`.

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

let arguments = Array(CommandLine.arguments.dropFirst())
let name = arguments.first ?? "5k"
func option(_ name: String) -> String? {
    let arguments = CommandLine.arguments
    guard let at = arguments.firstIndex(of: name), at + 1 < arguments.count else { return nil }
    return arguments[at + 1]
}
let seed = UInt64(option("--seed") ?? "1") ?? 1
let tier = SearchOptions.Tier(rawValue: option("--tier") ?? "fast") ?? .fast
let zeros = ZeroPolicy(rawValue: option("--zeros") ?? "hideable") ?? .hideable
guard let tables = Instance.crossed(name, seed: seed) else { exit(64) }
let rules = AuditRules(primary: PrimaryRules(threshold: 5), zeros: zeros)
let layout = Layout(tables)

// Floor: one pass of additions over everything that adds up.
let floorStart = seconds()
let values = layout.values(of: tables)
let floorSeconds = seconds() - floorStart
let nonzero = values.count { $0 > 0 }

let start = seconds()
var protector = Protector(tables, rules, SearchOptions(tier: tier, key: seed))
let protection = protector.run()
let protected = seconds()
let verdict: String
do throws(ProofRefusal) {
    _ = try prove(tables, rules, protection)
    verdict = "accepted"
} catch {
    verdict = "REFUSED: \(error)"
}
let checked = seconds()
let hidden = protection.statuses.indices.count { protection.statuses[$0] == .hidden }
let hiddenNonzero = protection.statuses.indices.count { protection.statuses[$0] == .hidden && values[$0] > 0 }
let facts = protector.facts
print(
    """
    {"name": "\(name)", "cells": \(values.count), "nonzero": \(nonzero), "sensitive": \(facts.sensitive), \
    "hidden": \(hidden), "hiddenNonzero": \(hiddenNonzero), "perSensitive": \(Double(hidden) / Double(max(1, facts.sensitive))), \
    "unproved": \(protector.unproved.count), "unhidden": \(facts.unhidden), "walks": \(protection.walks.count), \
    "legs": \(facts.legs), "tried": \(facts.tried), "floorSeconds": \(floorSeconds), \
    "protectSeconds": \(protected - start), "checkSeconds": \(checked - protected), "peakMiB": \(peakMiB()), \
    "verdict": "\(verdict)"}
    """)
