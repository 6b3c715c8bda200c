import ClearinghouseSimulator
import Cryptography
import Foundation
import HTTP
import JSON
import Records
import Testing

/// The printed samples as they come over the interface, at the dates printed on them. That the
/// records print as the samples do is compared row by row in `RecordsTests`; here, that the
/// service answers those very records.
@Suite("The samples, as the clearinghouse answers them")
struct SampleAnswerTests {
    /// Each sample with the months that it was asked for.
    static let samples: [(id: String, expenses: String)] = [
        ("yakushi", ""), ("sankino-taro", ""), ("sankino-hanako", ""),
        ("iryohi", "?from=2021-01&to=2023-12"), ("screen-checkups", ""),
        ("screen-expenses", "?from=2021-09&to=2021-10"),
    ]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Simulators/People")

    private static func file(_ id: String) throws -> PersonFile {
        let url = folder.appending(path: "\(id).json")
        return try PersonFile(parsing: [UInt8](try Data(contentsOf: url)))
    }

    /// A clearinghouse of the samples' people, on the date of one of them, with this one's card.
    private struct Stage {
        let served: Served
        let card: Card
        let person: Person
        let asOf: LocalDate

        init(_ id: String) async throws {
            let file = try SampleAnswerTests.file(id)
            asOf = try #require(file.asOf)
            person = try file.person(on: asOf)
            served = try await Served(
                population: Population(
                    try SampleAnswerTests.samples.map { try SampleAnswerTests.file($0.id) }))
            card = try Card(authority: served.authority)
            try await served.house.bind(card.certificate, to: id)
            let date = await served.order(
                "PUT", "/admin/business-date", ["date": .string("\(asOf)")])
            #expect(date["date"]?.stringValue == "\(asOf)")
        }

        func session() async throws -> [(String, String)] {
            let body = try served.signed(
                items: [], purpose: "self", nonce: await served.nonce(.portal), card: card)
            let answer = await served.ask("POST", "/v1/portal/sessions", body, as: .portal)
            return served.bearer(try #require(answer["session"]?.stringValue))
        }
    }

    @Test("the patient's pages are the records that the printed tables are compared with")
    func portal() async throws {
        for sample in Self.samples {
            let stage = try await Stage(sample.id)
            defer { stage.served.close() }
            let session = try await stage.session()
            func page(_ name: String, _ query: String = "") async -> JSONValue? {
                await stage.served.ask(
                    "GET", "/v1/portal/\(name)\(query)", as: .portal, session)[name]
            }
            let (person, asOf) = (stage.person, stage.asOf)
            var qualification = person.qualification
            qualification.confirmedOn = asOf
            #expect(await page("qualification") == qualification.json)
            #expect(await page("drugs") == person.publishedDrugs(on: asOf).json)
            #expect(await page("checkups") == person.publishedCheckups(on: asOf).json)
            let months = sample.expenses.split(whereSeparator: { "=&".contains($0) })
            let range = months.compactMap { YearMonth(String($0)) }
            let expenses = try #require(
                person.publishedExpenses(on: asOf, from: range.first, to: range.last))
            #expect(await page("expenses", sample.expenses) == expenses.json)
        }
    }

    @Test("an institution's readings are the same medicines without amounts, and the same checkups")
    func institution() async throws {
        for sample in Self.samples {
            let stage = try await Stage(sample.id)
            defer { stage.served.close() }
            let served = stage.served
            let check = await served.ask(
                "POST", "/v1/checks/card",
                try served.signed(nonce: await served.nonce(), card: stage.card))
            let grant = try #require(check["answer"]?["grant"]?["id"]?.stringValue)
            let read = try Qualification(
                try #require(check["answer"]?["qualification"]), at: "$")
            #expect(read.isQualified && read.confirmedOn == stage.asOf)
            #expect(
                read.entitlement?.insurerNumber
                    == stage.person.qualification.entitlement?.insurerNumber)
            for item in RecordItem.allCases {
                let answer = await served.ask(
                    "GET", "/v1/records/\(item.rawValue)", served.under(grant))["records"]
                let expected =
                    item == .drugs
                    ? stage.person.publishedDrugs(on: stage.asOf, for: .institution)
                        .forInstitution.json
                    : stage.person.publishedCheckups(on: stage.asOf, for: .institution).json
                #expect(answer == expected, "\(sample.id) \(item)")
            }
        }
    }

    @Test("a new checkup is told on the day its insurer sent it")
    func newCheckup() async throws {
        var person = try Self.file("sankino-taro").person(on: try #require(LocalDate("2026-10-01")))
        let sent = try #require(LocalDate("2026-09-15"))
        person.checkups[0].visibleFrom = sent
        let house = try await World().house
        func told(_ date: LocalDate) async -> [LocalDate] {
            await house.notices(of: person, on: date).filter { $0.kind == .newCheckup }.map(\.date)
        }
        #expect(await told(sent) == [sent])
        #expect(await told(sent.adding(days: -1)).isEmpty)
    }

    @Test("the sums that are printed come out of what was answered")
    func sums() async throws {
        let stage = try await Stage("yakushi")
        defer { stage.served.close() }
        let drugs = await stage.served.ask(
            "GET", "/v1/portal/drugs?from=2021-09&to=2021-09", as: .portal,
            try await stage.session())
        let record = try DrugRecord(try #require(drugs["drugs"]), at: "$")
        #expect(record.totals.savingYen == 1067)
        #expect(record.months.flatMap(\.days).map(\.totals.savingYen) == [448, nil, 318, nil, 301])
    }

    @Test("the year's notice for tax returns has the printed sums of the year")
    func notice() async throws {
        let stage = try await Stage("iryohi")
        defer { stage.served.close() }
        let session = try await stage.session()
        let printed = [
            (2021, "10000", "7000", "0", "3000"), (2022, "551200", "385700", "200", "165300"),
            (2023, "20100", "14000", "100", "6000"),
        ]
        for (year, total, insurer, other, patient) in printed {
            let linked = await stage.served.ask(
                "POST", "/v1/portal/tax-links", ["year": JSONValue(year)], as: .portal, session)
            let link = try #require(linked["link"]?["token"]?.stringValue)
            let notice = await stage.served.ask(
                "GET", "/v1/tax/expense-notice", as: .tax, stage.served.bearer(link))
            let text = String(decoding: notice.response.body, as: UTF8.self)
            let sums =
                "<Total><TotalYen>\(total)</TotalYen><InsurerYen>\(insurer)</InsurerYen>"
                + "<PublicYen>\(other)</PublicYen><PatientYen>\(patient)</PatientYen></Total>"
            #expect(text.contains(sums), "\(year)")
        }
    }
}
