package import AccessHistory
package import CheckIns
package import Clearinghouse
internal import Disclosures
internal import HTTP
internal import Octets
package import Records

/// A record that may be shown: it exists only after its disclosure is durable.
package struct OpenedRecord: Hashable, Sendable {
    /// The record.
    package let content: Content
    /// Where its disclosure stands in the access history.
    package let disclosure: HistoryPlace

    /// The items' records.
    package enum Content: Hashable, Sendable {
        case drugs(DrugRecord)
        case checkups(CheckupRecord)
    }
}

/// Why a record was not opened.
package enum OpeningRefusal: Error, Hashable, Sendable {
    /// No such check-in.
    case unknownCheckIn
    /// The check-in has ended.
    case ended(CheckIn.State)
    /// The patient did not consent to the item, or the consent has ended.
    case notConsented(Item)
    /// The viewer's role does not allow it.
    case notAllowed
    /// The name of the answer differs from the card's, and staff have not decided.
    case identityUndecided
    /// Nobody compared the answer with the card or the patient, and the institution wants that.
    case identityUnchecked
    /// Who confirmed the patient by sight may not be who looks at the records.
    case sameStaff
    /// The history cannot be written, so nothing may be shown.
    case storeClosed
    /// The check-in has ended here, but that could not be kept: a restart would open it again.
    case notKept
    /// Whoever asked has gone, so nothing is shown.
    case viewerGone
    /// The mode of failure or disaster that was asked under is not on at this terminal.
    case modeOff
    /// The clearinghouse did not give it.
    case clearinghouse(ClearinghouseError)
}

/// Opens the records of check-ins: each opening is an intent, one exchange, and a disclosure.
package struct RecordDesk: Sendable {
    let book: CheckInBook
    let client: ClearinghouseClient
    let scribe: HistoryScribe
    private let needsOtherViewer: Bool
    private let needsIdentity: Bool

    /// A desk; with `needsOtherViewer` nobody opens the records of a patient whom they themselves
    /// confirmed by sight; with `needsIdentity` nobody opens those of a patient whom nobody has
    /// compared with the answer.
    package init(
        book: CheckInBook, client: ClearinghouseClient, scribe: HistoryScribe,
        needsOtherViewer: Bool = false, needsIdentity: Bool = false
    ) {
        self.needsIdentity = needsIdentity
        (self.book, self.client, self.scribe) = (book, client, scribe)
        self.needsOtherViewer = needsOtherViewer
    }

    /// Opens one item for somebody, as long as they wait for it.
    ///
    /// Looked at again before the disclosure's entry: consent taken back or ended while the answer
    /// was on its way, a viewer who has gone. What is found only after the entry is durable is
    /// withheld as well, and an entry says that nothing was shown. From there on the record goes
    /// to the viewer's connection; if that breaks now, the disclosure stands, since nobody can
    /// know how much of it arrived.
    package func open(
        _ item: Item, of id: String, for viewer: StaffMember, note: String? = nil,
        isAwaited: @Sendable () -> Bool = { true }
    ) async throws(OpeningRefusal) -> OpenedRecord {
        guard viewer.role.seesRecords else { throw .notAllowed }
        let checkIn = try await openCheckIn(id, item)
        guard !needsOtherViewer || checkIn.way != .visualCheck(staff: viewer.id) else {
            throw .sameStaff
        }
        let scene = scene(of: checkIn, viewer)
        let until = checkIn.grant.items.first { $0.item == item }?.until
        var intent = scene.intent(
            .openRecords, item: DisclosedItem(item), purpose: .treatment,
            way: checkIn.way.map { VerificationWay($0) },
            consent: ConsentNote(checkIn.spoken.consentState, until: until),
            requestID: scribe.requestID(), at: scribe.now)
        intent.note = note ?? checkIn.spoken.map { "disaster, \($0.kind.rawValue) consent" }
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        let record = try await fetch(item, of: checkIn, intent, place)
        let disclosure = intent.disclosure(
            ofIntentAt: place.index, answerDigest: record.answerDigest, recipient: viewer.id,
            at: scribe.now)
        if let reason = await reasonToWithhold(id, item, isAwaited) {
            throw await withheld(intent, place, reason)
        }
        guard let receipt = await scribe.disclose(disclosure) else { throw .storeClosed }
        let written = HistoryPlace(origin: place.origin, index: receipt.index)
        if let reason = await reasonToWithhold(id, item, isAwaited) {
            throw await withheld(intent, place, reason, entered: written)
        }
        let content = record.release(
            under: receipt, checkIn: checkIn.id, item: DisclosedItem(item), to: viewer.id)
        guard let content else { throw .storeClosed }
        return OpenedRecord(content: content, disclosure: written)
    }

    private func reasonToWithhold(
        _ id: String, _ item: Item, _ isAwaited: @Sendable () -> Bool
    ) async -> OpeningRefusal? {
        do throws(OpeningRefusal) { _ = try await openCheckIn(id, item) } catch { return error }
        return isAwaited() ? nil : .viewerGone
    }

    /// Closes an intent whose record was there, but is not shown; where its disclosure was entered
    /// already, this says that it did not happen.
    private func withheld(
        _ intent: HistoryEvent, _ place: HistoryPlace, _ reason: OpeningRefusal,
        entered: HistoryPlace? = nil
    ) async -> OpeningRefusal {
        var event = intent.outcome(
            ofIntentAt: place.index, .failed,
            reason: reason == .viewerGone ? "viewerGone" : "consentEnded", at: scribe.now)
        event.note = entered.map { "withheld: entry \($0.index) was not shown" } ?? "withheld"
        return await scribe.write(event) == nil ? .storeClosed : reason
    }

    /// What a patient is entitled to, looked at again: recorded as a view.
    package func qualification(
        of id: String, for viewer: StaffMember, note: String? = nil
    ) async throws(OpeningRefusal) -> Qualification? {
        guard viewer.role.seesQualification else { throw .notAllowed }
        guard let checkIn = await book.checkIn(id: id) else { throw .unknownCheckIn }
        guard checkIn.state == .open else { throw .ended(checkIn.state) }
        guard let qualification = await book.qualification(of: id) else { return nil }
        var view = scene(of: checkIn, viewer).event(.viewed, at: scribe.now)
        view.item = .qualification
        (view.purpose, view.note) = (.treatment, note)
        view.answerDigest = qualification.answerDigest
        guard let receipt = await scribe.disclose(view) else { throw .storeClosed }
        return qualification.release(
            under: receipt, checkIn: checkIn.id, item: .qualification, to: viewer.id)
    }

    /// What the access history says of a check-in's patient: recorded as a reading of it.
    package func history(
        of id: String, for viewer: StaffMember, note: String? = nil
    ) async throws(OpeningRefusal) -> [HistoryEntry] {
        guard viewer.role.seesQualification else { throw .notAllowed }
        guard let checkIn = await book.checkIn(id: id) else { throw .unknownCheckIn }
        guard checkIn.state == .open else { throw .ended(checkIn.state) }
        var reading = scene(of: checkIn, viewer).event(.historyRead, at: scribe.now)
        (reading.item, reading.purpose, reading.note) = (.history, .review, note)
        guard await scribe.write(reading) != nil else { throw .storeClosed }
        var query = HistoryQuery(patient: patient(of: checkIn))
        query.limit = Self.mostHistoryEntries
        do throws(HistoryError) { return try await scribe.store.events(matching: query) } catch {
            throw .storeClosed
        }
    }

    /// The most entries of a patient that are shown, the latest.
    private static let mostHistoryEntries = 5_000

    private func openCheckIn(
        _ id: String, _ item: Item
    ) async throws(OpeningRefusal) -> CheckIn {
        guard let checkIn = await book.checkIn(id: id) else { throw .unknownCheckIn }
        guard checkIn.state == .open else { throw .ended(checkIn.state) }
        guard checkIn.identity != .undecided else { throw .identityUndecided }
        guard !needsIdentity || checkIn.identity != .unchecked else { throw .identityUnchecked }
        guard checkIn.opens(item, at: scribe.now) else { throw .notConsented(item) }
        return checkIn
    }

    func scene(of checkIn: CheckIn, _ member: StaffMember) -> EventScene {
        scene(of: checkIn, member.actor)
    }

    func scene(of checkIn: CheckIn, _ actor: EventActor) -> EventScene {
        scribe.scene(actor: actor, patient: patient(of: checkIn), checkIn: checkIn.id)
    }

    private func patient(of checkIn: CheckIn) -> PatientReference {
        guard let certificate = checkIn.certificate else {
            return PatientReference(id: checkIn.patient)
        }
        return scribe.reference(patient: checkIn.patient, certificate: certificate)
    }

    private func fetch(
        _ item: Item, of checkIn: CheckIn, _ intent: HistoryEvent, _ place: HistoryPlace
    ) async throws(OpeningRefusal) -> Withheld<OpenedRecord.Content> {
        let access = RecordAccess(checkIn, intent: place)
        do throws(ClearinghouseError) {
            switch item {
            case .drugs: return try await client.drugs(access).map { .drugs($0) }
            case .checkups: return try await client.checkups(access).map { .checkups($0) }
            }
        } catch { throw await refused(intent, place, error) }
    }

    /// Closes an intent that brought nothing, and says why.
    func refused(
        _ intent: HistoryEvent, _ place: HistoryPlace, _ cause: ClearinghouseError
    ) async -> OpeningRefusal {
        let event = intent.outcome(
            ofIntentAt: place.index, cause.eventOutcome, reason: cause.reasonWord, at: scribe.now)
        guard await scribe.write(event) != nil else { return .storeClosed }
        return .clearinghouse(cause)
    }
}

extension SpokenConsent? {
    /// How the consent stands: a patient who could not be asked has given none.
    fileprivate var consentState: ConsentState {
        self?.kind == .unobtainable ? .unobtainable : .given
    }
}

extension ClearinghouseError {
    /// How an intent ended that met this error.
    var eventOutcome: EventOutcome {
        switch self {
        case .problem: .problem
        case .garbage, .wrongAnswer, .tlsRefused: .wrongAnswer
        case .unreachable, .timedOut, .lineLost: .unknown
        }
    }

    /// A stable word, or the problem's type.
    var reasonWord: String {
        switch self {
        case .problem(let problem, _): problem.type
        case .garbage: "garbage"
        case .wrongAnswer: "wrongAnswer"
        case .tlsRefused: "tlsRefused"
        case .unreachable: "unreachable"
        case .timedOut: "timedOut"
        case .lineLost: "lineLost"
        }
    }
}
