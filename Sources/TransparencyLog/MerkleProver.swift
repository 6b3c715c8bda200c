package import Octets

/// Makes the proofs of RFC 6962 §2.1.1–2 from a tree's nodes and, group by group, its leaves.
package struct MerkleProver<Failure: Error>: Sendable {
    /// Gives the hashes of a complete group of 256 leaves by its number.
    package typealias Leaves = @Sendable (UInt64) throws(Failure) -> [SHA256Digest]

    private let nodes: TreeNodes
    private let leaves: Leaves

    /// A prover that asks for leaves where it needs them: one group for each end of a proof.
    package init(nodes: TreeNodes, leaves: @escaping Leaves) {
        (self.nodes, self.leaves) = (nodes, leaves)
    }

    /// How many leaves there are.
    package var size: UInt64 { nodes.size }

    /// The root over the first `size` leaves.
    package func root(size: UInt64) throws(Failure) -> SHA256Digest? {
        guard size <= self.size else { return nil }
        guard size > 0 else { return MerkleHash.emptyRoot }
        var work = MerkleWork(nodes: nodes, leaves: leaves)
        return try work.root(of: 0..<size)
    }

    /// The hashes that lead from a leaf to the root over the first `size` leaves, the leaf's
    /// sibling first; nothing if there is no such leaf.
    package func inclusion(
        of index: UInt64, size: UInt64
    ) throws(Failure) -> [SHA256Digest]? {
        guard index < size, size <= self.size else { return nil }
        var work = MerkleWork(nodes: nodes, leaves: leaves)
        return try work.path(of: index, in: 0..<size)
    }

    /// The hashes that show the first `oldSize` leaves to be the beginning of the first `size`;
    /// nothing for an empty old tree or sizes out of order.
    package func consistency(
        from oldSize: UInt64, to size: UInt64
    ) throws(Failure) -> [SHA256Digest]? {
        guard oldSize > 0, oldSize <= size, size <= self.size else { return nil }
        var work = MerkleWork(nodes: nodes, leaves: leaves)
        return try work.subproof(oldSize, in: 0..<size, isWhole: true)
    }
}

/// One proof in the making: asks for a group of leaves once.
private struct MerkleWork<Failure: Error> {
    let nodes: TreeNodes
    let leaves: MerkleProver<Failure>.Leaves
    private var known: [UInt64: [SHA256Digest]] = [:]

    init(nodes: TreeNodes, leaves: @escaping MerkleProver<Failure>.Leaves) {
        (self.nodes, self.leaves) = (nodes, leaves)
    }

    private mutating func group(_ number: UInt64) throws(Failure) -> [SHA256Digest] {
        if let group = nodes.edge(number) ?? known[number] { return group }
        let group = try leaves(number)
        known[number] = group
        return group
    }

    /// The root over a range that RFC 6962 splits off: it begins at a multiple of the smallest power
    /// of two that holds it.
    mutating func root(of range: Range<UInt64>) throws(Failure) -> SHA256Digest {
        let width = UInt64(TreeNodes.width)
        let number = range.lowerBound / width
        if range.count >= TreeNodes.width, range.count.nonzeroBitCount == 1 {
            return nodes.subtree(
                at: range.lowerBound, height: range.count.trailingZeroBitCount)
        }
        if range.upperBound <= (number + 1) * width {
            let start = Int(range.lowerBound - number * width)
            return TreeNodes.root(of: try group(number)[start..<start + range.count])
        }
        let split = range.lowerBound + splitPoint(range.count)
        let left = try root(of: range.lowerBound..<split)
        return MerkleHash.node(left, try root(of: split..<range.upperBound))
    }

    /// PATH(m, D[n]) of RFC 6962 §2.1.1.
    mutating func path(
        of index: UInt64, in range: Range<UInt64>
    ) throws(Failure) -> [SHA256Digest] {
        guard range.count > 1 else { return [] }
        let split = range.lowerBound + splitPoint(range.count)
        let (with, beside) = halves(range, at: split, isLeft: index < split)
        let below = try path(of: index, in: with)
        return below + [try root(of: beside)]
    }

    /// SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2; `end` is where the old tree ends.
    mutating func subproof(
        _ end: UInt64, in range: Range<UInt64>, isWhole: Bool
    ) throws(Failure) -> [SHA256Digest] {
        if end == range.upperBound { return isWhole ? [] : [try root(of: range)] }
        let split = range.lowerBound + splitPoint(range.count)
        let isLeft = end <= split
        let (with, beside) = halves(range, at: split, isLeft: isLeft)
        let below = try subproof(end, in: with, isWhole: isLeft && isWhole)
        return below + [try root(of: beside)]
    }

    private func halves(
        _ range: Range<UInt64>, at split: UInt64, isLeft: Bool
    ) -> (Range<UInt64>, Range<UInt64>) {
        let (left, right) = (range.lowerBound..<split, split..<range.upperBound)
        return isLeft ? (left, right) : (right, left)
    }

    /// The largest power of two below `count`.
    private func splitPoint(_ count: Int) -> UInt64 {
        1 << (Int.bitWidth - 1 - (count - 1).leadingZeroBitCount)
    }
}

extension MerkleProver where Failure == Never {
    /// A prover over leaves that are all at hand.
    package init(leafHashes: [SHA256Digest]) {
        var nodes = TreeNodes()
        for hash in leafHashes { nodes.append(hash) }
        self.init(nodes: nodes) { group in
            let start = Int(group) * TreeNodes.width
            return Array(leafHashes[start..<start + TreeNodes.width])
        }
    }
}
