import CSluiceLinux
import Glibc

/// An open folder. Its entries are reached through it and never by path, so that nobody who may write in it or above
/// it can lead a call elsewhere.
package struct Folder: ~Copyable, Sendable {
    /// How errors call the folder: a path from the settings, or a description.
    package let label: String
    private let file: OpenFile

    private init(file: consuming OpenFile) {
        label = file.label
        self.file = file
    }

    /// Opens an existing folder.
    ///
    /// - Throws: `ENOTDIR` when the path's last part is a symbolic link or a file.
    package init(path: String) throws(SystemError) {
        let found = try checked(unsafe sluice_open_folder(path), "open", path)
        self.init(file: OpenFile(descriptor: found, label: path))
    }

    /// Opens the folder after creating it and what is missing above it, durably.
    ///
    /// - Parameter mode: of the folder itself if it is new, whatever the umask; those above it get `0o755`.
    package static func createIfMissing(path: String, mode: UInt32 = 0o755) throws(SystemError) -> Folder {
        do throws(SystemError) {
            return try Folder(path: path)
        } catch {
            guard error.errno == ENOENT else { throw error }
            var parts = path.split(separator: "/", omittingEmptySubsequences: true)
            guard let last = parts.popLast(), let name = FileName(string: String(last)) else { throw error }
            let parent = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
            if !parent.isEmpty, parent != "/" { try createParent(parent) }
            // With a dot at the end the path's last part may be a link, as an administrator may have set one up.
            let above = try Folder(path: parent.isEmpty ? "." : parent + "/.")
            return try above.subfolder(name, create: true, mode: mode, label: path)
        }
    }

    private static func createParent(_ path: String) throws(SystemError) {
        do throws(SystemError) {
            _ = try Folder(path: path + "/.")
        } catch {
            guard error.errno == ENOENT else { throw error }
            _ = try createIfMissing(path: path)
        }
    }

    /// The kernel's number, good while this value lives.
    package var descriptor: Int32 { file.descriptor }

    private func place(_ what: String) -> String { "\(label), \(what)" }
}

// MARK: - Looking

extension Folder {
    /// The names in the folder, sorted by their bytes, `limit` at most: as many may mean that there are more.
    package func entries(limit: Int = 100_000) throws(SystemError) -> [FileName] {
        // A descriptor of its own starts at the first entry; the folder's would go on where the last list ended.
        let found = unsafe sluice_open_entry(descriptor, [0x2E, 0], O_RDONLY | O_DIRECTORY, 0)
        let list = OpenFile(descriptor: try checked(found, "open", label), label: label)
        var names: [FileName] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while names.count < limit {
            let count = try checked(
                unsafe sluice_read_entries(list.descriptor, &buffer, buffer.count), "getdents64", label)
            if count == 0 { break }
            appendNames(from: buffer[..<count], to: &names, limit: limit)
        }
        return names.sorted()
    }

    /// Reads `linux_dirent64` entries: inode (8 bytes), offset (8), length of the entry (2), type (1), name with NUL.
    private func appendNames(from entries: ArraySlice<UInt8>, to names: inout [FileName], limit: Int) {
        var start = 0
        while start < entries.count, names.count < limit {
            let length = Int(entries[start + 16]) | Int(entries[start + 17]) << 8
            let name = entries[(start + 19)..<(start + length)].prefix { $0 != 0 }
            if let name = FileName(Array(name)) { names.append(name) }
            start += length
        }
    }

    /// What an entry is, without following a link; `nil` when there is none.
    package func status(_ name: FileName, what: String = "an entry") throws(SystemError) -> FileStatus? {
        var found = sluice_status()
        let result = unsafe sluice_status_at(descriptor, name.terminated, &found)
        if result == -ENOENT { return nil }
        try checked(result, "fstatat", place(what))
        return FileStatus(found)
    }

    /// The folder's own status.
    package func status() throws(SystemError) -> FileStatus { try file.status() }

    package func fileSystem() throws(SystemError) -> FileSystemKind {
        FileSystemKind(try measured())
    }

    /// Bytes that this process may still write on the folder's file system.
    package func freeBytes() throws(SystemError) -> Int { Int(try measured().free_bytes) }

    private func measured() throws(SystemError) -> sluice_file_system {
        var found = sluice_file_system()
        try checked(unsafe sluice_file_system(descriptor, &found), "fstatfs", label)
        return found
    }

    /// Where a symbolic link in the folder points; `nil` when there is no such entry or it is no link.
    package func linkTarget(_ name: FileName) throws(SystemError) -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe sluice_read_link(descriptor, name.terminated, &buffer, buffer.count)
        if count == -Int(ENOENT) || count == -Int(EINVAL) { return nil }
        try checked(count, "readlinkat", place("a link"))
        return String(validating: buffer[..<count], as: UTF8.self)
    }
}

// MARK: - Opening

extension Folder {
    /// Opens an entry for reading, without ever waiting, through no link and on no other file system.
    ///
    /// The caller then asks for its status: a FIFO or a device opens too.
    ///
    /// - Throws: `ELOOP` for a symbolic link, `ENXIO` for a socket.
    package func openForReading(_ name: FileName, what: String = "a file") throws(SystemError) -> OpenFile {
        try open(name, O_RDONLY | O_NONBLOCK, mode: 0, what)
    }

    /// Creates a file for reading and writing.
    ///
    /// - Parameter mode: whatever the umask.
    /// - Throws: `EEXIST` when the name is taken, be it by a link.
    package func createFile(
        _ name: FileName, mode: UInt32 = 0o600, what: String = "a new file"
    ) throws(SystemError) -> OpenFile {
        let created = try open(name, O_RDWR | O_CREAT | O_EXCL, mode: 0o600, what)
        if mode != 0o600 { try created.setMode(mode) }
        return created
    }

    /// Opens a folder in this one; with `create` it may be missing, and then is made durably with exactly `mode`.
    ///
    /// - Throws: `ENOTDIR` for a symbolic link or a file, `EXDEV` where another file system is mounted.
    package func subfolder(
        _ name: FileName, create: Bool = false, mode: UInt32 = 0o700, label: String? = nil
    ) throws(SystemError) -> Folder {
        let label = label ?? place("a folder in it")
        var isNew = false
        if create {
            let result = unsafe sluice_make_folder(descriptor, name.terminated, mode & 0o700)
            if result != -EEXIST {
                try checked(result, "mkdirat", label)
                isNew = true
            }
        }
        let found = unsafe sluice_open_entry(descriptor, name.terminated, O_RDONLY | O_DIRECTORY, 0)
        let opened = Folder(file: OpenFile(descriptor: try checked(found, "openat2", label), label: label))
        if isNew {
            try opened.file.setMode(mode)
            try opened.sync()
            try sync()
        }
        return opened
    }

    private func open(_ name: FileName, _ flags: Int32, mode: UInt32, _ what: String) throws(SystemError) -> OpenFile {
        let found = unsafe sluice_open_entry(descriptor, name.terminated, flags, mode)
        return OpenFile(descriptor: try checked(found, "openat2", place(what)), label: place(what))
    }
}

// MARK: - Changing

extension Folder {
    /// Moves an entry into a folder of the same file system, or gives it another name. `sync` of both makes it last.
    ///
    /// - Throws: without `replace`, `EEXIST` when the new name is taken; `EXDEV` between file systems.
    package func rename(
        _ name: FileName, to other: borrowing Folder, as newName: FileName, replace: Bool = false,
        what: String = "an entry"
    ) throws(SystemError) {
        let result = unsafe sluice_rename(
            descriptor, name.terminated, other.descriptor, newName.terminated, replace ? 1 : 0)
        try checked(result, "rename", place(what))
    }

    /// The same within this folder.
    package func rename(
        _ name: FileName, as newName: FileName, replace: Bool = false, what: String = "an entry"
    ) throws(SystemError) {
        let result = unsafe sluice_rename(descriptor, name.terminated, descriptor, newName.terminated, replace ? 1 : 0)
        try checked(result, "rename", place(what))
    }

    /// How `rename` does without `replace` where the file system cannot: a second name, then the first one removed.
    func renameByLinking(_ name: FileName, as newName: FileName) throws(SystemError) {
        let result = unsafe sluice_rename_by_link(descriptor, name.terminated, descriptor, newName.terminated)
        try checked(result, "rename", place("an entry"))
    }

    /// Removes an entry that is no folder.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package func remove(_ name: FileName, what: String = "an entry") throws(SystemError) -> Bool {
        try remove(name, isFolder: false, what)
    }

    /// Removes an empty folder.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    package func removeFolder(_ name: FileName, what: String = "a folder in it") throws(SystemError) -> Bool {
        try remove(name, isFolder: true, what)
    }

    /// Removes a folder that holds files and one level of folders of files. No harm when there is none.
    package func removeTree(_ name: FileName) throws(SystemError) {
        guard try status(name) != nil else { return }
        let tree = try subfolder(name)
        for entry in try tree.entries() {
            if try tree.status(entry)?.kind == .folder {
                let inner = try tree.subfolder(entry)
                for file in try inner.entries() { try inner.remove(file) }
                try tree.removeFolder(entry)
            } else {
                try tree.remove(entry)
            }
        }
        try removeFolder(name)
    }

    private func remove(_ name: FileName, isFolder: Bool, _ what: String) throws(SystemError) -> Bool {
        let result = unsafe sluice_remove(descriptor, name.terminated, isFolder ? 1 : 0)
        if result == -ENOENT { return false }
        try checked(result, "unlinkat", place(what))
        return true
    }

    /// Waits until the entries, not their content, are on the disk.
    package func sync() throws(SystemError) { try file.sync() }
}

// MARK: - Publishing

extension Folder {
    /// How the names of half-made entries begin. A reader of the folder leaves them out; they are `isTemporary`.
    package static let temporaryPrefix = ".sluice-new-"

    /// Puts a file in place whole or not at all, and durably; one of the same name is replaced.
    ///
    /// - Parameter mode: whatever the umask.
    /// - Throws: after an error the folder is as before, but for one from the last step, the sync of the folder: then
    ///   the file is in place and may be gone after a power cut. Calling again is harmless.
    package func writeAtomically(
        _ name: FileName, _ bytes: [UInt8], mode: UInt32 = 0o644, what: String = "a file"
    ) throws(SystemError) {
        let temporary = try Self.temporaryName()
        do throws(SystemError) {
            let created = try createFile(temporary, mode: mode, what: what)
            try created.writeAll(bytes)
            try created.sync()
            try rename(temporary, as: name, replace: true, what: what)
        } catch {
            _ = try? remove(temporary)
            throw error
        }
        try sync()
    }

    /// Puts a symbolic link in place, durably; one of the same name is replaced in one step.
    package func createSymlink(target: String, _ name: FileName) throws(SystemError) {
        let temporary = try Self.temporaryName()
        try checked(unsafe sluice_make_link(target, descriptor, temporary.terminated), "symlinkat", place("a link"))
        do throws(SystemError) {
            try rename(temporary, as: name, replace: true, what: "a link")
        } catch {
            _ = try? remove(temporary)
            throw error
        }
        try sync()
    }

    /// Removes what a crash left of `writeAtomically` and `createSymlink`. Only for the one process that writes here.
    ///
    /// - Returns: how many entries there were.
    @discardableResult
    package func removeTemporaries() throws(SystemError) -> Int {
        var count = 0
        for name in try entries() where name.bytes.starts(with: Self.temporaryPrefix.utf8) {
            if try remove(name, what: "a temporary file") { count += 1 }
        }
        return count
    }

    private static func temporaryName() throws(SystemError) -> FileName {
        let digits = try randomBytes(count: 8).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
        guard let name = FileName(string: temporaryPrefix + digits.joined()) else { preconditionFailure("a name") }
        return name
    }
}
