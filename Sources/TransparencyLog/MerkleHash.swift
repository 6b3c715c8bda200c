internal import Cryptography
package import Octets

/// The hashes of an RFC 6962 tree (§2.1), SHA-256 throughout.
package enum MerkleHash {
    /// The root of a tree without leaves: the hash of no octets.
    package static let emptyRoot = SHA256Digest(hashing: [])

    /// A leaf: SHA-256(0x00 ‖ entry).
    package static func leaf(_ entry: [UInt8]) -> SHA256Digest {
        SHA256Digest(hashing: [0x00] + entry)
    }

    /// A node: SHA-256(0x01 ‖ left ‖ right).
    package static func node(_ left: SHA256Digest, _ right: SHA256Digest) -> SHA256Digest {
        SHA256Digest(hashing: 0x01, left, right)
    }
}

/// The right edge of a tree: the roots of its largest complete subtrees, left to right. All that
/// is needed to append leaves and to know the root, at most 64 hashes.
package struct TreeFrontier: Hashable, Sendable {
    /// How many leaves the tree has.
    package private(set) var size: UInt64
    /// One root for each bit that is set in `size`, the largest subtree first.
    package private(set) var nodes: [SHA256Digest]

    /// A tree without leaves.
    package init() { (size, nodes) = (0, []) }

    /// A frontier that was written down; there must be one node for each bit of `size`.
    package init?(size: UInt64, nodes: [SHA256Digest]) {
        guard nodes.count == size.nonzeroBitCount, size < 1 << 62 else { return nil }
        (self.size, self.nodes) = (size, nodes)
    }

    /// Appends a leaf by its hash.
    package mutating func append(_ leafHash: SHA256Digest) {
        var node = leafHash
        var bits = size
        while bits & 1 == 1, let left = nodes.popLast() {
            node = MerkleHash.node(left, node)
            bits >>= 1
        }
        nodes.append(node)
        size += 1
    }

    /// The root of the tree as it stands.
    package var root: SHA256Digest {
        guard var root = nodes.last else { return MerkleHash.emptyRoot }
        for node in nodes.dropLast().reversed() { root = MerkleHash.node(node, root) }
        return root
    }
}
