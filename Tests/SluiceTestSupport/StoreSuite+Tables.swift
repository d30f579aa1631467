package import SluiceModel
internal import SluiceStore
internal import Testing

/// What a store promises of files with several tables.
extension StoreSuite {
    /// Table `index` of delivery `parent`, as delivery `number`.
    package static func child(_ number: Int, of parent: Int, _ index: Int) -> Delivery {
        var child = delivery(number)
        child.parent = id(parent)
        child.table = DeliveredTable(index: index, place: TablePlace(memberPosition: index + 1, sheetPosition: 0))
        return child
    }

    private static func verdict(
        _ number: Int, _ outcome: Outcome, period: String = "2026-04", reason: String? = nil,
        replaces: [DeliveryID] = []
    ) -> Decision.Child {
        Decision.Child(
            id: id(number), outcome: outcome, dataset: "recorded-crime", period: Period(period),
            rows: RowCounts(read: 5, accepted: 5), reason: reason, replaces: replaces)
    }

    /// Journals delivery 1 and accepts it with two tables: deliveries 2 (April) and 3 (May), with 4 and 6 records.
    private static func acceptTables(_ store: any Store) throws {
        if try store.delivery(id(1)) == nil { try store.insert(delivery(1), ledger: []) }
        try store.decide(id(1)) { transaction in
            try transaction.open(children: [child(2, of: 1, 0), child(3, of: 1, 1)])
            try transaction.turn(to: id(2))
            try transaction.append(block(seed: 2, rows: 4), eventKind: "offence", dictionary: dictionary())
            try transaction.turn(to: id(3))
            try transaction.append(block(seed: 3, rows: 5), eventKind: "offence", dictionary: dictionary())
            try transaction.append(block(seed: 4, rows: 1), eventKind: nil, dictionary: dictionary())
            var decision = decision(.accepted, period: nil, ledger: [entry(.deliveryDecided, id(1))])
            decision.dataset = nil
            decision.children = [verdict(2, .accepted), verdict(3, .acceptedWithRejections, period: "2026-05")]
            return decision
        }
    }

    static let tables = [
        Check("the tables of a file are journalled as its children, all or none") { make in
            do {
                let store = try make()
                try store.insert(delivery(1), ledger: [])
                let children = [child(2, of: 1, 0), child(3, of: 1, 1)]
                try store.insert(children: children, ledger: [entry(.deliveryClaimed, id(2))])
                let head = try store.ledgerHead()
                #expect(head.size == 1)
                for (more, taken) in [
                    ([child(4, of: 1, 2), child(5, of: 1, 1)], 5), ([child(4, of: 1, 2), child(3, of: 1, 3)], 3),
                ] {
                    #expect(throws: StoreError.deliveryExists(id(taken))) {
                        try store.insert(children: more, ledger: [entry(.deliveryClaimed, id(4))])
                    }
                }
                #expect(throws: StoreError.deliveryMissing(id(9))) {
                    try store.insert(children: [child(4, of: 9, 0)], ledger: [])
                }
                #expect(try store.ledgerHead() == head)
            }
            let store = try make()
            #expect(
                try store.deliveries(DeliveryFilter(parent: id(1))) == [child(2, of: 1, 0), child(3, of: 1, 1)])
            #expect(try store.deliveries(DeliveryFilter(parent: id(2))) == [])
            #expect(try store.delivery(id(3)) == child(3, of: 1, 1))
        },
        Check("a decided delivery gets no children") { make in
            let store = try make()
            try accept(store, 1)
            #expect(throws: StoreError.deliveryFinal(id(1))) {
                try store.insert(children: [child(2, of: 1, 0)], ledger: [])
            }
            try store.insert(delivery(3, status: .held), ledger: [])
            #expect(throws: StoreError.deliveryFinal(id(3))) {
                try store.insert(children: [child(4, of: 3, 0)], ledger: [])
            }
        },
        Check("tables are decided with their file, each with its own records, also after a restart") { make in
            do { try acceptTables(make()) }
            let store = try make()
            #expect(try store.delivery(id(1))?.status == .final(.accepted))
            let children = try store.deliveries(DeliveryFilter(parent: id(1)))
            #expect(children.map(\.id) == [id(2), id(3)])
            #expect(children.map(\.status) == [.final(.accepted), .final(.acceptedWithRejections)])
            #expect(children.map(\.period) == [Period("2026-04"), Period("2026-05")])
            #expect(children.map(\.dataset) == ["recorded-crime", "recorded-crime"])
            let found = try blocks(store)
            #expect(found.map(\.delivery) == [id(2), id(3), id(3)])
            #expect(found.map(\.block.rowCount) == [4, 5, 1])
            #expect(try store.receipt(id(1)) != nil)
            #expect(try store.receipt(id(2)) == nil)
        },
        Check("tables that are not taken stay on record without records") { make in
            let store = try make()
            try accept(store, 9)
            try store.insert(delivery(1), ledger: [])
            try store.decide(id(1)) { transaction in
                try transaction.open(children: [child(2, of: 1, 0), child(3, of: 1, 1)])
                for number in [2, 3] {
                    try transaction.turn(to: id(number))
                    try transaction.append(
                        block(seed: number, rows: 4), eventKind: "offence", dictionary: dictionary("gone"))
                }
                try transaction.discardRecords()
                var decision = decision(.rejected)
                decision.children = [verdict(2, .rejected, reason: "other-table-failed"), verdict(3, .rejected)]
                return decision
            }
            let children = try store.deliveries(DeliveryFilter(parent: id(1)))
            #expect(children.map(\.outcomeAtArrival) == [.rejected, .rejected])
            #expect(children.map(\.reason) == ["other-table-failed", nil])
            #expect(try blocks(store).map(\.delivery) == [id(9)])
        },
        Check("a decision that throws leaves neither tables nor records") { make in
            struct Undecided: Error {}
            let store = try make()
            try store.insert(delivery(1), ledger: [])
            #expect(throws: Undecided.self) {
                try store.decide(id(1)) { transaction in
                    try transaction.open(children: [child(2, of: 1, 0)])
                    try transaction.turn(to: id(2))
                    try transaction.append(block(seed: 2, rows: 4), eventKind: nil, dictionary: dictionary())
                    throw Undecided()
                }
            }
            #expect(try store.delivery(id(1)) == delivery(1))
            #expect(try store.delivery(id(2)) == nil)
            try acceptTables(store)
        },
        Check("records go to no child that was not opened") { make in
            let store = try make()
            try store.insert(delivery(1), ledger: [])
            #expect(throws: StoreError.deliveryMissing(id(7))) {
                try store.decide(id(1)) { transaction in
                    try transaction.open(children: [child(2, of: 1, 0)])
                    try transaction.turn(to: id(7))
                    return decision(.rejected)
                }
            }
            #expect(try store.delivery(id(2)) == nil)
        },
        Check("a table replaces what was taken before, and is replaced by itself") { make in
            let store = try make()
            try accept(store, 8)
            try store.insert(delivery(1), ledger: [])
            try store.decide(id(1)) { transaction in
                try transaction.open(children: [child(2, of: 1, 0), child(3, of: 1, 1)])
                try transaction.turn(to: id(2))
                try transaction.append(block(seed: 2, rows: 4), eventKind: "offence", dictionary: dictionary())
                var decision = decision(.accepted, period: nil)
                decision.children = [verdict(2, .accepted, replaces: [id(8)]), verdict(3, .duplicate)]
                return decision
            }
            #expect(try store.delivery(id(8))?.replacedBy == id(2))
            #expect(try store.delivery(id(2))?.replaces == [id(8)])
            #expect(try store.delivery(id(1))?.replaces == [])
            try store.insert(delivery(9), ledger: [])
            try store.decide(id(9)) { _ in decision(.accepted, replaces: [id(2)]) }
            #expect(try store.delivery(id(2))?.status == .superseded)
            #expect(try store.delivery(id(1))?.status == .final(.accepted))
            #expect(try blocks(store).isEmpty)
        },
        Check("withdrawing a file withdraws all of its tables that have records, and names the releases of all of them")
        { make in
            let store = try make()
            try acceptTables(store)
            let ofTable = ReleaseRecord(
                release: "quarterly", version: 1, state: .published, builtAt: later,
                sumsHash: String(repeating: "c", count: 64), stagingName: "q", audience: .partnership,
                eventKinds: ["offence"], period: Period("2026-01/2026-12")!, deliveries: [id(3)])
            try store.insert(ofTable, ledger: [])
            try store.insert(delivery(9), ledger: [])
            try store.decide(id(9)) { _ in decision(.accepted, replaces: [id(2)]) }
            #expect(try store.withdraw(id(1), at: later, ledger: [entry(.deliveryWithdrawn, id(1))]) == [ofTable])
            #expect(
                try store.deliveries(DeliveryFilter(parent: id(1))).map(\.status) == [.withdrawn, .withdrawn])
            #expect(try store.delivery(id(1))?.status == .withdrawn)
            #expect(try store.delivery(id(9))?.status == .final(.accepted))
            #expect(try blocks(store).isEmpty)
        },
        Check("withdrawing one table leaves its file and the others") { make in
            let store = try make()
            try acceptTables(store)
            #expect(try store.withdraw(id(2), at: later, ledger: []) == [])
            #expect(try store.delivery(id(2))?.status == .withdrawn)
            #expect(try store.delivery(id(1))?.status == .final(.accepted))
            #expect(try blocks(store).map(\.delivery) == [id(3), id(3)])
        },
        Check("a decision sees the newest current deliveries whose period is as long") { make in
            let store = try make()
            try accept(store, 1, period: "2026-01")
            try accept(store, 2, period: "2026-01/2026-03")
            try accept(store, 3, period: "2026-02")
            try accept(store, 4, period: nil)
            try accept(store, 5, period: "2026-03", authority: "southtown-yot")
            try accept(store, 6, period: "2026-04")
            try accept(store, 7, period: "2026-05")
            _ = try store.withdraw(id(6), at: later, ledger: [])
            try store.insert(delivery(8), ledger: [])
            func current(_ dataset: String, _ months: Int, _ limit: Int = 100) throws -> [DeliveryID] {
                var found: [Delivery] = []
                struct Undecided: Error {}
                do {
                    try store.decide(id(8)) { transaction in
                        found = try transaction.current(
                            authority: AuthorityID("northtown-police")!, dataset: dataset, periodMonths: months,
                            limit: limit)
                        throw Undecided()
                    }
                } catch is Undecided {}
                for one in found { #expect(try store.delivery(one.id) == one) }
                return found.map(\.id).sorted()
            }
            #expect(try current("recorded-crime", 1) == [id(1), id(3), id(7)])
            #expect(try current("recorded-crime", 1, 2) == [id(3), id(7)])
            #expect(try current("recorded-crime", 1, 0) == [])
            #expect(try current("recorded-crime", 3) == [id(2)])
            #expect(try current("recorded-crime", 2) == [])
            #expect(try current("stop-and-search", 1) == [])
        },
    ]
}
