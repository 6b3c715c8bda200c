import ClearinghouseSimulator
import HTTP
import JSON
import Octets
import Records
import Testing

@Suite("Faults on order, latency, seeds, the journal's search")
struct ControlTests {
    @discardableResult
    private func order(_ served: Served, _ faults: [JSONValue]) async -> Answered {
        await served.order("POST", "/admin/faults", ["faults": .array(faults)])
    }

    private func challenge(_ served: Served) async -> Answered {
        await served.ask("POST", "/v1/challenges", [:], isSpoiled: true)
    }

    @Test("a fault may wait for the n-th request, a method, a person; then it is spent")
    func matching() async throws {
        let served = try await Served()
        defer { served.close() }
        await order(
            served, [["kind": "problem", "problem": "nonce-ended", "nth": 3, "count": 2]])
        var problems: [String?] = []
        for _ in 0..<5 { problems.append(await challenge(served).problem) }
        #expect(problems == [nil, nil, "nonce-ended", "nonce-ended", nil])
        await order(served, [["kind": "down", "method": "GET"]])
        #expect(await challenge(served).problem == nil)
        #expect(await served.ask("GET", "/v1/batches/x").problem == "unavailable")
        let grants = [try await served.grant("hanako"), try await served.grant("taro")]
        await order(served, [["kind": "status", "status": 502, "person": "taro"]])
        let first = await served.ask(
            "GET", "/v1/records/drugs", served.under(grants[0]), isSpoiled: true)
        let second = await served.ask(
            "GET", "/v1/records/drugs", served.under(grants[1]), isSpoiled: true)
        #expect(first.status == 200 && second.status == 502)
        #expect(second.response.headers["Content-Type"] == "text/html")
        for person in ["hanako", "taro"] {
            await order(served, [["kind": "problem", "problem": "unavailable", "person": "taro"]])
            let body = try served.signed(person, nonce: await served.nonce())
            let answer = await served.ask("POST", "/v1/checks/card", body, isSpoiled: true)
            #expect((answer.problem == "unavailable") == (person == "taro"))
        }
    }

    @Test("a fault by chance comes as often as it says, and the same seed draws the same")
    func chance() async throws {
        func draws(seed: Int64) async throws -> [Bool] {
            let served = try await Served(seed: seed)
            defer { served.close() }
            await order(served, [["kind": "down", "perMille": 250, "count": 100_000]])
            var draws: [Bool] = []
            for _ in 0..<400 { draws.append(await challenge(served).status == 503) }
            return draws
        }
        let first = try await draws(seed: 5)
        #expect(try await draws(seed: 5) == first)
        #expect(try await draws(seed: 6) != first)
        #expect((60...140).contains(first.count { $0 }))
    }

    @Test("two answers that are open at the same time change places")
    func swaps() async throws {
        let served = try await Served()
        defer { served.close() }
        let grants = [try await served.grant("hanako"), try await served.grant("taro")]
        let right = await served.ask("GET", "/v1/records/drugs", served.under(grants[0]))
        await order(served, [["kind": "swap", "count": 2, "milliseconds": 60_000]])
        async let one = served.ask(
            "GET", "/v1/records/drugs", served.under(grants[0]), isSpoiled: true)
        async let two = served.ask(
            "GET", "/v1/records/drugs", served.under(grants[1]), isSpoiled: true)
        let (first, second) = await (one, two)
        #expect(first.body != right.body && second.body == right.body)
        // Alone, an answer comes back after its wait.
        await order(served, [["kind": "swap", "milliseconds": 10]])
        let alone = await served.ask("GET", "/v1/records/drugs", served.under(grants[0]))
        #expect(alone.body == right.body)
    }

    @Test("a code on order stands in the qualification")
    func codes() async throws {
        let served = try await Served()
        defer { served.close() }
        await order(served, [["kind": "code", "table": "OQSCD006", "code": "2"]])
        let body = try served.signed(nonce: await served.nonce())
        await order(served, [["kind": "code", "table": "OQSCD006", "code": "2"]])
        let answer = await served.ask("POST", "/v1/checks/card", body)
        #expect(answer["answer"]?["qualification"]?["validity"] == "2")
        for fault: JSONValue in [
            ["kind": "code"], ["kind": "code", "table": "OQSCD006", "code": "9"],
            ["kind": "problem"], ["kind": "problem", "problem": "x"], ["kind": "x"],
            ["kind": "slow", "nth": 0], ["kind": "slow", "perMille": 1001],
        ] {
            #expect(await order(served, [fault]).problem == "malformed-body")
        }
    }

    @Test("garbage and cut answers are what they say")
    func garbage() async throws {
        let served = try await Served()
        defer { served.close() }
        await order(served, [["kind": "garbage"], ["kind": "truncated"]])
        for _ in 0..<2 {
            let answer = await challenge(served)
            #expect(answer.body == .null && !answer.response.body.isEmpty)
        }
    }

    @Test("latencies follow their distribution, up to their bound")
    func latencies() async throws {
        let chance = Chance(seed: 7)
        func draws(_ latency: Latency) -> [Int] {
            (0..<4000).map {
                latency.milliseconds(
                    chance.share(of: "latency", 0, $0), chance.share(of: "latency", 1, $0))
            }.sorted()
        }
        let normal = draws(
            Latency(.logNormal, medianMilliseconds: 100, sigmaPerMille: 500))
        // The quantiles of a log-normal distribution: exp(1.2816 σ), exp(2.3263 σ).
        #expect((92...108).contains(normal[2000]))
        #expect((175...206).contains(normal[3600]))
        #expect((285...365).contains(normal[3960]))
        let bounded = draws(
            Latency(.logNormal, medianMilliseconds: 100, maximumMilliseconds: 150))
        #expect(bounded.last == 150)
        let even = draws(Latency(.uniform, medianMilliseconds: 100))
        #expect((90...110).contains(even[2000]) && even[3999] <= 200 && even[0] <= 5)
        #expect(Set(draws(Latency(.constant, medianMilliseconds: 40))) == [40])
        #expect(Set(draws(Latency())) == [0])
    }

    @Test("the same seed and the same requests give the same bytes")
    func sameBytes() async throws {
        func transcript() async throws -> [[UInt8]] {
            let served = try await Served()
            defer { served.close() }
            await served.order("PUT", "/admin/seed", ["seed": 42])
            await order(served, [["kind": "truncated", "perMille": 300, "count": 9]])
            var octets: [[UInt8]] = []
            for _ in 0..<20 {
                let response = await challenge(served).response
                octets.append(response.head(keepsAlive: true) + response.body)
            }
            let batch: JSONValue = [
                "bookings": [["id": "1", "details": Served.details("101")]],
                "intent": Served.intent,
            ]
            octets.append(
                await served.ask("POST", "/v1/batches", batch, isSpoiled: true).response.body)
            return octets
        }
        let first = try await transcript()
        #expect(try await transcript() == first)
        #expect(Set(first).count > 10)
    }

    @Test("the journal is searched, and assertions about it are judged")
    func journal() async throws {
        let served = try await Served()
        defer { served.close() }
        let grant = try await served.grant("taro", items: [.drugs])
        for item in ["drugs", "checkups", "drugs"] {
            await served.ask("GET", "/v1/records/\(item)", served.under(grant))
        }
        func count(_ query: String) async -> Int? {
            await served.order("GET", "/admin/journal?\(query)")["entries"]?.arrayValue?.count
        }
        #expect(await count("route=drugs") == 2)
        #expect(await count("person=taro&status=403") == 1)
        #expect(await count("person=hanako") == 0)
        #expect(await count("problem=item-not-consented&limit=5") == 1)
        let judged = await served.order(
            "POST", "/admin/journal/assertions",
            [
                "assertions": [
                    ["where": ["route": "drugs", "person": "taro"], "count": 2],
                    ["where": ["status": 403], "atLeast": 1, "atMost": 1],
                    ["where": ["person": "hanako"], "atLeast": 1],
                ]
            ])
        #expect(judged["holds"] == false)
        #expect(
            judged["results"]?.arrayValue?.map { $0["holds"]?.boolValue } == [true, true, false])
        #expect(
            await served.order(
                "POST", "/admin/journal/assertions",
                ["after": 1_000_000, "assertions": [["count": 0]]])["holds"] == true)
    }
}
