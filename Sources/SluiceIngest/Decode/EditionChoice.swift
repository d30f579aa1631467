import SluiceModel
import SluiceReaders

/// Chooses among editions of one dataset whose headings fit a file equally well: by the days for which each is the
/// right one.
struct EditionChoice {
    let plan: FormatPlan
    let cells: Flat<RowScanner.Cell>

    /// An edition that fits, and the first day of the period that the file's first dated row lies in, as the edition's
    /// own columns and date formats tell it; nil when they tell none.
    struct Candidate {
        var dataset: DatasetPlan
        var firstDay: CivilDate?

        /// Time tells it apart from others.
        fileprivate var isDated: Bool { dataset.validFrom != nil || dataset.validTo != nil }

        fileprivate func isInForce(on day: CivilDate) -> Bool {
            (dataset.validFrom.map { $0 <= day } ?? true) && (dataset.validTo.map { day <= $0 } ?? true)
        }

        /// The edition reads the file's first date, and is the right one for it.
        fileprivate var fitsItsPeriod: Bool { firstDay.map(isInForce) ?? false }
    }

    /// The first that reads a date it is in force on; failing that, of editions whose days nobody told the first, where
    /// a date could be read; failing that, the first in force today.
    static func index(among candidates: [Candidate], today: CivilDate) -> Int {
        if let right = candidates.firstIndex(where: { $0.isDated && $0.fitsItsPeriod }) { return right }
        let open = candidates.firstIndex { !$0.isDated }
        if candidates.contains(where: { $0.isDated && $0.firstDay != nil }), let open { return open }
        return candidates.firstIndex { $0.isDated && $0.isInForce(on: today) } ?? open ?? 0
    }

    /// The one of `matches`, at least one, that is in force.
    func index(among matches: [HeaderMatch], in source: any HeadedSource) -> Int {
        EditionChoice.index(among: matches.map { candidate($0, in: source) }, today: plan.today)
    }

    func candidate(_ match: HeaderMatch, in source: any HeadedSource) -> Candidate {
        let dataset = plan.datasets[match.datasetIndex]
        return Candidate(dataset: dataset, firstDay: firstDay(match, dataset, in: source))
    }

    // MARK: - The first dated row

    private func firstDay(_ match: HeaderMatch, _ dataset: DatasetPlan, in source: any HeadedSource) -> CivilDate? {
        let index: Int
        var unit = PeriodUnit.month
        switch dataset.period {
        case .field(let field, let periodUnit): (index, unit) = (field, periodUnit)
        case .fields(let from, _): index = from
        case .none: return nil
        }
        guard let column = match.columns.firstIndex(of: .field(index)) else { return nil }
        let field = dataset.fields[index]
        let formats =
            field.dateFormats.isEmpty ? [DateFormat.standard(for: field.type)].compactMap(\.self) : field.dateFormats
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let calendar = Calendar(arena: arena)
        let zone = ZoneTable(plan.zone, arena: arena)
        let readers = formats.map {
            DateReader($0, today: plan.today, zone: zone, calendar: calendar, arena: arena)
        }
        let reading = FieldChecker.Reading(of: field)
        let forms = DateForms(today: plan.today, zone: zone, calendar: calendar, arena: arena)

        var scanner = RowScanner(delimiter: match.delimiter, cells: cells)
        scanner.restart(at: match.nextRow, in: source.text)
        for _ in 0..<HeaderMatch.sampleRows {
            guard case .row = scanner.scan(source.text, end: source.end, isLast: source.isComplete) else { return nil }
            guard column < min(scanner.cellCount, cells.count) else { continue }
            let (start, end) = (Int(cells[column].start), Int(cells[column].end))
            guard start < end else { continue }
            let time =
                readers.lazy.compactMap { $0.read(source.text, start, end) }.first
                ?? source.dateSystem.flatMap { forms.workbookTime(source.text, start, end, reading, $0) }
                ?? readers.lazy.compactMap { forms.time(source.text, start, end, reading, $0) }.first
            // Months far from any file's are misread, or stand for a date that is not known.
            guard let time, EditionChoice.months.contains(Int(time.month)),
                let month = CivilMonth(index: Int(time.month))
            else { continue }
            return unit.period(holding: month).first.firstDay
        }
        return nil
    }

    private static let months = 1900 * 12 + 12...2200 * 12
}
