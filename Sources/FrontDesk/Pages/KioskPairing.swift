internal import Cryptography
internal import Octets
internal import Synchronization

/// The secret that makes one browser the kiosk, and the token that it got for it. The secret stands
/// in a file that only the browser's user can read, for as long as that file is there; the token
/// lives in the page's memory. A browser that was started anew pairs again, and the token before it
/// is worth nothing from then on.
package final class KioskPairing: Sendable {
    private let secret: SHA256Digest
    private let token = Mutex<SHA256Digest?>(nil)
    /// What the browser's user is given: see `page(address:)`.
    private let text: String

    /// A pairing with the secret of the page file that is there already, so that a kiosk finds its
    /// way back after a restart of the service; with a fresh one where there is none.
    package init(keeping page: [UInt8]? = nil) {
        text = page.flatMap(Self.secret) ?? RandomOctets.make(Self.octetCount).base64(.urlSafe)
        secret = SHA256Digest(hashing: Array(text.utf8))
    }

    private static let octetCount = 32

    /// The secret in a page file.
    private static func secret(in page: [UInt8]) -> String? {
        guard page.count < 4096, let text = String(validating: page, as: UTF8.self),
            let start = text.firstIndex(of: "#")
        else { return nil }
        let secret = text[text.index(after: start)...].prefix { $0 != "\"" }
        let octets = [UInt8](base64: String(secret), .urlSafe)
        return octets?.count == octetCount ? String(secret) : nil
    }

    /// A page that opens the kiosk with the secret. It stands behind `#`, so that the browser sends
    /// it nowhere and no log gets it.
    package func page(address: String) -> [UInt8] {
        Array(
            """
            <!doctype html>
            <html lang="ja">
            <meta charset="utf-8">
            <meta name="referrer" content="no-referrer">
            <meta http-equiv="refresh" content="0; url=\(address)/#\(text)">
            <title>Madoguchi</title>

            """.utf8)
    }

    /// A new token for whoever knows the secret. Only digests are compared.
    func pair(_ secret: String) -> String? {
        guard SHA256Digest(hashing: Array(secret.utf8)) == self.secret else { return nil }
        let fresh = RandomOctets.make(32).base64(.urlSafe)
        token.withLock { $0 = SHA256Digest(hashing: Array(fresh.utf8)) }
        return fresh
    }

    /// Whether it is the token of the browser that paired last.
    func isPaired(_ token: String) -> Bool {
        let digest = SHA256Digest(hashing: Array(token.utf8))
        return self.token.withLock { $0 == digest }
    }
}
