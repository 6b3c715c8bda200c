internal import CFrontDeskPages
internal import HTTP

/// The files of a listener's pages, held in the program. They hold nothing of any patient, so they
/// need no token; whatever they show they ask for with one.
struct PageFiles: Sendable {
    /// Whose pages.
    enum Listener: Int32 { case kiosk, desk }

    private let files: [String: HTTPResponse]

    /// The files of a listener.
    init(of listener: Listener) {
        var files: [String: HTTPResponse] = [:]
        var index: Int32 = 0
        while true {
            let file = unsafe frontdesk_page(listener.rawValue, index)
            guard let name = unsafe file.path else { break }
            let path = unsafe String(cString: name)
            let octets = unsafe UnsafeBufferPointer(start: file.octets, count: Int(file.count))
            files[path] = HTTPResponse(
                status: 200, headers: Self.headers(media(of: path)), body: unsafe Array(octets))
            index += 1
        }
        self.files = files
    }

    /// The addresses of the files.
    var paths: [String] { files.keys.sorted() }

    /// The file at an address, if it is one of them.
    func response(to request: HTTPRequest) throws(Problem) -> HTTPResponse? {
        guard let file = files[request.path] else { return nil }
        guard ["GET", "HEAD"].contains(request.method) else {
            throw .methodNotAllowed(["GET", "HEAD"])
        }
        return file
    }

    /// Only this listener's own files, nothing written in between, in no frame, for no other site
    /// and kept by no cache: going back shows nothing of the last patient.
    private static func headers(_ media: String) -> HTTPHeaders {
        HTTPHeaders([
            ("Content-Type", media), ("Cache-Control", "no-store"),
            ("Content-Security-Policy", policy), ("X-Content-Type-Options", "nosniff"),
            ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
            ("Cross-Origin-Opener-Policy", "same-origin"),
            ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), display-capture=()"),
        ])
    }

    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
        "img-src 'self'", "frame-src blob:",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    ].joined(separator: "; ")
}

private func media(of path: String) -> String {
    if path.hasSuffix(".css") { return "text/css; charset=utf-8" }
    if path.hasSuffix(".js") { return "text/javascript; charset=utf-8" }
    return "text/html; charset=utf-8"
}
