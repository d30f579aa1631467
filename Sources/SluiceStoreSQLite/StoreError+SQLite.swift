internal import GRDB
internal import SluiceStore

/// A stored value that this version cannot read back.
struct UnreadableValue: Error {}

/// Runs `body` and turns whatever the database throws into a `StoreError`; other errors pass unchanged.
///
/// Messages of the database are dropped: they quote statements, and row decoding errors print the row.
func translatingErrors<Result>(_ operation: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch let error as DatabaseError {
        throw StoreError(error, during: operation)
    } catch is RowDecodingError {
        throw StoreError.unreadable(operation)
    } catch is UnreadableValue {
        throw StoreError.unreadable(operation)
    }
}

extension StoreError {
    init(_ error: DatabaseError, during operation: String) {
        switch error.extendedResultCode {
        // An exhausted quota reaches us as a failed write; only a full disk has a code of its own.
        case .SQLITE_IOERR_WRITE, .SQLITE_IOERR_SHMSIZE:
            self = .full
        default:
            switch error.resultCode {
            case .SQLITE_FULL: self = .full
            case .SQLITE_BUSY, .SQLITE_LOCKED: self = .busy
            default:
                self = .failed(operation: operation, resultCode: Int(error.extendedResultCode.rawValue))
            }
        }
    }

    init(opening error: DatabaseError) {
        switch error.resultCode {
        case .SQLITE_NOTADB: self = .foreign
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY: self = .cannotOpen
        case .SQLITE_CORRUPT:
            self = .unusable(what: "the store is damaged", hint: "restore it from a backup")
        default: self.init(error, during: "open the store")
        }
    }

    static func unreadable(_ operation: String) -> StoreError {
        .failed(operation: operation, resultCode: Int(ResultCode.SQLITE_CORRUPT.rawValue))
    }

    static func notFound(_ operation: String) -> StoreError {
        .failed(operation: operation, resultCode: Int(ResultCode.SQLITE_NOTFOUND.rawValue))
    }

    static var cannotOpen: StoreError {
        .unusable(
            what: "the store cannot be opened",
            hint: "check that its folder exists and that the account that runs this may read and write there")
    }

    static var foreign: StoreError {
        .unusable(
            what: "the file in the store's place is not a store", hint: "move it away, or correct the state setting")
    }
}
