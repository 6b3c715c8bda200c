package import Octets

/// One entry's place in a log, to be checked anywhere (C2SP tlog-proof): index, inclusion proof,
/// checkpoint.
package struct ProofFile: Hashable, Sendable {
    /// The first line of every such file.
    package static let firstLine = "c2sp.org/tlog-proof@v1"
    /// The most hashes a proof can have.
    package static let mostHashes = 63

    /// Octets the log wants to travel with the proof; here the entry's sealed salt and event are
    /// never among them.
    package var extra: [UInt8]?
    /// The entry's index.
    package var index: UInt64
    /// The hashes from the leaf's sibling up.
    package var hashes: [SHA256Digest]
    /// The checkpoint that the proof leads to.
    package var checkpoint: SignedNote

    /// A proof.
    package init(
        extra: [UInt8]? = nil, index: UInt64, hashes: [SHA256Digest], checkpoint: SignedNote
    ) {
        (self.extra, self.index) = (extra, index)
        (self.hashes, self.checkpoint) = (hashes, checkpoint)
    }

    /// The file as it is written.
    package var octets: [UInt8] {
        let lines =
            [Self.firstLine] + (extra.map { ["extra \($0.base64())"] } ?? [])
            + ["index \(index)"] + hashes.map(\.base64) + [""]
        return Array(lines.joined(separator: "\n").utf8) + [0x0A] + checkpoint.octets
    }

    /// Reads a file.
    package init(octets: [UInt8]) throws(NoteError) {
        guard octets.count <= 2 * SignedNote.longestOctetCount,
            let end = firstEmptyLine(octets)
        else { throw .malformed("a proof file") }
        var lines = String(decoding: octets[..<end], as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == Self.firstLine[...] else { throw .malformed("a proof file") }
        if let line = lines.first, line.hasPrefix("extra ") {
            guard let extra = [UInt8](base64: line.dropFirst(6)) else {
                throw .malformed("a proof's extra line")
            }
            self.extra = extra
            lines = lines.dropFirst()
        } else {
            extra = nil
        }
        guard let line = lines.popFirst(), line.hasPrefix("index "),
            let index = UInt64(line.dropFirst(6)), "index \(index)" == line,
            lines.count <= Self.mostHashes
        else { throw .malformed("a proof's index") }
        self.index = index
        var hashes: [SHA256Digest] = []
        for line in lines {
            guard let hash = SHA256Digest(base64: line) else {
                throw .malformed("a proof's hash")
            }
            hashes.append(hash)
        }
        self.hashes = hashes
        checkpoint = try SignedNote(octets: Array(octets[(end + 2)...]))
    }

    /// Checks that the log whose key this is holds the entry at the index.
    package func check(entry: [UInt8], log: NoteKey) throws(ProofFileRefusal) -> Checkpoint {
        let head: Checkpoint
        do throws(NoteError) {
            head = try Checkpoint(checkpoint, of: log)
        } catch {
            throw .checkpoint(error)
        }
        do throws(ProofRefusal) {
            try MerkleVerifier.checkInclusion(
                of: MerkleHash.leaf(entry), at: index, size: head.size, root: head.root,
                proof: hashes)
        } catch {
            throw .proof(error)
        }
        return head
    }
}

/// Why a proof file is not believed.
package enum ProofFileRefusal: Error, Hashable, Sendable {
    /// Its checkpoint is not the log's.
    case checkpoint(NoteError)
    /// Its hashes do not lead from the entry to the checkpoint's root.
    case proof(ProofRefusal)
}

private func firstEmptyLine(_ octets: [UInt8]) -> Int? {
    guard octets.count >= 2 else { return nil }
    return (0..<octets.count - 1).first { octets[$0] == 0x0A && octets[$0 + 1] == 0x0A }
}
