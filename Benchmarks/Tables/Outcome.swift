import SluiceCertificate
import SluiceDisclosure
import SluiceModel
import SluiceSystem

/// What protecting the parts of one instance took.
struct Outcome: Sendable {
    private var facts = SearchFacts()
    private var nonzero = 0
    private var hidden = 0
    private var hiddenNonzero = 0
    private var hiddenNonzeroByLevel: [String: (hidden: Int, nonzero: Int)] = [:]
    private var value = 0
    private var hiddenValue = 0
    private var unproved = 0
    private var walks = 0
    private var explicitLegs = 0
    private var floorSeconds = 0.0
    private var protectSeconds = 0.0
    private var checkSeconds = 0.0
    /// All parts together, two at a time as `sluice-protect` takes them.
    private var wallSeconds = 0.0
    private(set) var isAccepted = true
    private var refusal = ""

    /// Protects parts that have nothing to do with each other, on as many threads as there are processors.
    init(_ parts: [LinkedTables], _ rules: AuditRules, _ options: SearchOptions) {
        let team = ThreadTeam(count: min(processorCount(), parts.count))
        let start = seconds()
        let found = team.map(parts.count) { number in
            var one = Outcome()
            one.add(parts[number], rules, options)
            return one
        }
        let wall = seconds() - start
        for one in found { merge(one) }
        // The floor and the counting are not part of the work.
        wallSeconds = parts.count == 1 ? protectSeconds + checkSeconds : wall
    }

    private init() {}

    private mutating func merge(_ other: Outcome) {
        nonzero += other.nonzero
        hidden += other.hidden
        hiddenNonzero += other.hiddenNonzero
        for (level, counts) in other.hiddenNonzeroByLevel {
            hiddenNonzeroByLevel[level, default: (0, 0)].hidden += counts.hidden
            hiddenNonzeroByLevel[level, default: (0, 0)].nonzero += counts.nonzero
        }
        value += other.value
        hiddenValue += other.hiddenValue
        unproved += other.unproved
        walks += other.walks
        explicitLegs += other.explicitLegs
        floorSeconds += other.floorSeconds
        protectSeconds += other.protectSeconds
        checkSeconds += other.checkSeconds
        isAccepted = isAccepted && other.isAccepted
        if refusal.isEmpty { refusal = other.refusal }
        facts.cells += other.facts.cells
        facts.sensitive += other.facts.sensitive
        facts.unhidden += other.facts.unhidden
        facts.legs += other.facts.legs
        facts.tried += other.facts.tried
        facts.programs += other.facts.programs
    }

    private mutating func add(_ tables: LinkedTables, _ rules: AuditRules, _ options: SearchOptions) {
        let layout = Layout(tables)
        // Floor: one pass of additions over everything that adds up.
        var start = seconds()
        let values = layout.values(of: tables)
        floorSeconds += seconds() - start

        start = seconds()
        var protector = Protector(tables, rules, options)
        let protection = protector.run()
        protectSeconds += seconds() - start

        start = seconds()
        do throws(ProofRefusal) {
            _ = try prove(tables, rules, protection)
        } catch {
            isAccepted = false
            refusal = "\(error)"
        }
        checkSeconds += seconds() - start
        count(tables, layout, values, protection)
        unproved += protector.unproved.count
        let found = protector.facts
        facts.cells += found.cells
        facts.sensitive += found.sensitive
        facts.unhidden += found.unhidden
        facts.legs += found.legs
        facts.tried += found.tried
        facts.programs += found.programs
    }

    private mutating func count(
        _ tables: LinkedTables, _ layout: Layout, _ values: [Int32], _ protection: Protection
    ) {
        walks += protection.walks.count
        for walk in protection.walks {
            for leg in walk.legs { if case .atoms = leg.move { explicitLegs += 1 } }
        }
        for slot in values.indices {
            let isHidden = protection.statuses[slot] == .hidden
            if isHidden { hidden += 1 }
            guard values[slot] > 0 else { continue }
            let table = tables.tables[layout.place(of: slot).table]
            let codes = layout.codes(of: slot, tables)
            // How many atoms of each axis the cell covers, as its level.
            let level = codes.indices.filter { table.codes[$0].count > 1 }.map { axis in
                "\(tables.axes[axis].codes[codes[axis]].atoms.count)"
            }.joined(separator: "x")
            nonzero += 1
            value += Int(values[slot])
            hiddenNonzeroByLevel[level, default: (0, 0)].nonzero += 1
            guard isHidden else { continue }
            hiddenNonzero += 1
            hiddenValue += Int(values[slot])
            hiddenNonzeroByLevel[level, default: (0, 0)].hidden += 1
        }
    }

    func json(name: String, tier: String, peakMiB: Int) -> String {
        let levels = hiddenNonzeroByLevel.sorted { $0.key < $1.key }.map { level, counts in
            JSON.Member(level, .array([.int(counts.hidden), .int(counts.nonzero)]))
        }
        return JSON.members([
            "name": .string(name), "tier": .string(tier), "verdict": .string(isAccepted ? "accepted" : refusal),
            "cells": .int(facts.cells), "nonzero": .int(nonzero), "sensitive": .int(facts.sensitive),
            "hidden": .int(hidden), "hiddenNonzero": .int(hiddenNonzero), "value": .int(value),
            "hiddenValue": .int(hiddenValue), "unproved": .int(unproved), "unhidden": .int(facts.unhidden),
            "walks": .int(walks), "legs": .int(facts.legs), "explicitLegs": .int(explicitLegs),
            "programs": .int(facts.programs), "tried": .int(facts.tried), "peakMiB": .int(peakMiB),
            "floorMicroseconds": .int(Int(floorSeconds * 1e6)), "protectMicroseconds": .int(Int(protectSeconds * 1e6)),
            "checkMicroseconds": .int(Int(checkSeconds * 1e6)), "wallMicroseconds": .int(Int(wallSeconds * 1e6)),
            "hiddenByLevel": .object(levels),
        ]).compactText
    }
}
