package import Octets
package import TransparencyLog

/// What a log sends to `add-checkpoint` (C2SP tlog-witness): the size it was last cosigned at, the
/// proof that it only grew since, and its checkpoint.
package struct CheckpointSubmission: Hashable, Sendable {
    /// The most hashes of a proof.
    package static let mostHashes = 63
    /// The longest body, in octets: proof lines, then a note.
    package static let longestOctetCount = 64 * 46 + SignedNote.longestOctetCount

    /// The size that was cosigned before.
    package var oldSize: UInt64
    /// The consistency proof.
    package var proof: [SHA256Digest]
    /// The checkpoint as it is signed.
    package var note: SignedNote
    /// What it says.
    package var checkpoint: Checkpoint

    /// Reads a body: the old size, the hashes, an empty line, the note. Nothing else fits.
    package init(_ octets: [UInt8]) throws(NoteError) {
        guard octets.count <= Self.longestOctetCount else { throw .malformed("too long") }
        var lines: [String] = []
        var rest = octets[...]
        while let end = rest.firstIndex(of: 0x0A), end > rest.startIndex {
            guard let line = String(validating: rest[..<end], as: UTF8.self),
                lines.count <= Self.mostHashes
            else { throw .malformed("the lines of a proof") }
            lines.append(line)
            rest = rest[(end + 1)...]
        }
        guard rest.first == 0x0A, let first = lines.first, first.hasPrefix("old "),
            let size = UInt64(first.dropFirst(4)), first.utf8.elementsEqual("old \(size)".utf8)
        else { throw .malformed("the old size") }
        oldSize = size
        proof = []
        for line in lines.dropFirst() {
            guard let hash = SHA256Digest(base64: line) else { throw .malformed("a hash") }
            proof.append(hash)
        }
        note = try SignedNote(octets: Array(rest.dropFirst()))
        checkpoint = try Checkpoint(text: note.text)
    }

    /// The body, as a log sends it.
    package init(oldSize: UInt64, proof: [SHA256Digest], note: SignedNote) throws(NoteError) {
        (self.oldSize, self.proof, self.note) = (oldSize, proof, note)
        checkpoint = try Checkpoint(text: note.text)
    }

    /// The octets of the body.
    package var octets: [UInt8] {
        let lines = ["old \(oldSize)"] + proof.map(\.base64)
        return Array((lines.joined(separator: "\n") + "\n\n").utf8) + note.octets
    }
}

/// Why a witness does not cosign.
package enum WitnessRefusal: Error, Hashable, Sendable {
    /// The body is none, or its old size lies beyond its checkpoint: 400.
    case malformed(String)
    /// Nobody asked the witness to watch this log: 404.
    case unknownLog
    /// The log did not sign it, or its signature is wrong: 403.
    case notSigned
    /// Another size was cosigned last: 409, with that size.
    case otherSize(UInt64)
    /// The proof does not lead from the one to the other, or the same size has another root: 422.
    case inconsistent
    /// It could not be kept, so it is not cosigned: 500.
    case notKept
}
