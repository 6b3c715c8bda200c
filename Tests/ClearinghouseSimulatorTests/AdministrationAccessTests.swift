import ClearinghouseSimulator
import HTTP
import JSON
import Octets
import Testing

@Suite("Who may use the administration port")
struct AdministrationAccessTests {
    private func problem(_ response: HTTPResponse) -> String? {
        guard response.headers["Content-Type"] == "application/problem+json" else { return nil }
        let type = (try? response.json())?["type"]?.stringValue
        return type.map { String($0.dropFirst(Problem.prefix.count)) }
    }

    private func respond(
        _ served: Served, _ route: AdminRoute, _ fields: [(String, String)],
        body: [UInt8] = Array("{}".utf8)
    ) async -> HTTPResponse {
        let path = route.path.replacing(/\{[a-z]+\}/, with: "taro")
        return await served.administration.respond(
            to: HTTPRequest(
                method: route.method, target: path, headers: HTTPHeaders(fields), body: body))
    }

    @Test("no route without the token, under another host, or with a body that is not JSON")
    func access() async throws {
        let served = try await Served()
        defer { served.close() }
        let host = ("Host", "localhost:8711")
        let token = ("Authorization", "Bearer secret")
        for route in AdminRoute.allCases {
            for fields in [
                [host], [host, ("Authorization", "Bearer secre")],
                [host, ("Authorization", "secret")], [host, ("Authorization", "Bearer ")],
                [host, ("Authorization", "Basic c2VjcmV0")],
            ] {
                let answer = await respond(served, route, fields)
                #expect(problem(answer) == "admin-unauthorized" && answer.status == 401)
                #expect(answer.headers["WWW-Authenticate"] == "Bearer")
            }
            for name in ["localhost", "localhost:8712", "127.0.0.1.example:8711", "[::1]:8711", ""]
            {
                let answer = await respond(served, route, [("Host", name), token])
                #expect(problem(answer) == "admin-wrong-host" && answer.status == 403)
            }
            #expect(problem(await respond(served, route, [token])) == "admin-wrong-host")
            guard route.operation.body != nil else { continue }
            for media in ["text/plain", "application/x-www-form-urlencoded"] {
                let answer = await respond(
                    served, route, [host, token, ("Content-Type", media)])
                #expect(problem(answer) == "unsupported-media-type")
            }
            let json = [host, token, ("Content-Type", "application/json")]
            let repeated = await respond(
                served, route, json, body: Array(#"{"x":1,"x":1}"#.utf8))
            #expect(problem(repeated) == "malformed-body")
            let unknown = await respond(served, route, json, body: Array(#"{"x":1}"#.utf8))
            #expect(problem(unknown) == "malformed-body")
        }
        // Nothing of all that was done.
        #expect(await served.order("GET", "/admin/faults")["faults"] == [])
        #expect(await served.order("GET", "/admin/business-date")["isSet"] == false)
        #expect(await served.house.disclosures(of: "taro").isEmpty)
    }

    @Test("where no witness listens, that is what is told")
    func witnessAbsent() async throws {
        let served = try await Served()
        defer { served.close() }
        let clock = served.clock
        let alone = AdministrationService(
            house: served.house, trust: TrustFolder(path: served.folder), token: "secret",
            port: BoundPort(8711), now: { clock.now })
        let fields = HTTPHeaders([("Host", "localhost:8711"), ("Authorization", "Bearer secret")])
        let answer = await alone.respond(
            to: HTTPRequest(method: "GET", target: "/admin/witness", headers: fields))
        #expect(problem(answer) == "witness-absent" && answer.status == 404)
    }
}
