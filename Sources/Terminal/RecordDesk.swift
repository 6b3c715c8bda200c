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
    /// The clearinghouse did not give it.
    case clearinghouse(ClearinghouseError)
}

/// Opens the records of check-ins: each opening is an intent, one exchange, and a disclosure.
package struct RecordDesk: Sendable {
    let book: CheckInBook
    private let client: ClearinghouseClient
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

    /// Opens one item for somebody.
    package func open(
        _ item: Item, of id: String, for viewer: StaffMember
    ) async throws(OpeningRefusal) -> OpenedRecord {
        guard viewer.role.seesRecords else { throw .notAllowed }
        let checkIn = try await openCheckIn(id, item)
        guard !needsOtherViewer || checkIn.way != .visualCheck(staff: viewer.id) else {
            throw .sameStaff
        }
        let scene = scene(of: checkIn, viewer)
        let until = checkIn.grant.items.first { $0.item == item }?.until
        let intent = scene.intent(
            .openRecords, item: DisclosedItem(item), purpose: .treatment,
            way: VerificationWay(checkIn.way), consent: ConsentNote(.given, until: until),
            requestID: scribe.requestID(), at: scribe.now)
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        let (content, digest) = try await fetch(item, of: checkIn, intent, place)
        let disclosure = intent.disclosure(
            ofIntentAt: place.index, answerDigest: digest, recipient: viewer.id, at: scribe.now)
        guard let written = await scribe.write(disclosure) else { throw .storeClosed }
        // The consent may have been taken back while the answer was on its way.
        _ = try await openCheckIn(id, item)
        return OpenedRecord(content: content, disclosure: written)
    }

    /// What a patient is entitled to, looked at again: recorded as a view.
    package func qualification(
        of id: String, for viewer: StaffMember
    ) async throws(OpeningRefusal) -> Qualification? {
        guard viewer.role.seesQualification else { throw .notAllowed }
        guard let checkIn = await book.checkIn(id: id) else { throw .unknownCheckIn }
        guard checkIn.state == .open else { throw .ended(checkIn.state) }
        guard let qualification = await book.qualification(of: id) else { return nil }
        var view = scene(of: checkIn, viewer).event(.viewed, at: scribe.now)
        view.item = .qualification
        view.purpose = .treatment
        guard await scribe.write(view) != nil else { throw .storeClosed }
        return qualification
    }

    /// Takes the consent back: here at once, then at the clearinghouse. What the clearinghouse
    /// could not be told yet stays owed, and asking again tells it again.
    package func withdraw(
        _ id: String, by member: StaffMember
    ) async throws(OpeningRefusal) -> CheckIn {
        let ended = try await end(id, by: .withdrawn)
        let scene = scene(of: ended.checkIn, member)
        if ended.isNew {
            for consented in ended.checkIn.grant.items {
                let event = scene.consent(
                    to: DisclosedItem(consented.item), ConsentNote(.withdrawn), at: scribe.now)
                guard await scribe.write(event) != nil else { throw .storeClosed }
            }
        }
        return try await finish(ended.checkIn, scene)
    }

    /// Closes a check-in: nothing more is opened under it here, nor at the clearinghouse.
    package func close(
        _ id: String, by member: StaffMember
    ) async throws(OpeningRefusal) -> CheckIn {
        let ended = try await end(id, by: .closed)
        let scene = scene(of: ended.checkIn, member)
        if ended.isNew {
            guard await scribe.write(scene.event(.checkInClosed, at: scribe.now)) != nil else {
                throw .storeClosed
            }
        }
        return try await finish(ended.checkIn, scene)
    }

    /// The clearinghouse is told, and the end survives a restart, before anybody is told of it.
    private func finish(
        _ checkIn: CheckIn, _ scene: EventScene
    ) async throws(OpeningRefusal) -> CheckIn {
        let told = checkIn.owesWithdrawal ? try await tellEnd(of: checkIn, scene) : checkIn
        guard await book.isKept(id: checkIn.id) else { throw .notKept }
        return told
    }

    /// Tells the clearinghouse what it could not be told before; whether it knows now.
    package func settle(_ checkIn: CheckIn) async -> Bool {
        let scene = scribe.scene(
            actor: EventActor(id: "madoguchi", role: .system), patient: patient(of: checkIn),
            checkIn: checkIn.id)
        do throws(OpeningRefusal) {
            return try await !tellEnd(of: checkIn, scene).owesWithdrawal
        } catch { return false }
    }

    /// Ends a check-in, or finds it ended in the same way with the clearinghouse not told yet.
    private func end(
        _ id: String, by event: CheckIn.Event
    ) async throws(OpeningRefusal) -> (checkIn: CheckIn, isNew: Bool) {
        if let ended = await book.end(id: id, by: event) { return (ended, true) }
        guard let checkIn = await book.checkIn(id: id) else { throw .unknownCheckIn }
        guard !checkIn.owesWithdrawal else { return (checkIn, false) }
        guard await book.lacksKeeping(id: id) else { throw .ended(checkIn.state) }
        return (checkIn, false)
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
        scribe.scene(
            actor: member.actor, patient: patient(of: checkIn), checkIn: checkIn.id)
    }

    private func patient(of checkIn: CheckIn) -> PatientReference {
        scribe.reference(patient: checkIn.patient, certificate: checkIn.certificate)
    }

    private func fetch(
        _ item: Item, of checkIn: CheckIn, _ intent: HistoryEvent, _ place: HistoryPlace
    ) async throws(OpeningRefusal) -> (OpenedRecord.Content, SHA256Digest) {
        let access = RecordAccess(checkIn, intent: place)
        do throws(ClearinghouseError) {
            switch item {
            case .drugs:
                let answer = try await client.drugs(access)
                return (.drugs(answer.record), answer.answerDigest)
            case .checkups:
                let answer = try await client.checkups(access)
                return (.checkups(answer.record), answer.answerDigest)
            }
        } catch { throw await refused(intent, place, error) }
    }

    /// Closes an intent that brought nothing, and says why.
    private func refused(
        _ intent: HistoryEvent, _ place: HistoryPlace, _ cause: ClearinghouseError
    ) async -> OpeningRefusal {
        let event = intent.outcome(
            ofIntentAt: place.index, cause.eventOutcome, reason: cause.reasonWord, at: scribe.now)
        guard await scribe.write(event) != nil else { return .storeClosed }
        return .clearinghouse(cause)
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
