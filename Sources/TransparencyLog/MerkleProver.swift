package import Octets

/// Makes the proofs of RFC 6962 §2.1.1–2 from the hashes of all leaves.
package struct MerkleProver: Sendable {
    private let leafHashes: [SHA256Digest]

    /// A prover over the leaves of a tree.
    package init(leafHashes: [SHA256Digest]) { self.leafHashes = leafHashes }

    /// How many leaves there are.
    package var size: UInt64 { UInt64(leafHashes.count) }

    /// The root over the first `size` leaves.
    package func root(size: UInt64) -> SHA256Digest? {
        guard size <= self.size else { return nil }
        return root(of: 0..<Int(size))
    }

    /// The hashes that lead from a leaf to the root over the first `size` leaves, the leaf's
    /// sibling first; nothing if there is no such leaf.
    package func inclusion(of index: UInt64, size: UInt64) -> [SHA256Digest]? {
        guard index < size, size <= self.size else { return nil }
        return path(of: Int(index), in: 0..<Int(size))
    }

    /// The hashes that show the first `oldSize` leaves to be the beginning of the first `size`;
    /// nothing for an empty old tree or sizes out of order.
    package func consistency(from oldSize: UInt64, to size: UInt64) -> [SHA256Digest]? {
        guard oldSize > 0, oldSize <= size, size <= self.size else { return nil }
        return subproof(Int(oldSize), in: 0..<Int(size), isWhole: true)
    }

    private func root(of range: Range<Int>) -> SHA256Digest {
        var frontier = TreeFrontier()
        for index in range { frontier.append(leafHashes[index]) }
        return frontier.root
    }

    /// PATH(m, D[n]) of RFC 6962 §2.1.1.
    private func path(of index: Int, in range: Range<Int>) -> [SHA256Digest] {
        guard range.count > 1 else { return [] }
        let split = range.lowerBound + splitPoint(range.count)
        return index < split
            ? path(of: index, in: range.lowerBound..<split) + [root(of: split..<range.upperBound)]
            : path(of: index, in: split..<range.upperBound) + [root(of: range.lowerBound..<split)]
    }

    /// SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2; `end` is where the old tree ends.
    private func subproof(_ end: Int, in range: Range<Int>, isWhole: Bool) -> [SHA256Digest] {
        if end == range.upperBound { return isWhole ? [] : [root(of: range)] }
        let split = range.lowerBound + splitPoint(range.count)
        return end <= split
            ? subproof(end, in: range.lowerBound..<split, isWhole: isWhole)
                + [root(of: split..<range.upperBound)]
            : subproof(end, in: split..<range.upperBound, isWhole: false)
                + [root(of: range.lowerBound..<split)]
    }

    /// The largest power of two below `count`.
    private func splitPoint(_ count: Int) -> Int {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}
