package import Octets

/// A tree's nodes at every eighth height, and the leaves of its unfinished right edge: all that is
/// needed to make any proof, but for the 256 leaves beside the one that is asked for. Some 33 octets
/// for each 256 leaves.
package struct TreeNodes: Sendable {
    /// How many leaves stand below one node of the next level.
    package static let width = 256
    static let levelHeight = 8

    /// How many leaves the tree has.
    package private(set) var size: UInt64 = 0
    /// Level 0 holds the leaves of the right edge only, each other level all of its nodes.
    private var levels: [[SHA256Digest]] = [[]]

    /// A tree without leaves.
    package init() {}

    /// A tree of complete groups of 256 leaves, from the nodes over them.
    package init(nodes: [SHA256Digest]) {
        for node in nodes { append(node, level: 1) }
        size = UInt64(nodes.count * Self.width)
    }

    /// The nodes over complete groups of 256 leaves.
    package var nodes: [SHA256Digest] { levels.count > 1 ? levels[1] : [] }

    /// Appends a leaf by its hash.
    package mutating func append(_ leafHash: SHA256Digest) {
        size += 1
        levels[0].append(leafHash)
        guard levels[0].count == Self.width else { return }
        append(Self.root(of: levels[0][...]), level: 1)
        levels[0].removeAll(keepingCapacity: true)
    }

    private mutating func append(_ node: SHA256Digest, level: Int) {
        if level == levels.count { levels.append([]) }
        levels[level].append(node)
        guard levels[level].count.isMultiple(of: Self.width) else { return }
        append(Self.root(of: levels[level].suffix(Self.width)), level: level + 1)
    }

    /// The leaves of the unfinished group of 256, where `group` is that.
    func edge(_ group: UInt64) -> [SHA256Digest]? {
        group == size / UInt64(Self.width) ? levels[0] : nil
    }

    /// The root over a complete subtree of 256 leaves or more that begins at a multiple of its size.
    func subtree(at first: UInt64, height: Int) -> SHA256Digest {
        let level = height / Self.levelHeight
        let start = Int(first >> (level * Self.levelHeight))
        return Self.root(of: levels[level][start..<start + 1 << (height % Self.levelHeight)])
    }

    /// The root over some nodes of one level, or leaves.
    static func root(of nodes: ArraySlice<SHA256Digest>) -> SHA256Digest {
        var frontier = TreeFrontier()
        for node in nodes { frontier.append(node) }
        return frontier.root
    }
}
