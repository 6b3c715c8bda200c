package import Octets

/// The head of a log (C2SP tlog-checkpoint): origin, size, root, a line each.
package struct Checkpoint: Hashable, Sendable {
    /// Which log.
    package var origin: String
    /// How many entries it has.
    package var size: UInt64
    /// The root over them.
    package var root: SHA256Digest

    /// A checkpoint.
    package init(origin: String, size: UInt64, root: SHA256Digest) {
        (self.origin, self.size, self.root) = (origin, size, root)
    }

    /// The text that is signed. No extension lines: witnesses could not audit them.
    package var text: String { "\(origin)\n\(size)\n\(root.base64)\n" }

    /// Reads the text of a note; extension lines are passed over.
    package init(text: String) throws(NoteError) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 4, lines.last == "", !lines.dropLast().contains(""),
            let size = UInt64(lines[1]), String(size).utf8.elementsEqual(lines[1].utf8),
            let root = SHA256Digest(base64: lines[2])
        else { throw .malformed("a checkpoint") }
        self.init(origin: String(lines[0]), size: size, root: root)
    }

    /// Signs the checkpoint with the log's own key.
    package func signed(by signer: NoteSigner) throws(NoteError) -> SignedNote {
        var note = try SignedNote(text: text)
        try note.sign(with: signer)
        return note
    }

    /// Reads a note that must be a checkpoint of the log whose key this is, signed by it.
    package init(_ note: SignedNote, of log: NoteKey) throws(NoteError) {
        _ = try note.signers(among: [log])
        try self.init(text: note.text)
        guard octetsSame(origin, log.name) else { throw .malformed("another log's checkpoint") }
    }
}
