package import JSON
import Octets
package import Records

/// A batch of bookings (一括照会): everything is decided when it is received, and told little by
/// little, as the real service does.
package struct Batch: Hashable, Sendable {
    /// The most bookings in one batch.
    package static let maximumBookings = 500
    /// How long a batch can be asked for, in seconds.
    package static let lifetimeSeconds: Int64 = 86_400
    /// The institution that sent it.
    package var institution: String
    /// When it was received.
    package var receivedAt: Instant
    /// How many bookings a second are worked on.
    package var bookingsPerSecond: Int
    /// Each booking's result, in the order they came.
    package var results: [JSONValue]
    /// How it ends (処理結果区分), where a booking's id says so; else it goes on by itself.
    package var segment: SegmentOfResult?

    /// How many results there are at an instant. A batch that hangs never tells its last one.
    func done(at now: Instant) -> Int {
        if segment == .normal { return results.count }
        let milliseconds = max(0, now.milliseconds - receivedAt.milliseconds)
        let last = segment == .processing ? results.count - 1 : results.count
        return min(last, Int(milliseconds) * bookingsPerSecond / 1000)
    }
}

/// The batches that can still be asked for.
package struct Batches: Sendable {
    /// The most batches held at once.
    package static let maximumCount = 1000
    /// How many bookings a second are worked on, unless the administration port says otherwise.
    package static let bookingsPerSecond = 200

    private var batches: [String: Batch] = [:]
    private var oldest = Backlog<(reception: String, until: Instant)>()
    /// How many bookings a second are worked on.
    package var bookingsPerSecond = Batches.bookingsPerSecond

    /// No batches.
    package init() {}

    /// Keeps a batch; false if too many are held.
    mutating func keep(_ batch: Batch, as reception: String) -> Bool {
        while let first = oldest.first, first.until <= batch.receivedAt {
            batches[first.reception] = nil
            oldest.removeFirst()
        }
        guard batches.count < Self.maximumCount else { return false }
        batches[reception] = batch
        oldest.append((reception, batch.receivedAt.adding(seconds: Batch.lifetimeSeconds)))
        return true
    }

    /// A batch, for the institution that sent it, within a day.
    func batch(_ reception: String, of institution: String, at now: Instant) -> Batch? {
        guard let batch = batches[reception], batch.institution == institution,
            now < batch.receivedAt.adding(seconds: Batch.lifetimeSeconds)
        else { return nil }
        return batch
    }
}

extension House {
    /// Takes a batch in.
    package func receive(
        _ bookings: [(id: String, details: InsuranceDetails)],
        intent: JournalEntry.IntentPlace, asked: Asked
    ) throws(Refusal) -> AnswerStore.Answer {
        let reception = chance.octets(16).base64(.urlSafe)
        var batch = Batch(
            institution: asked.audience, receivedAt: asked.now,
            bookingsPerSecond: batches.bookingsPerSecond, results: [])
        for booking in bookings {
            if case .code(let code) = booking.details.behaviour,
                code.table == SegmentOfResult.table
            {
                batch.segment = SegmentOfResult(rawValue: code.value)
            }
            batch.results.append(result(of: booking, intent: intent, asked: asked))
        }
        guard batches.keep(batch, as: reception) else { throw Refusal(.tooManyRequests) }
        let body: JSONValue = [
            "reception": .string(reception), "receivedAt": .string(asked.now.rfc3339),
            "count": JSONValue(bookings.count),
        ]
        return AnswerStore.Answer(status: 202, body: body.canonical)
    }

    private func result(
        of booking: (id: String, details: InsuranceDetails), intent: JournalEntry.IntentPlace,
        asked: Asked
    ) -> JSONValue {
        var entry = asked.entry("batch", status: 202)
        (entry.way, entry.intent) = ("insuranceDetails", intent)
        defer { journal.append(entry) }
        do throws(Refusal) {
            try booking.details.checkDigits()
            if let kind = booking.details.behaviour?.fault?.problem { throw Refusal(kind) }
            if booking.details.behaviour == Behaviour("behaves-oqscd004-2") {
                throw Refusal(.unavailable)
            }
            let found = try found(by: booking.details, at: asked.now)
            return .object(
                present: [("id", .string(booking.id)), ("status", "1")]
                    + looked(found, asked, &entry))
        } catch {
            entry.problem = error.kind.rawValue
            return [
                "id": .string(booking.id), "status": "2", "problem": .string(error.kind.type),
                "message": .string(error.kind.text.japanese),
            ]
        }
    }

    /// How far a batch is.
    package func state(of reception: String, asked: Asked) throws(Refusal) -> JSONValue {
        guard
            let batch = batches.batch(reception, of: asked.audience, at: asked.now)
        else { throw Refusal(.batchUnknown) }
        let done = batch.done(at: asked.now)
        let isAbnormal = batch.segment == .abnormal
        let told = isAbnormal ? [] : Array(batch.results.prefix(done))
        let errors = told.count { $0["status"] == "2" }
        let segment: SegmentOfResult =
            isAbnormal ? .abnormal : done == batch.results.count ? .normal : .processing
        return [
            "reception": .string(reception), "receivedAt": .string(batch.receivedAt.rfc3339),
            "segment": .string(segment.rawValue),
            "count": JSONValue(batch.results.count), "done": JSONValue(told.count),
            "normal": JSONValue(told.count - errors), "errors": JSONValue(errors),
            "results": .array(told),
        ]
    }
}
