package import SluiceModel

/// The answer of the worker's `--geography` as bytes: one choice, its facts, and the look-up to the end.
package enum GeographyCodec {
    /// No directory is larger: a look-up of three million postcodes takes some 40 MB.
    package static let limitBytes = 512 << 20

    package static func encode(_ answer: DirectoryAnswer) -> [UInt8] {
        var writer = ByteWriter()
        switch answer {
        case .made(let bytes, let facts):
            writer.byte(0)
            writer.texts(facts.columns)
            writer.count(facts.postcodes)
            writer.count(facts.skippedRows)
            writer.count(facts.unplacedRows)
            return writer.bytes + bytes
        case .refused(let refusal):
            writer.byte(1)
            writer.byte(refusal.rawValue)
        case .columnsMissing(let names):
            writer.byte(2)
            writer.texts(names)
        case .tooLarge: writer.byte(3)
        }
        return writer.bytes
    }

    /// - Throws: `WireError` for bytes that are no answer. The look-up itself is not looked at.
    package static func decode(_ bytes: [UInt8]) throws(WireError) -> DirectoryAnswer {
        var reader = ByteReader(bytes, place: .plan)
        switch try reader.byte() {
        case 0:
            var facts = DirectoryFacts(columns: try reader.texts())
            facts.postcodes = try reader.number()
            facts.skippedRows = try reader.number()
            facts.unplacedRows = try reader.number()
            return .made(try reader.data(reader.remaining), facts)
        case 1: return .refused(try reader.choice(ProfileRefusal.self))
        case 2: return .columnsMissing(try reader.texts())
        case 3: return .tooLarge
        default: throw .invalid(.planChoice)
        }
    }
}
