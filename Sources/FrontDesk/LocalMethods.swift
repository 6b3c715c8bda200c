/// Which methods the local API's addresses take, so that a wrong one is told as such (405) and not as an
/// address that is not there. `*` stands for one segment of any text.
enum LocalMethods {
    private static let addresses: [(String, String)] = [
        ("metrics", "GET"), ("healthz", "GET"), ("v1/status", "GET"), ("v1/session", "GET"),
        ("v1/session/*", "POST"), ("v1/portal/*", "POST"), ("v1/insurance/check", "POST"),
        ("v1/emergency/mode", "GET POST"), ("v1/emergency/check", "POST"),
        ("v1/batch", "GET POST"), ("v1/batch/results", "GET"), ("v1/offline", "GET POST"),
        ("v1/offline/*/check", "POST"), ("v1/offline/*/remove", "POST"),
        ("v1/readers/end-pause", "POST"), ("v1/readers/last-try", "POST"),
        ("v1/history/expiry", "POST"), ("v1/history/erasure", "POST"),
        ("v1/history/rotation", "POST"), ("v1/history/exports", "POST"),
        ("v1/history/review", "GET POST"), ("v1/history/*", "GET"), ("v1/check-ins", "GET"),
        ("v1/check-ins/*", "GET"), ("v1/check-ins/*/drugs", "GET"),
        ("v1/check-ins/*/checkups", "GET"), ("v1/check-ins/*/history", "GET"),
        ("v1/check-ins/*/proofs/*", "GET"), ("v1/check-ins/*/*/paper", "GET"),
        ("v1/check-ins/*/identity", "POST"), ("v1/check-ins/*/chart", "POST"),
        ("v1/check-ins/*/withdraw", "POST"), ("v1/check-ins/*/close", "POST"),
    ]

    private static let table = addresses.map { (address: (String, String)) in
        (pattern: words(address.0, "/"), methods: words(address.1, " "))
    }

    private static func words(_ text: String, _ separator: Character) -> [String] {
        text.split(separator: separator).map(String.init)
    }

    /// The methods of an address, as far as the first pattern that it fits tells; none where there is
    /// nothing.
    static func taken(by segments: [String]) -> [String] {
        table.first { pattern, _ in
            pattern.count == segments.count
                && zip(pattern, segments).allSatisfy { $0 == "*" || $0 == $1 }
        }?.methods ?? []
    }
}
