extension FileName {
    /// A name that Sluice itself made up. Traps when it cannot be one: that would be our mistake.
    package init(own text: String) {
        guard let name = FileName(string: text) else { preconditionFailure("not a file name") }
        self = name
    }

    /// The name as text, nil when it is not UTF-8.
    package var text: String? { String(validating: bytes, as: UTF8.self) }
}

extension Folder {
    /// The first entry that `writeAtomically` is not still making; for folders that hold one file.
    package func soleEntry() throws(SystemError) -> FileName? {
        try entries(limit: 16).first { !($0.text?.hasPrefix(Folder.temporaryPrefix) ?? false) }
    }
}
