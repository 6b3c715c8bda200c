internal import AccessHistory
package import CheckIns
internal import Clearinghouse
internal import Disclosures
internal import HTTP
internal import Records

/// The ends of check-ins. First the end itself, kept together with what it owes: an entry that
/// names who ended it, and a word to the clearinghouse. Then the entry, then the word. Each debt
/// is taken off when it was paid, so a crash between any two steps loses none of them; what could
/// not be paid now is paid by the courier, or when somebody asks for the same end again.
extension RecordDesk {
    /// Takes the consent back: here at once, then at the clearinghouse.
    package func withdraw(
        _ id: String, by member: StaffMember
    ) async throws(OpeningRefusal) -> CheckIn {
        try await end(id, by: .withdrawn, member)
    }

    /// Closes a check-in: nothing more is opened under it here, nor at the clearinghouse.
    package func close(
        _ id: String, by member: StaffMember
    ) async throws(OpeningRefusal) -> CheckIn {
        try await end(id, by: .closed, member)
    }

    /// Ends the check-ins that came back open though the access history tells of their end: that
    /// was durable, and keeping it was not. The history is the one that is believed.
    package func endWhatTheHistoryEnded() async {
        let open = await book.restoredOpen()
        guard let start = open.map(\.openedAt).min() else { return }
        var query = HistoryQuery()
        (query.kinds, query.from) = ([.consentWithdrawn, .checkInClosed], start)
        let entries = (try? await scribe.store.events(matching: query)) ?? []
        for checkIn in open {
            let end = entries.first { $0.event.checkIn == checkIn.id }?.event
            guard let end else { continue }
            await book.endAgain(
                id: checkIn.id, by: end.kind == .checkInClosed ? .closed : .withdrawn,
                CheckIn.EndNote(actor: end.actor, at: end.time))
        }
    }

    /// Pays what could not be paid before; whether nothing is owed now.
    package func settle(_ checkIn: CheckIn) async -> Bool {
        do throws(OpeningRefusal) {
            let paid = try await pay(checkIn, by: EventActor(id: "madoguchi", role: .system))
            return !paid.owesSomething(at: scribe.now)
        } catch { return false }
    }

    /// Ends a check-in, or finds it ended with something still owed.
    private func end(
        _ id: String, by event: CheckIn.Event, _ member: StaffMember
    ) async throws(OpeningRefusal) -> CheckIn {
        let ended: CheckIn
        if let now = await book.end(id: id, by: event, actor: member.actor) {
            ended = now
        } else {
            guard let before = await book.checkIn(id: id) else { throw .unknownCheckIn }
            let lacksKeeping = await book.lacksKeeping(id: id)
            guard before.owesSomething(at: scribe.now) || lacksKeeping else {
                throw .ended(before.state)
            }
            ended = before
        }
        let paid = try await pay(ended, by: member.actor)
        // The end survives a restart before anybody is told of it.
        guard await book.isKept(id: id) else { throw .notKept }
        return paid
    }

    /// Pays what is owed, unless somebody is at it: the clearinghouse is never told twice at once.
    private func pay(
        _ checkIn: CheckIn, by actor: EventActor
    ) async throws(OpeningRefusal) -> CheckIn {
        guard let owing = await book.claimDebt(of: checkIn.id) else {
            return await book.checkIn(id: checkIn.id) ?? checkIn
        }
        let result: Result<CheckIn, OpeningRefusal>
        do throws(OpeningRefusal) {
            let entered = try await enterEnd(of: owing)
            let owesWord = entered.owesWord(at: scribe.now)
            result = .success(
                owesWord ? try await tellEnd(of: entered, scene(of: entered, actor)) : entered)
        } catch {
            // The disk may have room again, or the history be open again, before anybody asks.
            await book.stayOwing()
            result = .failure(error)
        }
        await book.releaseDebt(of: checkIn.id)
        return try result.get()
    }

    /// Writes the entry of an end, by whom and when it was: once, also where a restart lies
    /// between the entry and the word that it was written.
    private func enterEnd(of checkIn: CheckIn) async throws(OpeningRefusal) -> CheckIn {
        guard let note = checkIn.owedEntry else { return checkIn }
        let scene = scene(of: checkIn, note.actor)
        var events = checkIn.grant.items.filter { _ in checkIn.state == .withdrawn }.map {
            consented in
            scene.consent(to: DisclosedItem(consented.item), ConsentNote(.withdrawn), at: note.at)
        }
        // Who consented to nothing takes nothing back; that the check-in was ended is told still.
        if events.isEmpty { events = [scene.event(.checkInClosed, at: note.at)] }
        if let kind = events.first?.kind {
            var isThere = false
            if await book.mayBeEntered(id: checkIn.id) {
                isThere = await scribe.tells(of: kind, checkIn: checkIn.id, since: note.at)
            }
            if !isThere {
                guard await scribe.write(events) != nil else { throw .storeClosed }
            }
        }
        return await book.enter(id: checkIn.id) ?? checkIn
    }

    /// The problems that say there is no such grant any more; any other may pass.
    private static let endedGrant: Set = ["grant-unknown", "grant-ended", "grant-withdrawn"]

    /// One exchange that ends the grant. A problem that says there is no such grant any more
    /// settles it as well; everything else is tried again.
    private func tellEnd(
        of checkIn: CheckIn, _ scene: EventScene
    ) async throws(OpeningRefusal) -> CheckIn {
        let intent = scene.intent(
            .withdrawGrant, item: .qualification, purpose: .treatment,
            requestID: scribe.requestID(), at: scribe.now)
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        do throws(ClearinghouseError) {
            try await client.withdraw(RecordAccess(checkIn, intent: place))
        } catch {
            if case .storeClosed = await refused(intent, place, error) { throw .storeClosed }
            guard case .problem(let problem, _) = error, Self.endedGrant.contains(problem.name)
            else {
                await book.stayOwing()
                return checkIn
            }
            return await book.settle(id: checkIn.id) ?? checkIn
        }
        let done = intent.outcome(ofIntentAt: place.index, .succeeded, at: scribe.now)
        guard await scribe.write(done) != nil else { throw .storeClosed }
        return await book.settle(id: checkIn.id) ?? checkIn
    }
}
