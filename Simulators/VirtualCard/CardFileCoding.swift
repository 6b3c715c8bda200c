internal import Cryptography
package import JSON
internal import Octets
internal import Records

/// What the readable file holds.
struct PrintedCard {
    struct Certificates {
        var certificate: [UInt8]
        var authority: [UInt8]
    }
    var person: String
    var form: CardForm
    var label: String
    var atr: [UInt8]
    var authentication: Certificates?
    var signature: Certificates?
    var holder: CardHolder?
    var vouched: CardChip.Vouched?

    /// An answer to reset has 2 to 33 octets (ISO/IEC 7816-3 §8.2).
    private static let atrCounts = 2...33

    init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        try fields.require("kind", "must be \"\(CardFile.kind)\"") {
            $0.stringValue == CardFile.kind ? () : nil
        }
        _ = try fields.integer("version", in: CardFile.version...CardFile.version)
        person = try fields.string("person", maximum: 64)
        form =
            try fields.optional("form", "must be plastic, faceOnly, phone or foreign") {
                $0.stringValue.flatMap(CardForm.init)
            } ?? .plastic
        label = try fields.string("label", maximum: 32)
        atr = try fields.require("atr", "must be the hexadecimal digits of 2 to 33 octets") {
            guard let octets = $0.stringValue.flatMap({ [UInt8](hex: $0) }),
                Self.atrCounts.contains(octets.count)
            else { return nil }
            return octets
        }
        authentication = try fields.nested("authentication", Self.certificates)
        signature = try fields.nested("signature", Self.certificates)
        holder = try fields.nested("holder") { (value, path) throws(JSONError) in
            try CardHolder(value, at: path)
        }
        vouched = try fields.nested("vouched") { (value, path) throws(JSONError) in
            try CardChip.Vouched(value, at: path)
        }
        try fields.finish()
        guard (holder == nil) == (vouched == nil) else {
            throw .unexpected(path: "$.vouched", reason: "must be there with a holder, and only so")
        }
    }

    private static func certificates(
        _ value: JSONValue, path: String
    ) throws(JSONError) -> Certificates {
        var fields = try JSONFields(value, at: path)
        let certificates = Certificates(
            certificate: try fields.octets("certificate"),
            authority: try fields.octets("authority"))
        try fields.finish()
        return certificates
    }
}

extension JSONFields {
    /// Octets as base64.
    mutating func octets(_ key: String) throws(JSONError) -> [UInt8] {
        try require(key, "must be base64") { $0.stringValue.flatMap { [UInt8](base64: $0) } }
    }
}

extension CardImage {
    /// The readable part as JSON.
    package var value: JSONValue {
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
            ("form", form == .plastic ? nil : .string(form.rawValue)),
            ("label", .string(label)),
            ("atr", .string(atr.hex)),
            ("authentication", certificates(authentication)),
            ("signature", certificates(signature)),
            ("holder", holder?.json),
            ("vouched", chip?.vouched.json),
        ])
    }

    /// The secret part as JSON.
    package var secrets: JSONValue {
        [
            "pin": .string(String(decoding: pin, as: UTF8.self)),
            "password": .string(String(decoding: password, as: UTF8.self)),
            "textPIN": .string(String(decoding: textPIN, as: UTF8.self)),
        ]
    }
}

/// The PINs of a card, as their file keeps them.
struct CardPINs {
    var pin: [UInt8]
    var password: [UInt8]
    var textPIN: [UInt8]?

    init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        func octets(_ value: JSONValue, _ form: CardSecret.Form) -> [UInt8]? {
            value.stringValue.map { Array($0.utf8) }.flatMap { form.allows($0) ? $0 : nil }
        }
        pin = try fields.require("pin", CardImage.pinRule) { octets($0, .pin) }
        password = try fields.require("password", CardImage.passwordRule) {
            octets($0, .password)
        }
        textPIN = try fields.optional("textPIN", CardImage.pinRule) { octets($0, .pin) }
        try fields.finish()
    }
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
