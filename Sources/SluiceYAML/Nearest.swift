/// The word of `among` that `word` was probably meant to be; nil when nothing is near.
///
/// Near is at most a third of the letters left out, added, changed or swapped with a neighbour, without regard to
/// case; failing that, a word that begins with all of `word`, from four letters on. Of equals the first wins.
package func nearest(_ word: String, among candidates: [String]) -> String? {
    let lengthLimit = 64
    let wanted = Array(word.lowercased().unicodeScalars.prefix(lengthLimit + 1))
    guard !wanted.isEmpty, wanted.count <= lengthLimit else { return nil }
    var best: (word: String, distance: Int)?
    for candidate in candidates {
        let letters = Array(candidate.lowercased().unicodeScalars.prefix(lengthLimit + 1))
        guard letters.count <= lengthLimit else { continue }
        let limit = max(1, min(wanted.count, letters.count) / 3)
        guard abs(wanted.count - letters.count) <= limit else { continue }
        let distance = editDistance(wanted, letters)
        // A change that leaves nothing of a one-letter word is no resemblance.
        guard distance <= limit, distance < max(wanted.count, letters.count) else { continue }
        if distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    if let best { return best.word }
    guard wanted.count >= 4 else { return nil }
    return candidates.first { $0.lowercased().hasPrefix(word.lowercased()) }
}

/// Insertions, deletions, changes and swaps of neighbours that turn `a` into `b`, no letter touched twice.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        row.reserveCapacity(b.count + 1)
        for j in b.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
