internal import CheckIns
package import Terminal

/// Stands in for a matcher where everything is simulated: it compares octets, not faces. It says so
/// in every statement and entry, by its name, and there is none outside simulation.
package struct StubMatcher: FaceMatcher {
    package let name = "stub (simulation)"
    package let matchPerMille = 900
    /// From so many thousandths on two pictures are of one face, badly.
    private static let blurredPerMille = 350

    /// A stub; nothing outside simulation.
    package init?(isSimulation: Bool) {
        guard isSimulation else { return nil }
    }

    package func compare(photo: [UInt8], with frame: [UInt8]) async -> FaceVerdict {
        let longest = max(photo.count, frame.count)
        guard longest > 0 else { return .undecided(.noFace) }
        let equal = zip(photo, frame).count { $0 == $1 }
        let score = equal * 1000 / longest
        if (Self.blurredPerMille..<matchPerMille).contains(score) { return .undecided(.blurred) }
        return .score(perMille: score)
    }
}
