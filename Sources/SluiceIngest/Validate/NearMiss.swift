import SluiceModel

/// Finds what was probably meant by a code that is not in its list, or by a heading that no schema knows.
///
/// It answers with places in the list and never with anything of the cell.
struct NearMiss {
    /// Lists with more codes are not searched: what is near to one of them says little.
    static var entryLimit: Int { 20_000 }
    /// Longer texts are no codes.
    private static var lengthLimit: Int { 64 }

    private struct Form {
        let entry: Int32
        let letters: [UInt8]
        let mask: UInt64
    }

    private let byFold: [[UInt8]: [Int32]]
    private let bySqueeze: [[UInt8]: [Int32]]
    private let byNumber: [[UInt8]: [Int32]]
    private let byShape: [[UInt8]: [Int32]]
    private let forms: [Form]

    /// Nil when the list is too long.
    init?(_ table: CodeTable) {
        guard table.entries.count <= NearMiss.entryLimit else { return nil }
        var byFold: [[UInt8]: [Int32]] = [:]
        var bySqueeze: [[UInt8]: [Int32]] = [:]
        var byNumber: [[UInt8]: [Int32]] = [:]
        var byShape: [[UInt8]: [Int32]] = [:]
        var forms: [Form] = []
        var known: Set<String> = []
        for (index, entry) in table.entries.enumerated() where known.insert(entry.text).inserted {
            let bytes = Array(entry.text.utf8)
            guard !bytes.isEmpty, bytes.count <= NearMiss.lengthLimit else { continue }
            let place = Int32(index)
            let squeezed = NearMiss.squeezed(bytes)
            byFold[NearMiss.folded(bytes), default: []].append(place)
            guard !squeezed.isEmpty else { continue }
            bySqueeze[squeezed, default: []].append(place)
            byNumber[NearMiss.withoutLeadingZeros(squeezed), default: []].append(place)
            byShape[NearMiss.shaped(squeezed), default: []].append(place)
            forms.append(Form(entry: place, letters: squeezed, mask: NearMiss.mask(squeezed)))
        }
        self.byFold = byFold
        self.bySqueeze = bySqueeze
        self.byNumber = byNumber
        self.byShape = byShape
        self.forms = forms
    }

    /// Up to three entries near the cell, in the order of the list; more than three are none, since they say nothing.
    ///
    /// What counts, the nearest first: another case; other blanks and punctuation; leading zeros lost or added; letters
    /// and digits that look alike (`O` and `0`, `I`, `l` and `1`, `S` and `5`, `B` and `8`, `Z` and `2`); one letter
    /// left out, added, changed or swapped with the next, or two in texts of more than five.
    func entries(near cell: [UInt8]) -> [Int32] {
        guard !cell.isEmpty, cell.count <= NearMiss.lengthLimit else { return [] }
        let squeezed = NearMiss.squeezed(cell)
        let found = byFold[NearMiss.folded(cell)] ?? []
        if !found.isEmpty || squeezed.isEmpty { return found.count <= 3 ? found : [] }
        for entries in [
            bySqueeze[squeezed], byNumber[NearMiss.withoutLeadingZeros(squeezed)], byShape[NearMiss.shaped(squeezed)],
        ] {
            if let entries { return entries.count <= 3 ? entries : [] }
        }
        return byDistance(squeezed)
    }

    private func byDistance(_ letters: [UInt8]) -> [Int32] {
        let mask = NearMiss.mask(letters)
        var best = letters.count > 5 ? 2 : 1
        var nearest: [Int32] = []
        for form in forms where abs(form.letters.count - letters.count) <= best {
            // Each change takes at most one letter away and brings at most one.
            guard (form.mask ^ mask).nonzeroBitCount <= 2 * best,
                let distance = NearMiss.distance(letters, form.letters, atMost: best),
                // A change that leaves nothing of a text is no resemblance.
                distance < max(letters.count, form.letters.count)
            else { continue }
            if distance < best { nearest.removeAll() }
            best = distance
            nearest.append(form.entry)
        }
        return nearest.count <= 3 ? nearest : []
    }

    // MARK: - Headings

    /// The field whose heading, or an alias of it, is nearest to this one; nil when none or several are. Fields of
    /// `taken` have their column already.
    static func field(ofHeader header: String, among dataset: DatasetPlan, taken: Set<Int> = []) -> Int? {
        let letters = Array(HeaderName.normalised(header).utf8)
        guard letters.count >= 3, letters.count <= lengthLimit else { return nil }
        let fields = dataset.fields.indices.filter { !taken.contains($0) }.map { index in
            (index: index, names: dataset.fields[index].headers.map { Array($0.utf8) })
        }
        // A heading that was cut short may be several.
        let longer = fields.filter { $0.names.contains { $0.count > letters.count && $0.starts(with: letters) } }
        if longer.count > 1 { return nil }
        var best = letters.count > 5 ? 2 : 1
        var nearest: Set<Int> = []
        for field in fields {
            for name in field.names {
                guard let distance = distance(letters, name, atMost: best), distance < name.count else { continue }
                if distance < best { nearest.removeAll() }
                best = distance
                nearest.insert(field.index)
            }
        }
        if !nearest.isEmpty { return nearest.count == 1 ? nearest.first : nil }
        guard letters.count >= 4 else { return nil }
        if let cut = longer.first { return cut.index }
        // Or it got a word more.
        let shorter = fields.filter { $0.names.contains { $0.count >= 4 && letters.starts(with: $0) } }
        return shorter.count == 1 ? shorter[0].index : nil
    }

    // MARK: - Forms of a text

    private static func folded(_ text: [UInt8]) -> [UInt8] {
        text.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
    }

    private static func squeezed(_ text: [UInt8]) -> [UInt8] {
        folded(text).filter { isLetterOrDigit($0) || $0 >= 0x80 }
    }

    private static func withoutLeadingZeros(_ text: [UInt8]) -> [UInt8] {
        let rest = text.drop { $0 == 0x30 }
        return rest.isEmpty ? [0x30] : Array(rest)
    }

    private static func shaped(_ text: [UInt8]) -> [UInt8] {
        text.map { byte in
            switch byte {
            case UInt8(ascii: "o"): UInt8(ascii: "0")
            case UInt8(ascii: "i"), UInt8(ascii: "l"): UInt8(ascii: "1")
            case UInt8(ascii: "z"): UInt8(ascii: "2")
            case UInt8(ascii: "s"): UInt8(ascii: "5")
            case UInt8(ascii: "b"): UInt8(ascii: "8")
            default: byte
            }
        }
    }

    /// A bit for each byte that occurs, some bytes sharing one.
    private static func mask(_ text: [UInt8]) -> UInt64 { text.reduce(0) { $0 | 1 << UInt64($1 & 63) } }

    /// Insertions, deletions, changes and swaps of neighbours that turn one text into the other, no byte touched twice;
    /// nil when there are more than `limit`.
    private static func distance(_ a: [UInt8], _ b: [UInt8], atMost limit: Int) -> Int? {
        guard abs(a.count - b.count) <= limit else { return nil }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            row.reserveCapacity(b.count + 1)
            var least = i + 1
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
                least = min(least, cost)
            }
            if least > limit { return nil }
            beforeLast = last
            last = row
        }
        return last[b.count] <= limit ? last[b.count] : nil
    }
}
