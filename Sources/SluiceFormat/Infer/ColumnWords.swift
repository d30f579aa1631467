import SluiceModel

/// Words of headings that say what a column is about.
struct ColumnWords: Sendable {
    let words: Set<String>
    let parts: [String]

    func fits(_ heading: String) -> Bool { PersonHeading.holds(heading, words: words, parts: parts) }

    static let health = ColumnWords(
        words: ["sen", "ehcp", "gp", "drug", "snomed", "icd"],
        parts: [
            "health", "diagnos", "disab", "medic", "injur", "treatment", "senprovision", "senstatus", "pregnan",
            "illness", "psych", "symptom", "triage", "substancemisuse",
        ])
    static let school = ColumnWords(words: ["urn"], parts: [])
    static let year = ColumnWords(words: ["year", "yr"], parts: [])
    static let clock = ColumnWords(words: ["time", "clock", "hour"], parts: [])
    static let age = ColumnWords(words: ["age", "ages"], parts: [])
    static let neutral = ColumnWords(
        words: ["type", "status", "source", "version", "system", "unit", "force", "authority", "year", "term"],
        parts: [])
    static let key = ColumnWords(
        words: ["id", "ref", "no", "number", "key", "urn", "guid", "uuid"],
        parts: [
            "reference", "identifier", "tableid", "sourceid", "recordid", "personid", "caseid", "pupilid", "clientid",
        ])

    /// Days on which the thing itself happened, and days on which something was written down, changed or ended.
    static let event = ColumnWords(
        words: ["from", "start", "began", "day", "when"],
        parts: [
            "incidentdate", "offencedate", "eventdate", "committed", "occur", "attend", "arrival", "startdate",
            "dateof", "happen", "month",
        ])
    static let paperwork = ColumnWords(
        words: ["to", "end", "until", "closed", "entered", "due", "sent", "review"],
        parts: [
            "created", "modified", "updated", "recorded", "reported", "printed", "extract", "export", "enddate",
            "finish", "terminat", "discharg", "expir", "loaded",
        ])

    /// Dimensions of the shared model by the words of their columns, the narrower first.
    static let dimensions: [(id: String, words: ColumnWords)] = [
        ("sex", ColumnWords(words: ["sex", "gender"], parts: [])),
        ("ethnicity", ColumnWords(words: ["ethnic", "ethnicity"], parts: ["ethnic"])),
        ("age", age),
        ("weapon", ColumnWords(words: ["knife", "firearm"], parts: ["weapon"])),
        ("mappa", ColumnWords(words: ["mappa"], parts: [])),
        ("outcome", ColumnWords(words: ["result"], parts: ["outcome", "disposal"])),
        ("place", ColumnWords(words: ["place", "premises", "venue"], parts: ["locationtype", "premise"])),
        ("object", ColumnWords(words: ["object"], parts: ["objectofsearch"])),
        ("severity", ColumnWords(words: ["severity", "gravity", "risk"], parts: [])),
        ("offence", ColumnWords(words: ["crime", "reason"], parts: ["offence", "crimetype", "category"])),
    ]
}
