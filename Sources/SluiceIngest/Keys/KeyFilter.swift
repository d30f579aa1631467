/// Remembers keys by 32 bits of their hash: five to six bytes a row, one cache line a look-up.
///
/// It never forgets a key, so a row it has not seen is surely new. A row it has seen is a *candidate*: about one row in
/// 250 million is one by chance. What a candidate is, the second pass over the file settles.
///
/// The table is made once, for the rows that the file's size lets expect; a file with shorter rows than its beginning
/// gets further tables of the same size.
struct KeyFilter {
    private struct Table {
        /// Buckets of sixteen prints, 0 where free: one line of the processor's cache each.
        let prints: Flat<UInt32>
        let bucketCount: Int
        var count = 0
        let limit: Int

        init(rows: Int, arena: Arena) {
            // Three quarters full, few buckets overflow into the next.
            bucketCount = max(4, rows / 12 + 1)
            prints = arena.zeroLines(bucketCount * 16)
            limit = bucketCount * 15
        }

        /// False when the print was there. There must be room.
        @inline(__always)
        mutating func put(_ hash: UInt64) -> Bool {
            let print = KeyFilter.print(hash)
            var bucket = KeyFilter.bucket(hash, bucketCount)
            while true {
                let lanes = prints.lanes(at: bucket &* 16)
                if KeyFilter.first(lanes .== SIMD16(repeating: print)) < 16 { return false }
                let free = KeyFilter.first(lanes .== SIMD16(repeating: 0))
                if free < 16 {
                    prints[bucket &* 16 &+ free] = print
                    count &+= 1
                    return true
                }
                bucket = bucket &+ 1 == bucketCount ? 0 : bucket &+ 1
            }
        }

        func holds(_ hash: UInt64) -> Bool {
            let print = KeyFilter.print(hash)
            var bucket = KeyFilter.bucket(hash, bucketCount)
            while true {
                let lanes = prints.lanes(at: bucket &* 16)
                if KeyFilter.first(lanes .== SIMD16(repeating: print)) < 16 { return true }
                if KeyFilter.first(lanes .== SIMD16(repeating: 0)) < 16 { return false }
                bucket = bucket &+ 1 == bucketCount ? 0 : bucket &+ 1
            }
        }
    }

    private var tables: [Table]
    private let rowsPerTable: Int
    private let arena: Arena

    /// - Parameter rowCount: rows to expect; more are taken, too.
    init(rowCount: Int, arena: Arena) {
        rowsPerTable = max(1 << 12, rowCount)
        self.arena = arena
        tables = [Table(rows: rowsPerTable, arena: arena)]
    }

    /// Asks for the lines that `insert` will look at, so that the processor fetches several at once.
    @inline(__always)
    func prefetch(_ hash: UInt64) {
        let last = tables.count &- 1
        tables[last].prints.prefetch(KeyFilter.bucket(hash, tables[last].bucketCount) &* 16)
    }

    /// Remembers the key with this hash. False when it may have been there before.
    @inline(__always)
    mutating func insert(_ hash: UInt64) -> Bool {
        let last = tables.count &- 1
        if last > 0 {
            for index in 0..<last where tables[index].holds(hash) { return false }
        }
        guard tables[last].count < tables[last].limit else { return insertBeyond(hash) }
        return tables[last].put(hash)
    }

    /// The tables are full.
    @inline(never)
    private mutating func insertBeyond(_ hash: UInt64) -> Bool {
        guard !tables[tables.count - 1].holds(hash) else { return false }
        var table = Table(rows: rowsPerTable, arena: arena)
        _ = table.put(hash)
        tables.append(table)
        return true
    }

    @inline(__always)
    private static func bucket(_ hash: UInt64, _ count: Int) -> Int {
        Int(truncatingIfNeeded: ((hash &>> 32) &* UInt64(truncatingIfNeeded: count)) &>> 32)
    }

    @inline(__always)
    private static func print(_ hash: UInt64) -> UInt32 { max(1, UInt32(truncatingIfNeeded: hash)) }

    /// The first lane that is set; 16 when none is.
    @inline(__always)
    private static func first(_ mask: SIMDMask<SIMD16<Int32>>) -> Int {
        let words = unsafe unsafeBitCast(mask, to: SIMD8<UInt64>.self)
        let half = words.lowHalf | words.highHalf
        let quarter = half.lowHalf | half.highHalf
        if quarter.x | quarter.y == 0 { return 16 }
        var word = 0
        while words[word] == 0 { word &+= 1 }
        return word &* 2 &+ (words[word] & 0xFFFF_FFFF == 0 ? 1 : 0)
    }
}
