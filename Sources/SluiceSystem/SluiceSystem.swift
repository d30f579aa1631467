// The Linux edge: files and folders by descriptor, processes, confinement, local sockets. No Foundation.
//
//   FileName        one entry of a folder, as bytes; FileStatus says what it is
//   Folder          an open folder: list, claim by rename, publish atomically; FileSystemKind says where it lies
//   OpenFile        one open file, closed when it goes out of scope
//   FileLock        one process at a time
//   Polling         pipes, waking a thread that waits, waiting for several descriptors
//   ChildProcess    start, kill and await a program that gets exactly the descriptors it is given
//   Confinement     what the worker takes away from itself before it reads a byte
//   LocalSocket     framed messages between processes of one machine, with one descriptor attached at most
//   SystemNotifier, JournalWriter   what systemd hears from us
//   WatchFrame      what sluice-watch prints
//   ProcessFacts    clocks, random bytes, identity, own memory
//
// Every call that fails throws a `SystemError`. Calls on an entry of a folder put a description into it, never the
// entry's name: that may be an agency's.

import CSluiceLinux

/// The result of a call of the shims, which return the negated errno when they fail.
@discardableResult
func checked<Value: FixedWidthInteger & SignedInteger>(
    _ result: Value, _ call: String, _ path: @autoclosure () -> String
) throws(SystemError) -> Value {
    guard result >= 0 else { throw SystemError(call: call, path: path(), errno: Int32(-result)) }
    return result
}
