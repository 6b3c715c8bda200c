internal import Records
internal import Synchronization

/// By how much the clock that dates entries was set.
struct ClockStep: Hashable, Sendable {
    /// What is no step, in milliseconds: as much as a time service corrects at once without setting.
    static let toleranceMilliseconds: Int64 = 1000
    let milliseconds: Int64

    /// Nothing where it is within the tolerance, or forward where only steps back count.
    init?(milliseconds: Int64, tolerance: Int64 = toleranceMilliseconds, isBackOnly: Bool = false) {
        guard milliseconds < -tolerance || (milliseconds > tolerance && !isBackOnly) else {
            return nil
        }
        self.milliseconds = milliseconds
    }

    /// What an entry says.
    var reason: String { milliseconds < 0 ? "back" : "forward" }
    /// Its size in seconds.
    var note: String {
        let size = milliseconds.magnitude
        let rest = String(size % 1000)
        return "\(size / 1000).\(String(repeating: "0", count: 3 - rest.count))\(rest) s"
    }
}

/// Holds the clock that dates entries against one that nobody sets, each time something is written:
/// nothing wakes up for it.
final class ClockWatch: Sendable {
    private typealias Look = (wall: Instant, steady: Duration)
    private let wall: @Sendable () -> Instant
    private let steady: @Sendable () -> Duration
    private let latest: Mutex<Look>

    init(wall: @escaping @Sendable () -> Instant, steady: @escaping @Sendable () -> Duration) {
        (self.wall, self.steady) = (wall, steady)
        latest = Mutex(Self.look(wall, steady))
    }

    /// Both clocks at one moment: again where the process was stopped between them.
    private static func look(_ wall: () -> Instant, _ steady: () -> Duration) -> Look {
        var before = steady()
        for _ in 0..<10 {
            let time = wall()
            let after = steady()
            if after - before < .milliseconds(100) { return (time, after) }
            before = after
        }
        return (wall(), before)
    }

    /// The step since the last look, if the clock was set; each is told once.
    func step() -> ClockStep? {
        latest.withLock { latest in
            // Looked at under the lock: what another writer saw later is not taken for earlier.
            let now = Self.look(wall, steady)
            let elapsed = (now.steady - latest.steady).milliseconds
            let moved = now.wall.milliseconds - latest.wall.milliseconds
            // A time service slews by less than a thousandth.
            let tolerance = ClockStep.toleranceMilliseconds + elapsed / 1000
            latest = now
            return ClockStep(milliseconds: moved - elapsed, tolerance: tolerance)
        }
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
