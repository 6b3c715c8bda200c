internal import COpenSSL
internal import Octets

/// A secret for codes that change with time (RFC 6238): shared with somebody's telephone once, and
/// kept where the password's hash is. SHA-1, six digits, thirty seconds: what every telephone's
/// program takes.
package struct TOTPSecret: Hashable, Sendable, CustomStringConvertible {
    /// How long a code stands, in seconds.
    package static let stepSeconds: Int64 = 30
    /// How many steps a telephone's clock may be off, either way.
    package static let tolerance: Int64 = 1
    private static let digits = 6
    private static let octetCounts = 16...64
    private let octets: [UInt8]

    /// A secret by chance, of the 160 bits that RFC 4226 (4, R6) recommends.
    package init() { octets = RandomOctets.make(20) }

    /// A secret of octets; nothing where they are too few or too many.
    package init?(octets: [UInt8]) {
        guard Self.octetCounts.contains(octets.count) else { return nil }
        self.octets = octets
    }

    /// Nothing of the secret.
    package var description: String { "TOTPSecret" }

    // MARK: Codes

    /// The code of a step (RFC 4226, 5.3).
    package func code(step: Int64) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let hash = HMACSHA1.code(key: octets, message: counter)
        let offset = Int((hash.last ?? 0) & 0x0F)
        let word = (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(hash[offset + $1]) } & 0x7FFF_FFFF
        let code = String(word % 1_000_000)
        return String(repeating: "0", count: Self.digits - code.count) + code
    }

    /// The step at so many seconds since the epoch.
    package static func step(seconds: Int64) -> Int64 { seconds / stepSeconds }

    /// The newest step near an instant that a code is of; nothing for a wrong code. Every step is
    /// compared whole, so that the time taken tells nothing.
    package func step(of code: [UInt8], seconds: Int64) -> Int64? {
        let now = Self.step(seconds: seconds)
        var found: Int64?
        for step in (now - Self.tolerance)...(now + Self.tolerance) {
            let right = Array(self.code(step: step).utf8)
            var difference = UInt8(right.count == code.count ? 0 : 1)
            for (index, octet) in right.enumerated() {
                difference |= octet ^ (index < code.count ? code[index] : 0xFF)
            }
            if difference == 0 { found = step }
        }
        return found
    }

    // MARK: Base32 (RFC 4648), as telephones take it

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

    /// The secret as people type it in.
    package var base32: String {
        var text: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for octet in octets {
            bits = bits << 8 | UInt32(octet)
            count += 8
            while count >= 5 {
                text.append(Self.letters[Int(bits >> UInt32(count - 5)) & 0x1F])
                count -= 5
            }
        }
        if count > 0 { text.append(Self.letters[Int(bits << UInt32(5 - count)) & 0x1F]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads what `base32` writes; nothing for anything else.
    package init?(base32: String) {
        guard base32.utf8.count <= 104 else { return nil }
        var octets: [UInt8] = []
        var (bits, count) = (UInt32(0), 0)
        for letter in base32.utf8 {
            guard let value = Self.letters.firstIndex(of: letter) else { return nil }
            bits = bits << 5 | UInt32(value)
            count += 5
            if count >= 8 {
                octets.append(UInt8(truncatingIfNeeded: bits >> UInt32(count - 8)))
                count -= 8
            }
        }
        self.init(octets: octets)
        guard self.base32 == base32 else { return nil }
    }

    /// The address that a telephone's program takes, often as a QR code.
    package func address(account: String, issuer: String) -> String {
        "otpauth://totp/\(escaped(issuer)):\(escaped(account))?secret=\(base32)"
            + "&issuer=\(escaped(issuer))"
    }

    private func escaped(_ text: String) -> String {
        text.utf8.map { octet in
            let isPlain =
                (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet)
                || (0x61...0x7A).contains(octet)
            let hex = String(octet, radix: 16, uppercase: true)
            return isPlain
                ? String(UnicodeScalar(octet)) : "%" + (hex.utf8.count == 1 ? "0" : "") + hex
        }.joined()
    }
}

/// HMAC with SHA-1 (RFC 2104), for codes alone.
private enum HMACSHA1 {
    static func code(key: [UInt8], message: [UInt8]) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: 20)
        var count: UInt32 = 0
        let result = unsafe HMAC(
            EVP_sha1(), key, Int32(key.count), message, message.count, &output, &count)
        guard unsafe result != nil, count == 20 else {
            preconditionFailure("a hash of octets in memory cannot fail")
        }
        return output
    }
}
