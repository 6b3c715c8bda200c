package import Disclosures
package import Records
internal import Synchronization

/// What happened since the start, counted for whoever watches over the terminal: words of closed
/// vocabularies and numbers, so that nothing about a patient can get in.
package final class Meters: Sendable {
    /// Seconds, by how many took at most each of the bounds.
    package struct Histogram: Hashable, Sendable {
        /// The bounds, in seconds, ascending.
        package static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30]
        /// How many took at most the bound of the same place, and no shorter one; the last is beyond.
        package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
        /// All of them together.
        package private(set) var sumSeconds = 0.0

        mutating func add(_ seconds: Double) {
            counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
            sumSeconds += seconds
        }
    }

    /// A count's labels: an act or kind, a way, an outcome; empty where there is none.
    package struct Labels: Hashable, Sendable, Comparable {
        /// The act of a question to the clearinghouse.
        package var act = ""
        /// How the holder was proved.
        package var way = ""
        /// How it ended.
        package var outcome = ""

        package static func < (left: Labels, right: Labels) -> Bool {
            (left.act, left.way, left.outcome) < (right.act, right.way, right.outcome)
        }
    }

    /// What happened on one day in Japan, over restarts too.
    package struct Day: Hashable, Sendable {
        /// The day.
        package var date: LocalDate
        /// Check-ins that were asked, by outcome.
        package var checkIns: [String: UInt64] = [:]
        /// Proofs of the holder that failed.
        package var failedProofs: UInt64 = 0
        /// Proofs that ended in a lock.
        package var lockouts: UInt64 = 0
    }

    /// Everything counted, at one moment.
    package struct Reading: Hashable, Sendable {
        /// Check-ins that were asked, by way and outcome.
        package var checkIns: [Labels: UInt64] = [:]
        /// Proofs of the holder, by way and outcome: tries, misses, lockouts.
        package var proofs: [Labels: UInt64] = [:]
        /// Questions to the clearinghouse that came to no good end, by act and outcome.
        package var clearinghouseErrors: [Labels: UInt64] = [:]
        /// From a check-in's intent being durable to its outcome being durable.
        package var checkInSeconds = Histogram()
        /// From events being handed to the history to their being durable.
        package var durableSeconds = Histogram()
        /// Writes that the history refused.
        package var refusedWrites: UInt64 = 0
        /// Whether the last write was refused: nothing can be disclosed then.
        package var isHistoryRefusing = false
        /// The day of the latest event.
        package var day: Day?
    }

    fileprivate struct State {
        var reading = Reading()
        var begun: [UInt64: ContinuousClock.Instant] = [:]
    }

    /// More intents than this are not timed at once: what never ends must not pile up.
    fileprivate static let mostTimed = 1024
    private let state = Mutex(State())

    /// Nothing counted yet.
    package init() {}

    /// What was counted so far.
    package var reading: Reading { state.withLock { $0.reading } }

    /// These events became durable at these places.
    func count(
        _ events: [(HistoryEvent, index: UInt64)], took: Duration,
        at now: ContinuousClock.Instant = .now
    ) {
        state.withLock { state in
            state.reading.isHistoryRefusing = false
            state.reading.durableSeconds.add(took.inSeconds)
            for (event, index) in events { state.count(event, at: index, now) }
        }
    }

    /// Adds what a day's history tells of the time before this start; events of other days than
    /// `date`, or of a day that is over by now, are none of it.
    package func restore(_ events: [HistoryEvent], of date: LocalDate) {
        state.withLock { state in
            if let day = state.reading.day, day.date > date { return }
            for event in events where event.time.dateInJapan == date { state.addToDay(event) }
        }
    }

    /// The history refused a write.
    func countRefusal() {
        state.withLock { state in
            state.reading.refusedWrites += 1
            state.reading.isHistoryRefusing = true
        }
    }
}

extension Meters.State {
    fileprivate mutating func count(
        _ event: HistoryEvent, at index: UInt64, _ now: ContinuousClock.Instant
    ) {
        addToDay(event)
        let labels = Meters.Labels(
            act: event.act?.rawValue ?? "", way: event.way?.word ?? "",
            outcome: event.outcome?.rawValue ?? "")
        switch event.kind {
        case .proof:
            reading.proofs[.init(way: labels.way, outcome: labels.outcome), default: 0] += 1
        case .intent:
            if begun.count >= Meters.mostTimed { begun.removeAll() }
            if event.act == .checkIn { begun[index] = now }
        case .outcome, .disclosure:
            if event.act == .checkIn {
                reading.checkIns[.init(way: labels.way, outcome: labels.outcome), default: 0] += 1
                if let start = event.intentIndex.flatMap({ begun.removeValue(forKey: $0) }) {
                    reading.checkInSeconds.add((now - start).inSeconds)
                }
            }
            switch event.outcome {
            case .problem, .wrongAnswer, .unknown:
                reading.clearinghouseErrors[
                    .init(act: labels.act, outcome: labels.outcome), default: 0] += 1
            case .succeeded, .failed, .locked, nil: break
            }
        case .cardRefused, .sessionEnded, .consentGiven, .consentRefused, .consentWithdrawn,
            .identityCompared, .checkInClosed, .viewed, .historyRead, .administratorAct,
            .storeOpened, .storeCut, .storeClosed, .clockStepped:
            break
        }
    }
}

extension Meters.State {
    fileprivate mutating func addToDay(_ event: HistoryEvent) {
        let date = event.time.dateInJapan
        var day = reading.day.flatMap { $0.date == date ? $0 : nil } ?? Meters.Day(date: date)
        switch event.kind {
        case .proof where event.outcome == .failed: day.failedProofs += 1
        case .proof where event.outcome == .locked: day.lockouts += 1
        case .outcome, .disclosure:
            guard event.act == .checkIn, let outcome = event.outcome else { break }
            day.checkIns[outcome.rawValue, default: 0] += 1
        default: break
        }
        reading.day = day
    }
}

extension VerificationWay {
    /// The way alone, without who confirmed or what matched.
    package var word: String {
        switch self {
        case .pin: "pin"
        case .face: "face"
        case .visualCheck: "visualCheck"
        }
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
