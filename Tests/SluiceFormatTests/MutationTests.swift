import SluiceFormat
import SluiceModel
import SluiceSystem
import SluiceYAML
import Testing

@Suite struct `Damaged plugins` {
    /// Every file below `path`, by name below it.
    private func files(_ path: String, _ prefix: String = "") -> [(name: String, bytes: [UInt8])] {
        var found: [(name: String, bytes: [UInt8])] = []
        for name in (try? listSmallFolder(path)) ?? [] {
            if let bytes = try? readSmallFile(path + "/" + name) {
                found.append((prefix + name, bytes))
            } else {
                found += files(path + "/" + name, prefix + name + "/")
            }
        }
        return found
    }

    private func damaged(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        let pieces = [
            ":", ",", "[", "]", "{", "}", "\"", "\n", " ", "- ", "%", "@", "0", "-1", "99999999999999999999", "null",
            "~",
            "é", "\t", "true", "(", "\\", "*", "drop", "keep", "area", "none",
        ]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let index = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where index < bytes.count: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1 where index < bytes.count: bytes.remove(at: index)
            case 2: bytes.insert(contentsOf: Array(pieces.randomElement(using: &random)!.utf8), at: index)
            case 3:
                let end = min(bytes.count, index + Int.random(in: 0...60, using: &random))
                bytes.removeSubrange(index..<end)
            case 4:
                let end = min(bytes.count, index + Int.random(in: 0...60, using: &random))
                bytes.insert(contentsOf: Array(bytes[index..<end]), at: Int.random(in: 0...bytes.count, using: &random))
            default:
                // One word for another of the same file.
                let words = String(decoding: bytes, as: UTF8.self).split { !$0.isLetter && !$0.isNumber }
                guard let old = words.randomElement(using: &random), let new = words.randomElement(using: &random)
                else { continue }
                bytes = Array(String(decoding: bytes, as: UTF8.self).replacing(old, with: new, maxReplacements: 1).utf8)
            }
        }
        return bytes
    }

    @Test(arguments: shippedPlugins)
    func `are reported and never trap, and what compiles can be carried out`(name: String) throws {
        var random = SeededGenerator(state: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) }))
        let model = try shippedModel()
        let originals = files(repository + "/plugins/" + name).filter { !$0.name.hasSuffix(".md") }
        let folder = try TemporaryFolder()
        for file in originals { try folder.write(name + "/" + file.name, file.bytes) }
        var mistakenCount = 0
        for _ in 0..<40 {
            let file = try #require(originals.randomElement(using: &random))
            try folder.write(name + "/" + file.name, damaged(file.bytes, &random))
            let mistakes = Mistakes()
            let plugin = readPlugin(folder: folder.path + "/" + name, mistakes: mistakes)
            let compiled = plugin.flatMap {
                compile(
                    $0, model: model, options: PlanOptions(isHealth: $0.isHealth, today: anyDay), mistakes: mistakes)
            }
            #expect((compiled == nil) == !mistakes.isEmpty)
            #expect(compiled?.plan.check() ?? [] == [])
            _ = readSamples(folder: folder.path + "/" + name, mistakes: mistakes)
            for mistake in mistakes.all { #expect(mistake.line >= 1 && mistake.column >= 1 && !mistake.hint.isEmpty) }
            if !mistakes.isEmpty { mistakenCount += 1 }
            try folder.write(name + "/" + file.name, file.bytes)
        }
        #expect(mistakenCount > 10)
    }

    @Test func `as damaged models are reported and never trap`() throws {
        var random = SeededGenerator(state: 11)
        let originals = files(repository + "/config/model")
        let folder = try TemporaryFolder()
        for file in originals { try folder.write(file.name, file.bytes) }
        for _ in 0..<300 {
            let file = try #require(originals.randomElement(using: &random))
            try folder.write(file.name, damaged(file.bytes, &random))
            let mistakes = Mistakes()
            let model = readModel(folder: folder.path, mistakes: mistakes)
            #expect((model == nil) == !mistakes.isEmpty)
            try folder.write(file.name, file.bytes)
        }
    }
}
