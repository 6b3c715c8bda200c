import Commands
import FHIR
import JSON
import Octets
import Records

extension Context {
    /// `document fhir`: everything that was opened, as one bundle.
    func bundle(_ records: DocumentRecords) async throws(CommandFailure) -> MadeDocument {
        guard let holder = records.holder else {
            throw CommandFailure(
                .negative, "no-qualification", "The qualification is not known any more.",
                next: "Check the patient in again: a bundle needs to say whose it is.")
        }
        var bundle = FHIRBundle(holder)
        (bundle.qualification, bundle.drugs) = (records.qualification, records.drugs)
        bundle.checkups = records.checkups
        if !records.isPatients {
            bundle.institution = try await institution()
            bundle.consents = try records.consents()
        }
        let octets = bundle.json.canonical
        let count = bundle.json["entry"]?.arrayValue?.count ?? 0
        return MadeDocument(
            files: [
                DocumentFile(
                    octets: octets, about: [("resources", JSONValue(count))],
                    words: "FHIR R4, \(count) resources, \(octets.count) octets")
            ],
            remarks: records.withheld.map { "\($0): no consent, left out (同意がないため含みません)" })
    }

    /// The institution that the daemon serves.
    private func institution() async throws(CommandFailure) -> Institution {
        let status = try await ask("GET", "/v1/status")
        guard let code = status["institution"]?.stringValue else {
            throw .unreadable("institution is missing")
        }
        return Institution(name: "医療機関 \(code)", code: code)
    }
}

extension DocumentRecords {
    /// What was agreed to, as the check-in lists it.
    fileprivate func consents() throws(CommandFailure) -> [FHIRConsentNote] {
        guard let opened = listed["openedAt"]?.stringValue.flatMap(Instant.init(rfc3339:)) else {
            throw .unreadable("openedAt is missing")
        }
        return (listed["items"]?.arrayValue ?? []).compactMap { entry in
            guard let item = entry["item"]?.stringValue.flatMap(FHIRConsentNote.Item.init),
                let until = entry["until"]?.stringValue.flatMap(Instant.init(rfc3339:))
            else { return nil }
            return FHIRConsentNote(item, givenAt: opened, until: until)
        }
    }
}
