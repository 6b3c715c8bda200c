import Cryptography
import Octets
import Synchronization

/// Where random octets come from: the system, or a seed, so that the same seed gives the same
/// bytes for the same requests in the same order.
package final class Chance: Sendable {
    private struct State {
        var seed: Int64?
        var count: UInt64 = 0
    }

    private let state: Mutex<State>

    /// Chance; with a seed it only looks like it.
    package init(seed: Int64? = nil) { state = Mutex(State(seed: seed)) }

    /// The seed, if there is one.
    package var seed: Int64? {
        get { state.withLock { $0.seed } }
        set { state.withLock { $0 = State(seed: newValue) } }
    }

    /// So many octets.
    package func octets(_ count: Int) -> [UInt8] {
        let (seed, first) = state.withLock { state in
            let first = state.count
            state.count += UInt64((count + 31) / 32)
            return (state.seed, first)
        }
        guard let seed else { return RandomOctets.make(count) }
        var octets: [UInt8] = []
        var block = first
        while octets.count < count {
            octets += Self.block("octets", seed, block, 0)
            block += 1
        }
        return Array(octets.prefix(count))
    }

    /// A number from 0 up to 1 that belongs to the n-th event of a kind, in whatever order the
    /// events come.
    package func share(of kind: String, _ group: Int, _ number: Int) -> Double {
        let seed = state.withLock { $0.seed }
        guard let seed else { return Double.random(in: 0..<1) }
        let octets = Self.block(kind, seed, UInt64(number), UInt64(group))
        let bits = octets.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } >> 11
        return Double(bits) / Double(1 << 53)
    }

    private static func block(
        _ kind: String, _ seed: Int64, _ number: UInt64, _ group: UInt64
    ) -> [UInt8] {
        let text = "madoguchi simulation v1\n\(kind)\n\(seed)\n\(group)\n\(number)"
        return SHA256Digest(hashing: Array(text.utf8)).octets
    }
}
