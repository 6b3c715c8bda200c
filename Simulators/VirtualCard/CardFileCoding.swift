internal import Cryptography
internal import JSON
internal import Octets

extension CardFile {
    /// What is printed into the card. Certificates must fit their keys; use a changed
    /// `CardImage` for a card that is broken.
    package func loadImage() throws(CardFileError) -> CardImage {
        let printed = try decoded(read(path, isPrivate: false), from: path) {
            (value) throws(JSONError) in try PrintedCard(value)
        }
        let (pin, password) = try decoded(read(pinsPath, isPrivate: true), from: pinsPath) {
            (value) throws(JSONError) in try readPINs(value)
        }
        var image = CardImage(
            person: printed.person,
            authentication: try credential(
                printed.authentication, named: "authentication", keyPath: keyPath),
            signature: try credential(
                printed.signature, named: "signature", keyPath: signatureKeyPath),
            pin: pin, password: password)
        (image.label, image.atr) = (printed.label, printed.atr)
        return image
    }

    private func credential(
        _ printed: PrintedCard.Certificates?, named name: String, keyPath: String
    ) throws(CardFileError) -> CardImage.Credential? {
        guard let printed else { return nil }
        let key: PrivateKey
        do throws(KeyFile.Failure) {
            key = try KeyFile.privateKey(keyPath)
        } catch {
            throw .file(error)
        }
        guard let certificate = try? Certificate(der: printed.certificate) else {
            throw .malformed(path: path, reason: "$.\(name).certificate: is not a certificate")
        }
        guard certificate.publicKey == key.publicKey else {
            throw .malformed(
                path: path, reason: "$.\(name).certificate: does not fit the key in \(keyPath)")
        }
        return CardImage.Credential(
            certificate: printed.certificate, authority: printed.authority, key: key)
    }
}

/// What the readable file holds.
private struct PrintedCard {
    struct Certificates {
        var certificate: [UInt8]
        var authority: [UInt8]
    }
    var person: String
    var label: String
    var atr: [UInt8]
    var authentication: Certificates?
    var signature: Certificates?

    /// An answer to reset has 2 to 33 octets (ISO/IEC 7816-3 §8.2).
    static let atrCounts = 2...33

    init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        try fields.require("kind", "must be \"\(CardFile.kind)\"") {
            $0.stringValue == CardFile.kind ? () : nil
        }
        _ = try fields.integer("version", in: CardFile.version...CardFile.version)
        person = try fields.string("person", maximum: 64)
        label = try fields.string("label", maximum: 32)
        atr = try fields.require("atr", "must be the hexadecimal digits of 2 to 33 octets") {
            guard let octets = $0.stringValue.flatMap({ [UInt8](hex: $0) }),
                Self.atrCounts.contains(octets.count)
            else { return nil }
            return octets
        }
        authentication = try fields.nested("authentication", Self.certificates)
        signature = try fields.nested("signature", Self.certificates)
        try fields.finish()
    }

    private static func certificates(
        _ value: JSONValue, path: String
    ) throws(JSONError) -> Certificates {
        var fields = try JSONFields(value, at: path)
        func octets(_ value: JSONValue) -> [UInt8]? {
            value.stringValue.flatMap { [UInt8](base64: $0) }
        }
        let certificates = Certificates(
            certificate: try fields.require("certificate", "must be base64", octets),
            authority: try fields.require("authority", "must be base64", octets))
        try fields.finish()
        return certificates
    }
}

extension CardImage {
    /// The readable part as JSON.
    var value: JSONValue {
        func certificates(_ credential: Credential?) -> JSONValue? {
            credential.map {
                [
                    "certificate": .string($0.certificate.base64()),
                    "authority": .string($0.authority.base64()),
                ]
            }
        }
        return .object(present: [
            ("kind", .string(CardFile.kind)),
            ("version", JSONValue(CardFile.version)),
            ("person", .string(person)),
            ("label", .string(label)),
            ("atr", .string(atr.hex)),
            ("authentication", certificates(authentication)),
            ("signature", certificates(signature)),
        ])
    }

    /// The secret part as JSON.
    var pins: JSONValue {
        [
            "pin": .string(String(decoding: pin, as: UTF8.self)),
            "password": .string(String(decoding: password, as: UTF8.self)),
        ]
    }
}

private func readPINs(_ value: JSONValue) throws(JSONError) -> (pin: [UInt8], password: [UInt8]) {
    var fields = try JSONFields(value)
    let pin = try fields.require("pin", CardImage.pinRule) { value in
        value.stringValue.map { Array($0.utf8) }.flatMap { CardImage.isPIN($0) ? $0 : nil }
    }
    let password = try fields.require("password", CardImage.passwordRule) { value in
        value.stringValue.map { Array($0.utf8) }.flatMap { CardImage.isPassword($0) ? $0 : nil }
    }
    try fields.finish()
    return (pin, password)
}

extension CardImage {
    /// What a PIN must be, in words.
    package static let pinRule = "must be four digits"
    /// What a signature password must be, in words.
    package static let passwordRule = "must be 6 to 16 characters of A-Z and 0-9"

    /// Whether octets are a PIN of user authentication.
    package static func isPIN(_ octets: [UInt8]) -> Bool {
        octets.count == 4 && octets.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Whether octets are a password of digital signature.
    package static func isPassword(_ octets: [UInt8]) -> Bool {
        (6...16).contains(octets.count)
            && octets.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }
}

extension PINCounters {
    init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        let names = [CardImage.pinName, CardImage.passwordName]
        try self.init(
            triesLeft: fields.nested("triesLeft") { (value, path) throws(JSONError) in
                var fields = try JSONFields(value, at: path)
                var triesLeft: [String: Int] = [:]
                for name in names {
                    triesLeft[name] = try fields.optionalInteger(name, in: 0...15)
                }
                try fields.finish()
                return triesLeft
            } ?? [:])
        try fields.finish()
    }

    /// The counters as JSON.
    var value: JSONValue {
        ["triesLeft": .object(triesLeft.mapValues { JSONValue($0) })]
    }
}
