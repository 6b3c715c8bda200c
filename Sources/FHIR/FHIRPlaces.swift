internal import JSON
internal import Records

/// The organisations that resources refer to, each once, in the order in which they were met.
struct FHIRPlaces {
    private var ids: [Institution: String] = [:]
    private(set) var resources: [JSONValue] = []

    /// The id of the institution that asks.
    static let own = "institution"

    /// A reference to an institution.
    mutating func reference(_ institution: Institution, id: String? = nil) -> JSONValue {
        if let known = ids[institution] {
            return FHIR.reference("Organization", known, institution.name)
        }
        let id = id ?? "organization-\(resources.count + 1)"
        ids[institution] = id
        resources.append(
            resource(
                "Organization", id, profile: core + "JP_Organization",
                [
                    (
                        "identifier",
                        institution.code.map { [identifier(.institution, $0)] }
                    ), ("name", .string(institution.name)),
                ]))
        return FHIR.reference("Organization", id, institution.name)
    }
}
