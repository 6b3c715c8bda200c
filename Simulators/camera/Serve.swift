internal import CameraSimulator
internal import Commands
internal import Executors
internal import Glibc
internal import HTTP
internal import JSON
internal import Network
internal import Octets
internal import VirtualCard

/// `camera serve`.
func serve(_ invocation: Invocation) async throws {
    let signals = ProcessSignals()
    let file = try CardFile(path: invocation.require("card"))
    // The card's file may be replaced while this runs: each question reads it again.
    let camera = CameraService { _ in (try? file.loadImage())?.holder }
    let path = try invocation.require("socket")
    let server = try HTTPServer(.unix(path: path, mode: 0o600), handler: camera)
    print("camera is ready on \(path)")
    fflush(nil)
    await withTaskGroup { group in
        group.addTask { await server.run() }
        group.addTask { await signals.untilTermination() }
        await group.next()
        group.cancelAll()
    }
}

/// `camera order`.
func order(_ invocation: Invocation) async throws {
    var photo: String?
    if let path = invocation.value("of") {
        let holder = try CardFile(path: path).loadImage().holder
        guard let holder else { throw UsageError("--of \(path): the card has no photo") }
        photo = holder.pictures.photo.base64()
    }
    let body = JSONValue.object(present: [
        ("face", invocation.value("face").map(JSONValue.string)),
        ("photo", photo.map(JSONValue.string)),
        ("print", invocation.value("print").map(JSONValue.string)),
    ])
    let client = HTTPClient(.unix(path: try invocation.require("socket")))
    let answer = try await client.send(.json("POST", "/v1/orders", body), seconds: 5)
    guard answer.status == 200 else {
        throw UsageError(String(decoding: answer.body, as: UTF8.self))
    }
}

/// Writes a line for people.
func complain(_ text: String) {
    let octets = Array("camera: \(text)\n".utf8)
    _ = octets.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}
