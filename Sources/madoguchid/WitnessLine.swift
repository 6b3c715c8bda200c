import AccessHistory
import Configuration
import Cryptography
import HTTP
import Network
import Octets
import TransparencyLog

/// A witness over plain HTTP: what passes is signed on both sides, and tells nothing.
struct WitnessLine: WitnessPort {
    let key: WitnessKey
    private let client: HTTPClient
    private let prefix: String
    private let seconds: Double

    init(_ configuration: WitnessConfiguration.Witness, seconds: Double) throws(NoteError) {
        key = try WitnessKey(vkey: configuration.key)
        client = HTTPClient(
            .tcp(host: configuration.host, port: configuration.port),
            limits: HTTPLimits(bodyOctets: WitnessAnswer.longestOctetCount))
        (prefix, self.seconds) = (configuration.prefix, seconds)
    }

    func submit(_ submission: WitnessSubmission) async -> WitnessAnswer? {
        var request = HTTPRequest(
            method: "POST", target: prefix + "/add-checkpoint", headers: HTTPHeaders([]))
        request.body = submission.octets
        guard let response = try? await client.send(request, seconds: seconds) else { return nil }
        return WitnessAnswer(
            status: response.status, contentType: response.headers["Content-Type"],
            body: response.body)
    }

    func latest(of origin: String) async -> SignedNote? {
        let name = SHA256Digest(hashing: Array(origin.utf8)).hex
        let request = HTTPRequest(
            method: "GET", target: "\(prefix)/\(name)/checkpoint", headers: HTTPHeaders([]))
        guard let response = try? await client.send(request, seconds: seconds),
            response.status == 200
        else { return nil }
        return try? SignedNote(octets: response.body)
    }
}
