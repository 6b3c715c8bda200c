import Octets
import Testing

@testable import TransparencyLog

@Suite("Tiles")
struct TileTests {
    @Test(
        "an index is written in groups of three digits",
        arguments: [
            (0, "000"), (7, "007"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067"),
        ])
    func paths(index: UInt64, path: String) { #expect(Tile.indexPath(index) == path) }

    @Test("three entries are a bundle of lengths and words")
    func bundle() throws {
        var builder = TileBuilder()
        for word in Vectors.words[..<3] { #expect(builder.append(word).isEmpty) }
        let bundle = try #require(builder.partialTiles().last)
        #expect(bundle.path == "tile/entries/000.p/3")
        #expect(bundle.octets.hex == "00036f6e65" + "000374776f" + "00057468726565")
        #expect(builder.root.base64 == Vectors.wordRoots[3])
    }

    @Test("256 entries are one full tile and a partial one above it")
    func full() {
        let (tiles, partial) = build(256)
        #expect(tiles.map(\.path) == ["tile/entries/000", "tile/0/000"])
        #expect(tiles.last?.octets.count == 8192)
        #expect(partial.map(\.path) == ["tile/1/000.p/1"])
    }

    @Test("70,000 entries are 273 full tiles and 112 hashes, one full tile above, 17, 1")
    func seventyThousand() {
        let (tiles, partial) = build(70_000)
        #expect(tiles.count { $0.content == .hashes(level: 0) } == 273)
        #expect(tiles.count { $0.content == .hashes(level: 1) } == 1)
        #expect(tiles.count { $0.content == .entries } == 273)
        #expect(
            partial.map(\.path) == [
                "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112",
            ])
    }

    private func build(_ count: Int) -> (full: [Tile], partial: [Tile]) {
        var builder = TileBuilder()
        var full: [Tile] = []
        for number in 0..<count { full += builder.append([UInt8(truncatingIfNeeded: number)]) }
        return (full, builder.partialTiles())
    }
}
