import APDU
import Cryptography
import Executors
import Glibc
import JSON
import MyNumberCard
import Octets
import PCSC
import Secrets

/// Measures what one check-in asks of a card: who it is, and a proof with PIN 1234, on the first
/// reader. Simulated cards only: a real one would lose tries.
///
///     card-benchmark once            one identity and one proof; the number of commands
///     card-benchmark rounds COUNT    many in one process; prints one JSON object
func measure() async throws {
    let words = CommandLine.arguments
    // The daemon has read its trust anchors long before a card comes; here OpenSSL gets ready
    // while the card speaks.
    async let key = PublicKey(spki: anyKey)
    guard let name = try PCSCContext().readers().first else { throw NoReader() }
    let bench = CardBench(reader: PCSCReader(name: name))
    switch words.dropFirst().first {
    case "once":
        let round = try await bench.round()
        _ = try await key
        print("\(round.trips.count)")
    case "rounds":
        let count = words.count > 2 ? Int(words[2]) ?? 50 : 50
        print(String(decoding: try await bench.report(rounds: count).pretty, as: UTF8.self))
    default:
        print("usage: card-benchmark once | rounds COUNT")
        exit(2)
    }
}

struct NoReader: Error {}

/// An RSA key, for no use but to be read.
let anyKey =
    [UInt8](
        hex: """
            305c300d06092a864886f70d0101010500034b003048024100b72eae9d5b38f88e3963f3be61cf26dbb6f1\
            e5154f14eb49af1a11f5d7b7a65a1ba558f32a6cbb91429e2f8ce51c839588152715db34f75f16875892\
            6925a8cb0203010001
            """) ?? []

runProcess {
    do {
        try await measure()
        return 0
    } catch {
        print("card-benchmark: \(error)")
        return 1
    }
}
