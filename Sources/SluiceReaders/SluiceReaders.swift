/// Turns what is no delimited text into rows of canonical delimited text, which `SluiceIngest` then reads like any CSV.
///
/// ```
/// DeliveredBytes      the file behind an open descriptor     Bytes/
/// FileKind            what it is, by its bytes
/// Archive             members of a zip, the stream in a gzip Archive/
/// Workbook            sheets of an XLSX                      Workbook/
/// XMLRows, JSONRows   records of a document                  Document/
/// FixedWidthRows      lines cut at fixed places
/// RowSource, RowText  rows of canonical text, as they are asked for
/// ```
///
/// It runs in the confined worker: nothing here opens a path, starts a thread or keeps more of a file than
/// `DecodeLimits` allows. Whatever the bytes are, the result is rows or an `Unreadable`.
package enum SluiceReaders {
    /// Bytes of the inflated or delivered file that are worked on at a time.
    static let chunkBytes = 64 << 10
}

/// Rows of one table, in the order of the file.
package protocol RowSource: AnyObject {
    /// Appends whole rows until `rows.bytes` has at least `target` bytes or the table ends.
    ///
    /// May pass `target` by one row. After an error the source is spent.
    ///
    /// - Returns: false once the table has ended; rows may have been appended all the same.
    func read(into rows: inout RowText, target: Int) throws(ReaderError) -> Bool
    /// What there is to say about the table as a whole. Complete once its end was reached.
    var notes: [FileNote] { get }
    /// How the form counts days, where its dates may come as serial numbers; nil for all forms but workbooks.
    var dateSystem: DateSystem? { get }
}

extension RowSource {
    package var dateSystem: DateSystem? { nil }
}
