internal import Disclosures
package import JSON
internal import Octets
internal import Records

extension CheckIn {
    /// The check-in as it is kept, sealed, over a restart.
    package var json: JSONValue {
        guard case .object(var fields) = written else { return written }
        fields["chart"] = chart.map(JSONValue.string)
        fields["certificate"] = certificate.map { .string($0.hex) }
        fields["way"] = way?.json
        fields["enteredBy"] = enteredBy.map { .string($0.rawValue) }
        fields["certificateEnds"] = certificateEnds.map { .string($0.rfc3339) }
        fields["spoken"] = spoken.map { spoken in
            ["kind": .string(spoken.kind.rawValue), "staff": .string(spoken.staff)]
        }
        if let owedEntry {
            fields["endedBy"] = .string(owedEntry.actor.id)
            fields["endedAs"] = .string(owedEntry.actor.role.rawValue)
            fields["endedAt"] = .string(owedEntry.at.rfc3339)
        }
        return .object(fields)
    }

    private var written: JSONValue {
        [
            "version": 1, "id": .string(id), "number": JSONValue(number),
            "openedAt": .string(openedAt.rfc3339), "patient": .string(patient),
            "statement": .string(statement.hex), "identity": .string(identity.rawValue),
            "grant": .string(grant.id), "until": .string(grant.until.rfc3339),
            "items": .array(
                grant.items.map { item in
                    [
                        "item": .string(item.item.rawValue),
                        "until": .string(item.until.rfc3339),
                    ]
                }),
            "state": .string(state.rawValue), "owesWithdrawal": .bool(owesWithdrawal),
        ]
    }

    /// Reads a check-in back.
    package init(json: JSONValue) throws(JSONError) {
        var fields = try JSONFields(json)
        _ = try fields.integer("version", in: 1...1)
        let spoken = try fields.nested("spoken", SpokenConsent.init(json:at:))
        let way =
            spoken == nil
            ? try ProvedWay(json: try fields.require("way"), at: fields.path("way")) : nil
        let items = try fields.array("items", maximum: 8) { (value, path) throws(JSONError) in
            try ConsentedItem(json: value, at: path)
        }
        self.init(
            id: try fields.string("id", maximum: 64), number: try fields.integer("number"),
            openedAt: try fields.require("openedAt", "must be an instant", readInstant),
            patient: try fields.string("patient", maximum: 128),
            certificate: spoken == nil
                ? try fields.require("certificate", "must be a digest", readDigest) : nil,
            statement: try fields.require("statement", "must be a digest", readDigest), way: way,
            grant: Grant(
                id: try fields.string("grant", maximum: Grant.longestIDOctetCount), items: items,
                until: try fields.require("until", "must be an instant", readInstant)),
            identity: try fields.optional("identity", "must be a known standing") {
                $0.stringValue.flatMap(IdentityStanding.init(rawValue:))
            } ?? .unchecked,
            state: try fields.require("state", "must be a known state") {
                $0.stringValue.flatMap(State.init(rawValue:))
            },
            owesWithdrawal: try fields.optionalBool("owesWithdrawal") ?? false,
            owedEntry: try Self.endNote(&fields),
            chart: try fields.optional("chart", "must be a chart's number") {
                $0.stringValue.flatMap { CheckIn.isChart($0) ? $0 : nil }
            }, spoken: spoken,
            certificateEnds: try fields.optional(
                "certificateEnds", "must be an instant", readInstant),
            enteredBy: try fields.optional("enteredBy", "must be parent or carer") {
                $0.stringValue.flatMap(Proxy.init)
            })
        try fields.finish()
    }

    private static func endNote(_ fields: inout JSONFields) throws(JSONError) -> EndNote? {
        guard let id = try fields.optionalString("endedBy", maximum: 128) else { return nil }
        let role = try fields.require("endedAs", "must be a known role") {
            $0.stringValue.flatMap(ActorRole.init(rawValue:))
        }
        let instant = try fields.require("endedAt", "must be an instant", readInstant)
        return EndNote(actor: EventActor(id: id, role: role), at: instant)
    }
}

extension SpokenConsent {
    fileprivate init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        let kind = try fields.require("kind", "must be oral or unobtainable") {
            $0.stringValue.flatMap(Kind.init(rawValue:))
        }
        self.init(kind, heardBy: try fields.string("staff", maximum: 64))
        try fields.finish()
    }
}
