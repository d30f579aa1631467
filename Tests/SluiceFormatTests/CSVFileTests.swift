import SluiceYAML
import Testing

@testable import SluiceFormat

@Suite struct `CSV files` {
    private func read(_ text: String) -> (csv: CSVFile?, mistakes: Mistakes) {
        let mistakes = Mistakes()
        return (CSVFile(file: "a.csv", bytes: Array(text.utf8), mistakes: mistakes), mistakes)
    }

    @Test(arguments: ["a,b\n1,2\n", "a,b\r\n1,2\r\n", "a,b\n1,2", "\u{FEFF}a,b\n1,2\n", "\"a\",\"b\"\n\"1\",2\n"])
    func `are read with either line end, a byte order mark and quotes`(text: String) {
        let (csv, mistakes) = read(text)
        #expect(mistakes.isEmpty)
        #expect(csv?.header.map(\.text) == ["a", "b"])
        #expect(csv?.rows.map { $0.map(\.text) } == [["1", "2"]])
    }

    @Test func `keep commas, quotes and line ends inside quotes, and places in characters`() {
        let (csv, mistakes) = read("a,b\n\"é,\"\"x\"\"\ny\",z\n1,2\n")
        #expect(mistakes.isEmpty)
        #expect(csv?.rows[0][0].text == "é,\"x\"\ny")
        #expect(csv?.rows[0][1].line == 3)
        #expect(csv?.rows[0][1].column == 4)
        #expect(csv?.rows[1][1].line == 4)
        #expect(csv?.rows[1][1].column == 3)
    }

    @Test(
        arguments: [
            ("", 1, 1, "empty"), ("a,b\n1\n", 2, 1, "1 cells and the header 2"),
            ("a,b\n\n1,2\n", 2, 1, "line is empty"),
            ("a,b\n1,\"2\n", 2, 3, "never closed"), ("a,b\n1,2\"\n", 2, 4, "quote inside"),
            ("a,b\n\"1\"x,2\n", 2, 4, "after a closing"),
            ("a,b\r1,2\r", 1, 4, "carriage return"), ("a,b\n1,\u{0}\n", 2, 3, "control"),
        ] as [(String, Int, Int, String)])
    func `with a slip are mistakes at its place`(text: String, line: Int, column: Int, what: String) {
        let (_, mistakes) = read(text)
        #expect(mistakes.all.count == 1)
        #expect(mistakes.all.first?.line == line)
        #expect(mistakes.all.first?.column == column)
        #expect(mistakes.all.first?.what.contains(what) == true, "\(texts(mistakes))")
    }

    @Test func `that are not UTF-8 are a mistake`() {
        let mistakes = Mistakes()
        _ = CSVFile(file: "a.csv", bytes: [0x61, 0x0A, 0xFF, 0x0A], mistakes: mistakes)
        #expect(mistakes.all.first?.line == 2)
    }

    @Test func `with missing, repeated and misspelt columns say so with a suggestion`() {
        let (csv, mistakes) = read("code,labl,code\n1,2,3\n")
        _ = csv?.columns(required: ["code", "label"], known: ["from"], mistakes: mistakes)
        let text = texts(mistakes)
        #expect(text.contains("a.csv:1:11: the column `code` stands twice"))
        #expect(text.contains("a.csv:1:6: unknown column `labl`; did you mean `label`?"))
        #expect(text.contains("the column `label` is missing"))
    }
}
