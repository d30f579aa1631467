internal import GRDB
internal import SluiceStore

/// The tables, and how a store of an earlier version becomes one of this.
///
/// The comments inside the statements are kept by SQLite: `sqlite3 store.sqlite .schema` shows them.
enum Schema {
    /// `SLUC` in ASCII; `file` and SQLite's tools show it.
    static let applicationID = 0x534c_5543
    /// Blocks of records are a few hundred kilobytes; with pages of 16 KiB they are written in fewer, larger pieces.
    static let pageBytes = 16384

    /// Marks a new file as a store, and refuses one that is something else before anything in it is changed.
    static func identify(_ db: Database) throws {
        let found = try Int.fetchOne(db, sql: "PRAGMA application_id")
        if found == applicationID { return }
        guard found == 0, try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
            throw StoreError.foreign
        }
        guard !db.configuration.readonly else { throw StoreError.older }
        try db.execute(
            sql: """
                PRAGMA page_size = \(pageBytes); PRAGMA auto_vacuum = INCREMENTAL;
                PRAGMA application_id = \(applicationID);
                """)
    }

    static func bringUpToDate(_ pool: DatabasePool, readOnly: Bool) throws {
        let (isNewer, isComplete) = try pool.read { db in
            (try migrator.hasBeenSuperseded(db), try migrator.hasCompletedMigrations(db))
        }
        guard !isNewer else {
            throw StoreError.unusable(
                what: "the store was written by a newer version of Sluice",
                hint: "install that version again, or restore a backup made before it")
        }
        guard !isComplete else { return }
        guard !readOnly else { throw StoreError.older }
        try migrator.migrate(pool)
    }

    /// Each migration runs once, in its own transaction. One that was ever released is never edited.
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 deliveries, records, ledger, releases, reviews") { db in
            try db.execute(sql: deliveries)
            try db.execute(sql: records)
            try db.execute(sql: ledger)
            try db.execute(sql: releases)
            try db.execute(sql: reviews)
        }
        migrator.registerMigration("2 tables of a delivery") { db in try db.execute(sql: tables) }
        migrator.registerMigration("3 the ledger's tree") { db in try db.execute(sql: ledgerTree) }
        migrator.registerMigration("4 the power of a delivery") { db in
            // NULL for earlier ones.
            try db.execute(sql: "ALTER TABLE delivery ADD COLUMN gateway TEXT")
        }
        migrator.registerMigration("5 overlaps") { db in try db.execute(sql: overlaps) }
        migrator.registerMigration("6 what waits for a word, what was replaced, what usually comes") { db in
            try db.execute(sql: words)
        }
        migrator.registerMigration("7 closings that were undone") { db in
            // In seconds since 1970-01-01 UTC; NULL while the closing counts.
            try db.execute(sql: "ALTER TABLE closing ADD COLUMN reopened_at INTEGER")
        }
        return migrator
    }()

    private static let words = """
        ALTER TABLE delivery ADD COLUMN held_for TEXT;           -- what has to be confirmed
        ALTER TABLE delivery ADD COLUMN held_figures TEXT;       -- what it would do, for people
        ALTER TABLE delivery ADD COLUMN held_at INTEGER;         -- seconds since 1970-01-01 UTC, as all below
        ALTER TABLE delivery ADD COLUMN confirmed_at INTEGER;
        ALTER TABLE delivery ADD COLUMN superseded_at INTEGER;
        ALTER TABLE delivery ADD COLUMN purged_at INTEGER;       -- when the records went; NULL where they are kept
        -- Until now they went with their replacement.
        UPDATE delivery SET purged_at = coalesce(
            withdrawn_at, (SELECT n.finished_at FROM delivery n WHERE n.id = delivery.replaced_by), finished_at,
            received_at)
        WHERE status IN ('superseded', 'withdrawn', 'purged');
        CREATE TABLE delivery_profile (
            delivery INTEGER PRIMARY KEY REFERENCES delivery (sequence),
            body TEXT NOT NULL                          -- JSON: counts of rows, of values by field, of codes
        ) STRICT;
        """

    private static let overlaps = """
        CREATE TABLE overlap (
            id TEXT PRIMARY KEY,
            counted_at INTEGER NOT NULL,                -- seconds since 1970-01-01 UTC
            first_rows INTEGER NOT NULL,                -- records of each kind of event
            first_linked INTEGER NOT NULL,              -- and those with a token
            second_rows INTEGER NOT NULL,
            second_linked INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE overlap_cell (
            overlap TEXT NOT NULL REFERENCES overlap (id),
            area TEXT NOT NULL,
            quarter TEXT NOT NULL,                      -- YYYY-Qn
            persons INTEGER NOT NULL,
            PRIMARY KEY (overlap, area, quarter)
        ) STRICT, WITHOUT ROWID;
        """

    private static let deliveries = """
        CREATE TABLE delivery (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT, -- order in which they were journalled
            id TEXT NOT NULL UNIQUE,
            parent TEXT REFERENCES delivery (id),
            authority TEXT NOT NULL,
            plugin TEXT NOT NULL,
            dataset TEXT,
            name_hash TEXT NOT NULL,                    -- keyed hash of the file's name
            sha256 TEXT,
            bytes INTEGER NOT NULL,
            period_first INTEGER,                       -- months: year times 12 plus month from 0
            period_last INTEGER,
            status TEXT NOT NULL,
            outcome_at_arrival TEXT,
            rows_read INTEGER,
            rows_accepted INTEGER,
            rows_rejected INTEGER,
            received_at INTEGER NOT NULL,               -- seconds since 1970-01-01 UTC
            finished_at INTEGER,
            withdrawn_at INTEGER,
            replaced_by TEXT REFERENCES delivery (id),
            reason TEXT,
            attempts INTEGER NOT NULL,                  -- begun
            worker_deaths INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX delivery_by_dataset ON delivery (authority, dataset);
        CREATE INDEX delivery_by_status ON delivery (status);
        CREATE INDEX delivery_by_sha256 ON delivery (sha256);
        CREATE INDEX delivery_by_name_hash ON delivery (name_hash);
        CREATE INDEX delivery_by_parent ON delivery (parent) WHERE parent IS NOT NULL;
        CREATE INDEX delivery_by_replaced_by ON delivery (replaced_by) WHERE replaced_by IS NOT NULL;

        CREATE TABLE receipt (
            sequence INTEGER PRIMARY KEY,               -- order in which they were decided
            delivery INTEGER NOT NULL UNIQUE REFERENCES delivery (sequence),
            json TEXT NOT NULL,                         -- without the file's name
            text TEXT NOT NULL,
            is_written INTEGER NOT NULL DEFAULT 0       -- 1 when it is durable and the original gone
        ) STRICT;
        CREATE INDEX receipt_pending ON receipt (sequence) WHERE is_written = 0;
        """

    private static let tables = """
        ALTER TABLE delivery ADD COLUMN table_index INTEGER;     -- of the parent's file, from 0
        ALTER TABLE delivery ADD COLUMN member_position INTEGER; -- from 1; 0 where it is in no archive
        ALTER TABLE delivery ADD COLUMN sheet_position INTEGER;  -- from 1; 0 where it is in no workbook
        CREATE UNIQUE INDEX delivery_by_table ON delivery (parent, table_index) WHERE table_index IS NOT NULL;
        CREATE INDEX delivery_by_length ON delivery (authority, dataset, period_last - period_first)
        WHERE period_first IS NOT NULL;
        """

    private static let records = """
        CREATE TABLE code_dictionary (
            id INTEGER PRIMARY KEY,
            hash INTEGER NOT NULL,                      -- FNV-1a of body, to find it; bodies are compared
            body TEXT NOT NULL                          -- JSON: [{"id":"area","codes":[...]},...]
        ) STRICT;
        CREATE INDEX code_dictionary_by_hash ON code_dictionary (hash);

        CREATE TABLE record_block (
            id INTEGER PRIMARY KEY,
            delivery INTEGER NOT NULL REFERENCES delivery (sequence),
            place INTEGER NOT NULL,                     -- order in the file, from 0
            event_kind TEXT,                            -- NULL for counts
            dictionary INTEGER NOT NULL REFERENCES code_dictionary (id),
            row_count INTEGER NOT NULL,
            payload BLOB NOT NULL                       -- see BlockPayload
        ) STRICT;
        CREATE UNIQUE INDEX record_block_by_place ON record_block (delivery, place);
        """

    private static let ledger = """
        CREATE TABLE ledger (
            sequence INTEGER PRIMARY KEY,               -- from 1, without gaps
            at INTEGER NOT NULL,                        -- seconds since 1970-01-01 UTC
            actor TEXT NOT NULL,
            kind TEXT NOT NULL,
            subject TEXT NOT NULL,
            details TEXT NOT NULL,                      -- JSON object of strings
            details_hash BLOB NOT NULL CHECK (length(details_hash) = 32),
            previous_hash BLOB NOT NULL CHECK (length(previous_hash) = 32),
            row_hash BLOB NOT NULL CHECK (length(row_hash) = 32)
        ) STRICT;
        CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger
        BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_is_not_deleted BEFORE DELETE ON ledger
        BEGIN SELECT RAISE (ABORT, 'the ledger is append-only'); END;
        CREATE TRIGGER ledger_is_appended BEFORE INSERT ON ledger
        WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM ledger)
            OR NEW.previous_hash IS NOT coalesce(
                (SELECT row_hash FROM ledger ORDER BY sequence DESC LIMIT 1), zeroblob(32))
        BEGIN SELECT RAISE (ABORT, 'the row does not follow the last one'); END;
        """

    private static let ledgerTree = """
        CREATE TABLE ledger_tree (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            size INTEGER NOT NULL,                      -- rows that the nodes are over
            nodes BLOB NOT NULL                         -- roots of complete subtrees, largest first, 32 bytes each
        ) STRICT;
        """

    private static let releases = """
        CREATE TABLE release (
            sequence INTEGER PRIMARY KEY,
            release TEXT NOT NULL,
            version INTEGER NOT NULL,
            state TEXT NOT NULL,
            built_at INTEGER NOT NULL,                  -- seconds since 1970-01-01 UTC
            sums_hash TEXT NOT NULL,
            staging_name TEXT NOT NULL,
            audience TEXT NOT NULL,
            event_kinds TEXT NOT NULL,                  -- JSON array of strings
            period_first INTEGER NOT NULL,              -- months, as in delivery
            period_last INTEGER NOT NULL,
            UNIQUE (release, version)
        ) STRICT;
        CREATE TABLE release_delivery (
            release INTEGER NOT NULL REFERENCES release (sequence),
            place INTEGER NOT NULL,
            delivery TEXT NOT NULL REFERENCES delivery (id),
            PRIMARY KEY (release, place)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX release_delivery_by_delivery ON release_delivery (delivery);
        """

    private static let reviews = """
        CREATE TABLE occurrence (
            sequence INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            item TEXT NOT NULL,
            due TEXT NOT NULL,                          -- YYYY-MM-DD
            step INTEGER NOT NULL,                      -- days before the due date
            state TEXT NOT NULL,
            created_at INTEGER NOT NULL                 -- seconds since 1970-01-01 UTC
        ) STRICT;
        CREATE INDEX occurrence_by_item ON occurrence (item);
        CREATE TABLE closing (
            sequence INTEGER PRIMARY KEY,
            item TEXT NOT NULL,
            due TEXT NOT NULL,                          -- YYYY-MM-DD
            closed_at INTEGER NOT NULL,                 -- seconds since 1970-01-01 UTC
            actor TEXT NOT NULL,
            note TEXT NOT NULL
        ) STRICT;
        CREATE TABLE value (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        """
}

extension StoreError {
    static var older: StoreError {
        .unusable(
            what: "the store is of an older version", hint: "start the daemon once; it brings the store up to date")
    }
}
