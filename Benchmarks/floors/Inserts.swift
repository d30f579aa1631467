import Glibc

/// Puts rows of ten small numbers into a table of a new database: one transaction, write-ahead log, synchronous=FULL.
///
/// - Returns: rows that the table then has, and the time from the transaction's begin to its commit.
func insert(_ count: Int, into path: String) -> Measurement {
    var database: OpaquePointer?
    guard sqlite3_open(path, &database) == SQLITE_OK else { stop("the database cannot be opened", 73) }
    defer { sqlite3_close(database) }
    func run(_ statement: String) {
        guard sqlite3_exec(database, statement, nil, nil, nil) == SQLITE_OK else {
            stop("SQLite refused a statement", 70)
        }
    }
    func prepare(_ statement: String) -> OpaquePointer? {
        var prepared: OpaquePointer?
        guard sqlite3_prepare_v2(database, statement, -1, &prepared, nil) == SQLITE_OK else {
            stop("SQLite refused a statement", 70)
        }
        return prepared
    }

    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
    run("CREATE TABLE fact (a, b, c, d, e, f, g, h, i, j)")
    let begun = ContinuousClock.now
    run("BEGIN IMMEDIATE")
    let insertion = prepare("INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    for row in 0..<count {
        for column in Int32(1)...10 { sqlite3_bind_int64(insertion, column, Int64(row % (97 + Int(column)))) }
        guard sqlite3_step(insertion) == SQLITE_DONE else { stop("SQLite refused a row", 70) }
        sqlite3_reset(insertion)
    }
    sqlite3_finalize(insertion)
    run("COMMIT")
    let time = ContinuousClock.now - begun

    let question = prepare("SELECT count(*) FROM fact")
    defer { sqlite3_finalize(question) }
    guard sqlite3_step(question) == SQLITE_ROW else { stop("SQLite gave no answer", 70) }
    return Measurement(rows: Int(sqlite3_column_int64(question, 0)), time: time)
}
