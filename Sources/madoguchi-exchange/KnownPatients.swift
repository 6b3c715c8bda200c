import JSON
import Records
import Synchronization

/// Which open check-in is whose, by the insurance details that requests about medicines carry. In
/// memory only; after a restart the terminal is asked again.
final class KnownPatients: Sendable {
    /// Somebody by insurance details.
    struct Person: Hashable {
        var insurerNumber: String
        var symbol: String?
        var number: String?
        var branch: String?
    }

    private struct State {
        var checkIns: [Person: (id: String, holder: PersonIdentity)] = [:]
        var seen: Set<String> = []
    }
    private let state = Mutex(State())

    func remember(_ id: String, _ qualification: Qualification?) {
        state.withLock { state in
            state.seen.insert(id)
            for entitlement in qualification?.entitlements ?? [] {
                var person = Person(
                    insurerNumber: entitlement.insurerNumber, symbol: entitlement.symbol,
                    number: entitlement.number, branch: entitlement.branch)
                state.checkIns[person] = (id, entitlement.holder)
                // Many programs leave the branch out.
                person.branch = nil
                state.checkIns[person] = (id, entitlement.holder)
            }
        }
    }

    func checkIn(of person: Person) -> (id: String, holder: PersonIdentity)? {
        state.withLock { $0.checkIns[person] }
    }

    func has(_ id: String) -> Bool { state.withLock { $0.seen.contains(id) } }
}
