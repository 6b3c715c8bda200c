package import CheckIns
internal import Cryptography
internal import Octets
package import Records
package import Secrets

/// Patients who look at their own information at a kiosk (わたしの情報): each has proved themselves
/// with a PIN entry of their own, and may ask until their card goes, they end it, or the portal's
/// time is over. Nothing that was answered is kept here.
package actor OwnVisits {
    private struct Visit {
        var portal: PortalVisit
        var runner: SessionRunner
        /// The card session it began in: another card is another session.
        var session: String
    }

    private let desk: PortalDesk
    private let now: @Sendable () -> Instant
    private var visits: [SHA256Digest: Visit] = [:]

    /// Visits of a desk.
    package init(desk: PortalDesk, now: @escaping @Sendable () -> Instant) {
        (self.desk, self.now) = (desk, now)
    }

    /// Proves the holder of the card that lies on a reader, and answers the first question. The
    /// token is the visit's; whoever began one before on this reader is signed out. Who enters the
    /// PIN in the patient's place is recorded.
    package func begin(
        _ question: PortalQuestion, at reader: ReaderRoster.ServedReader, session: String,
        pin: consuming SecretPage, lastTryWord: String?, by proxy: Proxy? = nil
    ) async throws(PortalRefusal) -> (token: String, until: Instant, answer: PortalAnswer) {
        guard await isThere(reader.runner, session) else { throw .cardGone }
        await endAll { $0.runner === reader.runner }
        let (portal, answer) = try await desk.open(
            question, at: reader.port, pin: pin, lastTryWord: lastTryWord, by: proxy)
        // A card that was pulled meanwhile takes the answer with it.
        guard await isThere(reader.runner, session) else {
            await desk.close(portal)
            throw .cardGone
        }
        let token = RandomOctets.make(32).base64(.urlSafe)
        visits[digest(token)] = Visit(portal: portal, runner: reader.runner, session: session)
        return (token, portal.until, answer)
    }

    /// One more question.
    package func ask(
        _ question: PortalQuestion, _ token: String, note: String? = nil
    ) async throws(PortalRefusal) -> PortalAnswer {
        guard let visit = visits[digest(token)] else { throw .cardGone }
        guard await holds(visit) else {
            await end(token)
            throw .cardGone
        }
        let answer = try await desk.ask(question, in: visit.portal, note: note)
        guard await holds(visit), visits[digest(token)] != nil else {
            await end(token)
            throw .cardGone
        }
        return answer
    }

    /// Ends a visit and signs it out at the portal.
    package func end(_ token: String) async {
        guard let visit = visits.removeValue(forKey: digest(token)) else { return }
        await desk.close(visit.portal)
    }

    /// How many visits there are.
    package var count: Int { visits.count }

    /// Ends the visits whose card has gone, until the task is cancelled.
    package func run(_ roster: ReaderRoster) async {
        await withDiscardingTaskGroup { group in
            var followed: Set<ObjectIdentifier> = []
            for await _ in await roster.changes() {
                for runner in await roster.runners
                where followed.insert(ObjectIdentifier(runner)).inserted {
                    group.addTask {
                        for await view in await runner.views() {
                            await self.endAll {
                                $0.runner === runner
                                    && !(view.isCardPresent && view.session == $0.session)
                            }
                        }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func endAll(where isOver: (Visit) -> Bool) async {
        for (digest, visit) in visits where isOver(visit) {
            visits[digest] = nil
            await desk.close(visit.portal)
        }
    }

    private func holds(_ visit: Visit) async -> Bool {
        guard visit.portal.until > now() else { return false }
        return await isThere(visit.runner, visit.session)
    }

    private func isThere(_ runner: SessionRunner, _ session: String) async -> Bool {
        let view = await runner.view
        return view.isCardPresent && view.session == session
    }

    private func digest(_ token: String) -> SHA256Digest {
        SHA256Digest(hashing: Array(token.utf8))
    }
}
