import ClearinghouseSimulator
import Cryptography
import HTTP
import JSON
import Octets
import Records
import Testing

@Suite("The portal's pages, and software for tax returns")
struct PortalPageTests {
    @Test("checkups are chosen by their dates, also those no longer shown side by side")
    func checkups() async throws {
        let served = try await Served()
        defer { served.close() }
        let token = served.bearer(try await served.session())
        func page(_ query: String) async -> [JSONValue]? {
            await served.ask("GET", "/v1/portal/checkups\(query)", as: .portal, token)[
                "checkups"]?["checkups"]?.arrayValue
        }
        #expect(await page("")?.count == 5)
        let dates = await served.ask("GET", "/v1/portal/checkup-dates", as: .portal, token)[
            "checkup-dates"]?.arrayValue?.compactMap(\.stringValue)
        let oldest = try #require(dates?.last)
        #expect(await page("?dates=\(oldest)")?.compactMap { $0["date"]?.stringValue } == [oldest])
        #expect(await page("?dates=\(oldest),2001-01-01")?.count == 1)
        for query in ["?dates=x,y,z,2021-01-01", "?dates=", "?from=2026-01", "?dates=\(oldest),"] {
            let answer = await served.ask(
                "GET", "/v1/portal/checkups\(query)", as: .portal, token)
            #expect(answer.problem == "malformed-query")
        }
    }

    @Test("expenses come by months or by a year")
    func expenses() async throws {
        let served = try await Served()
        defer { served.close() }
        let token = served.bearer(try await served.session())
        let year = Served.now.dateInJapan.year - 1
        let whole = await served.ask("GET", "/v1/portal/expenses?year=\(year)", as: .portal, token)
        let months = await served.ask(
            "GET", "/v1/portal/expenses?from=\(year)-01&to=\(year)-12", as: .portal, token)
        #expect(whole.body == months.body && whole["expenses"]?["rows"] != [])
        #expect(
            await served.ask(
                "GET", "/v1/portal/expenses?year=\(year)&from=2026-01", as: .portal, token
            ).problem == "malformed-query")
    }

    @Test("a card is registered at the portal or on the spot, and only then checked")
    func registration() async throws {
        let served = try await Served()
        defer { served.close() }
        func check(_ person: String) async throws -> String? {
            let body = try served.signed(person, nonce: await served.nonce())
            return await served.ask("POST", "/v1/checks/card", body).problem
        }
        #expect(try await check("behaves-unregistered") == "card-not-registered")
        let token = served.bearer(try await served.session("behaves-unregistered"))
        func state() async -> JSONValue? {
            await served.ask("GET", "/v1/portal/registration", as: .portal, token)["registration"]
        }
        #expect(await state() == ["registered": false])
        await served.ask("POST", "/v1/portal/registration", [:], as: .portal, token)
        #expect(await state()?["place"] == "portal")
        #expect(try await check("behaves-unregistered") == nil)

        await served.order("DELETE", "/admin/registrations/taro")
        #expect(try await check("taro") == "card-not-registered")
        let wrong = try served.signed("taro", items: [], nonce: await served.nonce())
        #expect(
            await served.ask("POST", "/v1/registrations", wrong).problem
                == "statement-wrong-purpose")
        let right = try served.signed(
            "taro", items: [], purpose: "registration", nonce: await served.nonce())
        let first = await served.ask("POST", "/v1/registrations", right)
        #expect(first["place"] == "reader")
        #expect(await served.ask("POST", "/v1/registrations", right).body == first.body)
        #expect(try await check("taro") == nil)
        #expect(
            await served.order("DELETE", "/admin/registrations/nobody").problem
                == "person-unknown")
    }

    @Test("one's own information is asked for and comes later, for nobody else")
    func ownInformation() async throws {
        let served = try await Served()
        defer { served.close() }
        let token = served.bearer(try await served.session())
        for kind in OwnInformation.Kind.allCases {
            served.clock.now = Served.now
            let asked = await served.ask(
                "POST", "/v1/portal/self-disclosures", ["kind": .string(kind.rawValue)],
                as: .portal, token)
            let id = try #require(asked["request"]?["id"]?.stringValue)
            #expect(asked["request"]?["state"] == "pending")
            served.clock.now = Served.now.adding(seconds: 30)
            let path = "/v1/portal/self-disclosures/\(id)"
            let ready = await served.ask("GET", path, as: .portal, token)
            #expect(ready["request"]?["answer"]?["rows"]?.arrayValue?.isEmpty == false)
            let other = served.bearer(try await served.session("taro"))
            #expect(
                await served.ask("GET", path, as: .portal, other).problem
                    == "self-disclosure-unknown")
        }
    }

    @Test("the expense notice is XML of one year, for an hour, with the insurer's signature")
    func tax() async throws {
        let served = try await Served()
        defer { served.close() }
        let token = served.bearer(try await served.session())
        let year = Served.now.dateInJapan.year - 1
        let linked = await served.ask(
            "POST", "/v1/portal/tax-links", ["year": JSONValue(year)], as: .portal, token)
        let link = served.bearer(try #require(linked["link"]?["token"]?.stringValue))
        let notice = await served.ask("GET", "/v1/tax/expense-notice", as: .tax, link)
        let text = String(decoding: notice.response.body, as: UTF8.self)
        #expect(text.contains("見本&lt;医院&gt;") && text.contains("simulated=\"true\""))
        #expect(text.contains("<Year>\(year)</Year>"))
        let path = "/v1/tax/expense-notice/signature"
        let first = await served.ask("GET", path, as: .tax, link).response.body
        #expect(first.first == 0x30 && first.count > 800)
        #expect(await served.ask("GET", path, as: .tax, link).response.body == first)
        #expect(await served.ask("GET", path, as: .tax, token).problem == "link-unknown")
        #expect(await served.ask("GET", path, as: .tax).problem == "link-missing")
        let own = await served.ask(
            "GET", "/v1/portal/expense-notice?year=\(year)", as: .portal, token)["expense-notice"]
        #expect(own?["document"]?.stringValue == notice.response.body.base64())
        #expect(own?["signature"]?.stringValue == first.base64())
        served.clock.now = Served.now.adding(seconds: 3600)
        #expect(
            await served.ask("GET", "/v1/tax/expense-notice", as: .tax, link).problem
                == "link-unknown")
    }

    @Test("exchanges between agencies are samples that say so")
    func exchanges() async throws {
        let served = try await Served()
        defer { served.close() }
        let token = served.bearer(try await served.session())
        let rows = await served.ask("GET", "/v1/portal/exchanges", as: .portal, token)[
            "exchanges"]?.arrayValue
        #expect(rows?.count == 3)
        #expect(rows?.allSatisfy { $0["asked"]?.stringValue?.contains("模擬") == true } == true)
    }
}
