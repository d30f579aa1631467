import SluiceModel

/// The texts that cells refer to by number, each as a canonical cell.
struct StringTable {
    /// Whole texts, in pieces so that growing never copies much.
    private var pieces: [[UInt8]] = [[]]
    /// By text: its end in its piece; it begins where the one before ends, or at 0.
    private var ends: [UInt32] = []
    /// By piece: the number of its first text.
    private var firstOfPiece: [Int] = [0]
    private var heldBytes = 0

    private static let pieceBytes = 4 << 20
    /// Bytes of all texts, and how many they are. Excel's own limits are wider; the worker's memory is not.
    private static let limitBytes = 96 << 20
    private static let countLimit = 8 << 20

    /// False when there is no room for one more.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var last = pieces.count - 1
        if !pieces[last].isEmpty, pieces[last].count + text.count > StringTable.pieceBytes {
            pieces.append([])
            firstOfPiece.append(ends.count)
            last += 1
        }
        let start = pieces[last].count
        unsafe RowText.appendCanonical(text, to: &pieces[last])
        heldBytes += pieces[last].count - start
        ends.append(UInt32(pieces[last].count))
        return heldBytes <= StringTable.limitBytes && ends.count <= StringTable.countLimit
    }

    /// Appends a text to the row in hand, behind `gap` empty cells; false when there is none of this number. An empty
    /// text appends nothing.
    func append(_ index: Int, afterGap gap: Int, to rows: inout RowText) -> Bool {
        guard index >= 0, index < ends.count else { return false }
        var piece = 0
        if firstOfPiece.count > 1 {
            // The last piece that begins at or before the text.
            var upper = firstOfPiece.count
            while upper - piece > 1 {
                let middle = (piece + upper) / 2
                if firstOfPiece[middle] <= index { piece = middle } else { upper = middle }
            }
        }
        let start = index == firstOfPiece[piece] ? 0 : Int(ends[index - 1])
        let end = Int(ends[index])
        guard start < end else { return true }
        rows.appendEmptyCells(gap)
        unsafe pieces[piece].withUnsafeBufferPointer { bytes in
            unsafe rows.appendCanonicalCell(UnsafeBufferPointer(rebasing: bytes[start..<end]))
        }
        return true
    }
}

/// Reads the part that holds the texts.
///
/// Source: ECMA-376 part 1, sections 18.4.8 and 18.4.9. Runs of rich text are joined, phonetic runs left out.
final class SharedStrings: MarkupHandler {
    private(set) var table = StringTable()
    private var string = RichText()

    private static let textLimitBytes = 1 << 20

    override func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {
        let local = unsafe Markup.local(name)
        switch depth {
        case 1: if unsafe !Markup.isName(local, "sst") { fail(.structureUnexpected, FindingRule.container) }
        case 2: string.begin()
        default: unsafe string.start(local, depth: depth - 2)
        }
    }

    override func text(_ piece: UnsafeBufferPointer<UInt8>) {
        guard unsafe string.append(piece, limitBytes: SharedStrings.textLimitBytes) else {
            return fail(.limitExceeded, FindingRule.cellLimitBytes)
        }
    }

    override func end(_ name: UnsafePointer<CChar>) {
        if depth > 2 { return string.end(depth: depth - 2) }
        guard depth == 2, unsafe Markup.isName(Markup.local(name), "si") else { return }
        string.decodeEscapes()
        if unsafe !table.add(string.text.bytes) { fail(.limitExceeded, FindingRule.inflatedLimitBytes) }
    }
}

/// The text of a string item or an inline string, while its elements go by.
///
/// `t` directly below, or in a run `r`; what stands in `rPh` is how it is pronounced.
struct RichText: ~Copyable {
    private(set) var text = Scratch()
    private var isInPhonetic = false
    private var isInText = false
    private var hasEscapes = false

    mutating func begin() {
        text.clear()
        isInPhonetic = false
        isInText = false
        hasEscapes = false
    }

    /// `depth` counts from the string's own element, whose children have 1.
    @unsafe mutating func start(_ local: UnsafePointer<CChar>, depth: Int) {
        if depth == 1, unsafe Markup.isName(local, "rPh") { isInPhonetic = true }
        if depth <= 2, !isInPhonetic, unsafe Markup.isName(local, "t") { isInText = true }
    }

    mutating func end(depth: Int) {
        isInText = false
        if depth == 1 { isInPhonetic = false }
    }

    /// False when the text grew longer than the limit.
    mutating func append(_ piece: UnsafeBufferPointer<UInt8>, limitBytes: Int) -> Bool {
        guard isInText else { return true }
        guard text.count + piece.count <= limitBytes else { return false }
        if unsafe piece.contains(UInt8(ascii: "_")) { hasEscapes = true }
        unsafe text.append(piece)
        return true
    }

    mutating func decodeEscapes() {
        if hasEscapes { RichText.decodeEscapes(&text) }
    }

    /// `_x000D_` stands for the character that XML cannot hold. Source: ECMA-376 part 1, section 22.9.2.19.
    static func decodeEscapes(_ text: inout Scratch) {
        guard unsafe text.bytes.contains(UInt8(ascii: "_")) else { return }
        let bytes = text.array
        text.clear()
        var index = 0
        while index < bytes.count {
            if let unit = unit(bytes, at: index) {
                if let scalar = Unicode.Scalar(unit) {
                    text.append(contentsOf: String(Character(scalar)).utf8)
                    index += 7
                    continue
                }
                // Two halves of one character, in two escapes.
                if unit & 0xFC00 == 0xD800, let low = self.unit(bytes, at: index + 7), low & 0xFC00 == 0xDC00,
                    let scalar = Unicode.Scalar(0x10000 + (UInt32(unit & 0x3FF) << 10 | UInt32(low & 0x3FF)))
                {
                    text.append(contentsOf: String(Character(scalar)).utf8)
                    index += 14
                    continue
                }
            }
            text.append(bytes[index])
            index += 1
        }
    }

    private static func unit(_ bytes: [UInt8], at index: Int) -> UInt16? {
        guard index + 7 <= bytes.count, bytes[index] == UInt8(ascii: "_"), bytes[index + 1] == UInt8(ascii: "x"),
            bytes[index + 6] == UInt8(ascii: "_")
        else { return nil }
        var unit = 0
        for place in index + 2..<index + 6 {
            guard let digit = Hexadecimal.value(bytes[place]) else { return nil }
            unit = unit << 4 | digit
        }
        return UInt16(unit)
    }
}
