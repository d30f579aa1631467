import CSluiceBytes
import SluiceTestSupport
import Testing

@testable import SluiceIngest

struct BytesTests {
    @Test func `sixty-four bytes at once are what they are byte by byte`() {
        var random = SplitMix64(seed: 3)
        let special: [UInt8] = [0x00, 0x09, 0x0A, 0x0D, 0x1F, 0x20, 0x22, 0x2C, 0x7C, 0x7E, 0x7F, 0x80, 0xFF]
        let arena = Arena()
        for turn in 0..<2000 {
            let bytes = (0..<80).map { _ in
                turn % 2 == 0 ? UInt8.random(in: 0...255, using: &random) : special.randomElement(using: &random)!
            }
            let text = arena.flat(bytes)
            for offset in [0, 1, 7, 16] {
                for delimiter in [UInt8(0x2C), 0x7C, 0x09, 0x80] {
                    let expected = (0..<64).reduce(UInt64(0)) { marks, index in
                        let byte = bytes[offset + index]
                        let matters = byte == delimiter || byte == 0x22 || byte < 0x20 || byte > 0x7E
                        return matters ? marks | 1 << UInt64(index) : marks
                    }
                    #expect(text.marks(at: offset, delimiter: delimiter) == expected)
                    #expect(unsafe sluice_marks_portable(Array(bytes[offset...]), delimiter) == expected)
                }
                for wanted in special {
                    let expected = (0..<64).reduce(UInt64(0)) {
                        bytes[offset + $1] == wanted ? $0 | 1 << UInt64($1) : $0
                    }
                    #expect(text.places(of: wanted, at: offset) == expected)
                    #expect(unsafe sluice_places_portable(Array(bytes[offset...]), wanted) == expected)
                }
            }
        }
    }
}
