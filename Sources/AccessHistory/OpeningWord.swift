internal import JSON

/// What an opening's entry has to say besides that it opened: kept in the file `opening` from before
/// anything is done until that entry is durable, so that a stop in between keeps it.
struct OpeningWord: Hashable, Sendable {
    static let fileName = "opening"
    private static let longestOctetCount = 4096

    let reason: String
    let note: String?

    /// A lost mark, made anew on an administrator's word.
    static func accepted(file: String, _ reason: String) -> OpeningWord {
        OpeningWord(
            reason: "lostMarkAccepted",
            note: "\(file): \(reason); accepted on an administrator's word")
    }

    /// Keys that were wrapped, or wrapped by another key.
    static func wrapped(by key: WrappingKey, origin: String) -> OpeningWord {
        OpeningWord(reason: "keysWrapped", note: "by the key \(key.name(origin: origin))")
    }

    private init(reason: String, note: String?) { (self.reason, self.note) = (reason, note) }

    /// What an opening that was stopped left behind; nothing where there is none. One that cannot be read
    /// still says that there was one.
    static func left(on disk: any HistoryDisk) throws(HistoryError) -> OpeningWord? {
        guard let octets = try disk.read(fileName, longest: longestOctetCount) else { return nil }
        let value = try? JSONValue(parsing: octets)
        return OpeningWord(
            reason: value?["reason"]?.stringValue ?? "openingStopped",
            note: value?["note"]?.stringValue)
    }

    /// Keeps it.
    func keep(on disk: any HistoryDisk) throws(HistoryError) {
        let value = JSONValue.object(present: [
            ("reason", .string(reason)), ("note", note.map(JSONValue.string)),
        ])
        try disk.replace(Self.fileName, with: value.canonical)
    }
}
