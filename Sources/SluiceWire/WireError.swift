/// Why bytes were refused. Names the place and the limit, never what stood there.
package enum WireError: Error, Hashable, Sendable {
    /// The bytes ended inside this.
    case truncated(WirePlace)
    /// Bytes were left over after this.
    case trailing(WirePlace)
    /// Made by another version of Sluice.
    case versionUnknown(WirePlace)
    /// Larger, longer or more than `limit`.
    case limitExceeded(WirePlace, limit: Int)
    /// Not one of the values that can stand there.
    case invalid(WirePlace)
    /// This frame may not come now.
    case outOfOrder(WirePlace)
    /// It contradicts what the same worker said before.
    case disagrees(WirePlace)
}

/// The parts of a plan or of a worker's answer that a `WireError` can name.
package enum WirePlace: String, CaseIterable, Sendable {
    // The plan.
    case plan, planText, planNumber, planCount, planDate, planChoice, planPattern
    // Frames.
    case frame, frameType, hello, recognised, progress, block, report, failure, end
    case assumptions, dateFormats, delimiter, encoding
    case blockRows, blockColumns, blockCodes, blockMonths, blockCounts, blockLinks, rowLimit
    case reportRows, reportPeriod, reportTables, linkedRows
    case reportSpans, reportLines, reportMissing, reportEntries, reportAscending, reportUnread, reportDays,
        reportDropped
    case findings, findingCode, findingColumn, findingRule, findingRows, findingNumber
    // A sample's profile.
    case profile, profileText, profileNumber
}

extension WireError: CustomStringConvertible {
    /// `blockCodes: invalid`, for the journal.
    package var description: String {
        switch self {
        case .truncated(let place): "\(place.rawValue): truncated"
        case .trailing(let place): "\(place.rawValue): trailing bytes"
        case .versionUnknown(let place): "\(place.rawValue): unknown version"
        case .limitExceeded(let place, let limit): "\(place.rawValue): more than \(limit)"
        case .invalid(let place): "\(place.rawValue): invalid"
        case .outOfOrder(let place): "\(place.rawValue): out of order"
        case .disagrees(let place): "\(place.rawValue): disagrees with what came before"
        }
    }
}
