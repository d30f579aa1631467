import Glibc

/// A system call that failed: which, on what, why.
///
/// `path` is a path of the instance or its settings. It must never hold the name of an agency's file: such calls are
/// made relative to a descriptor and pass a description instead.
package struct SystemError: Error, Hashable, Sendable, CustomStringConvertible {
    package var call: String
    package var path: String
    package var errno: Int32

    package init(call: String, path: String, errno: Int32) {
        self.call = call
        self.path = path
        self.errno = errno
    }

    package var description: String { "\(path): \(call): \(unsafe String(cString: strerror(errno)))" }
}
