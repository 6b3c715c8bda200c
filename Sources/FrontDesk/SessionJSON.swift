internal import CheckIns
internal import HTTP
package import JSON
internal import Octets
internal import Records
package import Terminal

extension SessionView {
    /// The view as the local API shows it. Fields that do not apply are left out.
    package var json: JSONValue {
        .object(present: [
            ("session", .string(session)), ("state", .string(state)),
            ("cardPresent", .bool(isCardPresent)),
            ("triesLeft", triesLeft.map { JSONValue($0) }),
            ("cardKind", cardKind.map { .string($0.rawValue) }),
            ("closedWays", closedWays.isEmpty ? nil : .object(closedWayWords)),
            ("look", look == "absent" ? nil : look.map(JSONValue.string)),
            ("way", way.map { .string($0.rawValue) }),
            (
                "consents",
                consents.isEmpty
                    ? nil
                    : .object(
                        Dictionary(consents.map { ($0.key.rawValue, JSONValue.bool($0.value)) }) {
                            first, _ in first
                        })
            ),
            ("enteredBy", enteredBy.map { .string($0.rawValue) }),
            ("readyForPIN", .bool(isReadyForPIN)),
            ("pinPad", hasPINPad ? true : nil),
            ("readyForStaff", isReadyForStaff ? true : nil),
            ("readyForFace", isReadyForFace ? true : nil),
            ("busy", isBusy ? true : nil),
            ("proofFailure", proofFailure.map { .string($0.word) }),
            ("certificateEnds", certificateEnds.map { .string($0.rfc3339) }),
            ("certificateLife", certificateLife.map { .string($0.rawValue) }),
            ("identity", identity.map { .string($0.rawValue) }),
            ("checkIn", checkIn.map(JSONValue.string)),
            ("closing", closing?.json),
        ])
    }

    /// The ways that are closed, each with the word for why.
    private var closedWayWords: [String: JSONValue] {
        Dictionary(
            closedWays.map { ($0.key.rawValue, JSONValue.string($0.value.rawValue)) }
        ) { first, _ in first }
    }
}

extension SessionView.Closing {
    fileprivate var json: JSONValue {
        switch self {
        case .accepted(let acceptance):
            [
                "kind": "accepted", "qualification": acceptance.qualification.json,
                "items": .array(
                    acceptance.grant.items.map {
                        [
                            "item": .string($0.item.rawValue),
                            "until": .string($0.until.rfc3339),
                        ]
                    }),
                "until": .string(acceptance.grant.until.rfc3339),
            ]
        case .answered(.problem(let problem)):
            ["kind": "problem", "problem": Problem(problem).json]
        case .answered(.otherPerson): ["kind": "problem", "problem": Problem.otherPerson.json]
        case .answered(.wrongAnswer): ["kind": "problem", "problem": Problem.wrongAnswer.json]
        case .answered(.unknown): ["kind": "problem", "problem": Problem.noAnswer.json]
        case .refused(let refusal):
            ["kind": "refused", "problem": Problem.card(refusal).json]
        case .offline(let trouble):
            ["kind": "offline", "problem": Problem.offline(trouble).json]
        case .ended(let reason): ["kind": "ended", "problem": Problem.ended(reason).json]
        }
    }
}
