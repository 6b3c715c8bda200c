import ClearinghouseSimulator
import HTTP
import JSON
import Testing

@Suite("The administration page")
struct AdministrationPageTests {
    private func respond(
        _ target: String, _ fields: [(String, String)], method: String = "GET"
    ) async throws -> HTTPResponse {
        let service = AdministrationService(
            house: try await World().house, trust: TrustFolder(path: "/nonexistent"),
            token: "token-of-the-test", port: BoundPort(8711), now: { World.now })
        return await service.respond(
            to: HTTPRequest(method: method, target: target, headers: HTTPHeaders(fields)))
    }

    @Test("its files come under the exact host alone, to no other site, and hold nothing")
    func files() async throws {
        let host = ("Host", "localhost:8711")
        for path in ["/", "/page.css", "/page.js"] {
            let answer = try await respond(path, [host])
            #expect(answer.status == 200)
            let policy = answer.headers["Content-Security-Policy"] ?? ""
            #expect(policy.hasPrefix("default-src 'none'; ") && !policy.contains("unsafe"))
            #expect(answer.headers["Cache-Control"] == "no-store")
            #expect(answer.headers["Set-Cookie"] == nil)
            #expect(answer.headers["Access-Control-Allow-Origin"] == nil)
            let text = String(decoding: answer.body, as: UTF8.self)
            #expect(!text.contains("token-of-the-test") && !text.contains("hanako"))
            for site in ["none", "same-origin"] {
                #expect(try await respond(path, [host, ("Sec-Fetch-Site", site)]).status == 200)
            }
            for fields in [
                [], [("Host", "localhost")], [("Host", "example.org:8711")],
                [host, ("Sec-Fetch-Site", "cross-site")], [host, ("Sec-Fetch-Site", "same-site")],
            ] { #expect(try await respond(path, fields).status == 403, "\(fields)") }
            #expect(try await respond(path, [host], method: "POST").status == 405)
        }
        // Whatever else there is needs the token, as before.
        for path in ["/page", "/page.html", "//", "/admin/people", "/?x", "/admin/witness"] {
            let status = try await respond(path, [host]).status
            #expect(status == (path == "/?x" ? 200 : 401), "\(path)")
        }
    }

    @Test("nothing is written between the files: no script or style that the policy forbids")
    func markup() async throws {
        let octets = try await respond("/", [("Host", "localhost:8711")]).body
        let html = String(decoding: octets, as: UTF8.self)
        for word in ["style=", "onclick", "onload", "<style", "javascript:", "http://", "https://"]
        {
            #expect(!html.contains(word), "\(word)")
        }
        let script = String(
            decoding: try await respond("/page.js", [("Host", "localhost:8711")]).body,
            as: UTF8.self)
        for word in ["innerHTML", "document.write", "eval(", "Storage", "document.cookie"] {
            #expect(!script.contains(word), "\(word)")
        }
    }
}
