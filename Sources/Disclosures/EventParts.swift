package import Octets
package import Records

/// The terminal an event happened at.
package struct TerminalPlace: Hashable, Sendable {
    /// The institution's ten-digit code (医療機関・薬局コード).
    package var institution: String
    /// The terminal's name within the institution.
    package var terminal: String

    /// A place.
    package init(institution: String, terminal: String) {
        (self.institution, self.terminal) = (institution, terminal)
    }

    /// The origin of this terminal's log: `madoguchi/<institution>/<terminal>`.
    package func logOrigin(named name: String? = nil) -> String {
        "madoguchi/\(institution)/\(name ?? terminal)"
    }
}

/// Who did something.
package struct EventActor: Hashable, Sendable {
    /// The person's or program's name within the institution; `patient` for the card's holder.
    package var id: String
    /// In what capacity.
    package var role: ActorRole

    /// An actor.
    package init(id: String, role: ActorRole) { (self.id, self.role) = (id, role) }

    /// The card's holder (本人), whose name the terminal does not write down.
    package static let patient = EventActor(id: "patient", role: .patient)
}

/// In what capacity somebody acted.
package enum ActorRole: String, Hashable, Sendable, CaseIterable {
    /// The card's holder.
    case patient
    /// A parent or another legal representative (親権者・法定代理人), in the holder's place.
    case parent
    /// Family or a carer (家族・介助者), who entered what the holder wanted.
    case carer
    /// Staff who may see the qualification.
    case reception
    /// A doctor, dentist or pharmacist.
    case clinician
    /// Staff who run the terminal and may see no patient data.
    case administrator
    /// A program on its own account.
    case system

    /// Whether it is the patient, or somebody in the patient's place.
    package var isPatientsSide: Bool { [.patient, .parent, .carer].contains(self) }
}

/// Whose data: known by the clearinghouse's id, by the card, or by both.
package struct PatientReference: Hashable, Sendable {
    /// The pairwise id that the clearinghouse gives this institution for the patient.
    package var id: String?
    /// HMAC of the card certificate's digest under the terminal's own key.
    package var card: CardReference?

    /// A reference; at least one of the two must be there.
    package init(id: String? = nil, card: CardReference? = nil) {
        (self.id, self.card) = (id, card)
    }
}

extension PatientReference: PersonalData {}

/// A card without its certificate: the HMAC-SHA256 of the certificate's digest under a key that
/// never leaves the terminal, so that two terminals cannot compare.
package struct CardReference: Hashable, Sendable {
    /// The 32 octets of the code.
    package var code: SHA256Digest

    /// A reference from a code.
    package init(code: SHA256Digest) { self.code = code }
}

extension CardReference: PersonalData {}

/// How the holder was proved to be the patient (本人確認).
package enum VerificationWay: Hashable, Sendable {
    /// The card's PIN (暗証番号).
    case pin
    /// A comparison of faces, by which matcher and with what score in thousandths.
    case face(matcher: String, scorePerMille: Int)
    /// Staff looked at card and holder (目視), and who.
    case visualCheck(staff: String)
}

/// A consent (同意) as it stood.
package struct ConsentNote: Hashable, Sendable {
    /// Given, refused, expired, unobtainable.
    package var state: ConsentState
    /// Until when it holds, where it was given.
    package var until: Instant?
    /// The grant (閲覧の許可) that came of it.
    package var grant: String?

    /// A consent.
    package init(_ state: ConsentState, until: Instant? = nil, grant: String? = nil) {
        (self.state, self.until, self.grant) = (state, until, grant)
    }
}

/// How a consent stood.
package enum ConsentState: String, Hashable, Sendable, CaseIterable {
    /// Given by the patient.
    case given
    /// Refused by the patient, by word or by silence.
    case refused
    /// Given once, over since.
    case expired
    /// The patient could not be asked.
    case unobtainable
    /// Taken back by the patient.
    case withdrawn
}

/// What a card signed, or the terminal where no PIN was entered: the exact octets, the signature
/// over them, the card's certificate beside it.
package struct SignedStatement: Hashable, Sendable {
    /// The statement's canonical octets, without the prefix that is signed with them.
    package var octets: [UInt8]
    /// The signature.
    package var signature: [UInt8]
    /// The card's certificate (DER).
    package var certificate: [UInt8]
    /// The terminal's key (SubjectPublicKeyInfo, DER) where that signed: its file may change.
    package var terminalKey: [UInt8]?

    /// A statement with its proof.
    package init(
        octets: [UInt8], signature: [UInt8], certificate: [UInt8], terminalKey: [UInt8]? = nil
    ) {
        (self.octets, self.signature, self.certificate) = (octets, signature, certificate)
        self.terminalKey = terminalKey
    }
}

extension SignedStatement: PersonalData {}

/// What the clearinghouse signed in answer: digest, certificate status, time.
package struct SignedAnswer: Hashable, Sendable {
    /// The receipt's canonical octets.
    package var octets: [UInt8]
    /// The clearinghouse's signature over them.
    package var signature: [UInt8]

    /// An answer with its proof.
    package init(octets: [UInt8], signature: [UInt8]) {
        (self.octets, self.signature) = (octets, signature)
    }
}

extension SignedAnswer: PersonalData {}

/// What happened to the store itself; each kind of event uses the fields that fit it.
package struct StoreNote: Hashable, Sendable {
    /// The program and its version (opened).
    package var software: String?
    /// Whether the last stop was in order (opened).
    package var wasStoppedCleanly: Bool?
    /// Whether `head` had to be rebuilt from the segments (opened).
    package var wasHeadRebuilt: Bool?
    /// The segment that was cut.
    package var segment: String?
    /// Where the cut begins, in octets from the segment's start.
    package var offset: UInt64?
    /// How many octets were cut off.
    package var octetCount: UInt64?
    /// SHA-256 of what was cut off, which is kept in a file beside the segment.
    package var digest: SHA256Digest?

    /// A note with nothing in it.
    package init() {}
}
