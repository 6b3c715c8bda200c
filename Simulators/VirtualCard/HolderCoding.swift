internal import JSON
internal import Octets
internal import Records

extension CardHolder {
    /// The longest name and address of a person, 200 characters, in octets.
    static let longestTextOctetCount = 800

    init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        name = try fields.string("name", maximum: Self.longestTextOctetCount)
        address = try fields.string("address", maximum: Self.longestTextOctetCount)
        birthDate = try fields.day("birthDate")
        sex = try fields.require("sex", "must be 1, 2 or 3") {
            $0.stringValue.flatMap(Sex.init(rawValue:))
        }
        number = try fields.require("number", Self.numberRule) {
            $0.stringValue.flatMap { Self.isPlainlyInvalid($0) ? $0 : nil }
        }
        securityCode = try fields.digits("securityCode", 4)
        expiresOn = try fields.day("expiresOn")
        serial = try fields.digits("serial", 15)
        municipality = try fields.digits("municipality", 5)
        pictures = CardPictures(
            photo: try fields.picture("photo", "a JPEG 2000 file", CardPictures.jp2Start),
            name: try fields.picture("namePicture", "a PNG file", CardPictures.pngStart),
            address: try fields.picture("addressPicture", "a PNG file", CardPictures.pngStart))
        try fields.finish()
    }

    /// The facts as the card file writes them.
    var json: JSONValue {
        [
            "name": .string(name), "address": .string(address),
            "birthDate": .string("\(birthDate)"), "sex": .string(sex.rawValue),
            "number": .string(number), "securityCode": .string(securityCode),
            "expiresOn": .string("\(expiresOn)"), "serial": .string(serial),
            "municipality": .string(municipality), "photo": .string(pictures.photo.base64()),
            "namePicture": .string(pictures.name.base64()),
            "addressPicture": .string(pictures.address.base64()),
        ]
    }
}

extension CardChip.Vouched {
    init(_ value: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        self.init(
            text: try fields.octets("text"), age: try fields.octets("age"),
            face: try fields.octets("face"), number: try fields.octets("number"),
            certificate: try fields.octets("certificate"))
        try fields.finish()
    }

    /// The signatures as the card file writes them.
    var json: JSONValue {
        [
            "text": .string(text.base64()), "age": .string(age.base64()),
            "face": .string(face.base64()), "number": .string(number.base64()),
            "certificate": .string(certificate.base64()),
        ]
    }
}

extension JSONFields {
    fileprivate mutating func day(_ key: String) throws(JSONError) -> LocalDate {
        try require(key, "must be a date: YYYY-MM-DD") { $0.stringValue.flatMap { LocalDate($0) } }
    }

    fileprivate mutating func digits(_ key: String, _ count: Int) throws(JSONError) -> String {
        try require(key, "must be \(count) digits") { value in
            value.stringValue.flatMap { text in
                text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
                    ? text : nil
            }
        }
    }

    fileprivate mutating func picture(
        _ key: String, _ kind: String, _ start: [UInt8]
    ) throws(JSONError) -> [UInt8] {
        try require(
            key, "must be \(kind) of at most \(CardPictures.longestOctetCount) octets as base64"
        ) { value in
            guard let octets = value.stringValue.flatMap({ [UInt8](base64: $0) }),
                octets.starts(with: start), octets.count <= CardPictures.longestOctetCount
            else { return nil }
            return octets
        }
    }
}

extension CardMemory {
    init(_ value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        let triesLeft = try fields.nested("triesLeft") { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            var triesLeft: [String: Int] = [:]
            for name in CardImage.secretNames {
                triesLeft[name] = try fields.optionalInteger(
                    name, in: 0...CardImage.mostTries(of: name))
            }
            try fields.finish()
            return triesLeft
        }
        let changed = try fields.nested("changed") { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            var changed: [String: [UInt8]] = [:]
            for (name, form, rule) in CardImage.changeable {
                changed[name] = try fields.optional(name, rule) {
                    $0.stringValue.map { Array($0.utf8) }.flatMap { form.allows($0) ? $0 : nil }
                }
            }
            try fields.finish()
            return changed
        }
        self.init(
            counters: PINCounters(triesLeft: triesLeft ?? [:]), changed: changed ?? [:],
            isDestroyed: try fields.optionalBool("destroyed") ?? false)
        try fields.finish()
    }

    /// The memory as JSON.
    var value: JSONValue {
        .object(present: [
            ("triesLeft", .object(counters.triesLeft.mapValues { JSONValue($0) })),
            (
                "changed",
                changed.isEmpty
                    ? nil
                    : .object(changed.mapValues { .string(String(decoding: $0, as: UTF8.self)) })
            ),
            ("destroyed", isDestroyed ? true : nil),
        ])
    }
}
