internal import Clearinghouse
internal import ClearinghouseSimulator
internal import HTTP
internal import Synchronization

/// What may be wrong with the clearinghouse, or with the line to it.
package enum HouseTrouble: String, Hashable, Sendable, CaseIterable {
    // Of the clearinghouse itself.
    case down, garbage, truncated
    case wrongStatement, wrongPatient, wrongGrant, wrongSignature
    // Of the line: the request arrives, its answer does not, or late.
    case slow, unreachable, lineLost, timedOut

    /// How much time a request takes that is in trouble, in seconds.
    private var seconds: Double {
        switch self {
        case .slow: 4
        case .timedOut: 20
        case .unreachable, .lineLost: 5
        default: 0
        }
    }

    fileprivate var order: ClearinghouseSimulator.Fault.Kind? {
        switch self {
        case .down: .down
        case .garbage: .garbage
        case .truncated: .truncated
        case .wrongStatement: .wrongStatement
        case .wrongPatient: .wrongPatient
        case .wrongGrant: .wrongGrant
        case .wrongSignature: .wrongSignature
        case .slow, .unreachable, .lineLost, .timedOut: nil
        }
    }

    /// What becomes of an answer on the line.
    fileprivate func carry(
        _ response: HTTPResponse, _ clock: SteppedClock
    ) throws(ClearinghouseError) -> HTTPResponse {
        clock.advance(seconds: seconds)
        switch self {
        case .unreachable: throw .unreachable("a test")
        case .lineLost: throw .lineLost
        case .timedOut: throw .timedOut
        default: return response
        }
    }
}

extension WholeDesk {
    /// Puts the next so many requests in trouble; only those to an address that begins so.
    package func trouble(_ trouble: HouseTrouble, requests: Int, path: String) async {
        if let kind = trouble.order {
            return await house.order([
                ClearinghouseSimulator.Fault(kind, count: requests, path: path)
            ])
        }
        let left = Countdown(requests)
        let clock = clock
        wire.set { (request, response) throws(ClearinghouseError) in
            guard request.path.hasPrefix(path), left.isOn() else { return response }
            return try trouble.carry(response, clock)
        }
    }

    /// Ends every trouble.
    package func heal() async {
        await house.order([])
        wire.set(nil)
    }
}

/// Counts down to nothing.
private final class Countdown: Sendable {
    private let left: Mutex<Int>
    init(_ count: Int) { left = Mutex(count) }

    func isOn() -> Bool {
        left.withLock { left in
            guard left > 0 else { return false }
            left -= 1
            return true
        }
    }
}
