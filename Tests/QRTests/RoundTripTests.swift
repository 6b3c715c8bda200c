import Testing

@testable import QR

@Suite("QR: what was written is read")
struct RoundTripTests {
    @Test("every version, level and mask", arguments: QRVersion.all, QRLevel.allCases)
    func all(version: QRVersion, level: QRLevel) throws {
        let octets = (0..<version.byteCapacity(level)).map {
            UInt8(truncatingIfNeeded: $0 &* 167 &+ version.number &* 31 &+ $0 >> 8)
        }
        var placed: [UInt8]?
        for mask in 0..<8 {
            let symbol = try QRSymbol(
                [.bytes(octets)], level: level, versions: version...version, mask: mask)
            let decoder = try SymbolDecoder(symbol)
            #expect(decoder.mask == mask)
            #expect(decoder.levelBits == [1, 0, 3, 2][level.rawValue])
            let codewords = decoder.codewords()
            if let placed {
                #expect(codewords == placed, "mask \(mask)")
                continue
            }
            placed = codewords
            let data = try SymbolDecoder.data(
                codewords, blocks: version.blockCount(level),
                corrections: version.correctionCount(level))
            #expect(try SymbolDecoder.text(data, version: version.number) == octets)
        }
    }

    @Test("segments of digits and of octets, one behind the other", arguments: 0..<60)
    func segments(seed: Int) throws {
        var random = SystemRandomNumberGenerator()
        let digits = (0..<Int.random(in: 0...400, using: &random)).map { _ in
            UInt8.random(in: 0x30...0x39, using: &random)
        }
        let octets = (0..<Int.random(in: 0...400, using: &random)).map { _ in
            UInt8.random(in: 0...255, using: &random)
        }
        let symbol = try QRSymbol(
            seed % 2 == 0
                ? [.numeric(digits), .bytes(octets)] : [.bytes(octets), .numeric(digits)])
        let decoder = try SymbolDecoder(symbol)
        let data = try SymbolDecoder.data(
            decoder.codewords(), blocks: symbol.version.blockCount(.medium),
            corrections: symbol.version.correctionCount(.medium))
        let text = try SymbolDecoder.text(data, version: symbol.version.number)
        #expect(text == (seed % 2 == 0 ? digits + octets : octets + digits))
    }

    @Test("the same octets give the same symbol, and digits take the shorter mode")
    func deterministic() throws {
        let octets = Array("JAHISTC08,1\r\n".utf8)
        #expect(try QRSymbol(octets) == QRSymbol(octets))
        #expect(QRSegment(Array("20210929".utf8)) == .numeric(Array("20210929".utf8)))
        #expect(QRSegment(octets) == .bytes(octets))
        #expect(QRSegment([]) == .bytes([]))
    }
}
