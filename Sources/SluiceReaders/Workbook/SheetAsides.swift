import SluiceModel

extension Workbook {
    /// The parts with texts of a sheet that stand in no cell: its notes, the comments below them, and its drawings.
    ///
    /// Source: ECMA-376 part 1, sections 12.3.3 and 20.5; threaded comments: [MS-XLSX] section 2.1.29.
    package func asides(ofSheet index: Int) throws(ReaderError) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        for relationship in try package.relationships(of: sheets[index].part)
        where ["comments", "threadedComment", "drawing"].contains(relationship.kind)
            && package.holds(relationship.target)
        {
            parts.append(relationship.target)
        }
        return parts
    }

    /// The text of one of these parts.
    package func text(of aside: [UInt8]) throws(ReaderError) -> any ByteStream {
        MarkupTexts(try package.stream(aside), limits: limits)
    }
}

/// The text between the elements of a document, one line for each paragraph, note or other part that ends.
final class MarkupTexts: ByteStream {
    private let parser: MarkupParser
    private let handler = Handler()
    private var hasEnded = false
    private var place = 0

    init(_ stream: any ByteStream, limits: DecodeLimits) {
        parser = MarkupParser(stream, handler, limits: limits, resolvesNamespaces: false)
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReaderError) -> Int {
        while place == handler.text.count {
            guard !hasEnded else { return 0 }
            handler.text.removeAll(keepingCapacity: true)
            place = 0
            hasEnded = try !parser.step()
        }
        let count = min(buffer.count, handler.text.count - place)
        for index in 0..<count { unsafe buffer[index] = handler.text[place + index] }
        place += count
        return count
    }

    private final class Handler: MarkupHandler {
        var text: [UInt8] = []

        override func text(_ piece: UnsafeBufferPointer<UInt8>) { unsafe text.append(contentsOf: piece) }

        override func end(_ name: UnsafePointer<CChar>) {
            // Runs of one paragraph are one text, however they are set.
            let local = unsafe Markup.local(name)
            if unsafe !Markup.isName(local, "t"), unsafe !Markup.isName(local, "r"),
                unsafe !Markup.isName(local, "rPr"), !text.isEmpty
            {
                text.append(0x0A)
            }
            if text.count >= 1 << 16 { control.pause() }
        }
    }
}
