internal import Cryptography
internal import Glibc
internal import JSON
internal import Octets
internal import Records
internal import VirtualCard

/// Writes a line at once, whatever standard output is.
func printLine(_ text: String) { write(text + "\n", to: 1) }

/// Writes a line for people.
func printError(_ text: String) { write(text + "\n", to: 2) }

private func write(_ text: String, to descriptor: Int32) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
        let count = unsafe rest.withUnsafeBytes { buffer in
            unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        }
        guard count > 0 || errno == EINTR else { return }
        rest = rest.dropFirst(max(count, 0))
    }
}

/// What is on a card, as `issue` and `show` tell it. No PIN, no key, no number.
func description(of image: CardImage, _ memory: CardMemory) -> JSONValue {
    let tries = memory.counters.triesLeft
    // A face-only card takes no PIN, as if it were locked.
    func left(_ name: String, of limit: Int) -> JSONValue {
        JSONValue(image.form == .faceOnly ? 0 : tries[name] ?? limit)
    }
    var left = [
        "pin": left(CardImage.pinName, of: CardImage.pinLimit),
        "password": left(CardImage.passwordName, of: CardImage.passwordLimit),
    ]
    for name in CardImage.countedNames where tries[name] != nil {
        left[name] = tries[name].map { JSONValue($0) }
    }
    return .object(present: [
        ("person", .string(image.person)),
        ("form", .string(image.form.rawValue)),
        ("atr", .string(image.atr.hex)),
        ("authentication", image.authentication.flatMap(describe)),
        ("signature", image.signature.flatMap(describe)),
        ("securityCode", image.holder.map { .string($0.securityCode) }),
        ("expiresOn", image.holder.map { .string("\($0.expiresOn)") }),
        ("triesLeft", .object(left)),
        ("destroyed", memory.isDestroyed ? true : nil),
    ])
}

private func describe(_ credential: CardImage.Credential) -> JSONValue? {
    guard let certificate = try? Certificate(der: credential.certificate) else { return nil }
    return [
        "subject": .string(certificate.subject),
        "issuer": .string(certificate.issuer),
        "serial": .string(certificate.serialHex),
        "notBefore": .string(certificate.notBefore.rfc3339),
        "notAfter": .string(certificate.notAfter.rfc3339),
        "digest": .string(certificate.digest.hex),
    ]
}
