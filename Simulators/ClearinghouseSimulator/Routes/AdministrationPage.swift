import CAdministrationPage
import HTTP

/// The files of the administration page. They hold nothing of this world, so they need no token;
/// whatever they show they ask for with the token that somebody types in, as every client does.
enum AdministrationPage: String, CaseIterable {
    case page = "/"
    case style = "/page.css"
    case script = "/page.js"

    /// Only this host's own files, nothing written in between, in no frame and for no other site.
    static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ].joined(separator: "; ")

    private var media: String {
        switch self {
        case .page: "text/html; charset=utf-8"
        case .style: "text/css; charset=utf-8"
        case .script: "text/javascript; charset=utf-8"
        }
    }

    private var octets: [UInt8] {
        var count: UInt = 0
        let number: Int32 =
            switch self {
            case .page: 0
            case .style: 1
            case .script: 2
            }
        let octets = cadministrationpage_octets(number, &count)
        return Array(UnsafeBufferPointer(start: octets, count: Int(count)))
    }

    /// The file at an address, if it is one of them and nobody else's page asks for it.
    static func response(to request: HTTPRequest) throws(Refusal) -> HTTPResponse? {
        guard let file = AdministrationPage(rawValue: request.path) else { return nil }
        guard request.method == "GET" else { return .methodNotAllowed(["GET"]) }
        let site = request.headers["Sec-Fetch-Site"] ?? "none"
        guard site == "none" || site == "same-origin" else { throw Refusal(.adminWrongHost) }
        return HTTPResponse(
            status: 200,
            headers: HTTPHeaders([
                ("Content-Type", file.media), ("Cache-Control", "no-store"),
                ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
                ("Cross-Origin-Opener-Policy", "same-origin"),
                ("Cross-Origin-Resource-Policy", "same-origin"),
            ]), body: file.octets)
    }
}
