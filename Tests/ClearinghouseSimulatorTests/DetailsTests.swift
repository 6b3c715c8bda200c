import ClearinghouseSimulator
import HTTP
import JSON
import Records
import Testing

@Suite("Checks by insurance details, batches, keys of idempotency, limits")
struct DetailsTests {
    private func check(
        _ served: Served, _ details: JSONValue, _ fields: [(String, String)] = []
    ) async -> Answered {
        await served.ask(
            "POST", "/v1/checks/details", ["details": details, "intent": Served.intent], fields)
    }

    @Test("none, one, several, ended, ended with a newer one")
    func outcomes() async throws {
        let served = try await Served()
        defer { served.close() }
        let expected: [(JSONValue, validity: String, count: Int)] = [
            (Served.details("101"), "1", 1), (Served.details("101", branch: "01"), "1", 1),
            (Served.details("101", branch: "09"), "4", 0), (Served.details("999"), "4", 0),
            (Served.details("101", birthDate: "1980-05-04"), "4", 0),
            (Served.details("101", symbol: nil), "4", 0), (Served.details("202"), "5", 0),
            (Served.details("202", branch: "02"), "1", 1), (Served.details("303"), "3", 1),
            (Served.details("304", insurer: "06132013"), "1", 1),
            (Served.details("404"), "2", 1),
        ]
        for (details, validity, count) in expected {
            let answer = await check(served, details)
            let qualification = answer["qualification"]
            #expect(qualification?["validity"]?.stringValue == validity, "\(details)")
            #expect(qualification?["entitlements"]?.arrayValue?.count ?? 0 == count)
            #expect((answer["patient"] != nil) == (count == 1))
            #expect(answer["grant"] == nil)
        }
        let entry = try #require(
            await served.house.journalEntries(after: 0, limit: 1).entries.first)
        #expect(entry.way == "insuranceDetails" && entry.person == "hanako")
        #expect(entry.intent?.index == 7)
    }

    @Test("a number typed in must hold its check digit; a number on record need not")
    func checkDigits() async throws {
        let served = try await Served()
        defer { served.close() }
        let wrong = await check(served, Served.details("101", insurer: "06139993"))
        #expect(wrong.problem == "number-check-digit" && wrong.status == 422)
        // Padded with zeros, a municipal insurance's number is the same number.
        for number in ["138057", "00138057"] {
            let answer = await check(served, Served.details("505", insurer: number))
            #expect(answer["qualification"]?["validity"] == "1")
        }
        let spaced = await check(served, Served.details("505", insurer: "  138057"))
        #expect(spaced["detail"] == "$.details.insurerNumber: must be digits, without spaces")
        let long = await check(served, Served.details("101", insurer: "0613999"))
        #expect(long.problem == "malformed-body")
    }

    @Test("a key, a route and a body get one answer; another body is refused")
    func idempotency() async throws {
        let served = try await Served()
        defer { served.close() }
        let key = [("Idempotency-Key", "k-1")]
        let first = await check(served, Served.details("101"), key)
        let count = await served.house.journalEntries(after: 0, limit: 99).entries.count
        #expect(await check(served, Served.details("101"), key).body == first.body)
        let entries = await served.house.journalEntries(after: 0, limit: 99).entries
        #expect(entries.count == count + 1 && entries.last?.isRepeat == true)
        let other = await check(served, Served.details("202"), key)
        #expect(other.problem == "idempotency-key-reused" && other.status == 422)
        // Another client's key is another key.
        let theirs = await served.ask(
            "POST", "/v1/checks/details",
            ["details": Served.details("202"), "intent": Served.intent], as: .pharmacy, key)
        #expect(theirs.status == 200)
        for key in ["", "a b", String(repeating: "k", count: 65)] {
            #expect(
                await check(served, Served.details("101"), [("Idempotency-Key", key)]).problem
                    == "idempotency-key-malformed")
        }
        served.clock.now = Served.now.adding(seconds: 301)
        #expect(await check(served, Served.details("202"), key).status == 200)
    }

    private func send(
        _ served: Served, _ numbers: [String], as who: Served.Who = .clinic,
        _ fields: [(String, String)] = []
    ) async -> Answered {
        let bookings = numbers.enumerated().map { index, number -> JSONValue in
            let isBehaviour = Behaviour(Behaviour.prefix + number) != nil
            return [
                "id": .string("b\(index)"),
                "details": Served.details(
                    number, symbol: isBehaviour ? Behaviour.symbol : "見本-1",
                    insurer: number == "bad" ? "06139993" : "06139992"),
            ]
        }
        return await served.ask(
            "POST", "/v1/batches", ["bookings": .array(bookings), "intent": Served.intent],
            as: who, fields)
    }

    @Test("a batch goes on by itself, and tells each booking's result or error")
    func batches() async throws {
        let served = try await Served()
        defer { served.close() }
        let numbers = ["101", "bad", "202", "problem-card-not-registered"]
        let sent = await send(served, numbers + Array(repeating: "999", count: 396))
        #expect(sent.status == 202 && sent["count"] == 400)
        let path = "/v1/batches/\(sent["reception"]?.stringValue ?? "")"
        func state(_ seconds: Int64) async -> Answered {
            served.clock.now = Served.now.adding(seconds: seconds)
            return await served.ask("GET", path)
        }
        let start = await state(0)
        #expect(start["segment"] == "2" && start["done"] == 0)
        let half = await state(1)
        #expect(half["segment"] == "2" && half["done"] == 200 && half["errors"] == 2)
        let results = half["results"]?.arrayValue ?? []
        #expect(results[0]["qualification"]?["validity"] == "1" && results[0]["status"] == "1")
        #expect(results[1]["problem"] == "urn:madoguchi:problem:number-check-digit")
        #expect(results[2]["qualification"]?["validity"] == "5")
        #expect(results[3]["status"] == "2")
        let end = await state(2)
        #expect(end["segment"] == "1" && end["done"] == 400 && end["normal"] == 398)
        #expect(await served.ask("GET", path, as: .pharmacy).problem == "batch-unknown")
        #expect(await state(86_400).problem == "batch-unknown")
        let told = await served.house.disclosures(of: "hanako").map(\.route)
        #expect(told == ["batch"])
    }

    @Test("every code of how a batch and a booking end is reached by a documented id")
    func batchCodes() async throws {
        let served = try await Served()
        defer { served.close() }
        var seen: Set<String> = []
        let expected: [(String, segment: SegmentOfResult, told: Int)] = [
            ("oqscd003-1", .normal, 2), ("oqscd003-2", .processing, 1),
            ("oqscd003-9", .abnormal, 0),
        ]
        for (number, segment, told) in expected {
            served.clock.now = Served.now
            let sent = await send(served, ["101", number])
            let path = "/v1/batches/\(sent["reception"]?.stringValue ?? "")"
            if segment != .normal { served.clock.now = Served.now.adding(seconds: 3600) }
            let state = await served.ask("GET", path)
            #expect(state["segment"]?.stringValue == segment.rawValue)
            #expect(state["results"]?.arrayValue?.count == told)
            seen.insert("OQSCD003 \(state["segment"]?.stringValue ?? "")")
        }
        served.clock.now = Served.now
        let sent = await send(served, ["oqscd004-1", "oqscd004-2"])
        served.clock.now = Served.now.adding(seconds: 1)
        let state = await served.ask("GET", "/v1/batches/\(sent["reception"]?.stringValue ?? "")")
        for result in state["results"]?.arrayValue ?? [] {
            seen.insert("OQSCD004 \(result["status"]?.stringValue ?? "")")
            #expect((result["problem"] != nil) == (result["status"] == "2"))
        }
        let codes = ["OQSCD003", "OQSCD004"].flatMap { table in
            (Behaviour.tables[table] ?? []).map { "\(table) \($0)" }
        }
        #expect(seen == Set(codes))
    }

    @Test("a batch may break off, ids stand once, and there are at most 500")
    func batchBounds() async throws {
        let served = try await Served()
        defer { served.close() }
        let broken = await send(served, ["101", "oqscd003-9"])
        let path = "/v1/batches/\(broken["reception"]?.stringValue ?? "")"
        let state = await served.ask("GET", path)
        #expect(state["segment"] == "9" && state["results"] == [])
        #expect(await send(served, []).problem == "malformed-body")
        #expect(
            await send(served, Array(repeating: "1", count: 501)).problem == "malformed-body")
        let booking: JSONValue = ["id": "same", "details": Served.details("101")]
        #expect(
            await served.ask(
                "POST", "/v1/batches", ["bookings": [booking, booking], "intent": Served.intent]
            ).problem == "malformed-body")
        let key = [("Idempotency-Key", "one")]
        let first = await send(served, ["101"], as: .clinic, key)
        #expect(await send(served, ["101"], as: .clinic, key).body == first.body)
        #expect(await send(served, ["101"]).body != first.body)
    }

    @Test("an institution, or one person, may be asked about so often in a minute")
    func limits() async throws {
        let served = try await Served()
        defer { served.close() }
        await served.order("PUT", "/admin/limits", ["perInstitution": 3])
        for _ in 0..<3 { #expect(await check(served, Served.details("999")).status == 200) }
        let refused = await check(served, Served.details("999"))
        #expect(refused.problem == "too-many-requests" && refused.status == 429)
        let wait = refused.response.headers["Retry-After"].flatMap { Int64($0) } ?? 0
        #expect((1...60).contains(wait))
        #expect(await served.nonce(.portal) != "")
        served.clock.now = Served.now.adding(seconds: wait)
        #expect(await check(served, Served.details("999")).status == 200)
        await served.order("PUT", "/admin/limits", ["perPerson": 2])
        for _ in 0..<2 { #expect(await check(served, Served.details("101")).status == 200) }
        #expect(await check(served, Served.details("101")).problem == "too-many-requests")
        #expect(await check(served, Served.details("999")).status == 200)
        let body = try served.signed(nonce: await served.nonce())
        #expect(
            await served.ask("POST", "/v1/checks/card", body).problem == "too-many-requests")
    }
}
