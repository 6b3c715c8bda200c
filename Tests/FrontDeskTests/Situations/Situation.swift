import TestWorlds
import VirtualCard

/// One situation at the front desk: what is given, and how it ends. The table of them drives the
/// tests and writes the pages in Documentation/situations.
struct Situation: Sendable, CustomStringConvertible {
    /// What may be special about the card.
    enum Special: String, Sendable {
        case nothing, noCertificate, foreignAuthority, wrongUsage, notYetValid
        case mute, pulled, held, swapped, unbound
        /// Its certificate is suspended or revoked.
        case suspended, revoked
    }

    /// What the camera sees, and who compares.
    enum Eye: String, Sendable {
        case holder, otherFace, blurred, nobody, wrongCode, cardFaceDown, absent, silentMatcher
    }

    /// What is done to prove the holder.
    enum Act: Sendable {
        case pin(String, lastTry: Bool = false)
        /// On the reader's own keys.
        case pad(ReaderKeys, lastTry: Bool = false)
        case face
        /// By staff, who hold the right or do not.
        case visual(by: String = "reception")
    }

    /// What the clearinghouse answers.
    enum Reply: String, Sendable {
        case right, otherBirthDate, otherName, otherSex, unknownSex, unmappable, invalid, notFound
        case noNonce, lost, forged, down
    }

    /// How it ends.
    enum End: Sendable, Equatable {
        /// A check-in, and how the person of the answer stands to the card's.
        case accepted(_ identity: String)
        /// A problem, by its name.
        case problem(_ name: String)
    }

    /// The page's name.
    let name: String
    let japanese: String
    let english: String
    var form = CardForm.plastic
    var pinTries = 3
    var faceTries = 10
    var daysLeft: Int64 = 365
    var special = Special.nothing
    var eye = Eye.holder
    var act = Act.pin("1234")
    var consents = true
    var reply = Reply.right
    /// Whether the day's check-ins without a PIN are used up, ten PINs failed on this reader, or
    /// the history cannot be written.
    var isCapReached = false
    var isPaused = false
    var isHistoryClosed = false
    let ends: End
    /// The tries that the PIN has left afterwards, where they are told.
    var pinTriesAfter: Int?

    init(
        _ name: String, _ japanese: String, _ english: String, ends: End,
        _ change: (inout Situation) -> Void = { _ in }
    ) {
        (self.name, self.japanese, self.english, self.ends) = (name, japanese, english, ends)
        change(&self)
    }

    var description: String { name }
}
