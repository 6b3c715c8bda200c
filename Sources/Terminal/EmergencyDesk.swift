internal import AccessHistory
internal import CheckIns
package import Clearinghouse
internal import Disclosures
package import JSON
internal import Octets
package import Records

/// The modes of failure and disaster (システム障害時・災害時モード) at this terminal. An administrator turns
/// one on and off, each an entry; while one is on, every desk says so, and staff look patients up
/// who have no card: by four items or insurance details, each with its reason. In a disaster, consent by
/// word of mouth opens a check-in, which ends with the mode at the latest.
package actor EmergencyDesk {
    /// A mode that is on.
    package struct Standing: Hashable, Sendable {
        /// Which one.
        package var mode: EmergencyMode
        /// Since when.
        package var since: Instant
        /// Who turned it on.
        package var staff: String
        /// Why.
        package var reason: String
    }

    /// What a look-up found: the qualification, or the check-in under which it is opened.
    package struct Finding: Hashable, Sendable {
        /// What the patient is entitled to.
        package var qualification: Qualification
        /// The check-in of who consented by word of mouth.
        package var checkIn: String?
    }

    private let records: RecordDesk
    private let client: ClearinghouseClient
    private let scribe: HistoryScribe
    private let book: CheckInBook
    private var standing: Standing?
    private var isRead = false

    /// A desk beside the one of records.
    package init(beside records: RecordDesk) {
        self.records = records
        (client, scribe, book) = (records.client, records.scribe, records.book)
    }

    /// The mode that is on, over restarts too.
    package func mode() async -> Standing? {
        guard !isRead else { return standing }
        let text = await book.text(named: Self.name)
        // What was ordered meanwhile stands already.
        if !isRead {
            standing = text.flatMap { try? JSONValue(parsing: Array($0.utf8)) }
                .flatMap { Standing($0) }
            isRead = true
        }
        return standing
    }

    /// Turns a mode on, or with none the one that is on off; recorded first. What was opened by word
    /// of mouth ends with its mode.
    package func turn(
        to wanted: EmergencyMode?, reason: String, by member: StaffMember
    ) async throws(OpeningRefusal) -> Standing? {
        guard member.role == .administrator else { throw .notAllowed }
        let before = await mode()
        guard before?.mode != wanted else { return before }
        var event = scribe.scene(actor: member.actor).event(.administratorAct, at: scribe.now)
        event.purpose = .administration
        event.reason = wanted == nil ? "modeEnded" : "modeBegun"
        event.note = [(wanted ?? before?.mode)?.rawValue, reason.isEmpty ? nil : reason]
            .compactMap { $0 }.joined(separator: ": ")
        guard await scribe.write(event) != nil else { throw .storeClosed }
        let now = wanted.map {
            Standing(mode: $0, since: scribe.now, staff: member.id, reason: reason)
        }
        (standing, isRead) = (now, true)
        let kept = now.map { String(decoding: $0.json.canonical, as: UTF8.self) } ?? ""
        await book.keep(kept, named: Self.name)
        if wanted != .disaster { await endSpoken(by: member) }
        return now
    }

    private static let name = "emergency mode"

    /// Ends what was opened by word of mouth; entries and words to the clearinghouse are owed.
    private func endSpoken(by member: StaffMember) async {
        for checkIn in await book.all() where checkIn.spoken != nil && checkIn.state == .open {
            _ = await book.end(id: checkIn.id, by: .closed, actor: member.actor)
        }
        await book.stayOwing()
    }

    /// Looks somebody up while the mode is on. Nobody but a clinician judges that a patient cannot be
    /// asked.
    package func check(
        _ question: EmergencyQuestion, by member: StaffMember
    ) async throws(OpeningRefusal) -> Finding {
        guard member.role.seesQualification else { throw .notAllowed }
        guard question.consent != .unobtainable || member.role.seesRecords else {
            throw .notAllowed
        }
        guard let standing = await mode(), standing.mode == question.mode else { throw .modeOff }
        var intent = scribe.scene(actor: member.actor).intent(
            .checkIn, item: .qualification, purpose: .treatment,
            requestID: scribe.requestID(), at: scribe.now)
        intent.note = "\(question.way): \(question.reason)"
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        let answer: EmergencyAnswer
        do throws(ClearinghouseError) {
            answer = try await client.check(
                question, staff: member.id, intent: place, at: scribe.now)
        } catch {
            throw await records.refused(intent, place, error)
        }
        if let patient = answer.patient { intent.patient = PatientReference(id: patient) }
        let spoken = question.consent.map { SpokenConsent($0, heardBy: member.id) }
        let opened = await opening(answer, spoken)
        intent.checkIn = opened?.id
        let disclosure = intent.disclosure(
            ofIntentAt: place.index, answerDigest: answer.digest, recipient: member.id,
            at: scribe.now)
        let said = opened.map { consents($0.grant, $0.spoken, intent, by: member) } ?? []
        guard await scribe.write(said + [disclosure]) != nil else { throw .storeClosed }
        guard let opened, let patient = answer.patient else {
            return Finding(qualification: answer.qualification)
        }
        await book.open(
            spoken: opened.spoken, id: opened.id, patient: patient, request: answer.request,
            grant: opened.grant, qualification: answer.qualification)
        // The mode may have ended while the answer was on its way.
        guard self.standing?.mode == .disaster else {
            await endSpoken(by: member)
            throw .modeOff
        }
        return Finding(qualification: answer.qualification, checkIn: opened.id)
    }

    private func opening(
        _ answer: EmergencyAnswer, _ spoken: SpokenConsent?
    ) async -> (id: String, grant: Grant, spoken: SpokenConsent)? {
        guard let spoken, let grant = answer.grant, answer.patient != nil else { return nil }
        return (await book.freshID(), grant, spoken)
    }

    /// What the patient said, or could not say, to each item.
    private func consents(
        _ grant: Grant, _ spoken: SpokenConsent, _ intent: HistoryEvent, by member: StaffMember
    ) -> [HistoryEvent] {
        let scene = scribe.scene(
            actor: member.actor, patient: intent.patient, checkIn: intent.checkIn)
        let state: ConsentState = spoken.kind == .oral ? .given : .unobtainable
        return grant.items.map { item in
            var event = scene.consent(
                to: DisclosedItem(item.item), ConsentNote(state, until: item.until),
                at: scribe.now)
            event.note = "disaster, \(spoken.kind.rawValue) consent"
            return event
        }
    }
}

extension EmergencyDesk.Standing {
    fileprivate init?(_ value: JSONValue) {
        guard let mode = value["kind"]?.stringValue.flatMap(EmergencyMode.init(rawValue:)),
            let since = value["since"]?.stringValue.flatMap({ Instant(rfc3339: $0) }),
            let staff = value["staff"]?.stringValue, let reason = value["reason"]?.stringValue
        else { return nil }
        (self.mode, self.since, self.staff, self.reason) = (mode, since, staff, reason)
    }

    /// The mode as desks get it.
    package var json: JSONValue {
        [
            "kind": .string(mode.rawValue), "since": .string(since.rfc3339),
            "staff": .string(staff), "reason": .string(reason),
        ]
    }
}
