package import Disclosures
package import Octets
package import Records

/// 受付: an accepted patient. Outlives the card session, and many are open at once.
///
/// ```
/// open → withdrawn | expired | closed
/// ```
package struct CheckIn: Hashable, Sendable {
    /// UUIDv7, for programs.
    package let id: String
    /// The number of the day, for people.
    package let number: Int
    /// When the patient was accepted.
    package let openedAt: Instant
    /// The patient's pairwise id.
    package let patient: String
    /// SHA-256 of the card's certificate; none where there was no card.
    package let certificate: SHA256Digest?
    /// SHA-256 of the statement, or of the request without a card, that the grant answers.
    package let statement: SHA256Digest
    /// How the holder was proved; nothing where consent was by word of mouth.
    package let way: ProvedWay?
    /// The consent by word of mouth, in place of a proof.
    package let spoken: SpokenConsent?
    /// Who entered the choice, where that was not the patient.
    package let enteredBy: Proxy?
    /// What may be opened, and until when.
    package let grant: Grant
    /// The end of the card's certificate, where there was a card.
    package let certificateEnds: Instant?
    /// How the person of the answer stands to the person of the card.
    package private(set) var identity: IdentityStanding
    /// The number of the clinic's own chart (カルテ番号), where staff have given it.
    package private(set) var chart: String?
    /// Where the check-in stands.
    package private(set) var state: State = .open
    /// Whether the clearinghouse does not know yet that the grant ended here.
    package private(set) var owesWithdrawal = false
    /// Who ended it and when, as long as the access history does not say so yet.
    package private(set) var owedEntry: EndNote?

    /// What the entry of an end needs: kept with the end, so that neither is lost without the
    /// other.
    package struct EndNote: Hashable, Sendable {
        /// Who ended it.
        package var actor: EventActor
        /// When.
        package var at: Instant

        /// A note.
        package init(actor: EventActor, at: Instant) { (self.actor, self.at) = (actor, at) }
    }

    /// The states of a check-in; only `open` lets anything be opened.
    package enum State: String, Hashable, Sendable, CaseIterable {
        case open, withdrawn, expired, closed
    }

    /// What can happen to a check-in.
    package enum Event: Hashable, Sendable, CaseIterable {
        /// The patient took the consent back.
        case withdrawn
        /// The grant ended.
        case grantEnded
        /// Staff closed it.
        case closed
    }

    /// A check-in that was just accepted.
    package init(
        id: String, number: Int, openedAt: Instant, patient: String, certificate: SHA256Digest?,
        statement: SHA256Digest, way: ProvedWay?, grant: Grant,
        identity: IdentityStanding = .unchecked, state: State = .open,
        owesWithdrawal: Bool = false, owedEntry: EndNote? = nil, chart: String? = nil,
        spoken: SpokenConsent? = nil, certificateEnds: Instant? = nil, enteredBy: Proxy? = nil
    ) {
        precondition((way == nil) == (spoken != nil), "either proved or spoken")
        self.spoken = spoken
        self.certificateEnds = certificateEnds
        self.enteredBy = enteredBy
        self.chart = chart
        self.identity = identity
        self.id = id
        self.number = number
        self.openedAt = openedAt
        self.patient = patient
        self.certificate = certificate
        self.statement = statement
        self.way = way
        self.grant = grant
        self.state = state
        self.owesWithdrawal = owesWithdrawal
        self.owedEntry = owedEntry
    }

    /// The check-in after an event, or nothing where it was already ended: an end is final. The
    /// note of who ended it is owed to the access history; a grant that ends by itself needs none.
    package func transition(on event: Event, _ note: EndNote? = nil) -> CheckIn? {
        guard state == .open else { return nil }
        var next = self
        next.state =
            switch event {
            case .withdrawn: .withdrawn
            case .grantEnded: .expired
            case .closed: .closed
            }
        next.owesWithdrawal = event != .grantEnded
        next.owedEntry = event != .grantEnded ? note : nil
        return next
    }

    /// The check-in once the access history tells of its end.
    package func entered() -> CheckIn {
        var next = self
        next.owedEntry = nil
        return next
    }

    /// Whether something is still to be said of its end: to the access history, or to the
    /// clearinghouse, which needs no word any more of a grant that has ended by itself.
    package func owesSomething(at instant: Instant) -> Bool {
        owedEntry != nil || owesWord(at: instant)
    }

    /// Whether the clearinghouse is still to be told.
    package func owesWord(at instant: Instant) -> Bool { owesWithdrawal && instant < grant.until }

    /// The check-in once the clearinghouse has ended the grant too.
    package func settled() -> CheckIn {
        var next = self
        next.owesWithdrawal = false
        return next
    }

    /// The check-in once staff have compared name and birth date, and say that it is the patient's;
    /// nothing where it has ended, or nobody need ask.
    package func confirmed() -> CheckIn? {
        guard state == .open, identity == .undecided || identity == .unchecked else { return nil }
        var next = self
        next.identity = .confirmed
        return next
    }

    /// How far the card's certificate was in its life when the patient came.
    package var certificateLife: CertificateLife? {
        certificateEnds.map { CertificateLife(notAfter: $0, at: openedAt) }
    }

    /// The check-in linked to a chart, or to none.
    package func linked(to chart: String?) -> CheckIn {
        var next = self
        next.chart = chart
        return next
    }

    /// Whether a text may be a chart's number.
    package static func isChart(_ text: String) -> Bool {
        (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Whether an item may be opened at an instant.
    package func opens(_ item: Item, at instant: Instant) -> Bool {
        state == .open && identity != .undecided && grant.opens(item, at: instant)
    }
}

extension CheckIn: CustomStringConvertible {
    package var description: String { "CheckIn(\(id), \(state.rawValue))" }
}
