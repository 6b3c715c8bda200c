import AccessHistory
import CheckIns
import Disclosures
import HTTP
import JSON
import Network
import Octets
import Records
import Secrets
import Terminal
import TestWorlds
import Testing

@testable import FrontDesk

@Suite("わたしの情報: the patient's own look at a kiosk")
struct OwnTests {
    /// A kiosk before a whole terminal, paired.
    private struct Place {
        let desk: WholeDesk
        let api: KioskAPI
        let token: String

        init() async throws {
            let desk = try await WholeDesk.sample()
            let pairing = KioskPairing()
            let page = String(decoding: pairing.page(address: ""), as: UTF8.self)
            let secret = try #require(page.split(separator: "#").last).prefix { $0 != "\"" }
            token = try #require(pairing.pair(String(secret)))
            var parts = KioskAPI.Parts(
                institutionName: "窓口クリニック", isSimulation: true, reader: WholeDesk.reader,
                name: "kiosk.localhost", port: 8700, clock: desk.clock)
            parts.press = PaperPress(fonts: ["/nonexistent"])
            api = KioskAPI(parts, of: desk.local, pairing: pairing)
            self.desk = desk
            desk.put()
            #expect(try await desk.state("choosing"))
        }

        private func head(
            _ method: String, _ path: String, _ more: [(String, String)], as token: String?
        ) -> HTTPRequest {
            var headers = HTTPHeaders([
                ("Host", "kiosk.localhost:8700"), ("Origin", "http://kiosk.localhost:8700"),
            ])
            if let token { headers.append("Authorization", "Bearer " + token) }
            for (name, value) in more { headers.append(name, value) }
            return HTTPRequest(method: method, target: path, headers: headers)
        }

        func begin(
            pin: String = "1234", session: String? = nil, isPaired: Bool = true,
            enteredBy: String? = nil
        ) async -> HTTPResponse {
            let now = await desk.roster.reader(named: nil)?.runner.view.session ?? ""
            let ask = head(
                "POST", "/v1/own",
                [("Madoguchi-Session", session ?? now)]
                    + (enteredBy.map { [("Madoguchi-Entered-By", $0)] } ?? []),
                as: isPaired ? token : nil)
            #expect(api.takesSecret(ask))
            return await api.respond(to: ask, secret: page(pin), from: ServerPeer())
        }

        func ask(_ method: String, _ path: String, _ own: String) async -> HTTPResponse {
            await api.respond(
                to: head(method, path, [("Madoguchi-Own", own)], as: token), from: ServerPeer())
        }

        var entries: [HistoryEvent] {
            get async throws {
                try await desk.store.events(matching: HistoryQuery()).map(\.event)
            }
        }
    }

    @Test("each page is an intent and a disclosure to the patient; the card takes all with it")
    func pages() async throws {
        let place = try await Place()
        let visits = place.desk.local.parts.ownVisits
        let following = Task { await visits.run(place.desk.roster) }
        let begun = await place.begin()
        #expect(begun.status == 200)
        let told = try begun.json()
        let own = try #require(told["token"]?.stringValue)
        #expect(told["sheet"]?["isValid"] == true)
        for page in ["drugs", "checkups", "expenses", "disclosures", "notices"] {
            let before = try await place.entries.count
            let answer = await place.ask("GET", "/v1/own/\(page)", own)
            #expect(answer.status == 200, "\(page)")
            let new = try await place.entries.dropFirst(before)
            #expect(new.map(\.kind) == [.intent, .disclosure])
            #expect(new.allSatisfy { $0.purpose == .ownAccess })
        }
        let drugs = try await place.ask("GET", "/v1/own/drugs?from=2026-09&to=2026-09", own).json()
        #expect(drugs["sheet"]?["from"] == "2026-09" && drugs["sheet"]?["to"] == "2026-09")
        let all = try await place.ask("GET", "/v1/own/drugs", own).json()
        #expect(all["sheet"]?["copaymentYen"] != nil && all["sheet"]?["savingYen"] != nil)
        #expect(await visits.count == 1)
        place.desk.pull()
        #expect(try await place.desk.until { await visits.count == 0 })
        let after = await place.ask("GET", "/v1/own/drugs", own)
        #expect(problem(after) == "card-pulled")
        // The same card again is another session: what stood before does not come back.
        place.desk.put()
        #expect(try await place.desk.state("choosing"))
        #expect(problem(await place.ask("GET", "/v1/own/drugs", own)) == "card-pulled")
        following.cancel()
        await following.value
        try await place.desk.close()
    }

    @Test("who enters the PIN in the patient's place stands in every entry of the visit")
    func proxy() async throws {
        let place = try await Place()
        #expect(await place.begin(enteredBy: "neighbour").status == 400)
        #expect(try await place.entries.filter { $0.kind != .storeOpened }.isEmpty)
        #expect(problem(await place.begin(pin: "9999", enteredBy: "carer")) == "wrong-pin")
        let begun = try await place.begin(enteredBy: "parent").json()
        let own = try #require(begun["token"]?.stringValue)
        #expect(await place.ask("GET", "/v1/own/drugs", own).status == 200)
        let entries = try await place.entries.filter { $0.kind != .storeOpened }
        #expect(entries.map(\.kind) == [.proof, .intent, .disclosure, .intent, .disclosure])
        #expect(entries.map(\.actor.role) == [.carer] + Array(repeating: .parent, count: 4))
        let signed = try #require(entries[1].statement)
        #expect(try Statement(canonical: signed.octets).enteredBy == .parent)
        try await place.desk.close()
    }

    @Test("a wrong PIN, another session, an unpaired browser and a guessed token open nothing")
    func refused() async throws {
        let place = try await Place()
        #expect(problem(await place.begin(pin: "0000")) == "wrong-pin")
        #expect(problem(await place.begin(session: "another")) == "card-pulled")
        #expect(problem(await place.begin(isPaired: false)) == "not-paired")
        #expect(problem(await place.ask("GET", "/v1/own/drugs", "guess")) == "card-pulled")
        let kinds = try await place.entries.map(\.kind)
        #expect(!kinds.contains(.intent) && !kinds.contains(.disclosure))
        try await place.desk.close()
    }

    @Test("an end is at once; what is no page is not to be found; no font, no paper")
    func ends() async throws {
        let place = try await Place()
        let own = try #require(try await place.begin().json()["token"]?.stringValue)
        for path in ["tax-link", "document", "drugs/paper/more", "nothing"] {
            #expect(await place.ask("GET", "/v1/own/\(path)", own).status == 404)
        }
        #expect(await place.ask("GET", "/v1/own/drugs?from=now", own).status == 400)
        #expect(problem(await place.ask("GET", "/v1/own/drugs/paper", own)) == "no-paper")
        #expect(await place.ask("POST", "/v1/own/end", own).status == 200)
        #expect(problem(await place.ask("GET", "/v1/own/drugs", own)) == "card-pulled")
        try await place.desk.close()
    }
}

private func problem(_ response: HTTPResponse) -> String? {
    guard case .object(let fields)? = try? response.json() else { return nil }
    return fields["type"]?.stringValue?.split(separator: ":").last.map(String.init)
}
