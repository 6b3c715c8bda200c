/// The codewords of a symbol: data, padding, error correction, interleaved (JIS X 0510, 7.4.10
/// to 7.6).
enum QRCodewords {
    /// The smallest version of a range that holds the segments.
    static func version(
        for segments: [QRSegment], level: QRLevel, in versions: ClosedRange<QRVersion>
    ) throws(QRError) -> QRVersion {
        for version in QRVersion.all where versions.contains(version) {
            guard let bits = total(segments, version) else { continue }
            if bits <= version.dataCodewordCount(level) * 8 { return version }
        }
        let largest = versions.upperBound
        throw .tooLong(
            bits: total(segments, largest) ?? .max,
            capacity: largest.dataCodewordCount(level) * 8)
    }

    private static func total(_ segments: [QRSegment], _ version: QRVersion) -> Int? {
        var sum = 0
        for segment in segments {
            guard let bits = segment.bitCount(version) else { return nil }
            sum += bits
        }
        return sum
    }

    /// Data codewords: the segments, a terminator, and padding to the version's number.
    static func data(
        _ segments: [QRSegment], version: QRVersion, level: QRLevel
    ) throws(QRError) -> [UInt8] {
        let count = version.dataCodewordCount(level)
        var stream = BitStream()
        for segment in segments { try segment.write(to: &stream, version) }
        stream.append(0, count: min(4, count * 8 - stream.bitCount))
        var octets = stream.octets
        var pad: UInt8 = 0xEC
        while octets.count < count {
            octets.append(pad)
            pad ^= 0xEC ^ 0x11
        }
        return octets
    }

    /// Data and error correction, block by block interleaved, as they are placed.
    static func interleaved(
        _ data: [UInt8], version: QRVersion, level: QRLevel
    ) -> [UInt8] {
        let blocks = version.blockCount(level)
        let corrections = version.correctionCount(level)
        let short = data.count / blocks
        let shortBlocks = blocks - data.count % blocks
        let code = ReedSolomon(correctionCount: corrections)
        var result = [UInt8](repeating: 0, count: version.codewordCount)
        var start = 0
        for block in 0..<blocks {
            let length = short + (block < shortBlocks ? 0 : 1)
            let codewords = data[start..<start + length]
            for (index, codeword) in codewords.enumerated() {
                // The last codeword of a long block stands behind those of all blocks.
                let place = block - (index < short ? 0 : shortBlocks)
                result[index * blocks + place] = codeword
            }
            for (index, codeword) in code.correction(of: codewords).enumerated() {
                result[data.count + index * blocks + block] = codeword
            }
            start += length
        }
        return result
    }
}
