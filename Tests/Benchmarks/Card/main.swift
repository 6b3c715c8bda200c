import APDU
import Cryptography
import Executors
import Glibc
import JSON
import MyNumberCard
import PCSC
import Secrets

/// Measures what one check-in asks of a card: who it is, and a proof with PIN 1234, on the first
/// reader. Simulated cards only: a real one would lose tries.
///
///     card-benchmark once            one identity and one proof; the number of commands
///     card-benchmark rounds COUNT    many in one process; prints one JSON object
func measure() async throws {
    let words = CommandLine.arguments
    guard let name = try PCSCContext().readers().first else { throw NoReader() }
    let bench = CardBench(reader: PCSCReader(name: name))
    switch words.dropFirst().first {
    case "once":
        let round = try await bench.round()
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

runProcess {
    do {
        try await measure()
        return 0
    } catch {
        print("card-benchmark: \(error)")
        return 1
    }
}
