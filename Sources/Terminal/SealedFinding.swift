internal import CheckIns
internal import Disclosures
internal import JSON
internal import Octets

/// A file of the check-in folder that is not as it should be: it is named, and left where it is.
package struct SealedFinding: Hashable, Sendable, CustomStringConvertible {
    /// Its name, or as much of it as can be printed; it tells nobody whose it is.
    package let file: String
    /// What is wrong with it.
    package let reason: String
    /// What it means, and what to do.
    package let next: String

    init(_ file: String, _ kind: SealedFolder.Kind?, _ reason: some CustomStringConvertible) {
        self.file = String(
            String.UnicodeScalarView(
                file.unicodeScalars.prefix(120).map {
                    $0.isASCII && (0x20..<0x7F).contains($0.value) ? $0 : "?"
                }))
        self.reason = reason.description
        next =
            switch kind {
            case .checkIn:
                "A check-in, or the end of one that the clearinghouse must still be told of, is "
                    + "left out. Put the file back from a copy and restart; else move it away: "
                    + "the patient checks in anew, and the grant ends by itself within a day."
            case .patient:
                "Whom this card was met with is not known any more. Put the file back from a "
                    + "copy, else move it away: the card's next check-in writes it anew."
            case .failures:
                "How many wrong PINs a reader took is not known any more, so entry pauses there "
                    + "once. Nothing else is to be done; an administrator may end the pause."
            case .begun:
                "Whether a PIN was sent to a card when the service stopped is not known any more. "
                    + "Move the file away."
            case .setAside:
                "It was damaged and set aside for a new one. Move it away when it was looked into."
            case .unfinished, nil: "Nothing of ours has such a name: move it away."
            }
    }

    /// One line for a log.
    package var description: String { "check-ins: \(file): \(reason). \(next)" }
}

extension SealedFolder {
    /// What is odd in the folder. A short look, for a start, opens only what a restart needs; the
    /// cards' files, which grow with the years, are for a long one.
    func findings(isLong: Bool) throws(Failure) -> [SealedFinding] {
        try files().compactMap { file in
            let kind = Kind(of: file)
            let name = String(file.dropLast(kind?.rawValue.count ?? 0))
            guard let reason = flaw(of: file, name, kind, isLong: isLong) else { return nil }
            return SealedFinding(file, kind, reason)
        }
    }

    private func flaw(of file: String, _ name: String, _ kind: Kind?, isLong: Bool) -> String? {
        do throws(Flaw) {
            switch kind {
            case .checkIn: _ = try checkIn(name)
            case .failures: _ = try failures(name)
            case .begun: _ = try begunTry(name)
            case .patient: if isLong { _ = try open(name, .patient) }
            case .setAside: return isLong ? "damaged" : nil
            case .unfinished, nil:
                // What a crash left unfinished, or is being written just now, is no matter.
                let isOurs = kind == .unfinished || file == Self.trialName
                return isOurs && isPlain(file) ? nil : "not known here"
            }
            return nil
        } catch { return error.description }
    }

    /// A check-in that is kept; nothing where there is none.
    func checkIn(_ id: String) throws(Flaw) -> CheckIn? {
        guard let plain = try open(id, .checkIn) else { return nil }
        guard let json = try? JSONValue(parsing: plain), let checkIn = try? CheckIn(json: json),
            checkIn.id == id
        else { throw .malformed }
        return checkIn
    }

    /// A try that was begun; nothing where there is none.
    func begunTry(_ name: String) throws(Flaw) -> BegunTry? {
        guard let plain = try open(name, .begun) else { return nil }
        guard let json = try? JSONValue(parsing: plain), let begun = try? BegunTry(json: json),
            begun.card.code.hex == name
        else { throw .malformed }
        return begun
    }

    /// A reader's failed PINs, as they were kept; nothing where none are.
    func failures(_ name: String) throws(Flaw) -> FailureCount? {
        guard let plain = try open(name, .failures) else { return nil }
        guard let json = try? JSONValue(parsing: plain),
            let count = try? FailureCount(json: json)
        else { throw .malformed }
        return count
    }
}
