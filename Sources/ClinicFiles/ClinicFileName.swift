/// What a file in the folders is about, by the beginning of its name.
package enum ClinicFileKind: String, CaseIterable, Hashable, Sendable {
    /// One person by insurance details (資格確認).
    case qualification = "OQSsiquc01"
    /// Many persons at once: the list (一括照会).
    case bulkUpload = "OQSmuquc01"
    /// Many persons at once: the results.
    case bulkResult = "OQSmuquc02"
    /// The institution's own number for a patient (照会番号登録).
    case referenceNumber = "OQSsiimm01"
    /// Medicines (薬剤情報).
    case drugs = "YZKsiquc01"
    /// Checkups (健診情報).
    case checkups = "TKKsiquc01"
}

/// The name of a request: a kind, then what the client chose.
package struct ClinicRequestName: Hashable, Sendable {
    /// The most octets of a name; what follows the kind is about 12 to 17 in use.
    package static let maximumOctets = 100

    /// What is asked.
    package let kind: ClinicFileKind
    /// What the client chose, without the ending.
    package let suffix: String

    /// Reads a file's name; nothing for a name that is no request's. Names lead to no other
    /// folder: letters, digits, `_` and `-` only.
    package init?(_ name: String) {
        guard name.utf8.count <= Self.maximumOctets,
            let kind = ClinicFileKind.allCases.first(where: {
                name.hasPrefix($0.rawValue + "req_")
            }), name.hasSuffix(".xml") || name.hasSuffix(".XML")
        else { return nil }
        let suffix = name.dropFirst(kind.rawValue.count + 4).dropLast(4)
        guard !suffix.isEmpty, suffix.utf8.allSatisfy(isNamePart) else { return nil }
        (self.kind, self.suffix) = (kind, String(suffix))
    }

    /// The answer's name: `req_` becomes `res_`.
    package func answer(_ ending: String = "xml") -> String {
        "\(kind.rawValue)res_\(suffix).\(ending)"
    }

    /// The name of what a check-in drops in `face`, from the time it happened. Those of one second
    /// are told apart by `serial`, before the time, where readers look for nothing fixed.
    package static func face(at time: String, serial: Int) -> String {
        "OQSsiquc01res_face_\(serial)_\(time).xml"
    }
}

private func isNamePart(_ octet: UInt8) -> Bool {
    switch octet {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
}
