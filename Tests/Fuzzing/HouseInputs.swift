internal import ClearinghouseSimulator
internal import HTTP
internal import JSON
internal import Octets
internal import Records

/// A body for the clearinghouse, as every route with a body holds it to its declaration.
func readQuestion(_ input: [UInt8]) {
    for route in Route.allCases where route.operation.body != nil {
        var request = HTTPRequest(method: route.method, target: route.path, body: input)
        request.headers.append("Content-Type", "application/json")
        request.headers.append("Authorization", "Bearer x")
        guard let intake = try? route.operation.intake(request, path: path(of: route)) else {
            continue
        }
        switch route {
        case .check, .registration: _ = try? CheckRequest(body: input, needsIntent: true)
        case .portalSession: _ = try? CheckRequest(body: input, needsIntent: false)
        case .emergency:
            if let digest = SHA256Digest([UInt8](repeating: 0, count: 32)) {
                _ = try? EmergencyRequest(intake.body, digest: digest)
            }
        case .details:
            let details = try? InsuranceDetails(intake.body["details"] ?? .null, at: "$")
            _ = details?.behaviour?.person(on: LocalDate(dayNumber: 20_000))
        default: break
        }
    }
}

private func path(of route: Route) -> [String: String] {
    switch route {
    case .batchState: ["reception": String(repeating: "A", count: 22)]
    case .portalOwn: ["request": String(repeating: "A", count: 22)]
    default: [:]
    }
}

/// What tests order at the administration port: it is shown as it was taken.
func readOrder(_ input: [UInt8]) {
    guard let value = try? JSONValue(parsing: input) else { return }
    if let fault = try? Fault(value, at: "$") {
        demand((try? Fault(fault.json, at: "$")) == fault, "a fault is shown as it was ordered")
    }
    if let latency = try? Latency(value) {
        demand((try? Latency(latency.json)) == latency, "a latency is shown as it was ordered")
        demand(latency.milliseconds(0.999, 0.5) <= 600_000, "a delay has an end")
    }
    let now = Instant(seconds: 1_795_000_000)
    if let mode = try? ServiceMode(value, at: "$", now: now) {
        demand(
            (try? ServiceMode(mode.json, at: "$", now: now)) == mode,
            "a mode is shown as it was ordered")
    }
    _ = try? RateLimits(value)
    _ = try? JournalAssertion(value, at: "$")
}
