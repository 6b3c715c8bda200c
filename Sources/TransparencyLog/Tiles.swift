package import Octets

/// One resource of a log served as tiles (C2SP tlog-tiles): where it lies and what it holds.
package struct Tile: Hashable, Sendable {
    /// The height of a tile: 256 entries.
    package static let width = 256

    /// Hashes of a level, or the entries themselves.
    package enum Content: Hashable, Sendable {
        /// Hashes; level 0 are the leaves'.
        case hashes(level: Int)
        /// Entries, each after its length (uint16, big-endian).
        case entries
    }

    /// What kind of tile.
    package var content: Content
    /// Which tile of its kind, from the left.
    package var index: UInt64
    /// How many entries it has: 256, or fewer at the right edge.
    package var count: Int
    /// The octets.
    package var octets: [UInt8]

    /// The path below the log's prefix: `tile/0/x001/x234/067.p/8`.
    package var path: String {
        let kind =
            switch content {
            case .hashes(let level): String(level)
            case .entries: "entries"
            }
        let partial = count == Self.width ? "" : ".p/\(count)"
        return "tile/\(kind)/\(Self.indexPath(index))\(partial)"
    }

    /// An index in groups of three digits, each but the last after an `x`.
    package static func indexPath(_ index: UInt64) -> String {
        var groups: [String] = []
        var rest = index
        repeat {
            let digits = String(rest % 1000)
            groups.append(String(repeating: "0", count: 3 - digits.utf8.count) + digits)
            rest /= 1000
        } while rest > 0
        return groups.reversed().enumerated()
            .map { $0.offset < groups.count - 1 ? "x" + $0.element : $0.element }
            .joined(separator: "/")
    }
}

/// Turns a log's entries, one after another, into tiles; at most 256 of a level are held.
package struct TileBuilder: Sendable {
    private var levels: [Level] = []
    private var bundle: [UInt8] = []
    private var size: UInt64 = 0
    private var frontier = TreeFrontier()

    private struct Level {
        var index: UInt64 = 0
        var hashes: [SHA256Digest] = []
    }

    /// A builder before the first entry.
    package init() {}

    /// The root over the entries so far.
    package var root: SHA256Digest { frontier.root }

    /// Takes the next entry and gives back the tiles that it filled.
    package mutating func append(_ entry: [UInt8]) -> [Tile] {
        precondition(entry.count <= Int(UInt16.max), "a tlog-tiles entry is at most 65,535 octets")
        let hash = MerkleHash.leaf(entry)
        frontier.append(hash)
        var tiles: [Tile] = []
        bundle.append(bigEndian: UInt16(entry.count))
        bundle += entry
        size += 1
        if size.isMultiple(of: UInt64(Tile.width)) {
            tiles.append(bundleTile(count: Tile.width))
            bundle = []
        }
        return tiles + append(hash, level: 0)
    }

    /// The partial tiles of the right edge.
    package func partialTiles() -> [Tile] {
        var tiles = levels.enumerated().filter { !$0.element.hashes.isEmpty }
            .map { tile($0.element, level: $0.offset) }
        let rest = Int(size % UInt64(Tile.width))
        if rest > 0 { tiles.append(bundleTile(count: rest)) }
        return tiles
    }

    private mutating func append(_ hash: SHA256Digest, level: Int) -> [Tile] {
        if level == levels.count { levels.append(Level()) }
        levels[level].hashes.append(hash)
        guard levels[level].hashes.count == Tile.width else { return [] }
        let full = tile(levels[level], level: level)
        var subtree = TreeFrontier()
        for hash in levels[level].hashes { subtree.append(hash) }
        levels[level] = Level(index: levels[level].index + 1)
        return [full] + append(subtree.root, level: level + 1)
    }

    private func tile(_ level: Level, level number: Int) -> Tile {
        Tile(
            content: .hashes(level: number), index: level.index, count: level.hashes.count,
            octets: level.hashes.flatMap(\.octets))
    }

    private func bundleTile(count: Int) -> Tile {
        Tile(
            content: .entries, index: (size - 1) / UInt64(Tile.width), count: count,
            octets: bundle)
    }
}
