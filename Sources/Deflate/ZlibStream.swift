/// Octets as a zlib stream (RFC 1950), as PDF's FlateDecode reads them. The same octets always give
/// the same stream.
package func zlibStream(_ octets: [UInt8]) -> [UInt8] {
    var writer = BitWriter(octets: [0x78, 0x9C])
    deflate(octets, to: &writer)
    writer.alignToOctet()
    let check = adler32(octets)
    return writer.octets + (0..<4).map { UInt8(truncatingIfNeeded: check >> (24 - 8 * $0)) }
}

/// The check value at the end of a zlib stream (RFC 1950 §8.2).
func adler32(_ octets: [UInt8]) -> UInt32 {
    var (low, high): (UInt32, UInt32) = (1, 0)
    var start = 0
    while start < octets.count {
        // 5552 additions fit before 32 bits run over.
        let end = min(start + 5552, octets.count)
        for octet in octets[start..<end] {
            low &+= UInt32(octet)
            high &+= low
        }
        (low, high) = (low % 65521, high % 65521)
        start = end
    }
    return high << 16 | low
}

/// Writes the blocks of a deflate stream (RFC 1951), each in its shortest form.
private func deflate(_ octets: [UInt8], to writer: inout BitWriter) {
    var finder = MatchFinder(octets)
    repeat {
        let start = finder.position
        let tokens = finder.tokens(maximum: 1 << 15)
        let block = DeflateBlock(
            tokens: tokens, source: octets[start..<finder.position],
            isLast: finder.position == octets.count)
        block.write(to: &writer)
    } while finder.position < octets.count
}
