internal import Executors
package import HTTP

/// Where two answers change places: the first waits for the second, for a while.
package actor SwapBench {
    private struct Waiting {
        var number: Int
        var response: HTTPResponse
        var continuation: CheckedContinuation<HTTPResponse, Never>
    }

    private var waiting: [Int: Waiting] = [:]
    private var number = 0

    /// An empty bench.
    package init() {}

    /// Puts an answer down and takes the other one of its group; its own again, if none comes in
    /// time.
    package func exchange(
        _ response: HTTPResponse, group: Int, milliseconds: Int
    ) async -> HTTPResponse {
        if let first = waiting.removeValue(forKey: group) {
            first.continuation.resume(returning: response)
            return first.response
        }
        number += 1
        let mine = number
        return await withCheckedContinuation { continuation in
            waiting[group] = Waiting(
                number: mine, response: response, continuation: continuation)
            Task {
                try? await Alarms.shared.sleep(for: .milliseconds(milliseconds))
                self.giveBack(mine, of: group)
            }
        }
    }

    private func giveBack(_ number: Int, of group: Int) {
        guard let first = waiting[group], first.number == number else { return }
        waiting[group] = nil
        first.continuation.resume(returning: first.response)
    }
}
