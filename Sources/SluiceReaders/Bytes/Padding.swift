import SluiceModel

/// What programs and devices leave behind the end of a file: zeros of a tape or block device, a Ctrl-Z of DOS, blanks
/// and line ends.
struct Padding {
    /// Units that were taken.
    private(set) var count = 0
    private var hasEndMark = false

    /// Ctrl-Z.
    static let endMark: UInt32 = 0x1A

    /// Takes the next unit; false when it is no padding, or a second Ctrl-Z.
    mutating func take(_ unit: UInt32) -> Bool {
        switch unit {
        case 0, 0x09, 0x0A, 0x0D, 0x20: break
        case Padding.endMark where !hasEndMark: hasEndMark = true
        default: return false
        }
        count += 1
        return true
    }
}

extension DeliveredBytes {
    /// How many bytes at the end may be padding. What stands before it may end in some of them itself.
    func paddingBytes() throws(ReaderError) -> Int {
        var padding = Padding()
        var end = count
        while end > 0 {
            let start = max(0, end - SluiceReaders.chunkBytes)
            for byte in try bytes(start..<end).reversed() {
                guard padding.take(UInt32(byte)) else { return padding.count }
            }
            end = start
        }
        return padding.count
    }
}

extension FileNote {
    /// Padding behind the last record of a document, in the row that another record would be. Records are numbered from
    /// 1 here, as in all that is said of a document's rows once they are read.
    static func padding(behind recordCount: Int) -> FileNote {
        FileNote(.marginIgnored, rule: FindingRule.row, severity: .note, count: 1, rows: [recordCount + 1])
    }

    /// So many bytes of padding behind a container.
    static func padding(bytes: Int) -> FileNote {
        FileNote(.paddingIgnored, rule: FindingRule.container, severity: .note, count: 1, arguments: [bytes])
    }
}
