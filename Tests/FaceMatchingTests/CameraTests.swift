import CameraSimulator
import CheckIns
import FaceMatching
import HTTP
import JSON
import MyNumberCard
import Network
import Records
import Terminal
import TestFolders
import Testing
import VirtualCard

@Suite("The camera behind its socket")
struct CameraTests {
    static let holder = CardHolder(
        PersonIdentity(name: "見本 花子", sex: .female, birthDate: date(1980, 5, 3)),
        issuedOn: date(2026, 1, 1),
        pictures: CardPictures(
            photo: (0..<200).map { UInt8($0) }, name: [1], address: [2]))

    static func date(_ year: Int, _ month: Int, _ day: Int) -> LocalDate {
        guard let date = LocalDate(year: year, month: month, day: day) else {
            preconditionFailure("a date of a calendar")
        }
        return date
    }

    private func served(
        _ body: (CameraClient, CameraService, HTTPClient) async throws -> Void
    ) async throws {
        let folder = TemporaryFolder()
        let service = CameraService { $0 == "empty" ? nil : Self.holder }
        let path = folder.path + "/camera.sock"
        let server = try HTTPServer(.unix(path: path, mode: 0o600), handler: service)
        let running = Task { await server.run() }
        try await body(
            CameraClient(socket: path, seconds: 300), service, HTTPClient(.unix(path: path)))
        running.cancel()
        await running.value
    }

    @Test("what stands on the card and who stands before it come over the wire")
    func sees() async throws {
        try await served { camera, _, _ in
            let built = VerificationNumberB(
                birthDate: Self.holder.birthDate, expiryYear: Self.holder.expiresOn.year,
                securityCode: Self.holder.securityCode)
            let read = await camera.numberOnCard(at: "リーダー 00")
            let number = try #require(built)
            #expect(read == .success(number))
            #expect(await camera.frame(at: "r") == .success(Self.holder.pictures.photo))
            #expect(await camera.numberOnCard(at: "empty") == .failure(.nothingSeen))
            #expect(await camera.frame(at: "empty") == .failure(.nothingSeen))
        }
    }

    @Test("on order it sees another face, a blur, nobody, a wrong code, nothing")
    func orders() async throws {
        try await served { camera, _, client in
            func order(_ value: JSONValue) async throws -> Int {
                try await client.send(.json("POST", "/v1/orders", value), seconds: 300).status
            }
            #expect(try await order(["face": "other", "photo": "AQID"]) == 200)
            #expect(await camera.frame(at: "r") == .success([1, 2, 3]))
            #expect(try await order(["face": "nobody"]) == 200)
            #expect(await camera.frame(at: "r") == .failure(.nothingSeen))
            #expect(try await order(["face": "blurred", "print": "wrongCode"]) == 200)
            let photo = Self.holder.pictures.photo
            let blurred = try await camera.frame(at: "r").get()
            #expect(blurred.count == photo.count && blurred != photo)
            let stub = try #require(StubMatcher(isSimulation: true))
            #expect(await stub.compare(photo: photo, with: blurred) == .undecided(.blurred))
            let printed = VerificationNumberB(
                birthDate: Self.holder.birthDate, expiryYear: Self.holder.expiresOn.year,
                securityCode: Self.holder.securityCode)
            let misread = await camera.numberOnCard(at: "r")
            let right = try #require(printed)
            #expect(misread != .success(right))
            #expect(try await order(["print": "nothing"]) == 200)
            #expect(await camera.numberOnCard(at: "r") == .failure(.nothingSeen))
            #expect(try await order(["face": "other"]) == 400)
            #expect(try await order(["face": "devil"]) == 400)
            #expect(try await order(["print": "right", "more": 1]) == 400)
        }
    }

    @Test("a camera that is not there is away; nonsense from one is nothing seen")
    func away() async throws {
        let camera = CameraClient(socket: "/nonexistent", seconds: 5)
        #expect(await camera.numberOnCard(at: "r") == .failure(.away))
        #expect(await camera.frame(at: "r") == .failure(.away))
        let folder = TemporaryFolder()
        let path = folder.path + "/camera.sock"
        let server = try HTTPServer(.unix(path: path, mode: 0o600), handler: Liar())
        let running = Task { await server.run() }
        let liar = CameraClient(socket: path, seconds: 300)
        for _ in 0..<Liar.answers.count {
            #expect(await liar.numberOnCard(at: "r") == .failure(.nothingSeen))
        }
        running.cancel()
        await running.value
    }
}

/// A camera that sends what no card says.
private actor Liar: HTTPHandler {
    static let answers = [
        "", "{}", "[1]", #"{"birthDate":"1980-02-30","expiryYear":2035,"securityCode":"1234"}"#,
        #"{"birthDate":"1980-02-03","expiryYear":35,"securityCode":"1234"}"#,
        #"{"birthDate":"1980-02-03","expiryYear":2035,"securityCode":"12a4"}"#,
        #"{"birthDate":"1980-02-03","expiryYear":2035,"securityCode":"12345"}"#,
        #"{"birthDate":"1980-02-03","expiryYear":2035,"securityCode":"1234","more":1}"#,
    ]
    private var next = 0

    func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        defer { next = min(next + 1, Self.answers.count - 1) }
        return HTTPResponse(status: 200, body: Array(Self.answers[next].utf8))
    }
}
