internal import ClearinghouseSimulator
internal import Commands
internal import Cryptography
internal import Executors
internal import JSON
internal import Network
internal import Records

/// `clearinghouse serve`: the service and its administration, until SIGTERM.
func serve(_ invocation: Invocation) async throws {
    let signals = ProcessSignals()
    let paths = StatePaths(root: invocation.value("state") ?? ".madoguchi")
    let reading = StateReading(paths: paths)
    let people = try reading.people()
    let date = try businessDate(invocation.value("as-of"), people)
    let journal =
        invocation.has("no-journal-file") ? nil : try JournalFile(path: paths.journal)
    let house = House(
        keys: try reading.keys(), clients: try reading.clients(),
        enrolments: try reading.enrolments(),
        population: Population(people, derived: try derivedPeople(invocation)),
        journal: Journal(filed: journal == nil ? [] : try reading.journal(), sink: journal),
        businessDate: date, keeper: EnrolmentFile(path: paths.enrolments),
        chance: Chance(
            seed: try invocation.integer("seed", in: 0...1 << 52).map(Int64.init)))
    let trust = TrustFolder(path: paths.trust)
    for fault in await trust.faults(at: systemTime()).faults {
        printError("clearinghouse: left out of the trust anchors: \(fault)")
    }
    let adminPort = BoundPort()
    let service = try HTTPServer(
        .tcp(host: "127.0.0.1", port: invocation.integer("port", in: 0...65_535) ?? 8710),
        tls: try tls(paths),
        handler: ClearinghouseService(
            house: house, trust: trust, insurer: try reading.insurer(), now: systemTime))
    let administration = try HTTPServer(
        .tcp(host: "127.0.0.1", port: invocation.integer("admin-port", in: 0...65_535) ?? 8711),
        handler: AdministrationService(
            house: house, trust: trust, token: try reading.adminToken(), port: adminPort,
            now: systemTime))
    adminPort.number = administration.port
    printLine(readyLine(service.port, administration.port, date).canonicalText)
    await withTaskGroup(of: Void.self) { group in
        if let journal { group.addTask { await journal.run() } }
        await serve(service, administration, until: signals)
        // The journal ends when everything is written.
        journal?.finish()
    }
}

/// Runs both servers; the first of them to end, or the signal, ends all.
private func serve(
    _ service: HTTPServer, _ administration: HTTPServer, until signals: ProcessSignals
) async {
    await withTaskGroup(of: Void.self) { group in
        group.addTask { await service.run() }
        group.addTask { await administration.run() }
        group.addTask { await signals.untilTermination() }
        await group.next()
        group.cancelAll()
    }
}

private func readyLine(_ port: Int, _ adminPort: Int, _ date: LocalDate?) -> JSONValue {
    [
        "ready": true, "port": JSONValue(port), "adminPort": JSONValue(adminPort),
        "address": .string("https://127.0.0.1:\(port)"),
        "admin": .string("http://127.0.0.1:\(adminPort)"),
        "businessDate": .string((date ?? systemTime().dateInJapan).description),
    ]
}

private func tls(_ paths: StatePaths) throws -> TLSContext {
    try TLSContext.server(
        certificate: KeyFile.certificate("\(paths.house)/tls.pem"),
        key: KeyFile.privateKey("\(paths.house)/tls.key"),
        clientAnchors: [KeyFile.certificate("\(paths.authority)/connections.pem")])
}

/// The derived people, if any are asked for.
private func derivedPeople(_ invocation: Invocation) throws -> DerivedPopulation? {
    let limit = DerivedPopulation.maximumCount
    guard let count = try invocation.integer("population", in: 0...limit), count > 0 else {
        return nil
    }
    let seed = try invocation.integer("population-seed", in: 0...Int.max) ?? 1
    return DerivedPopulation(count: count, seed: UInt64(seed))
}

/// A date, or the date of a person's sample; nothing follows the calendar.
func businessDate(_ text: String?, _ people: [PersonFile]) throws -> LocalDate? {
    guard let text, !text.isEmpty else { return nil }
    if let date = LocalDate(text) { return date }
    guard let person = people.first(where: { $0.id == text }) else {
        throw UsageError("--as-of must be a date as 2026-11-22, or the name of a person")
    }
    return person.asOf
}
