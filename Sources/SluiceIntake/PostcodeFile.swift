import Glibc
import SluiceModel
package import SluiceSettings
package import SluiceSystem

/// The look-up of postcodes of an instance, `postcodes.lookup` in `paths.geography`, open for a worker to map. Whoever
/// imports another puts it in its place by a rename: what is open here stays as it is.
package final class PostcodeFile {
    package static let name = FileName(own: "postcodes.lookup")
    private let descriptor: Int32

    private init(_ file: consuming OpenFile) { descriptor = file.takeDescriptor() }

    deinit { close(descriptor) }

    /// Whether there is one that cannot be used: cut short, damaged, unreadable.
    package static func isUnusable(_ settings: Settings) -> Bool {
        do throws(SystemError) {
            let path = settings.paths.geography
            guard let status = try Folder(path: path).status(name) else { return false }
            guard status.kind == .regular else { return true }
            let file = try OpenFile(readingPath: path + "/postcodes.lookup")
            let header = try file.readChunk(limitBytes: LookUpHeader.bytes)
            return LookUpHeader(header, fileBytes: status.sizeBytes) == nil
        } catch {
            return error.errno != ENOENT
        }
    }

    /// Nil when none was imported.
    ///
    /// - Throws: `EBADMSG` for one that cannot be used: a worker would die of it, and the file be blamed.
    package static func open(_ settings: Settings) throws(SystemError) -> PostcodeFile? {
        guard !isUnusable(settings) else {
            throw SystemError(call: "read", path: "the look-up of postcodes", errno: EBADMSG)
        }
        do throws(SystemError) {
            return PostcodeFile(try OpenFile(readingPath: settings.paths.geography + "/postcodes.lookup"))
        } catch  where error.errno == ENOENT {
            return nil
        }
    }

    package func forWorker() throws(SystemError) -> WorkerJob.Directory {
        let end = lseek(descriptor, 0, SEEK_END)
        guard end >= 0 else { throw SystemError(call: "lseek", path: "the look-up of postcodes", errno: errno) }
        return WorkerJob.Directory(descriptor: descriptor, bytes: Int(end))
    }
}
