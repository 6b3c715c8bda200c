import Disclosures
import Foundation
import Octets
import Records
import Synchronization
import TestFolders
import Testing

@testable import AccessHistory

extension TemporaryFolder {
    var segments: [String] { names.filter { $0.hasSuffix(".segment") } }
}

/// A clock that stands until it is set.
final class SetClock: Sendable {
    private let now = Mutex(Instant(milliseconds: 1_795_348_800_000))  // 2026-11-22T12:00:00Z
    func set(_ instant: Instant) { now.withLock { $0 = instant } }
    var time: Instant { now.withLock(\.self) }
}

enum Sample {
    static let place = TerminalPlace(institution: "1310000000", terminal: "desk-1")
    static let noon = Instant(milliseconds: 1_795_348_800_000)
    static let month = YearMonth(of: noon.dateInJapan)

    static func settings(
        _ folder: TemporaryFolder, clock: SetClock = SetClock(), growth: Int = 64 << 10
    ) -> HistorySettings {
        var settings = HistorySettings(
            folder: folder.path, place: place, software: "test 1"
        ) { (clock.time, .synchronised) }
        settings.growthOctetCount = growth
        return settings
    }

    static func scene(card: UInt8? = nil, id: String? = nil) -> EventScene {
        var patient: PatientReference?
        if card != nil || id != nil {
            patient = PatientReference(
                id: id,
                card: card.flatMap { SHA256Digest([UInt8](repeating: $0, count: 32)) }
                    .map(CardReference.init(code:)))
        }
        return EventScene(
            place: place, timeQuality: .synchronised, actor: .patient, patient: patient,
            cardSession: "s")
    }

    static func event(_ note: String, at time: Instant = noon) -> HistoryEvent {
        var event = scene(card: 1).event(.viewed, at: time)
        event.note = note
        return event
    }

    static func intent(card: UInt8 = 1, at time: Instant = noon) -> HistoryEvent {
        scene(card: card).intent(
            .checkIn, item: .qualification, purpose: .treatment, way: .pin, requestID: "r",
            statement: SignedStatement(
                octets: [UInt8](repeating: 7, count: 700), signature: [1], certificate: [2]),
            at: time)
    }

    /// A store with a few entries that was never closed, as a killed process leaves it.
    static func killedStore(entries: Int = 5) async throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        let store = try await HistoryStore.open(settings(folder))
        for number in 0..<entries { _ = try await store.append(event("entry \(number)")) }
        return try folder.copy()
    }
}
