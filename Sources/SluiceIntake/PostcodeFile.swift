import Glibc
package import SluiceSettings
package import SluiceSystem

/// The look-up of postcodes of an instance, `postcodes.lookup` in `paths.geography`, open for a worker to map. Whoever
/// imports another puts it in its place by a rename: what is open here stays as it is.
package final class PostcodeFile {
    package static let name = FileName(own: "postcodes.lookup")
    private let descriptor: Int32

    private init(_ file: consuming OpenFile) { descriptor = file.takeDescriptor() }

    deinit { close(descriptor) }

    /// Nil when none was imported.
    package static func open(_ settings: Settings) throws(SystemError) -> PostcodeFile? {
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
