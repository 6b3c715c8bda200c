internal import ClearinghouseSimulator
internal import Commands
internal import Cryptography
internal import HTTP
internal import JSON
internal import Network

/// `clearinghouse date`: sets the business date of a running clearinghouse, as its
/// administration interface does.
func setDate(_ invocation: Invocation) async throws {
    let paths = StatePaths(root: invocation.value("state") ?? ".madoguchi")
    let people = try StateReading(paths: paths).people()
    let date = try businessDate(invocation.argument("DATE"), people)
    let token = String(decoding: try KeyFile.read(paths.adminToken, isPrivate: true), as: UTF8.self)
    let port = try invocation.integer("admin-port", in: 1...65_535) ?? 8711
    let request = HTTPRequest.json(
        "PUT", "/admin/business-date", ["date": date.map { .string("\($0)") } ?? .null],
        headers: [("Authorization", "Bearer " + String(token.prefix { !$0.isWhitespace }))])
    let answer = try await HTTPClient(.tcp(host: "127.0.0.1", port: port)).send(request)
    guard answer.status == 200 else {
        throw UsageError(
            "the clearinghouse refused: \(String(decoding: answer.body, as: UTF8.self))")
    }
    printLine(String(decoding: answer.body, as: UTF8.self))
}
