import SluiceModel

/// Settings of the demo's instance that the shipped ones do not have.
enum DemoSettings {
    static let lapsedAuthority = "eastvale-probation"

    /// A sixth authority whose agreement ended before its first file came.
    static let lapsedAuthorityYAML = """
        # Its agreement has lapsed: whatever it sends is held unopened until the agreement is renewed here.
        authority: eastvale-probation
        name: Eastvale Probation Delivery Unit (made up)
        kind: probation
        # Of its areas alone figures are missing as long as its files wait.
        areas: [E08999002]
        plugin: probation
        gateway: pcsc-16
        purposes: [needs-assessment, strategy-review]
        agreement: {reference: DSA-2024-06, validFrom: 2024-04-01, validTo: 2025-03-31}
        dataContact: Performance team, performance@eastvale-probation.example
        governanceContact: Information governance, ig@eastvale-probation.example
        retentionMonths: 36

        """

    /// A register with one item due in a week, one ten days overdue and the others months away.
    static func reviewsYAML(today: CivilDate) -> String {
        func expected(_ authority: String, _ dataset: String, _ unit: PeriodUnit, graceDays: Int) -> String {
            let first = unit.period(holding: today.month).first
            return "{authority: \(authority), dataset: \(dataset), unit: \(unit.rawValue), first: \(first), "
                + "graceDays: \(graceDays)}"
        }
        return """
            # What must not be forgotten; dates are set around the day the demo was made, \(today).
            reviews:
              - id: strategy
                kind: strategy
                title: Review the serious violence strategy, with last year's performance against it
                owner: Partnership lead
                every: {months: 12, first: \(today.adding(days: 7))}
                source: Police, Crime, Sentencing and Courts Act 2022 s.8; draft guidance June 2022, paras 16, 37 c

              - id: impact-assessment
                kind: impact-assessment
                title: Review the data protection impact assessment and the privacy notices
                owner: Data protection officer
                every: {months: 12, first: \(today.adding(days: -10))}
                source: UK GDPR Art. 35(11); draft guidance June 2022, para 166

              - id: needs-assessment
                kind: needs-assessment
                title: Refresh the strategic needs assessment, with new kinds of crime
                owner: Partnership analyst
                every: {months: 12, first: \(today.adding(days: 150))}
                source: draft guidance June 2022, para 37 c

              - id: retention
                kind: retention
                title: Check that each authority's retention period is still needed, and that purges ran
                owner: Information governance lead
                every: {months: 12, first: \(today.adding(days: 240))}
                source: UK GDPR Art. 5(1)(e)

              # Deliveries from this month, quarter and term on; none of their periods is over yet.
              - id: police-recorded-crime
                kind: expected-delivery
                title: Recorded crime, monthly
                owner: Marshvale Police data bureau
                delivery: \(expected("marshvale-police", "recorded-crime", .month, graceDays: 21))
                warnings: [7, 0]
                source: DSA-2025-01; draft guidance June 2022, para 193
              - id: hospital-attendances
                kind: expected-delivery
                title: Emergency department attendances for assault, monthly
                owner: Emergency department data lead
                delivery: \(expected("northmarsh-hospital", "istv", .month, graceDays: 28))
                warnings: [7, 0]
                source: DSA-2025-02; draft guidance June 2022, paras 193, 219
              - id: school-exclusions
                kind: expected-delivery
                title: Suspensions and exclusions, by term
                owner: School data team
                delivery: \(expected("northmarsh-council-education", "exclusions", .term, graceDays: 42))
                warnings: [14, 0]
                source: DSA-2025-03; draft guidance June 2022, para 258
              - id: youth-offences
                kind: expected-delivery
                title: Youth offences, quarterly return
                owner: Youth justice information officer
                delivery: \(expected("marshvale-yot", "offences", .quarter, graceDays: 28))
                warnings: [14, 0]
                source: DSA-2025-05; draft guidance June 2022, para 209

            """
    }
}
