import Glibc
import Testing

@testable import SluiceSystem

struct FolderTests {
    // MARK: Looking

    @Test func `every name is listed as the bytes it has`() throws {
        let scratch = try ScratchFolder()
        let names = try [[0x61], [0x61, 0x0A, 0x62], [0xFF, 0xFE], Array(repeating: 0x7A, count: 255)].map {
            try #require(FileName($0))
        }
        for name in names { try scratch.write(name) }
        #expect(try scratch.folder.entries() == names.sorted())
    }

    @Test func `a listing starts anew each time`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("a")
        #expect(try scratch.folder.entries() == ["a"])
        try scratch.write("b")
        #expect(try scratch.folder.entries() == ["a", "b"])
    }

    @Test func `a listing of many entries is whole, and stops at its limit`() throws {
        let scratch = try ScratchFolder()
        let names = (0..<3000).map { FileName(stringLiteral: "entry number \($0)") }
        for name in names { _ = try scratch.folder.createFile(name) }
        #expect(try scratch.folder.entries() == names.sorted())
        #expect(try scratch.folder.entries(limit: 7).count == 7)
    }

    @Test func `a status tells what an entry is and does not follow links`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file", "four")
        _ = try scratch.folder.subfolder("folder", create: true)
        try scratch.folder.createSymlink(target: "file", "link")
        #expect(unsafe mkfifo(scratch.path + "/fifo", 0o600) == 0)
        #expect(unsafe link(scratch.path + "/file", scratch.path + "/second name") == 0)

        let file = try #require(try scratch.folder.status("file"))
        #expect(file.kind == .regular)
        #expect(file.sizeBytes == 4)
        #expect(file.linkCount == 2)
        #expect(file.mode == 0o644)
        #expect(file.userID == ownIdentity().userID)
        #expect(file.isSameFile(as: try #require(try scratch.folder.status("second name"))))
        #expect(try file == scratch.folder.openForReading("file").status())
        #expect(try scratch.folder.status("folder")?.kind == .folder)
        #expect(try scratch.folder.status("link")?.kind == .symbolicLink)
        #expect(try scratch.folder.status("fifo")?.kind == .fifo)
        #expect(try scratch.folder.status("none") == nil)
    }

    @Test func `a file system has a name, free space and an identity`() throws {
        let scratch = try ScratchFolder()
        #expect(try scratch.folder.fileSystem().isRemote == false)
        #expect(try scratch.folder.freeBytes() > 0)
        let other = try Folder(path: "/proc").fileSystem()
        #expect(other.name == "0x9fa0")
        #expect(try other.identity != scratch.folder.fileSystem().identity)
    }

    // MARK: Opening

    @Test func `a symbolic link is not opened`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file")
        try scratch.folder.createSymlink(target: "file", "link")
        #expect(systemError { _ = try scratch.folder.openForReading("link") }?.errno == ELOOP)
    }

    @Test func `a symbolic link to a folder is no folder`() throws {
        let scratch = try ScratchFolder()
        try scratch.folder.createSymlink(target: "/etc", "link")
        #expect(systemError { _ = try Folder(path: scratch.path + "/link") }?.errno == ENOTDIR)
        #expect(systemError { _ = try scratch.folder.subfolder("link") }?.errno == ENOTDIR)
        #expect(systemError { _ = try scratch.folder.subfolder("link", create: true) }?.errno == ENOTDIR)
    }

    @Test func `a mount point is not entered`() throws {
        let root = try Folder(path: "/")
        #expect(systemError { _ = try root.subfolder("proc") }?.errno == EXDEV)
    }

    @Test func `a FIFO without a writer opens at once and says what it is`() throws {
        let scratch = try ScratchFolder()
        #expect(unsafe mkfifo(scratch.path + "/fifo", 0o600) == 0)
        #expect(try scratch.folder.openForReading("fifo").status().kind == .fifo)
    }

    @Test func `a socket does not open`() throws {
        let scratch = try ScratchFolder()
        let listener = try UnixListener.listen(path: scratch.path + "/socket")
        #expect(systemError { _ = try scratch.folder.openForReading("socket") }?.errno == ENXIO)
        #expect(try scratch.folder.status("socket")?.kind == .socket)
        _ = consume listener
    }

    @Test func `a new file never takes the place of an old one or of a link`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file", "kept")
        try scratch.folder.createSymlink(target: "nowhere", "link")
        #expect(systemError { _ = try scratch.folder.createFile("file") }?.errno == EEXIST)
        #expect(systemError { _ = try scratch.folder.createFile("link") }?.errno == EEXIST)
        #expect(try scratch.text("file") == "kept")
        #expect(try scratch.folder.entries() == ["file", "link"])
    }

    @Test func `missing folders are made with the mode that was asked for`() throws {
        let scratch = try ScratchFolder()
        let path = scratch.path + "/a/b//c/"
        let made = try Folder.createIfMissing(path: path, mode: 0o3730)
        #expect(try made.status().mode == 0o3730)
        #expect(try Folder.createIfMissing(path: path, mode: 0o700).status().mode == 0o3730)
        #expect(try Folder(path: scratch.path + "/a/b").status().mode == 0o755)
        #expect(try scratch.folder.subfolder("d", create: true, mode: 0o2750).status().mode == 0o2750)
    }

    @Test func `a folder is made below a link that the administrator set up`() throws {
        let scratch = try ScratchFolder()
        _ = try scratch.folder.subfolder("real", create: true)
        try scratch.folder.createSymlink(target: "real", "link")
        let made = try Folder.createIfMissing(path: scratch.path + "/link/below/it")
        #expect(try made.status().isSameFile(as: Folder(path: scratch.path + "/real/below/it").status()))
    }

    // MARK: Changing

    @Test func `a rename keeps what has the name already`() throws {
        let scratch = try ScratchFolder()
        let other = try scratch.folder.subfolder("claimed", create: true)
        try scratch.write("file", "new")
        try other.writeAtomically("file", Array("old".utf8))
        #expect(systemError { try scratch.folder.rename("file", to: other, as: "file") }?.errno == EEXIST)
        #expect(try scratch.text("file") == "new")

        try scratch.folder.rename("file", to: other, as: "another")
        #expect(try scratch.folder.entries() == ["claimed"])
        #expect(try other.entries() == ["another", "file"])

        try other.rename("another", as: "file", replace: true)
        #expect(try other.entries() == ["file"])
    }

    @Test func `a rename by linking keeps what has the name already`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file", "new")
        try scratch.write("taken", "old")
        #expect(systemError { try scratch.folder.renameByLinking("file", as: "taken") }?.errno == EEXIST)
        try scratch.folder.renameByLinking("file", as: "free")
        #expect(try scratch.folder.entries() == ["free", "taken"])
        #expect(try scratch.text("taken") == "old")
    }

    @Test func `a rename by linking that broke off half-way is finished by the next`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("file", "new")
        #expect(unsafe link(scratch.path + "/file", scratch.path + "/claimed") == 0)
        try scratch.folder.renameByLinking("file", as: "claimed")
        #expect(try scratch.folder.entries() == ["claimed"])
        #expect(try scratch.folder.status("claimed")?.linkCount == 1)
    }

    @Test func `what is not there cannot be renamed, and removing it says so`() throws {
        let scratch = try ScratchFolder()
        #expect(systemError { try scratch.folder.rename("a", as: "b") }?.errno == ENOENT)
        #expect(try scratch.folder.remove("a") == false)
        #expect(try scratch.folder.removeFolder("a") == false)
        try scratch.write("a")
        #expect(try scratch.folder.remove("a") == true)
        #expect(try scratch.folder.entries() == [])
    }

    // MARK: Publishing

    @Test func `a published file replaces the one before and leaves nothing else`() throws {
        let scratch = try ScratchFolder()
        try scratch.folder.writeAtomically("receipt.txt", Array("one".utf8))
        try scratch.folder.writeAtomically("receipt.txt", Array("two".utf8), mode: 0o640)
        #expect(try scratch.text("receipt.txt") == "two")
        #expect(try scratch.folder.status("receipt.txt")?.mode == 0o640)
        #expect(try scratch.folder.entries() == ["receipt.txt"])
    }

    @Test func `a file that cannot be published leaves the folder as it was`() throws {
        let scratch = try ScratchFolder()
        _ = try scratch.folder.subfolder("receipt.txt", create: true)
        #expect(systemError { try scratch.write("receipt.txt") }?.errno == EISDIR)
        #expect(try scratch.folder.entries() == ["receipt.txt"])
    }

    @Test func `a link that an agency planted under a receipt's name is replaced and not followed`() throws {
        let scratch = try ScratchFolder()
        try scratch.write("victim", "kept")
        try scratch.folder.createSymlink(target: "victim", "receipt.txt")
        try scratch.folder.writeAtomically("receipt.txt", Array("receipt".utf8))
        #expect(try scratch.folder.status("receipt.txt")?.kind == .regular)
        #expect(try scratch.text("victim") == "kept")
    }

    @Test func `a symbolic link moves on in one step`() throws {
        let scratch = try ScratchFolder()
        try scratch.folder.createSymlink(target: "1", "latest")
        try scratch.folder.createSymlink(target: "2", "latest")
        #expect(try scratch.folder.linkTarget("latest") == "2")
        #expect(try scratch.folder.entries() == ["latest"])
        #expect(try scratch.folder.linkTarget("none") == nil)
    }

    @Test func `what a crash left half-made is temporary and is removed`() throws {
        let scratch = try ScratchFolder()
        let left = FileName(stringLiteral: Folder.temporaryPrefix + "0123456789abcdef")
        #expect(left.isTemporary)
        try scratch.write(left)
        try scratch.write("kept")
        #expect(try scratch.folder.removeTemporaries() == 1)
        #expect(try scratch.folder.entries() == ["kept"])
    }

    @Test func `no error holds the name of an entry`() throws {
        let scratch = try ScratchFolder()
        let name: FileName = "canary-name"
        let errors = [
            systemError { _ = try scratch.folder.openForReading(name) },
            systemError { _ = try scratch.folder.subfolder(name) },
            systemError { try scratch.folder.rename(name, as: "b") },
            systemError { try scratch.folder.rename("b", to: scratch.folder, as: name) },
        ]
        for error in errors {
            #expect(try !#require(error).description.contains("canary"))
        }
    }
}
