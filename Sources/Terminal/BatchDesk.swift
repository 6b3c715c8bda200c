internal import AccessHistory
internal import CheckIns
package import Clearinghouse
internal import Disclosures
internal import Octets
internal import Records

/// How far a batch is, in numbers: nothing of what was found.
package struct BatchProgress: Hashable, Sendable {
    /// How many bookings there are.
    package var count: Int
    /// How many are done.
    package var done: Int
    /// How many of those could not be checked.
    package var errors: Int
    /// Whether the clearinghouse broke it off: it is to be handed in again.
    package var isBrokenOff: Bool
}

extension InsuranceDesk {
    private static let batchName = "batch of bookings"

    /// Hands tomorrow's bookings in, in place of the batch before: an intent and its outcome. What
    /// is found is asked for, and entered, when somebody looks. One that is not the desk's is known by
    /// its number alone.
    @discardableResult package func submit(
        _ bookings: [Booking], by member: StaffMember, isTheDesks: Bool = true
    ) async throws(OpeningRefusal) -> String {
        guard member.role.seesQualification else { throw .notAllowed }
        let intent = batchIntent(member, "batch of \(bookings.count) bookings")
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        let reception: String
        do throws(ClearinghouseError) {
            reception = try await client.submit(bookings, intent: place)
        } catch { throw await refused(intent, place, error) }
        let event = intent.outcome(ofIntentAt: place.index, .succeeded, at: scribe.now)
        guard await scribe.write(event) != nil else { throw .storeClosed }
        if isTheDesks { await book.keep(reception, named: Self.batchName) }
        return reception
    }

    /// How far the batch is, in numbers; nothing where there is none.
    package func progress(
        for member: StaffMember
    ) async throws(OpeningRefusal) -> BatchProgress? {
        guard member.role.seesQualification else { throw .notAllowed }
        guard let reception = await book.text(named: Self.batchName), !reception.isEmpty else {
            return nil
        }
        do throws(ClearinghouseError) {
            let state = try await client.batch(reception)
            return BatchProgress(
                count: state.count, done: state.done, errors: state.errors,
                isBrokenOff: state.segment == .abnormal)
        } catch { throw .clearinghouse(error) }
    }

    /// What was found: an intent, one exchange, a disclosure; and for each patient an entry of
    /// their own, so that it stands on their page.
    package func results(
        for member: StaffMember
    ) async throws(OpeningRefusal) -> [BatchState.Result] {
        guard member.role.seesQualification else { throw .notAllowed }
        guard let reception = await book.text(named: Self.batchName), !reception.isEmpty else {
            throw .unknownCheckIn
        }
        return try await state(of: reception, for: member).results
    }

    /// How far a batch is and what was found so far, by its number.
    package func state(
        of reception: String, for member: StaffMember
    ) async throws(OpeningRefusal) -> BatchState {
        guard member.role.seesQualification else { throw .notAllowed }
        let intent = batchIntent(member, "results of a batch")
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        let state: BatchState
        do throws(ClearinghouseError) { state = try await client.batch(reception) } catch {
            throw await refused(intent, place, error)
        }
        var events = [
            intent.disclosure(
                ofIntentAt: place.index, answerDigest: state.digest, recipient: member.id,
                at: scribe.now)
        ]
        for patient in state.results.compactMap(\.patient) {
            var view = scribe.scene(actor: member.actor, patient: PatientReference(id: patient))
                .event(.viewed, at: scribe.now)
            (view.item, view.purpose, view.note) = (
                .qualification, .treatment, bookingNote
            )
            events.append(view)
        }
        guard await scribe.write(events) != nil else { throw .storeClosed }
        return state
    }

    private func batchIntent(_ member: StaffMember, _ note: String) -> HistoryEvent {
        var intent = scribe.scene(actor: member.actor).intent(
            .checkIn, item: .qualification, purpose: .treatment,
            requestID: scribe.requestID(), at: scribe.now)
        intent.note = note
        return intent
    }

    /// Closes an intent that brought nothing, and says why.
    func refused(
        _ intent: HistoryEvent, _ place: HistoryPlace, _ cause: ClearinghouseError
    ) async -> OpeningRefusal {
        let event = intent.outcome(
            ofIntentAt: place.index, cause.eventOutcome, reason: cause.reasonWord, at: scribe.now)
        return await scribe.write(event) == nil ? .storeClosed : .clearinghouse(cause)
    }
}
