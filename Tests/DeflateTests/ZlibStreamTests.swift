import Foundation
import PaperJudge
import Testing

@testable import Deflate

@Suite("zlib streams")
struct ZlibStreamTests {
    /// Octets of every kind: nothing, little, repeated, text, noise, and more than one block.
    static let samples: [(name: String, octets: [UInt8])] = {
        var generator = Noise(state: 7)
        let noise = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 40) }
        let few = (0..<100_000).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 62) }
        let text = Array(String(repeating: "調剤年月日 2021-09-29 薬局A\n", count: 3000).utf8)
        return [
            ("nothing", []), ("one octet", [0]), ("two", [1, 2]), ("three the same", [9, 9, 9]),
            ("zeros", Array(repeating: 0, count: 300_000)), ("noise", noise),
            ("four values", few), ("text", text),
            ("noise twice", Array(noise[..<30_000] + noise[..<30_000])),
            ("all octets", (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }),
        ]
    }()

    struct Noise: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state
        }
    }

    @Test("what is written is read back", arguments: samples.indices)
    func roundTrip(index: Int) throws {
        let octets = Self.samples[index].octets
        let stream = zlibStream(octets)
        #expect(try Inflate.zlib(stream) == octets)
        #expect(stream.count <= octets.count + 11 + 5 * (octets.count / 32_768 + 1))
    }

    @Test("what repeats becomes small")
    func small() {
        #expect(zlibStream(Array(repeating: 0, count: 300_000)).count < 600)
        #expect(zlibStream(Self.samples[7].octets).count < 1000)
    }

    @Test("every length and distance has its symbol")
    func buckets() {
        for length in 3...258 {
            let bucket = Bucket.lengths[Bucket.length(Token(length: length, distance: 1))]
            #expect(length >= bucket.first && (length - bucket.first) >> bucket.bits == 0)
        }
        for distance in 1...32_768 {
            let token = Token(length: 3, distance: distance)
            let bucket = Bucket.distances[Bucket.distance(token)]
            #expect(token.distance == distance)
            #expect(distance >= bucket.first && (distance - bucket.first) >> bucket.bits == 0)
        }
    }

    @Test("no code is longer than its limit, even for frequencies like Fibonacci's")
    func limited() {
        var frequencies = [1, 1]
        while frequencies.count < 40 { frequencies.append(frequencies.suffix(2).reduce(0, +)) }
        let code = PrefixCode(frequencies: frequencies, limit: 15)
        #expect(code.lengths.allSatisfy { (1...15).contains($0) })
        #expect(code.lengths.reduce(0) { $0 + 1 << (15 - $1) } <= 1 << 15)
    }

    @Test("Python's zlib reads it", arguments: samples.indices)
    func python(index: Int) throws {
        let octets = Self.samples[index].octets
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = [
            "python3", "-c",
            "import sys, zlib; sys.stdout.buffer.write(zlib.decompress(sys.stdin.buffer.read()))",
        ]
        let folder = FileManager.default.temporaryDirectory
        let file = folder.appending(path: "madoguchi-zlib-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(zlibStream(octets)).write(to: file)
        let output = Pipe()
        python.standardInput = try FileHandle(forReadingFrom: file)
        python.standardOutput = output
        try python.run()
        let read = try output.fileHandleForReading.readToEnd() ?? Data()
        python.waitUntilExit()
        #expect(python.terminationStatus == 0)
        #expect([UInt8](read) == octets)
    }
}
