internal import CSystem
internal import CheckIns
internal import Executors
internal import Glibc
package import Terminal

/// A matcher that is a program of somebody else's. It gets both pictures by descriptor, the photo
/// as 3 (or the first that is handed over) and the frame as 4 (or the second), and writes one JSON
/// object to its standard output (or the socket). A crash, silence or nonsense decides nothing.
package struct ExternalMatcher: FaceMatcher {
    /// How the program is reached.
    package enum Way: Hashable, Sendable {
        /// Started for each comparison, as this service's user, with no environment.
        case program(path: String, arguments: [String])
        /// A unit with a user of its own that listens on a UNIX socket; descriptors are handed over
        /// with one octet (SCM_RIGHTS).
        case socket(path: String)
    }

    package let name: String
    package let matchPerMille: Int
    private let way: Way
    private let limitMilliseconds: Int64

    /// A matcher that is given so many seconds for each comparison.
    package init(name: String, way: Way, matchPerMille: Int, limitSeconds: Double) {
        (self.name, self.way, self.matchPerMille) = (name, way, matchPerMille)
        limitMilliseconds = Int64(limitSeconds * 1000)
    }

    package func compare(photo: [UInt8], with frame: [UInt8]) async -> FaceVerdict {
        let verdict = OneShot<FaceVerdict>()
        // A thread of its own: whoever else is at the terminal does not wait for this one.
        let hasStarted = startThread("face-matcher") {
            verdict.settle(self.decide(photo, frame))
        }
        guard hasStarted else { return .undecided(.matcherFailed) }
        return await verdict.value(ifCancelled: { .undecided(.matcherSilent) })
    }

    private func decide(_ photo: [UInt8], _ frame: [UInt8]) -> FaceVerdict {
        let pictures = [photo, frame].map(memoryFile)
        defer { for file in pictures where file >= 0 { close(file) } }
        guard pictures.allSatisfy({ $0 >= 0 }) else { return .undecided(.matcherFailed) }
        switch way {
        case .program(let path, let arguments):
            return start(path, arguments, pictures[0], pictures[1])
        case .socket(let path):
            let limit = Int32(clamping: limitMilliseconds)
            let socket = unsafe csystem_hand_over(path, pictures[0], pictures[1], limit)
            guard socket >= 0 else { return .undecided(.matcherFailed) }
            defer { close(socket) }
            return answer(from: socket)
        }
    }

    private func start(
        _ path: String, _ arguments: [String], _ photo: Int32, _ frame: Int32
    ) -> FaceVerdict {
        var (reading, writing): (Int32, Int32) = (-1, -1)
        guard unsafe csystem_pipe(&reading, &writing) == 0 else {
            return .undecided(.matcherFailed)
        }
        defer { close(reading) }
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) } + [nil]
        let process = unsafe csystem_spawn(path, &words, photo, frame, writing)
        unsafe words.forEach { unsafe free($0) }
        // From here on the program alone can write: its end is the pipe's.
        close(writing)
        guard process > 0 else { return .undecided(.matcherFailed) }
        defer { csystem_reap(process) }
        return answer(from: reading)
    }

    /// Reads to the end, at most one octet more than an answer may have.
    private func answer(from descriptor: Int32) -> FaceVerdict {
        let end = csystem_monotonic_nanoseconds() + limitMilliseconds * 1_000_000
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1024)
        while octets.count <= FaceVerdict.longestAnswer {
            let left = (end - csystem_monotonic_nanoseconds()) / 1_000_000
            let count = unsafe piece.withUnsafeMutableBytes {
                unsafe csystem_read_within(descriptor, $0.baseAddress, UInt($0.count), left)
            }
            guard count >= 0 else { return .undecided(.matcherSilent) }
            guard count > 0 else { break }
            octets += piece.prefix(count)
        }
        return octets.isEmpty ? .undecided(.matcherFailed) : FaceVerdict(answer: octets)
    }
}

private func memoryFile(_ octets: [UInt8]) -> Int32 {
    unsafe octets.withUnsafeBytes { unsafe csystem_memory_file($0.baseAddress, UInt($0.count)) }
}
