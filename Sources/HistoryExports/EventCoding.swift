internal import Disclosures
internal import JSON

let dicom = "http://dicom.nema.org/resources/ontology/DCM"

/// A code system of HL7's terminology server.
func terminology(_ name: String) -> String { "http://terminology.hl7.org/CodeSystem/" + name }

func coding(_ system: String, _ code: String, _ display: String?) -> JSONValue {
    .object(present: [
        ("system", .string(system)), ("code", .string(code)),
        ("display", display.map(JSONValue.string)),
    ])
}

func concept(_ system: String, _ code: String, _ display: String?) -> JSONValue {
    ["coding": [coding(system, code, display)]]
}

extension HistoryEvent {
    /// Whether BALP's `PatientRead` says it: a patient's data was read, and shown, with success.
    var isPatientRead: Bool {
        guard patient?.id != nil, outcome == nil || outcome == .succeeded else { return false }
        switch kind {
        case .disclosure, .viewed: return true
        case .outcome: return act != .withdrawGrant
        case .cardRefused, .proof, .sessionEnded, .intent, .consentGiven, .consentRefused,
            .consentWithdrawn, .identityCompared, .checkInClosed, .historyRead, .administratorAct,
            .storeOpened, .storeCut, .storeClosed, .clockStepped:
            return false
        }
    }
}

/// An event in the codes of DICOM and HL7; its own kind stands beside them as a subtype.
struct EventCoding {
    let type: JSONValue
    let subtypes: [JSONValue]
    let action: String
    let outcome: String
    let purpose: JSONValue?

    init(_ event: HistoryEvent) {
        let own = coding("urn:madoguchi:event-kind", event.kind.rawValue, nil)
        let (type, subtype, action) = Self.standard(event)
        self.type = type
        subtypes = [subtype, own].compactMap(\.self)
        self.action = action
        outcome =
            switch event.outcome {
            case .succeeded, nil: "0"
            case .failed, .locked, .problem, .wrongAnswer: "4"
            case .unknown: "8"
            }
        purpose = event.purpose.map { purpose in
            let system = terminology("v3-ActReason")
            return switch purpose {
            case .treatment: coding(system, "TREAT", "treatment")
            case .ownAccess: coding(system, "PATRQT", "patient requested")
            case .review: coding(system, "HCOMPL", "health compliance")
            case .administration: coding(system, "HSYSADMIN", "health system administration")
            }
        }
    }

    private static func standard(_ event: HistoryEvent) -> (JSONValue, JSONValue?, String) {
        func dcm(_ code: String, _ display: String) -> JSONValue { coding(dicom, code, display) }
        let activity = dcm("110100", "Application Activity")
        switch event.kind {
        case .cardRefused, .proof, .sessionEnded, .identityCompared:
            return (dcm("110114", "User Authentication"), dcm("110122", "Login"), "E")
        case .intent: return (dcm("110112", "Query"), nil, "E")
        case .outcome, .disclosure, .viewed:
            return (
                coding(terminology("audit-event-type"), "rest", "Restful Operation"),
                coding("http://hl7.org/fhir/restful-interaction", "read", "read"), "R"
            )
        case .consentGiven, .consentRefused, .consentWithdrawn, .checkInClosed:
            return (dcm("110110", "Patient Record"), nil, "U")
        case .historyRead: return (dcm("110101", "Audit Log Used"), nil, "R")
        case .administratorAct: return (activity, nil, "E")
        case .storeOpened: return (activity, dcm("110120", "Application Start"), "E")
        case .storeClosed: return (activity, dcm("110121", "Application Stop"), "E")
        case .storeCut, .clockStepped: return (dcm("110113", "Security Alert"), nil, "E")
        }
    }
}
