import Foundation
import Fuzzing
import Testing

/// What libFuzzer explores for long (`make fuzz`), here for short: each sample, and seeded changes
/// of it. A broken promise ends the process.
@Suite("Hostile octets")
struct CorpusTests {
    static let corpus = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzzing/Corpus")

    static func samples(of target: FuzzTarget) throws -> [[UInt8]] {
        let folder = corpus.appending(path: target.rawValue)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            [UInt8](try Data(contentsOf: folder.appending(path: $0)))
        }
    }

    @Test("each sample and changes of it break no promise", arguments: FuzzTarget.allCases)
    func changed(target: FuzzTarget) throws {
        var source = Changes(seed: target.rawValue.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
        let samples = try Self.samples(of: target)
        #expect(!samples.isEmpty)
        for sample in samples {
            target.run(sample)
            for _ in 0..<target.changeCount { target.run(source.changed(sample)) }
        }
    }
}

/// Seeded changes: flipped, dropped, doubled and inserted octets.
struct Changes {
    private var state: UInt64
    init(seed: UInt64) { state = seed | 1 }

    private mutating func next(below limit: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(max(limit, 1)))
    }

    mutating func changed(_ sample: [UInt8]) -> [UInt8] {
        var octets = sample
        for _ in 0...next(below: 4) {
            let place = next(below: octets.count)
            switch next(below: 5) {
            case 0 where !octets.isEmpty: octets[place] ^= UInt8(1 << next(below: 8))
            case 1 where !octets.isEmpty: octets[place] = UInt8(next(below: 256))
            case 2 where !octets.isEmpty: octets.remove(at: place)
            case 3 where !octets.isEmpty:
                let piece = octets[place..<min(place + 1 + next(below: 16), octets.count)]
                octets.insert(contentsOf: piece, at: next(below: octets.count))
            default: octets.insert(UInt8(next(below: 256)), at: place)
            }
        }
        return octets
    }
}
