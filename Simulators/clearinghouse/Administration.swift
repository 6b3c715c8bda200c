internal import ClearinghouseSimulator
internal import Commands
internal import Cryptography
internal import HTTP
internal import JSON
internal import Network
internal import Octets

/// `clearinghouse date`: sets the business date of a running clearinghouse, as its
/// administration interface does.
func setDate(_ invocation: Invocation) async throws {
    let people = try StateReading(paths: paths(invocation)).people()
    let date = try businessDate(invocation.argument("DATE"), people)
    try await administer(
        invocation, "PUT", "/admin/business-date",
        ["date": date.map { .string("\($0)") } ?? .null])
}

/// `clearinghouse bind`: from now on a card, known by its certificate, is this person's.
func bind(_ invocation: Invocation) async throws {
    guard let file = invocation.argument("CERTIFICATE"),
        let person = invocation.argument("PERSON")
    else { throw UsageError("bind CERTIFICATE PERSON") }
    let certificate = try certificate(in: file)
    try await administer(
        invocation, "POST", "/admin/cards",
        [
            "certificate": .string(String(decoding: certificate.pem, as: UTF8.self)),
            "person": .string(person),
        ])
}

/// `clearinghouse revoke`, `suspend`, `resume`: how a certificate stands from now on.
func changeStanding(_ invocation: Invocation) async throws {
    let standings = ["revoke": "revoked", "suspend": "suspended", "resume": "good"]
    guard let file = invocation.argument("CERTIFICATE"),
        let standing = invocation.command.words.first.flatMap({ standings[$0] })
    else { throw UsageError("revoke, suspend or resume CERTIFICATE") }
    try await administer(
        invocation, "PUT", "/admin/certificates",
        [
            "certificate": .string(String(decoding: try certificate(in: file).pem, as: UTF8.self)),
            "standing": .string(standing),
        ])
}

/// `clearinghouse watch`: checkpoints of this log are cosigned from now on.
func watch(_ invocation: Invocation) async throws {
    guard let key = invocation.argument("KEY") else { throw UsageError("watch KEY") }
    try await administer(invocation, "POST", "/admin/witness/logs", ["key": .string(key)])
}

/// A certificate from its PEM file, or from a virtual card's file.
private func certificate(in file: String) throws -> Certificate {
    guard file.hasSuffix(".json") else { return try KeyFile.certificate(file) }
    let card = try JSONValue(parsing: try KeyFile.read(file))
    guard
        let octets = card["authentication"]?["certificate"]?.stringValue
            .flatMap({ [UInt8](base64: $0) })
    else { throw UsageError("\(file): this card has no certificate for user authentication") }
    return try Certificate(der: octets)
}

private func paths(_ invocation: Invocation) -> StatePaths {
    StatePaths(root: invocation.value("state") ?? ".madoguchi")
}

/// Asks the running clearinghouse with the token in its folder, and prints the answer.
private func administer(
    _ invocation: Invocation, _ method: String, _ target: String, _ body: JSONValue
) async throws {
    let octets = try KeyFile.read(paths(invocation).adminToken, isPrivate: true)
    let token = String(decoding: octets, as: UTF8.self)
    let port = try invocation.integer("admin-port", in: 1...65_535) ?? 8711
    let request = HTTPRequest.json(
        method, target, body,
        headers: [("Authorization", "Bearer " + String(token.prefix { !$0.isWhitespace }))])
    let answer = try await HTTPClient(.tcp(host: "127.0.0.1", port: port)).send(request)
    guard answer.status < 300 else {
        throw UsageError(
            "the clearinghouse refused: \(String(decoding: answer.body, as: UTF8.self))")
    }
    printLine(String(decoding: answer.body, as: UTF8.self))
}
