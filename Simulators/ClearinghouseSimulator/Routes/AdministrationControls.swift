import HTTP
import JSON
import Records

/// Everything that can be turned while the clearinghouse runs.
extension AdministrationService {
    /// Judges assertions over the journal.
    func judge(_ body: JSONValue) async throws(JSONError) -> HTTPResponse {
        var fields = try JSONFields(body)
        let after = try fields.optionalInteger("after", in: 0...Int.max >> 10) ?? 0
        let assertions = try fields.array("assertions", JournalAssertion.init)
        let entries = await house.journalEntries(after: after, limit: .max).entries
        let results = assertions.map { $0.judged(over: entries) }
        return .json([
            "holds": .bool(results.allSatisfy { $0["holds"] == true }),
            "results": .array(results),
        ])
    }

    /// Reads an order, gives it to the house, and shows what stands now.
    func control(_ route: AdminRoute, _ body: JSONValue) async throws(JSONError) -> HTTPResponse {
        var fields = body == .null ? nil : try JSONFields(body)
        switch route {
        case .orderFaults: await house.order(try fields?.array("faults", Fault.init) ?? [])
        case .orderLatency: await house.order(try Latency(body))
        case .orderModes:
            let now = now()
            let modes = try fields?.array("modes") { (value, path) throws(JSONError) in
                try ServiceMode(value, at: path, now: now)
            }
            await house.hold(modes ?? [])
        case .orderLimits: await house.order(try RateLimits(body))
        case .orderSeed: house.chance.seed = body["seed"]?.integerValue
        case .reset:
            await house.reset()
            return HTTPResponse(status: 204)
        default: break
        }
        return .json(await shown(route))
    }

    private func shown(_ route: AdminRoute) async -> JSONValue {
        switch route {
        case .faults, .orderFaults: ["faults": .array(await house.faultOrders.map(\.json))]
        case .latency, .orderLatency: await house.latency.json
        case .modes, .orderModes: ["modes": .array(await house.orderedModes.map(\.json))]
        case .limits, .orderLimits: await house.limits.json
        default: ["seed": house.chance.seed.map(JSONValue.integer) ?? .null]
        }
    }
}
