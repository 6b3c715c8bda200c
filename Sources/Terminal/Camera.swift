package import CheckIns
package import MyNumberCard

/// What stands before a terminal: the face of a card, and whoever holds it.
package protocol Camera: Sendable {
    /// The number (照合番号B) as it is read off the face of the card on a reader.
    func numberOnCard(at reader: String) async -> Result<VerificationNumberB, CameraTrouble>
    /// A picture of whoever stands before that reader.
    func frame(at reader: String) async -> Result<[UInt8], CameraTrouble>
}

/// Why a camera gave nothing.
package enum CameraTrouble: Error, Hashable, Sendable, CaseIterable {
    /// It does not answer, or not in time.
    case away
    /// It sees nothing of the kind.
    case nothingSeen
}

/// Compares two pictures of faces.
package protocol FaceMatcher: Sendable {
    /// Which one it is, as statements and entries of the history name it.
    var name: String { get }
    /// From so many thousandths on two faces are one.
    var matchPerMille: Int { get }
    /// Compares a card's photo (JPEG 2000) with a frame; within a limit of its own.
    func compare(photo: [UInt8], with frame: [UInt8]) async -> FaceVerdict
}

/// What a matcher says.
package enum FaceVerdict: Hashable, Sendable {
    /// How alike the faces are, in thousandths.
    case score(perMille: Int)
    /// It cannot say; that is no miss.
    case undecided(FaceTrouble)
}

/// Camera, matcher and card of one reader, as a card session uses them.
package protocol FacePort: Sendable {
    /// The matcher that would compare faces; without one there is no face way.
    var matcher: String? { get }
    /// What is printed on a card and kept in its text application.
    func look(at card: PresentedCard) async -> LookResult
    /// Whether the face before the camera is the one on the card's photo.
    func match(_ card: PresentedCard) async -> FaceResult
}

/// How looking at a card went.
package enum LookResult: Hashable, Sendable {
    case seen(SeenCard)
    case unseen(LookTrouble)
}

/// How matching a face went.
package enum FaceResult: Hashable, Sendable {
    /// It is the same, with this score in thousandths.
    case matched(perMille: Int)
    /// It is not, or nobody can say.
    case failed(ProofFailure)
    /// The card was pulled; the monitor reports that by itself.
    case gone
}
