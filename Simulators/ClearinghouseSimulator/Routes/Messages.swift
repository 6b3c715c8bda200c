import Cryptography
import HTTP
import JSON
import Network
import Octets

extension HTTPRequest {
    /// The token of `Authorization: Bearer` (RFC 6750 §2.1).
    var bearer: String? {
        guard let field = headers["Authorization"], field.hasPrefix("Bearer ") else { return nil }
        let token = field.dropFirst(7)
        return (1...200).contains(token.utf8.count) ? String(token) : nil
    }

    /// Bodies are JSON and say so.
    func checkMediaType() throws(Refusal) {
        let type = headers["Content-Type"].map { $0.prefix { $0 != ";" }.lowercased() }
        guard type == "application/json" else { throw Refusal(.unsupportedMediaType) }
    }
}

extension HTTPResponse {
    /// A stored answer, or one that is about to be stored.
    init(_ answer: AnswerStore.Answer) {
        self.init(
            status: answer.status,
            headers: HTTPHeaders([
                (
                    "Content-Type",
                    answer.status < 400 ? "application/json" : "application/problem+json"
                ),
                ("Cache-Control", "no-store"),
            ]), body: answer.body)
    }

    /// A refusal.
    static func refusal(_ refusal: Refusal) -> HTTPResponse {
        var response = HTTPResponse.problem(refusal.problem())
        // RFC 9110 §15.5.2: a 401 names what is asked for.
        if response.status == 401 { response.headers.append("WWW-Authenticate", "Bearer") }
        return response
    }

    /// 405 with the methods that are taken (RFC 9110 §15.5.6).
    static func methodNotAllowed(_ methods: [String]) -> HTTPResponse {
        var response = HTTPResponse.refusal(Refusal(.methodNotAllowed))
        response.headers.append("Allow", methods.joined(separator: ", "))
        return response
    }

    /// Records with their validator; 304 where the client has them already (RFC 9110 §13.1.2).
    static func record(_ value: JSONValue, for request: HTTPRequest) -> HTTPResponse {
        var response = HTTPResponse.json(value)
        response.validate(for: request)
        return response
    }

    /// Adds the validator, and sends nothing again to who has it.
    private mutating func validate(for request: HTTPRequest) {
        let tag = "\"\(SHA256Digest(hashing: body).octets.prefix(16).map { $0 }.hex)\""
        headers.append("ETag", tag)
        guard let known = request.headers["If-None-Match"],
            known == "*"
                || known.split(separator: ",").map(\.trimmed).contains(where: { known in
                    // The comparison is the weak one (RFC 9110 §13.1.2).
                    (known.hasPrefix("W/") ? String(known.dropFirst(2)) : String(known)) == tag
                })
        else { return }
        (status, body) = (304, [])
        headers["Content-Type"] = nil
    }

    /// Octets of a media type with their validator.
    static func octets(
        _ octets: [UInt8], _ media: String, for request: HTTPRequest
    ) -> HTTPResponse {
        var response = HTTPResponse(
            status: 200,
            headers: HTTPHeaders([("Content-Type", media), ("Cache-Control", "no-store")]),
            body: octets)
        response.validate(for: request)
        return response
    }

    /// The response as a fault on order leaves it, before it comes to the wire.
    func spoiled(by fault: Fault) -> HTTPResponse {
        var response = self
        switch fault.kind {
        case .garbage:
            response.status = 200
            response.body = Array("<html>\u{0}{".utf8)
        case .truncated: response.body = Array(body.prefix(body.count / 2))
        case .status:
            response = HTTPResponse(
                status: fault.status, headers: HTTPHeaders([("Content-Type", "text/html")]),
                body: Array("<html>\(fault.status)</html>".utf8))
        case .problem, .code, .down, .slow, .swap, .wrongStatement, .wrongPatient, .wrongGrant,
            .wrongSignature, .wrongLength, .reset, .halfClose, .stall, .dribble, .tlsAlert:
            break
        }
        return response
    }
}

extension Fault {
    /// What the fault does on the wire.
    var wireFault: WireFault? {
        switch kind {
        case .wrongLength: .wrongLength(by: octets)
        case .reset: .reset
        case .halfClose: .halfClose
        case .stall: .stall(milliseconds: milliseconds)
        case .dribble: .dribble(milliseconds: milliseconds)
        case .tlsAlert: .tlsAlert
        case .problem, .code, .wrongStatement, .wrongPatient, .wrongGrant, .wrongSignature, .swap,
            .down, .status, .slow, .garbage, .truncated:
            nil
        }
    }
}

extension Substring {
    /// Without spaces at its ends.
    var trimmed: Substring {
        var text = self.drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return text
    }
}
