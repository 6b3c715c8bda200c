package import CheckIns

/// One statement of the matrix {way} × {whose key signed} × {what is wrong besides}.
package struct WayCase: Hashable, Sendable, CustomStringConvertible {
    /// Whose key signed.
    package enum Signer: String, CaseIterable, Hashable, Sendable { case card, terminal, foreign }
    /// What is wrong besides; the rest of the statement is as it should be.
    package enum Wrong: String, CaseIterable, Hashable, Sendable {
        case prefix, nonce, audience, client, time, certificate
    }

    /// The way that the statement names.
    package var way: ProvedWay
    /// Whose key signed.
    package var signer: Signer
    /// What is wrong, if anything.
    package var wrong: Wrong?

    /// A statement of the matrix.
    package init(way: ProvedWay, signer: Signer, wrong: Wrong? = nil) {
        (self.way, self.signer, self.wrong) = (way, signer, wrong)
    }

    /// The one key that the way asks for: never whichever fits.
    package var isLawful: Bool {
        wrong == nil && signer == (way == .pin ? .card : .terminal)
    }

    /// What is signed before the statement's bytes.
    package var prefix: StatementKind {
        let right = way.statementKind
        guard wrong == .prefix else { return right }
        return right == .checkInByCard ? .checkInByTerminal : .checkInByCard
    }

    package var description: String {
        "\(way.way.rawValue), signed by \(signer.rawValue), wrong \(wrong?.rawValue ?? "nothing")"
    }

    /// Every way.
    package static let ways: [ProvedWay] = [
        .pin, .face(matcher: "stub (simulation)", scorePerMille: 990),
        .visualCheck(staff: "reception-1"),
    ]

    /// The whole matrix: three lawful statements, and 60 that are not.
    package static let all: [WayCase] = ways.flatMap { way in
        Signer.allCases.flatMap { signer in
            ([nil] + Wrong.allCases.map(Optional.some)).map { wrong in
                WayCase(way: way, signer: signer, wrong: wrong)
            }
        }
    }
}
