import CLibExpat
import Glibc
import SluiceModel

/// What takes the events of a document, in its order.
class MarkupHandler {
    final let control = MarkupControl()

    deinit {
        control.deallocate()
    }

    @unsafe func start(_ name: UnsafePointer<CChar>, _ attributes: Attributes) {}
    @unsafe func end(_ name: UnsafePointer<CChar>) {}
    /// A piece of text; one text may come in any number of pieces.
    @unsafe func text(_ piece: UnsafeBufferPointer<UInt8>) {}

    /// Elements open around the event, the element's own among them.
    final var depth: Int { control.depth }

    final func fail(_ code: FindingCode, _ rule: String, rows: [Int] = []) { control.fail(code, rule, rows: rows) }
}

/// What a handler and the parser around it tell each other.
///
/// A handler that finds the file at fault says so and returns; one that has enough for now asks for a pause. Either
/// stops the parser, after which an end of the same element may still come. Lies in memory of its own: it is looked at
/// several times for each event, and must not cost what a look at a class's property costs.
@safe struct MarkupControl {
    private struct State {
        var depth = 0
        var nestingLimit = 0
        var wantsPause = false
        var hasDocumentType = false
        var hasFailed = false
        var failure: ReaderError?
    }

    private let state: UnsafeMutablePointer<State>

    fileprivate init() {
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(to: State())
    }

    fileprivate func deallocate() {
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    var depth: Int { unsafe state.pointee.depth }
    var hasFailed: Bool { unsafe state.pointee.hasFailed }
    var failure: ReaderError? { unsafe state.pointee.failure }

    /// The first failure counts.
    func fail(_ code: FindingCode, _ rule: String, rows: [Int] = []) {
        guard !hasFailed else { return }
        unsafe state.pointee.hasFailed = true
        unsafe state.pointee.failure = .fault(code, rule, rows: rows)
    }

    func pause() { unsafe state.pointee.wantsPause = true }

    fileprivate var hasDocumentType: Bool { unsafe state.pointee.hasDocumentType }
    fileprivate var wantsStop: Bool { unsafe state.pointee.wantsPause || state.pointee.hasFailed }

    fileprivate func begin(nestingLimit: Int) { unsafe state.pointee.nestingLimit = nestingLimit }
    fileprivate func goOn() { unsafe state.pointee.wantsPause = false }
    fileprivate func meetDocumentType() { unsafe state.pointee.hasDocumentType = true }
    fileprivate func leave() { unsafe state.pointee.depth -= 1 }

    /// False when the element lies too deep.
    fileprivate func enter() -> Bool {
        unsafe state.pointee.depth += 1
        return unsafe state.pointee.depth <= state.pointee.nestingLimit
    }
}

/// An element's attributes, as long as its event lasts.
@unsafe struct Attributes {
    private var place: UnsafeMutablePointer<UnsafePointer<CChar>?>?

    init(_ first: UnsafeMutablePointer<UnsafePointer<CChar>?>?) { unsafe place = first }

    /// The next one, in no order that means anything.
    mutating func next() -> (name: UnsafePointer<CChar>, value: UnsafePointer<CChar>)? {
        guard let pair = unsafe place, let name = unsafe pair[0], let value = unsafe pair[1] else { return nil }
        unsafe place = pair + 2
        return unsafe (name, value)
    }

    /// The value of the first attribute of this name, copied.
    func text(_ name: StaticString) -> String? {
        var rest = unsafe self
        while let (found, value) = unsafe rest.next() {
            if unsafe Markup.isName(found, name) { return unsafe String(cString: value) }
        }
        return nil
    }
}

/// Names as expat hands them over, C strings, compared in place.
enum Markup {
    @inline(__always)
    @unsafe static func isName(_ name: UnsafePointer<CChar>, _ other: StaticString) -> Bool {
        unsafe strcmp(name, UnsafeRawPointer(other.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
    }

    /// The name without its prefix.
    @inline(__always)
    @unsafe static func local(_ name: UnsafePointer<CChar>) -> UnsafePointer<CChar> {
        unsafe strchr(name, 0x3A).map { unsafe UnsafePointer($0) + 1 } ?? name
    }

    @unsafe static func bytes(_ text: UnsafePointer<CChar>) -> UnsafeBufferPointer<UInt8> {
        unsafe UnsafeBufferPointer(
            start: UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self), count: strlen(text))
    }

    /// The bytes after the last `separator`, or all of them.
    @unsafe static func afterLast(
        _ separator: UInt8, _ text: UnsafePointer<CChar>
    ) -> UnsafeBufferPointer<UInt8> {
        let all = unsafe bytes(text)
        guard let place = unsafe all.lastIndex(of: separator) else { return unsafe all }
        return unsafe UnsafeBufferPointer(rebasing: all[(place + 1)...])
    }
}

/// expat over a stream, a piece at a time.
///
/// A document type is an error where it begins, so that no entity is ever declared or expanded. Depth and the length of
/// one tag are bounded.
@safe final class MarkupParser {
    /// What stands between namespace and local name: no name can hold it.
    static let separator = UInt8(ascii: "\n")

    /// Bytes of one tag, comment or instruction. expat looks at an unfinished one again with each piece.
    private static let tokenLimitBytes = 1 << 20

    private let parser: OpaquePointer
    private let stream: any ByteStream
    private let handler: MarkupHandler
    private var fedBytes = 0
    private var isLastFed = false
    private var isPaused = false
    private var hasEnded = false

    /// - Parameter resolvesNamespaces: names come as `namespace LF local name` instead of as they are written.
    init(_ stream: any ByteStream, _ handler: MarkupHandler, limits: DecodeLimits, resolvesNamespaces: Bool) {
        self.stream = stream
        self.handler = handler
        handler.control.begin(nestingLimit: limits.nestingLimit)
        let made =
            resolvesNamespaces
            ? unsafe XML_ParserCreateNS(nil, XML_Char(MarkupParser.separator)) : unsafe XML_ParserCreate(nil)
        guard let made = unsafe made else { preconditionFailure("out of memory") }
        unsafe parser = made
        unsafe XML_SetUserData(parser, Unmanaged.passUnretained(handler).toOpaque())
        // Callbacks get the parser and ask it for the handler, which they may have to stop.
        unsafe XML_UseParserAsHandlerArg(parser)
        unsafe XML_SetElementHandler(
            parser, { unsafe MarkupParser.started($0, $1, $2) }, { unsafe MarkupParser.ended($0, $1) })
        unsafe XML_SetCharacterDataHandler(parser) { unsafe MarkupParser.met($0, $1, $2) }
        unsafe XML_SetStartDoctypeDeclHandler(parser) { context, _, _, _, _ in
            unsafe MarkupParser.withHandler(context) { $0.control.meetDocumentType() }
            unsafe XML_StopParser(OpaquePointer(context), XML_Bool(XML_FALSE))
        }
        unsafe XML_SetUnknownEncodingHandler(parser, { _, name, info in unsafe Windows1252.describe(name, info) }, nil)
    }

    deinit {
        unsafe XML_ParserFree(parser)
    }

    /// Works on the next piece of the stream, or goes on after a pause.
    ///
    /// - Returns: false once the document has ended and nothing follows it.
    func step() throws(ReaderError) -> Bool {
        guard !hasEnded else { return false }
        handler.control.goOn()
        let status: XML_Status
        if isPaused {
            isPaused = false
            status = unsafe XML_ResumeParser(parser)
        } else {
            let length = SluiceReaders.chunkBytes
            guard let buffer = unsafe XML_GetBuffer(parser, Int32(length)) else {
                throw .failed(ReadFailure(errno: ENOMEM))
            }
            let got = unsafe try stream.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: length))
            fedBytes += got
            isLastFed = got == 0
            status = unsafe XML_ParseBuffer(parser, Int32(got), isLastFed ? 1 : 0)
        }
        if let failure = handler.control.failure { throw failure }
        switch status {
        case XML_STATUS_SUSPENDED: isPaused = true
        case XML_STATUS_OK:
            hasEnded = isLastFed
            let unfinished = fedBytes - Int(unsafe XML_GetCurrentByteIndex(parser))
            guard hasEnded || unfinished <= MarkupParser.tokenLimitBytes else {
                throw .fault(.limitExceeded, FindingRule.cellLimitBytes)
            }
        default: throw fault
        }
        return !hasEnded
    }

    /// Works on the whole stream.
    func run() throws(ReaderError) {
        while try step() {}
    }

    private var fault: ReaderError {
        let place = unsafe [
            Int(XML_GetCurrentLineNumber(parser)), Int(XML_GetCurrentColumnNumber(parser)) + 1,
        ]
        if handler.control.hasDocumentType {
            return .fault(.documentTypeForbidden, FindingRule.document, arguments: place)
        }
        switch unsafe XML_GetErrorCode(parser) {
        case XML_ERROR_NO_MEMORY: return .failed(ReadFailure(errno: ENOMEM))
        case XML_ERROR_UNKNOWN_ENCODING, XML_ERROR_INCORRECT_ENCODING:
            return .fault(.encodingUnsupported, FindingRule.encodings)
        default: return .fault(.syntaxInvalid, FindingRule.document, arguments: place)
        }
    }

    // MARK: - Callbacks

    /// Calls with the handler, which its parser keeps alive: nothing is counted for each of millions of events.
    @inline(__always)
    @unsafe private static func withHandler(_ context: UnsafeMutableRawPointer?, _ body: (MarkupHandler) -> Void) {
        // What the macro `XML_GetUserData` does: user data is the first field of a parser.
        guard let parser = unsafe context else { preconditionFailure("expat calls back without its parser") }
        let data = unsafe parser.load(as: UnsafeMutableRawPointer.self)
        unsafe Unmanaged<MarkupHandler>.fromOpaque(data)._withUnsafeGuaranteedRef { handler in
            body(handler)
            guard handler.control.wantsStop else { return }
            let isResumable = XML_Bool(handler.control.hasFailed ? XML_FALSE : XML_TRUE)
            unsafe XML_StopParser(OpaquePointer(parser), isResumable)
        }
    }

    @unsafe private static func started(
        _ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?,
        _ attributes: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    ) {
        unsafe withHandler(context) { handler in
            let isShallow = handler.control.enter()
            guard !handler.control.hasFailed, let name = unsafe name else { return }
            guard isShallow else { return handler.fail(.limitExceeded, FindingRule.nestingLimit) }
            unsafe handler.start(name, Attributes(attributes))
        }
    }

    @unsafe private static func ended(_ context: UnsafeMutableRawPointer?, _ name: UnsafePointer<CChar>?) {
        unsafe withHandler(context) { handler in
            if !handler.control.hasFailed, let name = unsafe name { unsafe handler.end(name) }
            handler.control.leave()
        }
    }

    @unsafe private static func met(
        _ context: UnsafeMutableRawPointer?, _ text: UnsafePointer<CChar>?, _ count: Int32
    ) {
        unsafe withHandler(context) { handler in
            guard !handler.control.hasFailed, let text = unsafe text else { return }
            let start = unsafe UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
            unsafe handler.text(UnsafeBufferPointer(start: start, count: Int(count)))
        }
    }
}

/// Windows-1252 for expat, which knows UTF-8, UTF-16, Latin-1 and ASCII by itself.
private enum Windows1252 {
    /// Bytes 0x80 to 0x9F; 0xFFFF for the five that mean nothing.
    static let high: [UInt16] = [
        0x20AC, 0xFFFF, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFF,
        0x017D, 0xFFFF, 0xFFFF, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0xFFFF, 0x017E, 0x0178,
    ]

    @unsafe static func describe(
        _ name: UnsafePointer<CChar>?, _ info: UnsafeMutablePointer<XML_Encoding>?
    ) -> Int32 {
        guard let name = unsafe name, let info = unsafe info else { return Int32(XML_STATUS_ERROR.rawValue) }
        let names = ["windows-1252", "cp1252", "x-cp1252"]
        let isKnown = names.contains { known in unsafe strcasecmp(name, known) == 0 }
        guard isKnown else { return Int32(XML_STATUS_ERROR.rawValue) }
        unsafe withUnsafeMutableBytes(of: &info.pointee.map) { raw in
            let map = unsafe raw.assumingMemoryBound(to: Int32.self)
            for byte in 0..<256 {
                let unit = 0x80..<0xA0 ~= byte ? Int32(high[byte - 0x80]) : Int32(byte)
                unsafe map[byte] = unit == 0xFFFF ? -1 : unit
            }
        }
        unsafe info.pointee.data = nil
        unsafe info.pointee.convert = nil
        unsafe info.pointee.release = nil
        return Int32(XML_STATUS_OK.rawValue)
    }
}
