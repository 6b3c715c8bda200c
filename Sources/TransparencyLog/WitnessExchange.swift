package import Octets

/// What a log sends to a witness's `add-checkpoint` (C2SP tlog-witness).
package struct WitnessSubmission: Hashable, Sendable {
    /// The size that the witness cosigned before; 0 for the first time.
    package var oldSize: UInt64
    /// The proof that the log only grew since.
    package var proof: [SHA256Digest]
    /// The checkpoint, signed by the log.
    package var note: SignedNote

    /// A submission.
    package init(oldSize: UInt64, proof: [SHA256Digest], note: SignedNote) {
        (self.oldSize, self.proof, self.note) = (oldSize, proof, note)
    }

    /// The body.
    package var octets: [UInt8] {
        let lines = ["old \(oldSize)"] + proof.map(\.base64) + ["", ""]
        return Array(lines.joined(separator: "\n").utf8) + note.octets
    }
}

/// What a witness answers, as far as it can be believed without its key.
package enum WitnessAnswer: Hashable, Sendable {
    /// Signature lines, not verified yet.
    case signed([NoteSignature])
    /// It cosigned another size last.
    case otherSize(UInt64)
    /// It holds the proof for wrong, or knows another root.
    case inconsistent
    /// It refuses for another reason, or its answer is none.
    case refused(String)

    /// The longest answer that is read, in octets.
    package static let longestOctetCount = 64 * 1024

    /// Reads an answer.
    package init(status: Int, contentType: String?, body: [UInt8]) {
        guard body.count <= Self.longestOctetCount,
            let text = String(validating: body, as: UTF8.self)
        else {
            self = .refused("an answer that is no text")
            return
        }
        switch status {
        case 200:
            let lines = text.split(separator: "\n").prefix(SignedNote.mostSignatures)
            let signatures = lines.compactMap { try? NoteSignature(line: String($0)) }
            self =
                signatures.count == lines.count && !lines.isEmpty
                ? .signed(signatures) : .refused("an answer that holds no signature")
        case 409:
            let digits = text.hasSuffix("\n") ? String(text.dropLast()) : text
            guard contentType == "text/x.tlog.size", let size = UInt64(digits),
                digits.utf8.elementsEqual(String(size).utf8)
            else {
                self = .refused("a conflict that names no size")
                return
            }
            self = .otherSize(size)
        case 422: self = .inconsistent
        default: self = .refused("status \(status)")
        }
    }
}
