import ClearinghouseSimulator
import JSON
import Records

/// The people of these tests: somebody with records, twins without a branch, somebody who changed
/// the insurer, somebody whose insurance ended.
enum ServedPeople {
    static func population() throws -> Population {
        let files = [
            file("hanako", [entitlement("101", branch: "01")], hasRecords: true),
            file("taro", [entitlement("202", branch: "01")]),
            file("jiro", [entitlement("202", branch: "02")]),
            file(
                "saburo",
                [
                    entitlement("303", lost: "2024-03-31"),
                    entitlement("304", insurer: "06132013"),
                ]),
            file("shiro", [entitlement("404", lost: "2024-03-31")], validity: "2"),
            file("goro", [entitlement("505", insurer: "138057")]),
        ]
        return Population(try files.map { try PersonFile(parsing: $0.canonical) })
    }

    private static func entitlement(
        _ number: String, branch: String? = nil, insurer: String = "06139992",
        lost: String? = nil
    ) -> JSONValue {
        .object(present: [
            ("classification", "01"), ("insurerNumber", .string(insurer)),
            ("symbol", "見本-1"), ("number", .string(number)),
            ("branch", branch.map(JSONValue.string)),
            ("disqualifiedOn", lost.map(JSONValue.string)),
            ("lossReason", lost.map { _ in "03" }),
        ])
    }

    private static func file(
        _ id: String, _ entitlements: [JSONValue], validity: String = "1",
        hasRecords: Bool = false
    ) -> JSONValue {
        .object(present: [
            ("version", 1), ("id", .string(id)), ("about", "A sample."),
            (
                "identity",
                [
                    "name": .string("見本 \(id)"), "sex": "2", "birthDate": "1980-05-03",
                    "address": "東京都架空区1丁目",
                ]
            ),
            (
                "qualification",
                ["validity": .string(validity), "entitlements": .array(entitlements)]
            ), ("drugs", hasRecords ? [drugs] : nil), ("checkups", hasRecords ? checkups : nil),
            ("expenses", hasRecords ? expenses : nil),
        ])
    }

    private static let drugs: JSONValue = [
        "date": ["monthsBefore": 1, "day": 12], "pharmacy": ["name": "見本薬局"],
        "drugs": [
            [
                "class": "internal", "name": "見本錠", "copaymentYen": 120, "savingYen": 30,
                "quantity": ["amount": "3", "unit": "錠", "times": 7, "counted": "days"],
            ]
        ],
    ]

    /// More checkups than are shown side by side.
    private static let checkups: JSONValue = .array(
        (1...7).map { year in
            [
                "date": ["yearsBefore": JSONValue(year - 1), "monthsBefore": 3, "day": 12],
                "programme": "010",
                "facility": ["name": "見本健診センター"],
                "results": [["code": "9N001000000000001", "value": "160.5"]],
            ]
        })

    private static let expenses: JSONValue = .array(
        (2...15).map { month in
            [
                "month": ["monthsBefore": JSONValue(month)], "kind": "medicalOutpatient",
                "count": 1, "institution": ["name": "見本<医院>"], "insurer": "架空健康保険組合",
                "totalYen": 10_000, "insurerYen": 7000, "publicYen": 0, "patientYen": 3000,
            ]
        })
}
