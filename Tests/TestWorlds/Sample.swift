internal import Authority
package import CheckIns
internal import ClearinghouseSimulator
internal import Cryptography
package import JSON
internal import Records
internal import Terminal
package import VirtualCard

/// A fictional person whose records name them, so that it shows when they reach somebody else.
package struct Somebody: Sendable {
    /// The id of the person's file.
    package let id: String
    /// Part of the name, of the drug's name, of no other person's records.
    package let mark: String
    /// The person's card.
    package let image: CardImage

    /// The card, fresh.
    package var card: VirtualCard { VirtualCard(image) }

    /// The person's file.
    package static func file(id: String, mark: String, sex: String, birthDate: String) -> JSONValue
    {
        [
            "version": 1, "id": .string(id), "about": "A sample for tests.",
            "identity": [
                "name": .string("見本 \(mark)"), "sex": .string(sex),
                "birthDate": .string(birthDate),
            ],
            "qualification": [
                "validity": "1",
                "entitlements": [["classification": "01", "insurerNumber": "01010011"]],
            ],
            "drugs": [
                [
                    "date": ["monthsBefore": 3, "day": 12], "pharmacy": ["name": "見本薬局"],
                    "drugs": [
                        [
                            "class": "internal", "name": .string("見本錠「\(mark)」"),
                            "copaymentYen": 120, "savingYen": 30,
                            "quantity": [
                                "amount": "3", "unit": "錠", "times": 7, "counted": "days",
                            ],
                        ]
                    ],
                ]
            ],
        ]
    }
}

extension WholeDesk {
    /// A desk for three fictional people, each with a drug and no checkup; the first one's card is
    /// in the reader.
    package static func sample(
        limits: [SessionTimer: Double] = [:], retrySeconds: Double = 0
    ) async throws -> WholeDesk {
        let people = try Cards.people.get()
        return try await WholeDesk(
            people: Population(try people.files.map { try PersonFile(parsing: $0.canonical) }),
            cards: people.somebodies, authority: try Cards.authority.get().certificate,
            limits: SessionRunner.Limits(seconds: limits, retrySeconds: retrySeconds))
    }
}

extension WholeDesk {
    /// A desk with two readers and a clearinghouse whose chances come from a seed, for three
    /// fictional people, each with a drug and a checkup that nobody else has.
    package static func pair(line: Line, seed: Int64) async throws -> WholeDesk {
        let people = try Cards.people.get()
        let files = people.files.enumerated().map { index, file in
            var fields = file.objectValue ?? [:]
            fields["checkups"] = [
                [
                    "date": ["monthsBefore": JSONValue(4 + index), "day": 12],
                    "programme": "010", "facility": ["name": "見本健診センター"],
                    "results": [
                        ["code": "9N001000000000001", "value": .string("16\(index).5")]
                    ],
                ]
            ]
            return JSONValue.object(fields)
        }
        return try await WholeDesk(
            people: Population(try files.map { try PersonFile(parsing: $0.canonical) }),
            cards: people.somebodies, authority: try Cards.authority.get().certificate,
            limits: SessionRunner.Limits(seconds: [:], retrySeconds: 0), line: line, seed: seed,
            hasOtherReader: true)
    }

    /// What an institution may see of a person now, as the clearinghouse's own data say it.
    package func ownRecords(of person: String) async throws -> [String: JSONValue] {
        let now = clock.now()
        let date = await house.businessDate(at: now)
        let whole = try await house.person(person, at: now)
        return [
            "drugs": whole.publishedDrugs(on: date, for: .institution).json,
            "checkups": whole.publishedCheckups(on: date, for: .institution).json,
        ]
    }
}

extension Cards {
    /// Three people, and what is said of them.
    static let people = Result { () throws -> (somebodies: [Somebody], files: [JSONValue]) in
        let rows = [
            ("sample", "花子", "2", "1980-05-03"), ("second", "次郎", "1", "1975-11-30"),
            ("third", "三千代", "2", "1944-02-29"),
        ]
        return (
            try rows.map { Somebody(id: $0.0, mark: $0.1, image: try issue($0.0)) },
            rows.map { Somebody.file(id: $0.0, mark: $0.1, sex: $0.2, birthDate: $0.3) }
        )
    }
    /// The three people.
    package static var somebodies: [Somebody] { (try? people.get())?.somebodies ?? [] }
}
