package import Records

/// The head of an answer.
package struct MessageHeader: Hashable, Sendable {
    /// When it was answered.
    package var at: Instant
    /// The institution's code, 10 digits.
    package var institution: String
    /// What the client put in for itself, echoed.
    package var fileIdentifier: String?
    /// By card or by insurance details.
    package var reference: ReferenceClassification?
    /// The day the qualification is about.
    package var confirmedOn: LocalDate?
    /// How it came out.
    package var segment = SegmentOfResult.normal
    /// Why not, where it did not.
    package var error: ProcessingNote?
    /// What the file is written in.
    package var characters: FileCharacters

    /// A head.
    package init(at: Instant, institution: String, characters: FileCharacters) {
        (self.at, self.institution, self.characters) = (at, institution, characters)
    }

    func element(_ more: [XMLElement] = []) -> XMLElement {
        XMLElement(
            "MessageHeader",
            present([
                ("ProcessExecutionTime", at.compact),
                ("QualificationConfirmationDate", confirmedOn?.compact),
                ("MedicalInstitutionCode", institution),
                ("ArbitraryFileIdentifier", fileIdentifier),
                ("ReferenceClassification", reference?.rawValue),
                ("SegmentOfResult", segment.rawValue), ("ErrorCode", error?.code),
                ("ErrorMessage", error?.message),
                ("CharacterCodeIdentifier", characters.rawValue),
            ]) + more)
    }
}

/// A whole message.
func message(_ header: XMLElement, _ body: [XMLElement]) -> XMLElement {
    XMLElement("XmlMsg", [header, XMLElement("MessageBody", body)])
}

/// The elements that hold something: an empty one is left out.
func present(_ fields: [(String, String?)]) -> [XMLElement] {
    fields.compactMap { name, text in
        guard let text, !text.isEmpty else { return nil }
        return XMLElement(name, text: text)
    }
}

extension LocalDate {
    /// `20261122`.
    package var compact: String { description.filter { $0 != "-" } }

    /// Reads `20261122`.
    package init?(compact text: String) {
        guard text.utf8.count == 8, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self.init("\(text.prefix(4))-\(text.dropFirst(4).prefix(2))-\(text.suffix(2))")
    }
}

extension YearMonth {
    /// `202611`.
    package var compact: String { description.filter { $0 != "-" } }

    /// Reads `202611`.
    package init?(compact text: String) {
        guard text.utf8.count == 6, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        self.init("\(text.prefix(4))-\(text.suffix(2))")
    }
}

extension Instant {
    /// `20261122203937`, the clock in Japan.
    package var compact: String {
        let clock = adding(seconds: 9 * 3600)
        let text = Instant(seconds: clock.seconds).rfc3339
        return String(text.filter { $0.isNumber })
    }
}

/// An insurer's number as files carry it: 6 digits are padded with spaces to 8.
func paddedInsurer(_ number: String) -> String {
    String(repeating: " ", count: max(0, 8 - number.utf8.count)) + number
}
