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
    let office = AuthorityOffice(folder: paths.authority)
    _ = try await office.register()
    for fault in await trust.faults(at: systemTime()).faults {
        printError("clearinghouse: left out of the trust anchors: \(fault)")
    }
    let adminPort = BoundPort()
    let agency = try reading.agency()
    func service(_ port: Int, _ certificate: String, _ speakers: Set<Speaker>) throws -> HTTPServer
    {
        try HTTPServer(
            .tcp(host: "127.0.0.1", port: port), tls: try tls(paths, certificate),
            handler: ClearinghouseService(
                house: house, trust: trust, office: office, agency: agency,
                speakers: speakers,
                now: systemTime))
    }
    // With a listener of its own, the portal is nowhere else.
    let portalPort = try invocation.integer("portal-port", in: 0...65_535)
    let main = try service(
        try invocation.integer("port", in: 0...65_535) ?? 8710, "tls",
        portalPort == nil ? Set(Speaker.allCases) : [.institution])
    let portal = try portalPort.map { try service($0, "portal-tls", [.portal, .tax]) }
    let witnessPort = try invocation.integer("witness-port", in: 0...65_535)
    let witness = try witnessPort.map { _ in try reading.witness() }
    let administration = try HTTPServer(
        .tcp(host: "127.0.0.1", port: invocation.integer("admin-port", in: 0...65_535) ?? 8711),
        handler: AdministrationService(
            house: house, trust: trust, office: office, token: try reading.adminToken(),
            port: adminPort, witness: witness, now: systemTime))
    let status = try invocation.integer("status-port", in: 0...65_535).map {
        try HTTPServer(
            .tcp(host: "127.0.0.1", port: $0), limits: StatusService.limits,
            handler: StatusService(office: office, now: systemTime))
    }
    adminPort.number = administration.port
    let witnessing = try witness.map {
        try HTTPServer(
            .tcp(host: "127.0.0.1", port: witnessPort ?? 0), limits: WitnessService.limits,
            handler: WitnessService(witness: $0, house: house, now: systemTime))
    }
    printLine(
        readyLine(
            main.port, portal?.port, administration.port, status?.port, witnessing?.port, date
        ).canonicalText)
    await withTaskGroup(of: Void.self) { group in
        if let journal { group.addTask { await journal.run() } }
        let others = [portal, status, witnessing].compactMap(\.self)
        await serve([main, administration] + others, until: signals)
        // The journal ends when everything is written.
        journal?.finish()
    }
}

/// Runs the servers; the first of them to end, or the signal, ends all.
private func serve(_ servers: [HTTPServer], until signals: ProcessSignals) async {
    await withTaskGroup(of: Void.self) { group in
        for server in servers { group.addTask { await server.run() } }
        group.addTask { await signals.untilTermination() }
        await group.next()
        group.cancelAll()
    }
}

private func readyLine(
    _ port: Int, _ portalPort: Int?, _ adminPort: Int, _ statusPort: Int?, _ witnessPort: Int?,
    _ date: LocalDate?
) -> JSONValue {
    .object(present: [
        ("ready", true), ("port", JSONValue(port)), ("adminPort", JSONValue(adminPort)),
        ("address", .string("https://127.0.0.1:\(port)")),
        ("admin", .string("http://127.0.0.1:\(adminPort)")),
        ("portal", .string("https://127.0.0.1:\(portalPort ?? port)")),
        ("portalPort", JSONValue(portalPort ?? port)),
        ("status", statusPort.map { .string("http://127.0.0.1:\($0)") }),
        ("statusPort", statusPort.map { JSONValue($0) }),
        ("witness", witnessPort.map { .string("http://127.0.0.1:\($0)") }),
        ("witnessPort", witnessPort.map { JSONValue($0) }),
        ("businessDate", .string((date ?? systemTime().dateInJapan).description)),
    ])
}

private func tls(_ paths: StatePaths, _ name: String) throws -> TLSContext {
    try TLSContext.server(
        certificate: KeyFile.certificate("\(paths.house)/\(name).pem"),
        key: KeyFile.privateKey("\(paths.house)/\(name).key"),
        clientAnchors: [KeyFile.certificate("\(paths.authority)/connections.pem")])
}

/// The derived people, if any are asked for.
private func derivedPeople(_ invocation: Invocation) throws -> DerivedPopulation? {
    let limit = DerivedPopulation.maximumCount
    guard let count = try invocation.integer("population", in: 0...limit), count > 0 else {
        return nil
    }
    return DerivedPopulation(count: count, seed: try populationSeed(invocation))
}

/// A date, or the date of a person's sample; nothing follows the calendar.
func businessDate(_ text: String?, _ people: [PersonFile]) throws -> LocalDate? {
    guard let text, !text.isEmpty else { return nil }
    if let date = LocalDate(text) { return date }
    // Nobody of the derived people has a sample's date.
    if isDerived(text) { return nil }
    guard let person = people.first(where: { $0.id == text }) else {
        throw UsageError("--as-of must be a date as 2026-11-22, or the name of a person")
    }
    return person.asOf
}
