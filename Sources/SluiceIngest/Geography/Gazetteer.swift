import SluiceModel

/// The known places of a partnership, ready to be found in a free text.
struct Gazetteer {
    private let names: CodeIndex
    /// By name, the number of its place.
    private let places: Flat<Int32>
    private let wordLimit: Int
    private let text: Flat<UInt8>

    init?(_ gazetteer: [GazetteerName], limitBytes: Int, arena: Arena) {
        guard !gazetteer.isEmpty else { return nil }
        names = CodeIndex(gazetteer.map { Array($0.text.utf8) }, ignoresCase: false, arena: arena)
        places = arena.flat(gazetteer.map { Int32($0.place) })
        wordLimit = gazetteer.map { $0.text.utf8.count { $0 == 0x20 } + 1 }.max() ?? 1
        // A sign may become a word.
        text = arena.flat(limitBytes * 5 + 16, repeating: 0)
    }

    /// The only place that the text names; −1 when it names none or several. Of names inside each other the longest
    /// counts.
    func find(_ source: Flat<UInt8>, _ start: Int, _ end: Int) -> Int {
        let normalised = PlaceName.normalised(source.bytes(start..<end))
        guard normalised.count + 8 <= text.count else { return -1 }
        text.copy(normalised)
        for index in normalised.count..<normalised.count + 8 { text[index] = 0 }
        var starts: [Int] = normalised.isEmpty ? [] : [0]
        for index in normalised.indices where normalised[index] == 0x20 { starts.append(index + 1) }
        var found = -1
        var word = 0
        while word < starts.count {
            var length = min(wordLimit, starts.count - word)
            while length > 0 {
                let last = word + length
                let entry = names.find(text, starts[word], last < starts.count ? starts[last] - 1 : normalised.count)
                if entry >= 0 {
                    let place = Int(places[entry])
                    if found >= 0, found != place { return -1 }
                    found = place
                    break
                }
                length -= 1
            }
            word += max(1, length)
        }
        return found
    }
}
