import SluiceModel
import Testing

@Suite struct JSONTests {
    @Test(arguments: [
        "null", "true", "[]", "{}", "[1,-2,30]", #"{"a":[{"b":"c"},null],"d":false}"#, #""\u0001\n\"\\ü""#,
        "-9223372036854775808",
    ])
    func `what is written reads back as the same value`(text: String) throws {
        let value = try JSON(reading: text)
        #expect(try JSON(reading: value.compactText) == value)
        #expect(try JSON(reading: value.prettyText) == value)
    }

    @Test(arguments: ["", "nul", "[1,]", "{\"a\"}", "\"\u{1}\"", "1.5", "01x", "[", "\"\\ud800\"", "\"\\x\"", "{} {}"])
    func `what is no JSON is refused`(text: String) { #expect(throws: JSONError.self) { try JSON(reading: text) } }

    @Test func `nesting has an end`() {
        let deep = String(repeating: "[", count: 100_000)
        #expect(throws: JSONError.self) { try JSON(reading: deep) }
    }

    @Test func `surrogate pairs are one character`() throws {
        #expect(try JSON(reading: #""\ud83d\ude00""#) == .string("😀"))
    }

    @Test func `control characters never reach a terminal raw`() {
        let text = JSON.string("\u{1B}[31m\u{9B}\u{2028}").compactText
        #expect(text == #""\u001b[31m\u009b\u2028""#)
    }
}
