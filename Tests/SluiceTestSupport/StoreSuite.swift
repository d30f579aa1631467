internal import Dispatch
package import SluiceModel
package import SluiceStore
internal import Testing

/// What every `Store` promises, as checks that each implementation runs.
///
/// A new store begins with a test over `StoreSuite.checks`. The maker it gives must open the same store each time it
/// is called: new and empty the first time, then again, as after a restart. It may be called while an earlier store
/// is still open.
package enum StoreSuite {
    package typealias Maker = () throws -> any Store

    package struct Check: Sendable, CustomTestStringConvertible {
        package let name: String
        private let body: @Sendable (Maker) throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (Maker) throws -> Void) {
            self.name = name
            self.body = body
        }

        package var testDescription: String { name }

        package func run(_ make: Maker) throws { try body(make) }
    }

    package static let checks: [Check] = journal + decisions + tables + records + ledger + releases + reviews

    // MARK: - Journal

    private static let journal = [
        Check("a new store is empty") { make in
            let store = try make()
            #expect(try store.deliveries(DeliveryFilter()).isEmpty)
            #expect(try store.delivery(id(1)) == nil)
            #expect(try store.pendingReceipts().isEmpty)
            #expect(try store.receipt(id(1)) == nil)
            #expect(try store.ledgerHead() == .empty)
            #expect(try store.ledgerRows(0..<10).isEmpty)
            #expect(try store.releases().isEmpty)
            #expect(try store.occurrences(item: nil).isEmpty)
            #expect(try store.closings().isEmpty)
            #expect(try store.value("last-seen") == nil)
            #expect(try blocks(store).isEmpty)
        },
        Check("a delivery comes back as it was journalled, also after a restart") { make in
            let plain = delivery(1)
            var full = delivery(2, status: .held)
            full.parent = plain.id
            full.dataset = "recorded-crime"
            full.sha256 = nil
            full.period = Period("2026-01/2026-03")
            full.reason = "agreement-lapsed"
            full.attempts = 2
            full.workerDeaths = 1
            do {
                let store = try make()
                try store.insert(plain, ledger: [entry(.deliveryClaimed, plain.id)])
                try store.insert(full, ledger: [entry(.deliveryHeld, full.id)])
                #expect(try store.delivery(plain.id) == plain)
            }
            let store = try make()
            #expect(try store.delivery(plain.id) == plain)
            #expect(try store.delivery(full.id) == full)
            #expect(try store.ledgerRows(1..<10).map(\.entry.kind) == [.deliveryClaimed, .deliveryHeld])
        },
        Check("an id that is taken is refused and nothing is written") { make in
            let store = try make()
            try store.insert(delivery(1), ledger: [entry(.deliveryClaimed, id(1))])
            let head = try store.ledgerHead()
            #expect(throws: StoreError.deliveryExists(id(1))) {
                try store.insert(delivery(1, authority: "southtown-yot"), ledger: [entry(.deliveryClaimed, id(1))])
            }
            #expect(try store.delivery(id(1)) == delivery(1))
            #expect(try store.ledgerHead() == head)
        },
        Check("an update changes status, reason, hash and size and nothing else") { make in
            let store = try make()
            try store.insert(delivery(1, status: .held), ledger: [])
            var changed = delivery(1, authority: "southtown-yot", status: .claimed)
            changed.reason = "released"
            changed.sha256 = String(repeating: "e", count: 64)
            changed.bytes = 77
            changed.nameHash = "other"
            changed.attempts = 9
            try store.update(changed, ledger: [entry(.deliveryClaimed, id(1))])
            var expected = delivery(1, status: .claimed)
            expected.reason = changed.reason
            expected.sha256 = changed.sha256
            expected.bytes = changed.bytes
            #expect(try store.delivery(id(1)) == expected)
            #expect(try store.ledgerHead().size == 1)
        },
        Check("a missing or decided delivery cannot be updated, tried or forgotten") { make in
            let store = try make()
            try accept(store, 1)
            let head = try store.ledgerHead()
            for (number, error) in [(1, StoreError.deliveryFinal(id(1))), (2, .deliveryMissing(id(2)))] {
                #expect(throws: error) {
                    try store.update(delivery(number), ledger: [entry(.deliveryClaimed, id(number))])
                }
                #expect(throws: error) { _ = try store.beginAttempt(id(number)) }
                #expect(throws: error) { _ = try store.recordWorkerDeath(id(number)) }
                #expect(throws: error) { try store.remove(waiting: id(number)) }
                #expect(throws: error) { try store.decide(id(number)) { _ in decision(.accepted) } }
            }
            #expect(try store.ledgerHead() == head)
            #expect(try store.delivery(id(1))?.status == .final(.accepted))
        },
        Check("a waiting delivery can be forgotten, a claimed one cannot") { make in
            let store = try make()
            try store.insert(delivery(1, status: .held), ledger: [])
            try store.insert(delivery(2, status: .stalled), ledger: [])
            try store.insert(delivery(3), ledger: [])
            try store.remove(waiting: id(1))
            try store.remove(waiting: id(2))
            #expect(throws: StoreError.deliveryFinal(id(3))) { try store.remove(waiting: id(3)) }
            #expect(try store.deliveries(DeliveryFilter()).map(\.id) == [id(3)])
        },
        Check("attempts and worker deaths are counted one by one and survive a restart") { make in
            do {
                let store = try make()
                try store.insert(delivery(1), ledger: [])
                #expect(try store.beginAttempt(id(1)) == 1)
                #expect(try store.recordWorkerDeath(id(1)) == 1)
                #expect(try store.beginAttempt(id(1)) == 2)
            }
            let store = try make()
            #expect(try store.beginAttempt(id(1)) == 3)
            #expect(try store.recordWorkerDeath(id(1)) == 2)
            let found = try store.delivery(id(1))
            #expect(found?.attempts == 3)
            #expect(found?.workerDeaths == 2)
        },
        Check("deliveries are listed in the order they were journalled, each filter narrowing") { make in
            let store = try make()
            // Ids that sort otherwise than they were journalled.
            for number in [5, 1, 4, 2, 3] {
                var one = delivery(number, authority: number < 4 ? "northtown-police" : "southtown-yot")
                one.sha256 = "hash-\(number % 2)"
                one.nameHash = "name-\(number)"
                try store.insert(one, ledger: [])
            }
            try store.decide(id(2)) { _ in decision(.rejected) }
            try store.decide(id(3)) { _ in decision(.accepted) }
            func list(_ filter: DeliveryFilter) throws -> [Int] {
                try store.deliveries(filter).map { one in (1...5).first { id($0) == one.id }! }
            }
            #expect(try list(DeliveryFilter()) == [5, 1, 4, 2, 3])
            #expect(try list(DeliveryFilter(authority: northtown)) == [1, 2, 3])
            #expect(try list(DeliveryFilter(status: .claimed)) == [5, 1, 4])
            #expect(try list(DeliveryFilter(status: .final(.rejected))) == [2])
            #expect(try list(DeliveryFilter(sha256: "hash-0")) == [4, 2])
            #expect(try list(DeliveryFilter(nameHash: "name-4")) == [4])
            #expect(try list(DeliveryFilter(dataset: "recorded-crime")) == [2, 3])
            #expect(try list(DeliveryFilter(authority: northtown, sha256: "hash-1")) == [1, 3])
            #expect(try list(DeliveryFilter(limit: 2)) == [3, 2])
            #expect(try list(DeliveryFilter(authority: northtown, limit: 1)) == [3])
            #expect(try list(DeliveryFilter(limit: 0)) == [])
            #expect(try list(DeliveryFilter(dataset: "no-such")) == [])
        },
    ]

    // MARK: - Decisions

    private static let decisions = [
        Check("an accepted decision keeps outcome, records, ledger and receipt, also after a restart") { make in
            let kept = block(seed: 1, rows: 40)
            let taken = decision(.acceptedWithRejections, ledger: [entry(.deliveryDecided, id(1))])
            do {
                let store = try make()
                try store.insert(delivery(1), ledger: [])
                try store.decide(id(1)) { transaction in
                    try transaction.append(kept, eventKind: "offence", dictionary: dictionary())
                    return taken
                }
            }
            let store = try make()
            var expected = delivery(1, status: .final(.acceptedWithRejections))
            expected.outcomeAtArrival = .acceptedWithRejections
            expected.dataset = taken.dataset
            expected.period = taken.period
            expected.rows = taken.rows
            expected.finishedAt = taken.finishedAt
            #expect(try store.delivery(id(1)) == expected)
            #expect(try blocks(store).map(\.block) == [kept])
            #expect(try store.ledgerRows(1..<2).map(\.entry) == taken.ledger)
            let receipt = PendingReceipt(
                delivery: id(1), authority: northtown, outcome: .acceptedWithRejections, json: taken.receiptJSON,
                text: taken.receiptText)
            #expect(try store.pendingReceipts() == [receipt])
            #expect(try store.receipt(id(1)) == receipt)
        },
        Check("a decision that throws has changed nothing, also after a restart") { make in
            struct Interrupted: Error {}
            do {
                let store = try make()
                try accept(store, 1, period: "2026-04")
                try store.insert(delivery(2), ledger: [])
                let head = try store.ledgerHead()
                #expect(throws: Interrupted.self) {
                    try store.decide(id(2)) { transaction in
                        for number in 0..<20 {
                            try transaction.append(
                                block(seed: number, rows: 5000), eventKind: "offence", dictionary: dictionary())
                        }
                        _ = try transaction.headAfter([entry(.deliveryDecided, id(2))])
                        throw Interrupted()
                    }
                }
                #expect(try store.delivery(id(2)) == delivery(2))
                #expect(try store.ledgerHead() == head)
            }
            let store = try make()
            #expect(try store.delivery(id(2)) == delivery(2))
            #expect(try blocks(store).map(\.delivery) == [id(1)])
            #expect(try store.pendingReceipts().map(\.delivery) == [id(1)])
            #expect(try store.ledgerHead().size == 1)
            // And it can be decided after all.
            try accept(store, 2, insert: false)
            #expect(try blocks(store).map(\.delivery) == [id(1), id(2)])
        },
        Check("a decision that accepts nothing keeps no records") { make in
            let store = try make()
            for (number, outcome) in Outcome.allCases.enumerated() where !outcome.isAccepted {
                try store.insert(delivery(number), ledger: [])
                try store.decide(id(number)) { transaction in
                    try transaction.append(
                        block(seed: number, rows: 10), eventKind: "offence", dictionary: dictionary())
                    return decision(outcome, ledger: [entry(.deliveryDecided, id(number))])
                }
                #expect(try store.delivery(id(number))?.status == .final(outcome))
            }
            #expect(try blocks(store).isEmpty)
            #expect(try store.ledgerHead().size == 4)
            #expect(try store.pendingReceipts().map(\.outcome) == [.rejected, .refused, .duplicate, .quarantined])
        },
        Check("discarded records are gone and what is appended afterwards is kept") { make in
            let store = try make()
            try store.insert(delivery(1), ledger: [])
            try store.decide(id(1)) { transaction in
                try transaction.discardRecords()
                for number in 1...3 {
                    try transaction.append(
                        block(seed: number, rows: 2000), eventKind: "offence", dictionary: dictionary())
                }
                try transaction.discardRecords()
                try transaction.append(block(seed: 4, rows: 7), eventKind: "search", dictionary: dictionary("other"))
                return decision(.accepted)
            }
            let found = try blocks(store)
            #expect(found.map(\.block) == [block(seed: 4, rows: 7)])
            #expect(found.map(\.eventKind) == ["search"])
            #expect(found.map(\.dictionary) == [dictionary("other")])
        },
        Check("a replaced delivery is superseded, linked both ways, and its records count no longer") { make in
            let store = try make()
            try accept(store, 1)
            try accept(store, 2)
            try store.insert(delivery(3), ledger: [])
            try store.decide(id(3)) { transaction in
                try transaction.append(block(seed: 3, rows: 5), eventKind: "offence", dictionary: dictionary())
                return decision(
                    .accepted, replaces: [id(1), id(2)],
                    ledger: [entry(.deliveryDecided, id(3)), entry(.deliverySuperseded, id(1))])
            }
            for number in [1, 2] {
                let old = try store.delivery(id(number))
                #expect(old?.status == .superseded)
                #expect(old?.outcomeAtArrival == .accepted)
                #expect(old?.replacedBy == id(3))
            }
            #expect(try store.delivery(id(3))?.replaces == [id(1), id(2)])
            let listed = try store.deliveries(DeliveryFilter(status: .final(.accepted)))
            #expect(listed.map(\.replaces) == [[id(1), id(2)]])
            #expect(try blocks(store).map(\.delivery) == [id(3)])
            // The first receipt is never rewritten.
            #expect(try store.receipt(id(1))?.outcome == .accepted)
            #expect(try store.delivery(id(1))?.canBeReinstated == true)
            #expect(try store.delivery(id(1))?.supersededAt == store.delivery(id(3))?.finishedAt)
        },
        Check("what was replaced is brought back with its records, in place of what had replaced it") { make in
            let store = try make()
            try accept(store, 1)
            try accept(store, 2)
            let before = try blocks(store)
            try store.insert(delivery(3), ledger: [])
            try store.decide(id(3)) { transaction in
                try transaction.append(block(seed: 3, rows: 5), eventKind: "offence", dictionary: dictionary())
                return decision(.accepted, replaces: [id(1), id(2)])
            }
            let size = try store.ledgerHead().size
            try store.reinstate(
                [id(1), id(2)], replacing: [(old: id(3), by: id(1))], at: later,
                ledger: [entry(.deliveryReinstated, id(1))])
            #expect(try store.ledgerHead().size == size + 1)
            #expect(try blocks(store).map(\.block) == before.map(\.block))
            #expect(try blocks(store).map(\.delivery) == before.map(\.delivery))
            for number in [1, 2] {
                let back = try store.delivery(id(number))
                #expect(back?.status == .final(.accepted) && back?.replacedBy == nil && back?.supersededAt == nil)
            }
            let newer = try store.delivery(id(3))
            #expect(newer?.status == .superseded && newer?.replacedBy == id(1) && newer?.replaces == [])
            #expect(newer?.supersededAt == later && newer?.canBeReinstated == true)
            // And back again: as it was.
            try store.reinstate(
                [id(3)], replacing: [(old: id(1), by: id(3)), (old: id(2), by: id(3))], at: later, ledger: [])
            #expect(try blocks(store).map(\.delivery) == [id(3)])
            #expect(try store.delivery(id(3))?.replaces == [id(1), id(2)])
        },
        Check("nothing is brought back in part, nor what was not replaced or is purged") { make in
            let store = try make()
            try accept(store, 1)
            try accept(store, 2)
            try accept(store, 4)
            try store.insert(delivery(3), ledger: [])
            try store.decide(id(3)) { _ in decision(.accepted, replaces: [id(1), id(2)]) }
            let ledger = [entry(.deliveryReinstated, id(1))]
            let head = try store.ledgerHead()
            #expect(throws: StoreError.deliveryMissing(id(9))) {
                try store.reinstate([id(1), id(9)], replacing: [], at: later, ledger: ledger)
            }
            #expect(throws: StoreError.deliveryFinal(id(4))) {
                try store.reinstate([id(1), id(4)], replacing: [], at: later, ledger: ledger)
            }
            #expect(throws: StoreError.deliveryFinal(id(2))) {
                try store.reinstate([id(1)], replacing: [(old: id(2), by: id(1))], at: later, ledger: ledger)
            }
            try store.purge([id(1)], at: later, ledger: [])
            #expect(throws: StoreError.deliveryFinal(id(1))) {
                try store.reinstate([id(2), id(1)], replacing: [(old: id(3), by: id(1))], at: later, ledger: ledger)
            }
            #expect(try store.ledgerHead() == head)
            #expect(try store.delivery(id(1))?.status == .superseded)
            #expect(try store.delivery(id(1))?.purgedAt == later)
            #expect(try store.delivery(id(2))?.canBeReinstated == true)
            #expect(try store.delivery(id(3))?.status == .final(.accepted))
            // Once is enough.
            #expect(throws: StoreError.deliveryFinal(id(1))) { try store.purge([id(1)], at: later, ledger: ledger) }
            // What was replaced can still be withdrawn, for its records are there.
            _ = try store.withdraw(id(2), at: later, ledger: [])
            #expect(try store.delivery(id(2))?.status == .withdrawn)
            #expect(throws: StoreError.deliveryFinal(id(2))) {
                try store.reinstate([id(2)], replacing: [], at: later, ledger: ledger)
            }
            #expect(throws: StoreError.deliveryFinal(id(1))) { try store.withdraw(id(1), at: later, ledger: []) }
        },
        Check("a word is for what is held to be confirmed, and stays until the state of things changes") { make in
            let store = try make()
            try store.insert(delivery(1), ledger: [])
            #expect(throws: StoreError.deliveryMissing(id(9))) { try store.confirm(id(9), at: later, ledger: []) }
            #expect(throws: StoreError.deliveryFinal(id(1))) { try store.confirm(id(1), at: later, ledger: []) }
            var held = delivery(1)
            held.status = .held
            held.reason = "replaces-much"
            try store.update(held, ledger: [])
            // Held for another reason.
            #expect(throws: StoreError.deliveryFinal(id(1))) { try store.confirm(id(1), at: later, ledger: []) }
            held.heldFor = "replaces 20260401-000000-aaaaaaaa"
            held.heldFigures = "2026-04: this file has 25 rows"
            held.heldAt = later
            try store.update(held, ledger: [])
            #expect(try store.delivery(id(1)) == held)
            let size = try store.ledgerHead().size
            try store.confirm(id(1), at: later, ledger: [entry(.deliveryConfirmed, id(1))])
            #expect(try store.ledgerHead().size == size + 1)
            #expect(try store.delivery(id(1))?.confirmedAt == later)
        },
        Check("what usually comes is told from deliveries that stand, and goes with their records") { make in
            let store = try make()
            func profile(_ rows: Int) -> DeliveryProfile {
                DeliveryProfile(
                    rows: rows, filled: ["Sex": rows / 2], records: rows, codes: ["sex": ["F": 1, "": rows - 1]],
                    endsWithLineEnd: rows % 2 == 0)
            }
            for number in 1...5 {
                try store.insert(delivery(number), ledger: [])
                try store.decide(id(number)) { _ in
                    var decision = decision(.accepted, period: "2026-0\(number)")
                    decision.profile = profile(number)
                    if number == 5 { decision.replaces = [id(4)] }
                    return decision
                }
            }
            func look() throws -> (profiles: [DeliveryProfile], months: Int?) {
                var found: (profiles: [DeliveryProfile], months: Int?) = ([], nil)
                struct Undecided: Error {}
                if try store.delivery(id(8)) == nil { try store.insert(delivery(8), ledger: []) }
                do {
                    try store.decide(id(8)) { transaction in
                        found.profiles = try transaction.profiles(
                            authority: northtown, dataset: "recorded-crime", limit: 3
                        ).map(\.profile)
                        found.months = try transaction.usualMonths(authority: northtown, dataset: "recorded-crime")
                        throw Undecided()
                    }
                } catch is Undecided {}
                return found
            }
            #expect(try look().profiles == [5, 3, 2].map(profile))
            #expect(try look().months == 1)
            _ = try store.withdraw(id(3), at: later, ledger: [])
            #expect(try look().profiles == [5, 2, 1].map(profile))
            try store.purge([id(2)], at: later, ledger: [])
            #expect(try look().profiles == [5, 1].map(profile))
            // Two say nothing of a custom.
            #expect(try look().months == nil)
            try store.reinstate([id(4)], replacing: [(old: id(5), by: id(4))], at: later, ledger: [])
            #expect(try look().profiles == [4, 1].map(profile))
        },
        Check("what is not accepted and current cannot be replaced") { make in
            let store = try make()
            try accept(store, 1)
            try store.insert(delivery(2), ledger: [])
            try store.insert(delivery(3), ledger: [])
            try store.decide(id(3)) { _ in decision(.rejected) }
            let head = try store.ledgerHead()
            let ledger = [entry(.deliveryDecided, id(2))]
            #expect(throws: StoreError.deliveryMissing(id(9))) {
                try store.decide(id(2)) { _ in decision(.accepted, replaces: [id(1), id(9)], ledger: ledger) }
            }
            #expect(throws: StoreError.deliveryFinal(id(3))) {
                try store.decide(id(2)) { _ in decision(.accepted, replaces: [id(1), id(3)], ledger: ledger) }
            }
            #expect(try store.delivery(id(1))?.status == .final(.accepted))
            #expect(try store.delivery(id(2)) == delivery(2))
            #expect(try store.ledgerHead() == head)
            #expect(try blocks(store).map(\.delivery) == [id(1)])
        },
        Check("a decision sees the current deliveries of its dataset whose period overlaps") { make in
            let store = try make()
            try accept(store, 1, period: "2026-01/2026-03")
            try accept(store, 2, period: "2026-04")
            try accept(store, 3, period: "2026-04", authority: "southtown-yot")
            try accept(store, 4, period: "2026-05")
            try accept(store, 5, period: nil)
            _ = try store.withdraw(id(4), at: later, ledger: [])
            try store.insert(delivery(6), ledger: [])
            func current(_ dataset: String, _ period: String) throws -> [DeliveryID] {
                var found: [Delivery] = []
                struct Undecided: Error {}
                do {
                    try store.decide(id(6)) { transaction in
                        found = try transaction.current(
                            authority: northtown, dataset: dataset, overlapping: Period(period)!)
                        throw Undecided()
                    }
                } catch is Undecided {}
                for one in found { #expect(try store.delivery(one.id) == one) }
                return found.map(\.id)
            }
            #expect(try current("recorded-crime", "2026-03/2026-04") == [id(1), id(2)])
            #expect(try current("recorded-crime", "2025-01/2027-01") == [id(1), id(2)])
            #expect(try current("recorded-crime", "2026-02") == [id(1)])
            #expect(try current("recorded-crime", "2026-05") == [])
            #expect(try current("stop-and-search", "2026-04") == [])
        },
        Check("the head computed for a receipt is the ledger's head after the decision") { make in
            let store = try make()
            try accept(store, 1)
            try store.insert(delivery(2), ledger: [])
            var head: LedgerHead?
            let entries = [entry(.deliveryDecided, id(2)), entry(.deliverySuperseded, id(1))]
            try store.decide(id(2)) { transaction in
                head = try transaction.headAfter(entries)
                return decision(.accepted, replaces: [id(1)], ledger: entries)
            }
            #expect(head?.size == 3)
            #expect(try store.ledgerHead() == head)
        },
        Check("a withdrawn delivery's records are purged and the releases they went into are named") { make in
            let store = try make()
            try accept(store, 1)
            try accept(store, 2)
            let both = release("quarterly", 1, [id(1), id(2)])
            let second = release("quarterly", 2, [id(2)])
            let other = release("knives", 1, [id(1)], state: .published)
            for one in [both, second, other] { try store.insert(one, ledger: []) }
            #expect(
                try store.withdraw(id(1), at: later, ledger: [entry(.deliveryWithdrawn, id(1))]) == [both, other])
            #expect(try store.delivery(id(1))?.status == .withdrawn)
            #expect(try store.delivery(id(1))?.outcomeAtArrival == .accepted)
            #expect(try blocks(store).map(\.delivery) == [id(2)])
            #expect(try store.ledgerRows(3..<4).map(\.entry.kind) == [.deliveryWithdrawn])
        },
        Check("only an accepted, current delivery can be withdrawn") { make in
            let store = try make()
            try accept(store, 1)
            _ = try store.withdraw(id(1), at: later, ledger: [])
            try store.insert(delivery(2), ledger: [])
            try store.insert(delivery(3), ledger: [])
            try store.decide(id(3)) { _ in decision(.rejected) }
            let head = try store.ledgerHead()
            for (number, error) in [
                (1, StoreError.deliveryFinal(id(1))), (2, .deliveryMissing(id(2))), (3, .deliveryFinal(id(3))),
                (4, .deliveryMissing(id(4))),
            ] {
                #expect(throws: error) {
                    _ = try store.withdraw(id(number), at: later, ledger: [entry(.deliveryWithdrawn, id(number))])
                }
            }
            #expect(try store.ledgerHead() == head)
        },
        Check("receipts wait in the order of the decisions until they are written") { make in
            do {
                let store = try make()
                for number in 1...3 { try store.insert(delivery(number), ledger: []) }
                for number in [2, 3, 1] { try store.decide(id(number)) { _ in decision(.duplicate) } }
                #expect(try store.pendingReceipts().map(\.delivery) == [id(2), id(3), id(1)])
                try store.receiptWritten(id(3))
                try store.receiptWritten(id(3))
                #expect(throws: StoreError.deliveryMissing(id(9))) { try store.receiptWritten(id(9)) }
            }
            let store = try make()
            #expect(try store.pendingReceipts().map(\.delivery) == [id(2), id(1)])
            #expect(try store.receipt(id(3))?.text == "receipt text")
        },
    ]

    // MARK: - Records

    private static let records = [
        Check("every block comes back equal, whatever its shape") { make in
            let store = try make()
            var written: [RecordBlock] = []
            for number in 0..<30 {
                try store.insert(delivery(number), ledger: [])
                try store.decide(id(number)) { transaction in
                    for part in 0..<3 {
                        let one = block(seed: number * 3 + part, rows: [0, 1, 255, 1000][(number + part) % 4])
                        written.append(one)
                        try transaction.append(
                            one, eventKind: part == 2 ? nil : "offence", dictionary: dictionary("\(number % 2)"))
                    }
                    return decision(.accepted)
                }
            }
            let found = try blocks(store)
            #expect(found.map(\.block) == written)
            #expect(found.map(\.eventKind) == (0..<90).map { $0 % 3 == 2 ? nil : "offence" })
            #expect(found.map(\.dictionary) == (0..<90).map { dictionary("\($0 / 3 % 2)") })
        },
        Check("blocks come in the order of their deliveries, then in the order of the file") { make in
            let store = try make()
            for number in 1...3 { try store.insert(delivery(number), ledger: []) }
            for number in [3, 1, 2] {
                try store.decide(id(number)) { transaction in
                    for part in 0..<4 {
                        try transaction.append(
                            block(seed: part, rows: part), eventKind: "offence", dictionary: dictionary())
                    }
                    return decision(.accepted)
                }
            }
            let found = try blocks(store)
            #expect(found.map(\.delivery) == (1...3).flatMap { Array(repeating: id($0), count: 4) })
            #expect(found.map(\.block.rowCount) == [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3])
        },
        Check("a filter lets through the asked event kinds, authorities and overlapping periods") { make in
            let store = try make()
            try accept(store, 1, period: "2026-01/2026-03", eventKind: "offence")
            try accept(store, 2, period: "2026-04", authority: "southtown-yot", eventKind: "youth-offence")
            try accept(store, 3, period: nil, eventKind: "search")
            try accept(store, 4, period: "2026-04", eventKind: nil)
            let southtown = AuthorityID("southtown-yot")!
            func list(_ filter: RecordFilter) throws -> [DeliveryID] { try blocks(store, filter).map(\.delivery) }
            #expect(try list(RecordFilter()) == [id(1), id(2), id(3), id(4)])
            #expect(try list(RecordFilter(eventKinds: ["offence", "search"])) == [id(1), id(3)])
            #expect(try list(RecordFilter(authorities: [southtown])) == [id(2)])
            #expect(try list(RecordFilter(authorities: [southtown, northtown])) == [id(1), id(2), id(3), id(4)])
            // A delivery without a period may hold records of any month.
            #expect(try list(RecordFilter(period: Period("2026-03")!)) == [id(1), id(3)])
            #expect(try list(RecordFilter(period: Period("2026-04/2026-12")!)) == [id(2), id(3), id(4)])
            #expect(try list(RecordFilter(eventKinds: ["offence"], authorities: [southtown])) == [])
            #expect(try store.deliveries(DeliveryFilter()).count == 4)
        },
        Check("an error thrown while reading records comes out as it is") { make in
            struct Enough: Error {}
            let store = try make()
            try accept(store, 1)
            try accept(store, 2)
            var seen = 0
            #expect(throws: Enough.self) {
                try store.forEachBlock(RecordFilter()) { _ in
                    seen += 1
                    throw Enough()
                }
            }
            #expect(seen == 1)
        },
        Check("a reader sees one state while another thread decides") { make in
            let store = try make()
            for number in 1...3 { try accept(store, number) }
            try store.insert(delivery(4), ledger: [])
            var seen: [DeliveryID] = []
            try store.forEachBlock(RecordFilter()) { one in
                if seen.isEmpty {
                    let failure = onAnotherThread {
                        try store.decide(id(4)) { transaction in
                            try transaction.append(
                                block(seed: 4, rows: 3), eventKind: "offence", dictionary: dictionary())
                            return decision(.accepted, replaces: [id(3)])
                        }
                    }
                    #expect(failure == nil)
                }
                seen.append(one.delivery)
            }
            #expect(seen == [id(1), id(2), id(3)])
            #expect(try blocks(store).map(\.delivery) == [id(1), id(2), id(4)])
        },
    ]

    // MARK: - Ledger

    private static let ledger = [
        Check("the ledger's rows are numbered without gaps and linked, and come back as written") { make in
            let entries = (1...5).map { number in
                LedgerEntry(
                    at: later.adding(seconds: -number), actor: "user:\(number)",
                    kind: LedgerKind(rawValue: "kind-\(number)"),
                    subject: "subject-\(number)",
                    details: [
                        "a": "", "quote": "\"\\", "control": "\u{0}\n\u{7f}", "accent": "\u{e9}", "n": "\(number)",
                    ])
            }
            do {
                let store = try make()
                try store.append(Array(entries[..<2]))
                try store.append([])
                try store.append(Array(entries[2...]))
            }
            let store = try make()
            let rows = try store.ledgerRows(0..<100)
            #expect(rows.map(\.entry) == entries)
            #expect(rows.map(\.sequence) == [1, 2, 3, 4, 5])
            #expect(rows.map(\.previousHash) == [LedgerHead.empty.rowHash] + rows.dropLast().map(\.rowHash))
            let head = try store.ledgerHead()
            #expect(head.size == 5)
            #expect(head.rowHash == rows[4].rowHash)
            #expect(head.treeNodes.count == 2)
            #expect(try store.ledgerRows(2..<4) == Array(rows[1...2]))
            #expect(try store.ledgerRows(6..<9).isEmpty)
        },
        Check("writes from many threads queue and the ledger stays whole") { make in
            let store = try make()
            DispatchQueue.concurrentPerform(iterations: 8) { thread in
                for number in 0..<5 {
                    do {
                        try store.append([entry(.settingsLoaded, "\(thread)-\(number)")])
                        _ = try store.deliveries(DeliveryFilter())
                    } catch {
                        Issue.record(error)
                    }
                }
            }
            let rows = try store.ledgerRows(1..<1000)
            #expect(rows.map(\.sequence) == Array(1...40))
            #expect(Set(rows.map(\.entry.subject)).count == 40)
            #expect(rows.map(\.previousHash) == [LedgerHead.empty.rowHash] + rows.dropLast().map(\.rowHash))
        },
    ]

    // MARK: - Releases

    private static let releases = [
        Check("releases come back as recorded, in order, and become published") { make in
            do {
                let store = try make()
                try accept(store, 1)
                try accept(store, 2)
                try store.insert(
                    release("quarterly", 1, [id(2), id(1)]), ledger: [entry(.releaseBuilt, "quarterly")])
                try store.insert(release("knives", 1, []), ledger: [])
                try store.markPublished(release: "quarterly", version: 1)
                try store.markPublished(release: "quarterly", version: 1)
            }
            let store = try make()
            #expect(
                try store.releases() == [
                    release("quarterly", 1, [id(2), id(1)], state: .published), release("knives", 1, []),
                ])
            #expect(try store.ledgerHead().size == 3)
        },
        Check("a version is recorded once and what is not recorded cannot be published") { make in
            let store = try make()
            try store.insert(release("quarterly", 1, []), ledger: [])
            #expect(throws: StoreError.self) {
                try store.insert(release("quarterly", 1, []), ledger: [entry(.releaseBuilt, "quarterly")])
            }
            #expect(throws: StoreError.deliveryMissing(id(9))) {
                try store.insert(release("quarterly", 2, [id(9)]), ledger: [entry(.releaseBuilt, "quarterly")])
            }
            #expect(throws: StoreError.self) { try store.markPublished(release: "quarterly", version: 2) }
            // What is given up is neither published later nor given up twice; what is published is not given up.
            try store.insert(release("knives", 1, []), ledger: [])
            try store.abandon(release: "knives", version: 1, ledger: [])
            #expect(throws: StoreError.self) { try store.abandon(release: "knives", version: 1, ledger: []) }
            #expect(throws: StoreError.self) { try store.markPublished(release: "knives", version: 1) }
            try store.markPublished(release: "quarterly", version: 1)
            #expect(throws: StoreError.self) { try store.abandon(release: "quarterly", version: 1, ledger: []) }
            #expect(try store.releases().map(\.state) == [.published, .abandoned])
            #expect(try store.ledgerHead() == .empty)
        },
    ]

    // MARK: - Reviews and values

    private static let reviews = [
        Check("an occurrence is made once, whatever happens, and its ledger entry with it") { make in
            func occurrence(_ item: String, _ step: Int) -> ReviewOccurrence {
                ReviewOccurrence(
                    key: "\(item)/2026-12-01/\(step)", item: item, due: CivilDate("2026-12-01")!, step: step,
                    state: .pending, createdAt: later)
            }
            do {
                let store = try make()
                #expect(try store.insert(occurrence("strategy", 30), ledger: [entry(.reviewRaised, "strategy")]))
                #expect(try store.insert(occurrence("strategy", -7), ledger: []))
                #expect(try store.insert(occurrence("agreement", 30), ledger: []))
            }
            let store = try make()
            var again = occurrence("strategy", 30)
            again.state = .raised
            #expect(try !store.insert(again, ledger: [entry(.reviewRaised, "strategy")]))
            #expect(try store.ledgerHead().size == 1)
            try store.setState(
                .acknowledged, ofOccurrence: again.key, ledger: [entry(.reviewAcknowledged, "strategy")])
            again.state = .acknowledged
            #expect(try store.occurrences(item: "strategy") == [again, occurrence("strategy", -7)])
            #expect(try store.occurrences(item: nil).count == 3)
            #expect(try store.occurrences(item: "no-such").isEmpty)
            #expect(throws: StoreError.self) {
                try store.setState(.raised, ofOccurrence: "no-such", ledger: [entry(.reviewRaised, "no-such")])
            }
            #expect(try store.ledgerHead().size == 2)
        },
        Check("closings come back in the order they were made") { make in
            let closings = (1...3).map { number in
                ReviewClosing(
                    item: "strategy", due: CivilDate("2026-12-01")!.adding(months: number), closedAt: later,
                    actor: "user:1000", note: "it's done; \(number)")
            }
            do {
                let store = try make()
                for one in closings { try store.insert(one, ledger: [entry(.reviewClosed, one.item)]) }
            }
            let store = try make()
            #expect(try store.closings() == closings)
            #expect(try store.ledgerHead().size == 3)
        },
        Check("a closing that was undone says when, and the date can be closed again") { make in
            let due = CivilDate("2026-12-01")!
            var first = ReviewClosing(item: "strategy", due: due, closedAt: later, actor: "user:1", note: "first")
            let other = ReviewClosing(item: "needs", due: due, closedAt: later, actor: "user:1", note: "other")
            let second = ReviewClosing(
                item: "strategy", due: due, closedAt: later.adding(seconds: 9), actor: "user:2", note: "second")
            do {
                let store = try make()
                for one in [first, other] { try store.insert(one, ledger: [entry(.reviewClosed, one.item)]) }
                first.reopenedAt = later.adding(seconds: 5)
                try store.reopen(
                    item: "strategy", due: due, at: later.adding(seconds: 5),
                    ledger: [entry(.reviewReopened, "strategy")])
                #expect(try store.closings() == [first, other])
                // Nothing closes it now, nor the day after.
                for day in [due, due.adding(days: 1)] {
                    #expect(throws: StoreError.self) {
                        try store.reopen(
                            item: "strategy", due: day, at: later, ledger: [entry(.reviewReopened, "strategy")])
                    }
                }
                try store.insert(second, ledger: [entry(.reviewClosed, "strategy")])
            }
            let store = try make()
            #expect(try store.closings() == [first, other, second])
            #expect(try store.ledgerHead().size == 4)
        },
        Check("a named value is the last one set") { make in
            do {
                let store = try make()
                try store.setValue("last-seen", "1")
                try store.setValue("last-seen", "2")
                try store.setValue("other", "")
            }
            let store = try make()
            #expect(try store.value("last-seen") == "2")
            #expect(try store.value("other") == "")
            #expect(try store.value("no-such") == nil)
        },
        Check("overlaps are those that were kept last") { make in
            func counts(_ id: String, _ cells: [OverlapCounts.Cell]) -> OverlapCounts {
                OverlapCounts(
                    id: id, countedAt: later, first: OverlapCounts.Side(rows: 9, linked: 3),
                    second: OverlapCounts.Side(rows: 4, linked: 4), cells: cells)
            }
            let cells = [
                OverlapCounts.Cell(area: "A", quarter: "2026-Q1", persons: 2),
                OverlapCounts.Cell(area: "A", quarter: "2026-Q2", persons: 7),
                OverlapCounts.Cell(area: "B", quarter: "2026-Q1", persons: 1),
            ]
            do {
                let store = try make()
                #expect(try store.overlaps() == [])
                try store.keep([counts("old", cells)], ledger: [])
                try store.keep(
                    [counts("one", cells), counts("two", [])], ledger: [entry(.overlapsCounted, "one")])
            }
            let store = try make()
            #expect(try store.overlaps() == [counts("one", cells), counts("two", [])])
            #expect(try store.ledgerHead().size == 1)
        },
    ]
}

// MARK: - Sample values

extension StoreSuite {
    private static let northtown = AuthorityID("northtown-police")!
    static let later = Instant("2026-04-02T08:00:00Z")!

    /// The id of the delivery with this number, below 100; sorts by number.
    package static func id(_ number: Int) -> DeliveryID {
        DeliveryID("20260401-1015" + padded(number, 2) + "-aaaaaaaa")!
    }

    package static func delivery(
        _ number: Int, authority: String = "northtown-police", status: DeliveryStatus = .claimed
    ) -> Delivery {
        Delivery(
            id: id(number), authority: AuthorityID(authority)!, plugin: "police",
            nameHash: String(repeating: "a", count: 64), sha256: String(repeating: "b", count: 64), bytes: 1234,
            status: status, receivedAt: Instant("2026-04-01T10:15:30Z")!)
    }

    package static func entry(_ kind: LedgerKind, _ subject: some CustomStringConvertible) -> LedgerEntry {
        LedgerEntry(at: later, actor: "daemon", kind: kind, subject: "\(subject)", details: ["test": "yes"])
    }

    package static func decision(
        _ outcome: Outcome, period: String? = "2026-04", replaces: [DeliveryID] = [], ledger: [LedgerEntry] = []
    ) -> Decision {
        Decision(
            outcome: outcome, dataset: "recorded-crime", period: period.flatMap { Period($0) },
            rows: RowCounts(read: 10, accepted: 9, rejected: 1), finishedAt: later, reason: nil, replaces: replaces,
            ledger: ledger, receiptJSON: #"{"outcome": "\#(outcome.rawValue)"}"#, receiptText: "receipt text")
    }

    /// Journals a delivery and accepts it with one block of records.
    package static func accept(
        _ store: any Store, _ number: Int, insert: Bool = true, period: String? = "2026-04",
        authority: String = "northtown-police", eventKind: String? = "offence"
    ) throws {
        if insert { try store.insert(delivery(number, authority: authority), ledger: []) }
        try store.decide(id(number)) { transaction in
            try transaction.append(block(seed: number, rows: 9), eventKind: eventKind, dictionary: dictionary())
            return decision(.accepted, period: period, ledger: [entry(.deliveryDecided, id(number))])
        }
    }

    /// A block of made-up codes; equal for equal arguments. Shapes vary with the seed: up to 12 columns of every
    /// width, with and without counts and link tokens.
    package static func block(seed: Int, rows: Int) -> RecordBlock {
        var random = SplitMix64(seed: UInt64(seed))
        func bytes(_ count: Int) -> [UInt8] {
            (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next() >> 32) }
        }
        var block = RecordBlock(rowCount: rows, columns: [])
        for dimension in 0..<(seed % 13) {
            let width = [1, 2, 4][Int(random.next() % 3)]
            block.columns.append(
                RecordBlock.Column(dimension: dimension * 3, width: width, bytes: bytes(rows * width)))
        }
        if seed % 3 == 1 { block.counts = bytes(rows * 4) }
        if seed % 2 == 0 { block.linkTokens = bytes(rows * RecordBlock.linkTokenBytes) }
        return block
    }

    package static func dictionary(_ code: String = "sheffield") -> CodeDictionary {
        CodeDictionary(dimensions: [
            CodeDictionary.Dimension(id: "area", codes: ["unknown", code, "E02999001", "a \"quoted\" code", "\u{e9}"]),
            CodeDictionary.Dimension(id: "month", codes: []),
        ])
    }

    package static func blocks(_ store: any Store, _ filter: RecordFilter = RecordFilter()) throws -> [StoredBlock] {
        var found: [StoredBlock] = []
        try store.forEachBlock(filter) { found.append($0) }
        return found
    }

    private static func release(
        _ name: String, _ version: Int, _ deliveries: [DeliveryID], state: ReleaseRecord.State = .publishing
    ) -> ReleaseRecord {
        ReleaseRecord(
            release: name, version: version, state: state, builtAt: later,
            sumsHash: String(repeating: "c", count: 64), stagingName: "\(name)-\(version)", audience: .partnership,
            eventKinds: ["offence", "search"], period: Period("2026-01/2026-12")!, deliveries: deliveries)
    }
}

/// Runs `body` on a thread of its own and waits for it. Returns what it threw.
private func onAnotherThread(_ body: @escaping @Sendable () throws -> Void) -> (any Error)? {
    nonisolated(unsafe) var failure: (any Error)?
    let done = DispatchSemaphore(value: 0)
    DispatchQueue(label: "another").async {
        do { try body() } catch { unsafe failure = error }
        done.signal()
    }
    done.wait()
    return unsafe failure
}
