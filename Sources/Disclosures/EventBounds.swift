internal import Records

extension HistoryEvent {
    /// The longest name, id or word, in octets of UTF-8.
    package static let longestNameOctetCount = 128
    /// The longest sentence, in octets of UTF-8.
    package static let longestNoteOctetCount = 2048
    /// The longest reason, in octets: problem types are addresses.
    package static let longestReasonOctetCount = 256
    /// The largest index that JSON readers agree on (RFC 7493 §2.2).
    package static let largestIndex = 1 << 53 - 1

    /// Whether a text may be a name or id in an event.
    package static func isName(_ text: String) -> Bool {
        (1...longestNameOctetCount).contains(text.utf8.count) && isPlain(Array(text.utf8))
    }

    /// Refuses what no event may hold, before it is written and after it was read.
    func checkBounds() throws(DisclosureError) {
        let institution = place.institution.utf8
        guard institution.count == 10, institution.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .invalid(field: "institution")
        }
        let longest = Self.longestNameOctetCount
        try check(place.terminal, "terminal", maximum: longest)
        try check(actor.id, "actor.id", maximum: longest)
        try check(patient?.id, "patient.id", maximum: longest)
        try check(requestID, "requestID", maximum: longest)
        try check(cardSession, "cardSession", maximum: longest)
        try check(checkIn, "checkIn", maximum: longest)
        try check(recipient, "recipient", maximum: longest)
        try check(consent?.grant, "consent.grant", maximum: longest)
        try check(store?.software, "store.software", maximum: longest)
        try check(store?.segment, "store.segment", maximum: longest)
        try check(way?.namedParty, "way", maximum: longest)
        try check(reason, "reason", maximum: Self.longestReasonOctetCount)
        try check(note, "note", maximum: Self.longestNoteOctetCount)
        if let patient, patient.id == nil, patient.card == nil { throw .invalid(field: "patient") }
        if case .face(_, let score) = way, !(0...1000).contains(score) {
            throw .invalid(field: "way.scorePerMille")
        }
        if let triesLeft, !(0...15).contains(triesLeft) { throw .invalid(field: "triesLeft") }
        try checkTime(time, "time")
        if let until = consent?.until { try checkTime(until, "consent.until") }
        for (field, number) in [
            ("intent.index", intentIndex), ("store.offset", store?.offset),
            ("store.octetCount", store?.octetCount),
        ] {
            if let number, number > UInt64(Self.largestIndex) { throw .invalid(field: field) }
        }
    }

    /// RFC 3339 writes years of four digits: 0001-01-01 to 9999-12-31.
    private func checkTime(_ time: Instant, _ field: String) throws(DisclosureError) {
        guard (-62_135_596_800_000...253_402_300_799_999).contains(time.milliseconds) else {
            throw .invalid(field: field)
        }
    }

    private func check(
        _ text: String?, _ field: String, maximum: Int
    ) throws(DisclosureError) {
        guard let text else { return }
        guard !text.isEmpty, text.utf8.count <= maximum,
            text.utf8.withContiguousStorageIfAvailable(isPlain) ?? isPlain(Array(text.utf8))
        else { throw .invalid(field: field) }
    }
}

extension VerificationWay {
    /// The matcher or the person who vouches for the way.
    var namedParty: String? {
        switch self {
        case .pin: nil
        case .face(let matcher, _): matcher
        case .visualCheck(let staff): staff
        }
    }
}

/// Whether no octet is a control character.
private func isPlain(_ octets: some Collection<UInt8>) -> Bool {
    for octet in octets where octet < 0x20 || octet == 0x7F { return false }
    return true
}
