import Testing

@testable import QR

/// Figures of the standard and of other implementations.
@Suite("QR: vectors")
struct VectorTests {
    private static let digits = QRSegment.numeric(Array("01234567".utf8))

    @Test("the standard's example has its codewords")
    func codewords() throws {
        let data = try QRCodewords.data([Self.digits], version: .smallest, level: .medium)
        #expect(
            data == [
                0x10, 0x20, 0x0C, 0x56, 0x61, 0x80, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11, 0xEC, 0x11,
                0xEC, 0x11,
            ])
        let correction = ReedSolomon(correctionCount: 10).correction(of: data[...])
        #expect(correction == [0xA5, 0x24, 0xD4, 0xC1, 0xED, 0x36, 0xC7, 0x87, 0x2C, 0x55])
    }

    @Test(
        "the standard's example has its modules",
        arguments: [
            (
                2,
                """
                1fcb7f 104f41 17505d 17585d 17575d 105141 1fd57f 001300 17c97c 02b52c 046a9f \
                01083c 03f290 0017cc 1fcd60 1057c5 17512c 175920 175694 104036 1fde94
                """
            ),
            (
                0,
                """
                1fc77f 105c41 174c5d 174b5d 175b5d 104241 1fd57f 000000 154512 1a16a2 0376ee \
                19abb2 04eee1 001442 1fc111 10444b 175d5d 174aae 175ae5 1043b8 1fd2e5
                """
            ),
        ])
    func modules(mask: Int, expected: String) throws {
        let symbol = try QRSymbol([Self.digits], mask: mask)
        let rows = (0..<21).map { y in
            let row = (0..<21).reduce(0) { $0 << 1 | (symbol[$1, y] ? 1 : 0) }
            let text = String(row, radix: 16)
            return String(repeating: "0", count: 6 - text.count) + text
        }
        #expect(rows.joined(separator: " ") == expected)
    }

    @Test("format and version words")
    func words() throws {
        let words = (0..<8).map { String(QRPatterns.format(.medium, mask: $0), radix: 2) }
        #expect(
            words == [
                "101010000010010", "101000100100101", "101111001111100", "101101101001011",
                "100010111111001", "100000011001110", "100111110010111", "100101010100000",
            ])
        for (number, word) in [(7, 0x07C94), (16, 0x10B78), (40, 0x28C69)] {
            let version = try #require(QRVersion(number))
            let symbol = try QRSymbol([UInt8](), versions: version...version, mask: 0)
            let read = (0..<18).reduce(0) {
                $0 | (symbol[$1 / 3, version.size - 11 + $1 % 3] ? 1 : 0) << $1
            }
            #expect(read == word)
        }
    }

    @Test("what each version holds at levels M and L")
    func capacities() throws {
        let medium = [
            1: 14, 2: 26, 3: 42, 4: 62, 5: 84, 6: 106, 7: 122, 8: 152, 9: 180, 10: 213, 14: 362,
            16: 450, 20: 666, 25: 997, 30: 1370, 40: 2331,
        ]
        for (number, count) in medium {
            #expect(try #require(QRVersion(number)).byteCapacity(.medium) == count)
        }
        let low = [10: 271, 14: 458, 16: 586, 20: 858, 25: 1273, 30: 1732, 40: 2953]
        for (number, count) in low {
            #expect(try #require(QRVersion(number)).byteCapacity(.low) == count)
        }
    }

    @Test("where alignment patterns are centred", arguments: SymbolDecoder.centres)
    func alignment(number: Int, centres: [Int]) throws {
        #expect(try #require(QRVersion(number)).alignmentCentres == centres)
    }

    @Test("the version is the smallest that holds the data; one octet more is refused")
    func limits() throws {
        for version in QRVersion.all {
            for level in QRLevel.allCases {
                let count = version.byteCapacity(level)
                let full = QRSegment.bytes(Array(repeating: 0x41, count: count))
                let all: ClosedRange<QRVersion> = .smallest ... .largest
                #expect(try QRCodewords.version(for: [full], level: level, in: all) == version)
                let more = QRSegment.bytes(Array(repeating: 0x41, count: count + 1))
                #expect(throws: QRError.self) {
                    try QRCodewords.version(for: [more], level: level, in: version...version)
                }
            }
        }
        #expect(throws: QRError.notDigits) { try QRSymbol([.numeric(Array("12a".utf8))]) }
        #expect(throws: QRError.self) {
            try QRSymbol(Array(repeating: 0, count: 1_000_000), level: .low)
        }
    }
}
