package import HTTP
internal import JSON
package import Network
internal import Octets
internal import Records
internal import Synchronization
package import VirtualCard

/// A camera on a UNIX socket, as the terminal asks it, and orders for it:
///
/// * `GET /v1/card`, `GET /v1/frame`: what stands on the card, who stands before it; `404` nothing
/// * `POST /v1/orders`: `{"face": "holder" | "blurred" | "nobody" | "other", "photo": base64,
///   "print": "right" | "wrongCode" | "nothing"}`, each where it is to change
///
/// Which card lies on the reader is asked each time, so that the camera sees the one there now.
package final class CameraService: HTTPHandler {
    private let card: @Sendable (String?) -> CardHolder?
    private let orders = Mutex(CameraScene())

    /// A camera; `card` gives what is printed on the card of a reader.
    package init(card: @escaping @Sendable (String?) -> CardHolder?) { self.card = card }

    /// What it sees at a reader.
    package func scene(at reader: String?) -> CameraScene {
        var scene = orders.withLock { $0 }
        scene.card = card(reader)
        return scene
    }

    /// Changes what it sees; the card is the reader's.
    package func order(_ change: (inout CameraScene) -> Void) { orders.withLock { change(&$0) } }

    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        let scene = scene(at: request.query["reader"])
        switch (request.method, request.path) {
        case ("GET", "/v1/card"):
            guard let number = scene.number else { return .nothing }
            return .json([
                "birthDate": .string(number.birthDate.description),
                "expiryYear": JSONValue(number.expiryYear),
                "securityCode": .string(number.securityCode),
            ])
        case ("GET", "/v1/frame"):
            guard let frame = scene.frame else { return .nothing }
            return HTTPResponse(
                status: 200, headers: HTTPHeaders([("Content-Type", "image/jp2")]), body: frame)
        case ("POST", "/v1/orders"):
            do throws(JSONError) {
                try order(
                    JSONValue(
                        parsing: request.body, limits: JSONLimits(octets: 65_536, depth: 2)))
            } catch {
                return HTTPResponse(status: 400, body: Array("\(error)\n".utf8))
            }
            return .json([:])
        default: return .nothing
        }
    }

    private func order(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        let photo = try fields.optional("photo", "must be base64 of at most 8,192 octets") {
            $0.stringValue.flatMap { [UInt8](base64: $0) }
                .flatMap { $0.count <= CardPictures.longestOctetCount ? $0 : nil }
        }
        let face = try fields.optional(
            "face", "must be holder, blurred, nobody, or other with a photo (--of CARD.json)"
        ) {
            (value) -> CameraScene.Face? in
            switch value.stringValue {
            case "holder": .holder
            case "other": photo.map { .other(photo: $0) }
            case "blurred": .blurred
            case "nobody": .nobody
            default: nil
            }
        }
        let print = try fields.optional("print", "must be right, wrongCode or nothing") {
            $0.stringValue.flatMap(CameraScene.Print.init(rawValue:))
        }
        try fields.finish()
        order { scene in
            if let face { scene.face = face }
            if let print { scene.print = print }
        }
    }
}

extension HTTPResponse {
    fileprivate static let nothing = HTTPResponse(status: 404)
}
