internal import HTTP

/// Who may ask a page's listener: only the page that it gave out itself, in the browser that opened
/// it under the listener's own name. Cookies know no ports, so there are none; what a request may
/// do is told by its bearer token, afterwards.
///
/// | refused | by |
/// |---|---|
/// | a name rebound to this machine, `localhost`, a literal address | `Host` is not the listener's |
/// | a page of another site, or of another port here | `Sec-Fetch-Site`, `Origin` |
/// | a page put into a frame | `Sec-Fetch-Dest`, and the page's own policy |
struct BrowserGate: Hashable, Sendable {
    /// The listener's name and port, as `Host` must say it.
    let host: String

    /// The origin of the pages behind the gate.
    let origin: String

    /// A gate for a name and the port it is served on. Browsers leave out the port that a scheme
    /// has by itself.
    init(name: String, port: Int, isTLS: Bool = false) {
        host = port == (isTLS ? 443 : 80) ? name : "\(name):\(port)"
        origin = (isTLS ? "https://" : "http://") + host
    }

    /// Lets a request for a file of the page in. A link from elsewhere may open the page itself, in
    /// a window of its own.
    func admit(file request: HTTPRequest) throws(Problem) {
        try checkHost(request)
        guard let site = request.headers["Sec-Fetch-Site"], site != "none", site != "same-origin"
        else { return }
        guard request.path == "/", request.headers["Sec-Fetch-Mode"] == "navigate",
            request.headers["Sec-Fetch-Dest"] == "document"
        else { throw .otherSite }
    }

    /// Lets a request of the page's own script in. Programs that are no browsers send none of these
    /// fields; they need the token like everybody else.
    func admit(call request: HTTPRequest) throws(Problem) {
        try checkHost(request)
        for site in request.headers.values(of: "Sec-Fetch-Site") where site != "same-origin" {
            throw .otherSite
        }
        let origins = request.headers.values(of: "Origin")
        guard origins.allSatisfy({ $0 == origin }), request.method == "GET" || !origins.isEmpty
        else { throw .otherSite }
    }

    private func checkHost(_ request: HTTPRequest) throws(Problem) {
        guard request.headers["Host"] == host else { throw .wrongHost }
    }
}

extension Problem {
    /// The request was meant for another name.
    static let wrongHost = Problem(
        "wrong-host", status: 421, title: "This address is served under another name.",
        titleJapanese: "この宛先の名前が違います。",
        nextStep: "Open the page under the address that madoguchi status prints.",
        nextStepJapanese: "madoguchi status に表示されるアドレスで開いてください。")

    /// A page of another site asks.
    static let otherSite = Problem(
        "other-site", status: 403, title: "Another page may not ask here.",
        titleJapanese: "ほかのページからの要求は受け付けません。",
        nextStep: "Open the page itself.", nextStepJapanese: "このページを直接開いてください。")
}
