/// What a release does with the cells of linked tables, and the witnesses that it is safe.
package struct Protection: Hashable, Sendable {
    /// By slot: what is published.
    package var statuses: [Status]
    package var walks: [Walk]
    /// Ascending by slot, one for each need.
    package var proofs: [Proof]

    package enum Status: UInt8, Hashable, Sendable {
        case shown = 0
        /// The marker `[c]` stands in place of the count.
        case hidden = 1
        /// The multiple above the count, where rounding is controlled; shown is then the one below.
        case raised = 2
    }

    /// For one sensitive cell the walks on which its attainable values are found.
    package struct Proof: Hashable, Sendable {
        package var slot: Int
        package var walks: [Int]

        package init(slot: Int, walks: [Int]) {
            self.slot = slot
            self.walks = walks
        }
    }

    package init(statuses: [Status], walks: [Walk] = [], proofs: [Proof] = []) {
        self.statuses = statuses
        self.walks = walks
        self.proofs = proofs
    }
}

/// A way through the assignments of counts to atoms that an attacker considers possible, beginning at the true one.
///
/// What an attacker knows are sums and bounds, so where both ends of a leg are possible, everything on it is.
package struct Walk: Hashable, Sendable {
    package struct Leg: Hashable, Sendable {
        package var move: Move
        /// How many times, backwards when negative.
        package var amount: Int

        package init(_ move: Move, _ amount: Int) {
            self.move = move
            self.amount = amount
        }
    }

    package var legs: [Leg]

    package init(_ legs: [Leg]) { self.legs = legs }
}

/// A change of counts that keeps what is published.
package enum Move: Hashable, Sendable {
    /// The product over all axes of `plus` and, where there is one, minus `minus`: two to the power of the axes with a
    /// `minus` corners, each one more or one less.
    case product([Step])
    /// Any change of atoms, by key, ascending.
    case atoms([Change])

    package struct Step: Hashable, Sendable {
        package var plus: Int32
        /// −1 where there is none.
        package var minus: Int32

        package init(plus: Int32, minus: Int32 = -1) {
            self.plus = plus
            self.minus = minus
        }
    }

    package struct Change: Hashable, Sendable {
        package var atom: UInt64
        package var by: Int

        package init(atom: UInt64, by: Int) {
            self.atom = atom
            self.by = by
        }
    }
}
