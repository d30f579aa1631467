import DeliverySupport
import SluiceIngest
import SluiceSystem
import Testing

@testable import sluice_fuzz

/// Inputs that once broke a promise, made small: none may again. `scripts/fuzz` writes such files.
@Suite struct CorpusTests {
    static let folder = repositoryFolder + "/Tests/FuzzTests/Corpus"
    static let files = ((try? listSmallFolder(folder)) ?? []).filter { !$0.hasPrefix(".") }

    @Test func `there are reproducers`() { #expect(!CorpusTests.files.isEmpty) }

    @Test(arguments: files)
    func `each reproducer keeps every promise`(file: String) throws {
        let bytes = try readSmallFile(CorpusTests.folder + "/" + file)
        let found = try #require(FuzzCase(fileName: file, bytes: bytes))
        try found.check(try Corpus([found.plugin]), team: ThreadTeam(count: 3))
    }

    /// The generator itself: the same input for the same seed, and every kind keeps its promises for a few.
    @Test(arguments: FuzzKind.allCases)
    func `some inputs of each kind keep every promise`(kind: FuzzKind) throws {
        let generator = Generator(corpus: try Corpus())
        let team = ThreadTeam(count: 3)
        for seed in 1...10 as ClosedRange<UInt64> {
            let made = try generator.make(kind, seed: seed)
            #expect(try generator.make(kind, seed: seed).bytes == made.bytes)
            try made.check(generator.corpus, team: team)
        }
    }
}
