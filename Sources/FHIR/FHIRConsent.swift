internal import JSON
package import Records

/// What a patient agreed to at a check-in: one item, for one institution, until a time.
package struct FHIRConsentNote: Hashable, Sendable {
    /// Which records (情報項目).
    package enum Item: String, Hashable, Sendable {
        /// Medicines (薬剤情報).
        case drugs
        /// Checkups (健診情報).
        case checkups
    }

    /// Which records.
    package var item: Item
    /// When it was given.
    package var givenAt: Instant
    /// Until when it holds.
    package var until: Instant

    /// A consent.
    package init(_ item: Item, givenAt: Instant, until: Instant) {
        (self.item, self.givenAt, self.until) = (item, givenAt, until)
    }
}

/// A consent as IHE Privacy Consent on FHIR has it: basic in form, narrowed to one class of
/// records, so of the intermediate profile.
struct FHIRConsent {
    let note: FHIRConsentNote
    let institution: Institution

    private static let actions = "http://terminology.hl7.org/CodeSystem/v3-ActReason"

    var consent: JSONValue {
        resource(
            "Consent", "consent-\(note.item.rawValue)",
            profile:
                "https://profiles.ihe.net/ITI/PCF/StructureDefinition/IHE.PCF.consentIntermediate",
            [
                ("status", "active"),
                (
                    "scope",
                    concept([
                        coding(
                            "http://terminology.hl7.org/CodeSystem/consentscope",
                            "patient-privacy", "Privacy Consent")
                    ])
                ), ("category", [concept([coding("http://loinc.org", "59284-0", "Consent")])]),
                ("patient", FHIRPerson.reference), ("dateTime", .string(note.givenAt.rfc3339)),
                ("performer", [FHIRPerson.reference]),
                ("organization", [reference("Organization", FHIRPlaces.own, institution.name)]),
                (
                    "sourceAttachment",
                    ["title": .string("オンライン資格確認における\(words)の閲覧同意（シミュレーション）")]
                ), ("policy", [["uri": "urn:madoguchi:simulation:consent:24h"]]),
                ("provision", provision),
            ])
    }

    private var words: String { note.item == .drugs ? "薬剤情報" : "健診情報" }

    private var provision: JSONValue {
        [
            "type": "permit",
            "period": [
                "start": .string(note.givenAt.rfc3339), "end": .string(note.until.rfc3339),
            ],
            "actor": [
                [
                    "role": concept([
                        coding(
                            "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP",
                            "information recipient")
                    ]),
                    "reference": reference("Organization", FHIRPlaces.own),
                ]
            ], "purpose": [coding(Self.actions, "TREAT", "treatment")],
            "class": [
                coding(
                    "http://hl7.org/fhir/resource-types",
                    note.item == .drugs ? "MedicationDispense" : "Observation")
            ],
        ]
    }
}
