package import Octets

/// Why a proof proves nothing.
package enum ProofRefusal: Error, Hashable, Sendable {
    /// The index lies outside the tree, or the sizes are out of order or empty.
    case outOfRange
    /// There are too few or too many hashes for the sizes.
    case wrongLength
    /// The hashes lead to another root.
    case wrongRoot
}

/// The verifiers of RFC 9162; anything but an exact proof is refused.
package enum MerkleVerifier {
    /// Checks that the tree of this size and root holds the leaf at the index (§2.1.3.2).
    package static func checkInclusion(
        of leafHash: SHA256Digest, at index: UInt64, size: UInt64, root: SHA256Digest,
        proof: [SHA256Digest]
    ) throws(ProofRefusal) {
        guard index < size else { throw .outOfRange }
        var (first, second) = (index, size - 1)
        var hash = leafHash
        for other in proof {
            guard second != 0 else { throw .wrongLength }
            if first & 1 == 1 || first == second {
                hash = MerkleHash.node(other, hash)
                while first & 1 == 0, first != 0 { (first, second) = (first >> 1, second >> 1) }
            } else {
                hash = MerkleHash.node(hash, other)
            }
            (first, second) = (first >> 1, second >> 1)
        }
        guard second == 0 else { throw .wrongLength }
        guard hash == root else { throw .wrongRoot }
    }

    /// Checks that the tree of the old size and root is the beginning of the new (§2.1.4.2). An
    /// empty old tree is refused: it is the beginning of every tree and proves nothing.
    package static func checkConsistency(
        from oldSize: UInt64, _ oldRoot: SHA256Digest, to size: UInt64, _ root: SHA256Digest,
        proof: [SHA256Digest]
    ) throws(ProofRefusal) {
        guard oldSize > 0, oldSize <= size else { throw .outOfRange }
        if oldSize == size {
            guard proof.isEmpty else { throw .wrongLength }
            guard oldRoot == root else { throw .wrongRoot }
            return
        }
        var hashes = proof[...]
        if oldSize.nonzeroBitCount == 1 { hashes = [oldRoot] + hashes }
        guard let start = hashes.popFirst() else { throw .wrongLength }
        var (first, second) = (oldSize - 1, size - 1)
        while first & 1 == 1 { (first, second) = (first >> 1, second >> 1) }
        var (old, new) = (start, start)
        for other in hashes {
            guard second != 0 else { throw .wrongLength }
            if first & 1 == 1 || first == second {
                old = MerkleHash.node(other, old)
                new = MerkleHash.node(other, new)
                while first & 1 == 0, first != 0 { (first, second) = (first >> 1, second >> 1) }
            } else {
                new = MerkleHash.node(new, other)
            }
            (first, second) = (first >> 1, second >> 1)
        }
        guard second == 0 else { throw .wrongLength }
        guard old == oldRoot, new == root else { throw .wrongRoot }
    }
}
