internal import JSON

/// Who cosigns the checkpoints of the access history (C2SP tlog-witness), and how often.
package struct WitnessConfiguration: Hashable, Sendable {
    /// The witnesses.
    package var list: [Witness]
    /// How many of them have to cosign before a checkpoint counts as cosigned.
    package var quorum: Int
    /// How often they are asked, in seconds: what is newer than the last round is not yet cosigned.
    package var cadenceSeconds = 600

    /// One witness.
    package struct Witness: Hashable, Sendable {
        /// The address to connect to, by plain HTTP: all that passes is signed, and tells nothing.
        package var host: String
        /// The port to connect to.
        package var port: Int
        /// What stands before `/add-checkpoint`, with its slash; mostly nothing.
        package var prefix: String
        /// Its key, as verifiers write it.
        package var key: String
    }
}

extension WitnessConfiguration {
    init(json: JSONValue, at path: String) throws(JSONError) {
        var fields = try JSONFields(json, at: path)
        list = try fields.array("list", maximum: 16) { (value, path) throws(JSONError) in
            var fields = try JSONFields(value, at: path)
            let witness = Witness(
                host: try fields.string("host", maximum: 253),
                port: try fields.integer("port", in: 1...65_535),
                prefix: try fields.optionalString("prefix") ?? "",
                key: try fields.string("key", maximum: 512))
            try fields.finish()
            guard witness.prefix.isEmpty || witness.prefix.hasPrefix("/"),
                witness.prefix.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw .unexpected(path: path + ".prefix", reason: "must be a path")
            }
            return witness
        }
        guard !list.isEmpty else {
            throw .unexpected(path: fields.path("list"), reason: "must name a witness")
        }
        quorum = try fields.integer("quorum", in: 1...list.count)
        cadenceSeconds =
            try fields.optionalInteger("cadenceSeconds", in: 1...86_400) ?? cadenceSeconds
        try fields.finish()
        for (index, witness) in list.enumerated()
        where list[..<index].contains(where: { $0.key == witness.key }) {
            throw .unexpected(path: fields.path("list") + "[\(index)]", reason: "is named twice")
        }
    }

    var json: JSONValue {
        [
            "list": .array(
                list.map {
                    [
                        "host": .string($0.host), "port": JSONValue($0.port),
                        "prefix": .string($0.prefix), "key": .string($0.key),
                    ]
                }),
            "quorum": JSONValue(quorum), "cadenceSeconds": JSONValue(cadenceSeconds),
        ]
    }
}
