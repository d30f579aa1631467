package import SluiceModel
import SluiceRelease
import SluiceSystem

extension Instance {
    /// Writes the parts of a certificate as JJ files into a folder, readable by their owner alone: they hold true counts.
    package static func exportExchange(certificate path: String, to folder: String) throws -> CommandResult {
        let files = try Exchange.export(certificate: try readSmallFile(path, limitBytes: 1 << 30))
        let target = try Folder.createIfMissing(path: folder, mode: 0o700)
        for file in files { try target.writeAtomically(FileName(own: file.name), Array(file.text.utf8), mode: 0o600) }
        let names = files.map { folder + "/" + $0.name }
        return CommandResult(
            exit: .done, json: .members(["files": .strings(names)]),
            text: names.joined(separator: "\n") + "\nthey hold true counts: give them to nobody who may not have those")
    }

    /// Judges a pattern of hidden cells in a JJ file by a profile.
    package static func judgeExchange(file path: String, profile: DisclosureProfile) throws -> CommandResult {
        let text = String(decoding: try readSmallFile(path, limitBytes: 1 << 28), as: UTF8.self)
        let found = try Exchange.judge(
            text, profile: profile, job: ProtectJob(executable: try Installation.protector()))
        let isFine = found.shown.isEmpty && found.unproved.isEmpty
        func list(_ cells: [Int]) -> String {
            cells.prefix(20).map { "\($0)" }.joined(separator: " ") + (cells.count > 20 ? " …" : "")
        }
        var lines = ["\(found.cells) cells, \(found.sensitive) sensitive"]
        if !found.shown.isEmpty { lines.append("sensitive and shown: " + list(found.shown)) }
        if !found.unproved.isEmpty { lines.append("no proof found that these are safe: " + list(found.unproved)) }
        if isFine { lines.append("proved safe") }
        return CommandResult(
            exit: isFine ? .done : .no,
            json: .members([
                "cells": .int(found.cells), "sensitive": .int(found.sensitive),
                "shown": .array(found.shown.map { .int($0) }), "unproved": .array(found.unproved.map { .int($0) }),
            ]), text: lines.joined(separator: "\n"))
    }
}
