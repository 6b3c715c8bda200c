internal import Authority
internal import ClearinghouseSimulator
internal import Cryptography
internal import JSON
internal import Records
internal import VirtualCard

extension WholeDesk {
    /// A desk for one fictional person with a drug and no checkup.
    package static func sample() async throws -> WholeDesk {
        let person: JSONValue = [
            "version": 1, "id": "sample", "about": "A sample for tests.",
            "identity": ["name": "見本 花子", "sex": "2", "birthDate": "1980-05-03"],
            "qualification": [
                "validity": "1",
                "entitlements": [["classification": "01", "insurerNumber": "01010011"]],
            ],
            "drugs": [
                [
                    "date": ["monthsBefore": 3, "day": 12], "pharmacy": ["name": "見本薬局"],
                    "drugs": [
                        [
                            "class": "internal", "name": "見本錠", "copaymentYen": 120,
                            "savingYen": 30,
                            "quantity": [
                                "amount": "3", "unit": "錠", "times": 7, "counted": "days",
                            ],
                        ]
                    ],
                ]
            ],
        ]
        return try await WholeDesk(
            people: Population([try PersonFile(parsing: person.canonical)]),
            card: try Cards.sample.get(), authority: try Cards.authority.get().certificate)
    }
}
