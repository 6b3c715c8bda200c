internal import HTTP
internal import JSON
package import MyNumberCard
internal import Network
internal import Records
package import Terminal

/// A camera behind a UNIX socket: `GET /v1/card` tells what stands on the card's face, and
/// `GET /v1/frame` gives a picture of whoever stands before it. Both name the reader; `404` says
/// that there is nothing to be seen.
package struct CameraClient: Camera {
    /// The largest picture taken, in octets.
    package static let longestFrame = 4 << 20
    private let client: HTTPClient
    private let seconds: Double

    /// A camera that answers within so many seconds.
    package init(socket: String, seconds: Double) {
        client = HTTPClient(
            .unix(path: socket), limits: HTTPLimits(bodyOctets: Self.longestFrame))
        self.seconds = seconds
    }

    package func numberOnCard(
        at reader: String
    ) async -> Result<VerificationNumberB, CameraTrouble> {
        switch await ask("/v1/card", reader) {
        case .failure(let trouble): return .failure(trouble)
        case .success(let octets):
            // What cannot stand on a card was not seen on one.
            guard let number = try? Self.number(octets) else { return .failure(.nothingSeen) }
            return .success(number)
        }
    }

    package func frame(at reader: String) async -> Result<[UInt8], CameraTrouble> {
        await ask("/v1/frame", reader).flatMap {
            $0.isEmpty ? .failure(.nothingSeen) : .success($0)
        }
    }

    private func ask(_ path: String, _ reader: String) async -> Result<[UInt8], CameraTrouble> {
        let target = path + "?reader=" + percentEncoded(reader)
        do throws(NetworkError) {
            let request = HTTPRequest(method: "GET", target: target)
            let answer = try await client.send(request, seconds: seconds)
            switch answer.status {
            case 200: return .success(answer.body)
            case 404: return .failure(.nothingSeen)
            default: return .failure(.away)
            }
        } catch { return .failure(.away) }
    }

    /// `{"birthDate": "1980-05-03", "expiryYear": 2035, "securityCode": "2285"}`.
    static func number(_ octets: [UInt8]) throws(JSONError) -> VerificationNumberB {
        var fields = try JSONFields(
            JSONValue(parsing: octets, limits: JSONLimits(octets: 4096, depth: 2)))
        let birthDate = try fields.require("birthDate", "must be a date") {
            $0.stringValue.flatMap { LocalDate($0) }
        }
        let year = try fields.integer("expiryYear", in: 1000...9999)
        let code = try fields.string("securityCode", maximum: 4)
        try fields.finish()
        let number = VerificationNumberB(
            birthDate: birthDate, expiryYear: year, securityCode: code)
        guard let number else {
            throw .unexpected(path: "$.securityCode", reason: "must be four digits")
        }
        return number
    }
}
