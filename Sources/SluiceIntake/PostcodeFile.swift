import Glibc
import SluiceModel
package import SluiceSettings
package import SluiceSystem

/// The look-up of postcodes of an instance, `postcodes.lookup` in `paths.geography`, open for a worker to map. Whoever
/// imports another puts it in its place by a rename: what is open here stays as it is.
package final class PostcodeFile {
    package static let name = FileName(own: "postcodes.lookup")
    private let descriptor: Int32
    private let sizeBytes: Int

    private init(_ file: consuming OpenFile, sizeBytes: Int) {
        descriptor = file.takeDescriptor()
        self.sizeBytes = sizeBytes
    }

    deinit { close(descriptor) }

    /// Nil when none was imported.
    ///
    /// - Throws: `EBADMSG` for one that cannot be used, cut short or damaged: a worker would die of it, and the file that
    ///   it reads be blamed.
    package static func open(_ settings: Settings) throws(SystemError) -> PostcodeFile? {
        do throws(SystemError) {
            let file = try Folder(path: settings.paths.geography).openForReading(name)
            let status = try file.status()
            guard status.kind == .regular,
                LookUpHeader(try file.readChunk(limitBytes: LookUpHeader.bytes), fileBytes: status.sizeBytes) != nil
            else { throw SystemError(call: "read", path: "the look-up of postcodes", errno: EBADMSG) }
            return PostcodeFile(file, sizeBytes: status.sizeBytes)
        } catch  where error.errno == ENOENT {
            return nil
        }
    }

    /// Whether there is one that cannot be used.
    package static func isUnusable(_ settings: Settings) -> Bool {
        do throws(SystemError) {
            _ = try open(settings)
            return false
        } catch {
            return true
        }
    }

    package var forWorker: WorkerJob.Directory { WorkerJob.Directory(descriptor: descriptor, bytes: sizeBytes) }
}
