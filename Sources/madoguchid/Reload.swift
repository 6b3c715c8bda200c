import AccessHistory
import Commands
import Configuration
import Cryptography
import Executors
import Glibc
import Network
import Synchronization
import Terminal

/// The parts of a running service that a reload replaces: who is trusted, and who is staff.
final class LiveParts: StaffTokens {
    private let held: Mutex<(anchors: TrustAnchors, staff: StaffRegister)>

    init(_ anchors: TrustAnchors, _ staff: StaffRegister) { held = Mutex((anchors, staff)) }

    /// The trust anchors of cards, as they are now.
    var anchors: TrustAnchors { held.withLock { $0.anchors } }

    func member(holding token: String) -> StaffMember? {
        held.withLock { $0.staff }.member(holding: token)
    }

    /// Takes what another one holds.
    func take(from other: LiveParts) {
        let fresh = other.held.withLock { $0 }
        held.withLock { $0 = fresh }
    }
}

extension Service {
    /// Where the service manager put the credentials that the unit names.
    static var credentialsFolder: String? {
        getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    }

    /// Reads everything anew and judges it as a start would. What is in order replaces trust anchors
    /// and staff, without touching a session; what a restart takes is said. What is not in order
    /// changes nothing.
    func reload(_ notice: ServiceNotice) {
        notice.send(.reloading(since: ServiceNotice.microseconds))
        let said: String
        do throws(ServiceError) {
            let fresh = try Service(invocation)
            live.take(from: fresh.live)
            let isSame = fresh.configuration == configuration
            said =
                "reloaded: trust anchors and staff"
                + (isSame ? "" : "; the rest of the configuration holds from the next start on")
        } catch {
            said = "not reloaded, all stays as it was: \(error.description)"
        }
        complain(said, code: "reload")
        notice.send(.ready, .status(said))
    }

    /// Tells that the card sessions and the history's writer answer, twice in the time that the
    /// service manager waits. Either of them that hangs ends the telling, and the manager acts.
    static func showLife(
        _ notice: ServiceNotice, _ clock: SystemClock, _ roster: ReaderRoster,
        _ store: HistoryStore
    ) async {
        let seconds = notice.watchdogSeconds.map { $0 / 2 }
        while !Task.isCancelled {
            if seconds != nil {
                await roster.answers()
                await store.answers()
                notice.send(.watchdog)
            }
            // Without a watchdog only the end is waited for.
            guard (try? await clock.sleep(seconds: seconds ?? 86_400)) != nil else { return }
        }
    }
}
