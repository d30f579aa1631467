/// Which records may be told to be of the same person: one file of `model/links/`.
package struct LinkRecipe: Hashable, Sendable {
    package enum Way: Hashable, Sendable {
        /// An identifier that services share.
        case identifier(CheckDigit)
        /// Surname, forename and date of birth: only between authorities whose agreements both name the recipe.
        case nameAndBirthDate

        package static let nameAndBirthDateText = "name-and-birth-date"
    }

    package var id: String
    package var title: String
    package var way: Way
    /// Between whom. Never a health body.
    package var kinds: Set<AuthorityKind>
    /// What for. The key is of recipe and purpose together.
    package var purpose: String
    package var overlaps: [CohortOverlap]

    package init(
        id: String, title: String, way: Way, kinds: Set<AuthorityKind>, purpose: String, overlaps: [CohortOverlap]
    ) {
        self.id = id
        self.title = title
        self.way = way
        self.kinds = kinds
        self.purpose = purpose
        self.overlaps = overlaps
    }
}

/// A measure: persons whom two kinds of event have in common, by area and quarter.
///
/// A person counts in each area in which the first kind has them, in each quarter in which both kinds do.
package struct CohortOverlap: Hashable, Sendable {
    package var id: String
    package var title: String
    /// Kinds of event.
    package var first: String
    package var second: String
    /// The level of the dimension `area`.
    package var areaLevel: String

    package init(id: String, title: String, first: String, second: String, areaLevel: String) {
        self.id = id
        self.title = title
        self.first = first
        self.second = second
        self.areaLevel = areaLevel
    }

    /// What must be said wherever the measure is shown.
    package static let caveat =
        "Counted from keyed tokens of records that had a valid identifier. Records without one, and identifiers that are "
        + "wrong at the source, are missed: the true number is this or more."
}

/// An overlap as it was last counted.
package struct OverlapCounts: Hashable, Sendable {
    package struct Cell: Hashable, Sendable {
        /// A code of the area level, or that for not known.
        package var area: String
        /// `2026-Q1`
        package var quarter: String
        /// 1 or more; what is not there is none.
        package var persons: Int

        package init(area: String, quarter: String, persons: Int) {
            self.area = area
            self.quarter = quarter
            self.persons = persons
        }
    }

    /// Of the records of one kind of event.
    package struct Side: Hashable, Sendable {
        package var rows: Int
        /// That have a token.
        package var linked: Int

        package init(rows: Int = 0, linked: Int = 0) {
            self.rows = rows
            self.linked = linked
        }
    }

    package var id: String
    package var countedAt: Instant
    package var first: Side
    package var second: Side
    /// By area and quarter.
    package var cells: [Cell]

    package init(id: String, countedAt: Instant, first: Side, second: Side, cells: [Cell]) {
        self.id = id
        self.countedAt = countedAt
        self.first = first
        self.second = second
        self.cells = cells
    }
}
