import CSluiceLinux

/// What stands behind a name.
package enum FileKind: String, Hashable, Sendable {
    case regular, folder, symbolicLink, fifo, socket, device
}

/// What the kernel knows of a file, without reading it.
package struct FileStatus: Hashable, Sendable {
    package var kind: FileKind
    package var sizeBytes: Int
    /// Last change of the content, nanoseconds since 1970. Senders can set it at will.
    package var modifiedNanoseconds: Int64
    /// Last change of the content or of what is known about it, nanoseconds since 1970. Senders cannot set it.
    package var changedNanoseconds: Int64
    package var device: UInt64
    package var inode: UInt64
    /// How many names the file has. More than one means that another folder can still reach it.
    package var linkCount: Int
    package var userID: UInt32
    package var groupID: UInt32
    /// Permission bits, setuid, setgid and sticky bit.
    package var mode: UInt32

    /// Whether both were taken of one file, as long as neither has been removed since: inode numbers are reused.
    package func isSameFile(as other: FileStatus) -> Bool {
        device == other.device && inode == other.inode
    }

    init(_ found: sluice_status) {
        let kinds: [UInt32: FileKind] = [
            0o100000: .regular, 0o040000: .folder, 0o120000: .symbolicLink, 0o010000: .fifo, 0o140000: .socket,
        ]
        kind = kinds[found.mode & 0o170000] ?? .device
        sizeBytes = Int(found.size_bytes)
        modifiedNanoseconds = found.modified_ns
        changedNanoseconds = found.changed_ns
        device = found.device
        inode = found.inode
        linkCount = Int(clamping: found.link_count)
        userID = found.uid
        groupID = found.gid
        mode = found.mode & 0o7777
    }
}

/// The kind of file system a folder lies on, by its magic number.
package struct FileSystemKind: Hashable, Sendable {
    /// The kernel's name where it is known here, otherwise the number in hexadecimal.
    package var name: String
    /// Whether other machines can write without this kernel seeing it; then no event tells of a change.
    package var isRemote: Bool
    /// Tells one mounted file system from another: a share that is not mounted shows another one's.
    package var identity: UInt64

    init(_ found: sluice_file_system) {
        identity = found.identity
        if let name = Self.remote[found.magic] {
            (self.name, isRemote) = (name, true)
        } else {
            name = Self.local[found.magic] ?? "0x" + String(found.magic, radix: 16)
            isRemote = false
        }
    }

    // Source: linux/magic.h and statfs(2). FUSE counts as remote because nothing says that it is not.
    private static let remote: [Int64: String] = [
        0x6969: "nfs", 0x517B: "smb", 0xFF53_4D42: "cifs", 0xFE53_4D42: "smb2", 0x6573_5546: "fuse",
        0x0102_1997: "9p", 0x00C3_6400: "ceph", 0x5346_414F: "afs", 0x6B41_4653: "afs", 0x7375_7245: "coda",
        0x564C: "ncp", 0x0BD0_0BD0: "lustre", 0x4750_4653: "gpfs", 0x0116_1970: "gfs2", 0x7461_636F: "ocfs2",
        0x786F_4256: "vboxsf", 0xBACB_ACBC: "vmhgfs",
    ]
    private static let local: [Int64: String] = [
        0xEF53: "ext4", 0x5846_5342: "xfs", 0x9123_683E: "btrfs", 0x0102_1994: "tmpfs", 0x794C_7630: "overlay",
        0x2FC1_2FC1: "zfs", 0xF2F5_2010: "f2fs", 0x4D44: "vfat", 0x2011_BAB0: "exfat", 0x8584_58F6: "ramfs",
        0x7366_746E: "ntfs3", 0x5346_544E: "ntfs", 0xCA45_1A4E: "bcachefs",
    ]
}
