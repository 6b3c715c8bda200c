package import CheckIns
internal import Cryptography
package import Disclosures
internal import JSON
package import Octets
package import Records

/// Where open check-ins survive a restart: sealed, and never with a record in them.
package protocol CheckInVault: Sendable {
    /// Everything that was kept, in no order; entries that cannot be opened are left out.
    func load() async -> [CheckIn]
    /// Keeps a check-in, in place of an older state of the same one; whether it is kept.
    func keep(_ checkIn: CheckIn) async -> Bool
    /// Forgets one.
    func forget(id: String) async
    /// The patient's id that went with a certificate when it was first met, on whatever day.
    func patient(of certificate: SHA256Digest) async -> String?
    /// Remembers it.
    func remember(patient: String, of certificate: SHA256Digest) async
}

/// Makes ids: UUIDv7 in the service, plain numbers in tests.
package protocol IdentifierSource: Sendable {
    /// A fresh id.
    func identifier(at instant: Instant) -> String
}

/// The open check-ins of this terminal: the only writer of their states.
package actor CheckInBook: CheckInPort {
    private let vault: any CheckInVault
    private let clock: any TerminalClock
    private let ids: any IdentifierSource
    private var checkIns: [String: CheckIn] = [:]
    /// What the patients are entitled to: in memory only, gone with the process.
    private var qualifications: [String: Withheld<Qualification>] = [:]
    /// The sex of their patients, on which thresholds of checkups depend.
    private var sexes: [String: Sex] = [:]
    /// Those whose state could not be kept: a restart would bring an older one back.
    private var unkept: Set<String> = []
    /// Those whose debts somebody pays just now: nobody else does meanwhile.
    private var claimed: Set<String> = []
    /// Those that owed an entry when they were read back: it may have been written just before
    /// the crash.
    private var restoredDebts: Set<String> = []
    private let (newDebts, newDebt) = AsyncStream.makeStream(
        of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// A book over what the vault kept.
    package init(
        vault: any CheckInVault, clock: any TerminalClock, ids: any IdentifierSource
    ) {
        (self.vault, self.clock, self.ids) = (vault, clock, ids)
    }

    /// Reads back the check-ins of an earlier run. Today's ended ones come back too, so that no
    /// number is given twice on one day.
    package func restore() async {
        for checkIn in await vault.load() {
            checkIns[checkIn.id] = checkIn
            if checkIn.owedEntry != nil { restoredDebts.insert(checkIn.id) }
        }
        await expire()
        if !debts().isEmpty { newDebt.yield() }
    }

    /// Opens the check-in of an accepted session.
    package func open(_ accepted: Accepted) async -> String {
        var checkIn = checkIn(of: accepted)
        // Whoever sees the check-in finds what goes with it: before anything is waited for.
        let qualification = accepted.acceptance.qualification
        qualifications[checkIn.id] = Withheld(
            qualification,
            answerDigest: SHA256Digest(hashing: qualification.json.canonical))
        sexes[checkIn.id] = qualification.entitlement?.holder.sex
        checkIns[checkIn.id] = checkIn
        if let chart = await vault.patient(of: chartKey(checkIn.patient)), CheckIn.isChart(chart) {
            checkIn = (checkIns[checkIn.id] ?? checkIn).linked(to: chart)
            checkIns[checkIn.id] = checkIn
        }
        await keep(checkIn)
        if let certificate = checkIn.certificate,
            await vault.patient(of: certificate) == nil
        {
            await vault.remember(patient: checkIn.patient, of: certificate)
        }
        return checkIn.id
    }

    /// A fresh id, for a check-in whose entries are written first.
    func freshID() -> String { ids.identifier(at: clock.now()) }

    /// Opens a check-in by word of mouth.
    func open(
        spoken: SpokenConsent, id: String, patient: String, request: SHA256Digest, grant: Grant,
        qualification: Qualification
    ) async {
        let now = clock.now()
        qualifications[id] = Withheld(
            qualification, answerDigest: SHA256Digest(hashing: qualification.json.canonical))
        sexes[id] = qualification.entitlement?.holder.sex
        let checkIn = CheckIn(
            id: id, number: nextNumber(now), openedAt: now, patient: patient, certificate: nil,
            statement: request, way: nil, grant: grant, spoken: spoken)
        checkIns[id] = checkIn
        await keep(checkIn)
    }

    /// Links a check-in to the clinic's chart, and the patient's next ones too; nothing where it is
    /// unknown.
    package func link(id: String, to chart: String?) async -> CheckIn? {
        guard let linked = checkIns[id]?.linked(to: chart) else { return nil }
        checkIns[id] = linked
        await keep(linked)
        // An empty text stands for none.
        await vault.remember(patient: chart ?? "", of: chartKey(linked.patient))
        return checkIns[id]
    }

    /// Keeps a patient's chart for their next check-ins, and gives it to those that stand.
    func remember(chart: String, ofPatient patient: String) async {
        await vault.remember(patient: chart, of: chartKey(patient))
        for (id, checkIn) in checkIns where checkIn.patient == patient {
            let linked = checkIn.linked(to: chart)
            checkIns[id] = linked
            await keep(linked)
        }
    }

    /// A text kept sealed under a name, over restarts.
    func text(named name: String) async -> String? {
        await vault.patient(of: SHA256Digest(hashing: Array(name.utf8)))
    }

    /// Keeps it.
    func keep(_ text: String, named name: String) async {
        await vault.remember(patient: text, of: SHA256Digest(hashing: Array(name.utf8)))
    }

    /// A patient's chart is kept as the patient of a certificate is: sealed, under a digest.
    private func chartKey(_ patient: String) -> SHA256Digest {
        SHA256Digest(hashing: Array("chart \(patient)".utf8))
    }

    private func checkIn(of accepted: Accepted) -> CheckIn {
        let now = clock.now()
        return CheckIn(
            id: ids.identifier(at: now), number: nextNumber(now), openedAt: now,
            patient: accepted.acceptance.patient,
            certificate: accepted.asking.proved.answers.card.digest,
            statement: accepted.acceptance.statement, way: accepted.asking.proved.attempt.way,
            grant: accepted.acceptance.grant, identity: accepted.identity,
            certificateEnds: accepted.asking.proved.answers.card.notAfter,
            enteredBy: accepted.asking.proved.answers.enteredBy)
    }

    private func nextNumber(_ now: Instant) -> Int {
        (ofToday(now).map(\.number).max() ?? 0) + 1
    }

    private func ofToday(_ now: Instant) -> [CheckIn] {
        checkIns.values.filter { $0.openedAt.dateInJapan == now.dateInJapan }
    }

    /// Keeps the grant of an answer about somebody else as a check-in that is closed already: the
    /// clearinghouse is told as of any other.
    package func giveBack(_ accepted: Accepted) async {
        guard let closed = checkIn(of: accepted).transition(on: .closed) else { return }
        checkIns[closed.id] = closed
        await keep(closed)
        newDebt.yield()
    }

    package func withoutPINToday() -> Int {
        ofToday(clock.now()).count { $0.spoken == nil && $0.way != .pin }
    }

    /// Staff say that the person of the answer is the patient; nothing where nobody need ask.
    package func confirm(id: String) async -> CheckIn? {
        guard let confirmed = checkIns[id]?.confirmed() else { return nil }
        checkIns[id] = confirmed
        await keep(confirmed)
        return confirmed
    }

    /// Today's and other open check-ins, newest first; ended grants are marked as such.
    package func all() async -> [CheckIn] {
        await expire()
        return checkIns.values.sorted { $0.openedAt > $1.openedAt }
    }

    /// One check-in, its grant's end considered.
    package func checkIn(id: String) async -> CheckIn? {
        await expire()
        return checkIns[id]
    }

    /// What the patient of a check-in is entitled to, while this process remembers.
    func qualification(of id: String) -> Withheld<Qualification>? { qualifications[id] }

    /// The patient's sex, which goes with the thresholds of their checkups.
    package func sex(of id: String) -> Sex? { sexes[id] }

    /// The id under which the clearinghouse knows the holder of a certificate, if it was ever
    /// met at this terminal.
    package func knownPatient(for certificate: SHA256Digest) async -> String? {
        await vault.patient(of: certificate)
    }

    /// Ends a check-in; nothing where it is unknown or already ended. The actor is who the access
    /// history must name: that debt is kept with the end.
    package func end(
        id: String, by event: CheckIn.Event, actor: EventActor? = nil
    ) async -> CheckIn? {
        let note = actor.map { CheckIn.EndNote(actor: $0, at: clock.now()) }
        guard let ended = checkIns[id]?.transition(on: event, note) else { return nil }
        checkIns[id] = ended
        (qualifications[id], sexes[id]) = (nil, nil)
        await keep(ended)
        return ended
    }

    /// Whether a check-in's state would survive a restart; tries again where it could not be kept.
    package func isKept(id: String) async -> Bool {
        if unkept.contains(id), let checkIn = checkIns[id] { await keep(checkIn) }
        return !unkept.contains(id)
    }

    /// Whether a check-in's state could not be kept so far.
    package func lacksKeeping(id: String) -> Bool { unkept.contains(id) }

    private func keep(_ checkIn: CheckIn) async {
        if await vault.keep(checkIn) {
            unkept.remove(checkIn.id)
        } else {
            unkept.insert(checkIn.id)
            newDebt.yield()
        }
    }

    /// Tries again to keep what could not be kept; whether all is kept now. Nothing else is written
    /// where the first one fails again.
    package func keepAgain() async -> Bool {
        for id in unkept.sorted() {
            guard let checkIn = checkIns[id] else {
                unkept.remove(id)
                continue
            }
            await keep(checkIn)
            if unkept.contains(id) { return false }
        }
        return true
    }

    /// Whether anything is still to be kept, or to be said of an end.
    func owesAnything() -> Bool { !unkept.isEmpty || !debts().isEmpty }

    /// The check-ins that came back open from an earlier run.
    func restoredOpen() -> [CheckIn] { checkIns.values.filter { $0.state == .open } }

    /// Ends a check-in whose end the access history tells of already, though it was not kept: the
    /// clearinghouse may not know.
    func endAgain(id: String, by event: CheckIn.Event, _ note: CheckIn.EndNote) async {
        guard let ended = checkIns[id]?.transition(on: event, note) else { return }
        checkIns[id] = ended
        restoredDebts.insert(id)
        await keep(ended)
        newDebt.yield()
    }

    // MARK: What must still be said of ends

    /// The check-ins of whose end the access history does not tell yet, or the clearinghouse does
    /// not know.
    package func debts() -> [CheckIn] {
        let now = clock.now()
        return checkIns.values.filter { $0.owesSomething(at: now) }
            .sorted { $0.openedAt < $1.openedAt }
    }

    /// The check-in with what it still owes, for one who pays it and then releases it; nothing
    /// where nothing is owed any more, or somebody else is at it.
    package func claimDebt(of id: String) -> CheckIn? {
        guard let checkIn = checkIns[id], checkIn.owesSomething(at: clock.now()) else {
            return nil
        }
        return claimed.insert(id).inserted ? checkIn : nil
    }

    /// Lets others pay.
    package func releaseDebt(of id: String) { claimed.remove(id) }

    /// Whether an owed entry may be there already, from before a restart.
    package func mayBeEntered(id: String) -> Bool { restoredDebts.contains(id) }

    /// The access history tells of the end.
    package func enter(id: String) async -> CheckIn? {
        guard let entered = checkIns[id]?.entered() else { return nil }
        checkIns[id] = entered
        restoredDebts.remove(id)
        await keep(entered)
        return entered
    }

    /// Says each time that something could not be told; for one listener.
    package nonisolated var debtNews: AsyncStream<Void> { newDebts }

    /// The clearinghouse could not be told just now.
    package func stayOwing() { newDebt.yield() }

    /// The clearinghouse knows.
    package func settle(id: String) async -> CheckIn? {
        guard let settled = checkIns[id]?.settled() else { return nil }
        checkIns[id] = settled
        await keep(settled)
        return settled
    }

    /// Ends what its grant ended, and forgets what ended before today.
    private func expire() async {
        let now = clock.now()
        for checkIn in checkIns.values where checkIn.state == .open && checkIn.grant.until <= now {
            _ = await end(id: checkIn.id, by: .grantEnded)
        }
        for (id, checkIn) in checkIns
        where checkIn.state != .open && checkIn.openedAt.dateInJapan < now.dateInJapan
            && !checkIn.owesSomething(at: now)
        {
            checkIns[id] = nil
            await vault.forget(id: id)
        }
    }
}
