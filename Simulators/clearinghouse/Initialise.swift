internal import ClearinghouseSimulator
internal import Commands
internal import Cryptography
internal import Glibc
internal import JSON
internal import Records

/// `clearinghouse init`.
func initialise(_ invocation: Invocation) throws {
    let paths = StatePaths(root: invocation.value("state") ?? ".madoguchi")
    for folder in paths.folders { try makeFolder(folder) }
    let (institution, terminal) = try terminal(invocation, named: "desk-1")
    let wanted = invocation.value("cards") ?? "mado"
    let names = Set(wanted.split(separator: ",").map(String.init))
    let made = try Initialisation(
        paths: paths, institution: institution, terminal: terminal, now: systemTime()
    ).run(people: try peopleFolder(invocation), derived: try derivedPeople(names, invocation)) {
        id in
        wanted == "all" || wanted != "none" && names.contains(id)
    }
    tell(made, paths, invocation)
}

/// `clearinghouse add-terminal`.
func addTerminal(_ invocation: Invocation) throws {
    let paths = StatePaths(root: invocation.value("state") ?? ".madoguchi")
    let reserved = ["tls", "portal", "tax", "statement", "server-ca", "answer", "witness"]
    guard let name = invocation.argument("NAME"), (1...32).contains(name.utf8.count),
        name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }),
        !reserved.contains(name)
    else {
        throw UsageError("NAME must be 1 to 32 letters, digits or -, and none of the files' own")
    }
    let (institution, terminal) = try terminal(invocation, named: name)
    let made = try Initialisation(
        paths: paths, institution: institution, terminal: terminal, now: systemTime()
    ).addTerminal(named: name)
    tell(made, paths, invocation)
}

/// The institution and the terminal that are meant.
private func terminal(
    _ invocation: Invocation, named name: String
) throws -> (institution: String, terminal: String) {
    let institution = invocation.value("institution") ?? "1310000003"
    guard institution.utf8.count == 10, institution.allSatisfy(\.isASCIIDigit) else {
        throw UsageError("--institution must be ten digits")
    }
    let terminal = invocation.value("terminal") ?? name
    guard (1...32).contains(terminal.utf8.count) else {
        throw UsageError("--terminal must be 1 to 32 characters")
    }
    return (institution, terminal)
}

private func tell(_ made: [String], _ paths: StatePaths, _ invocation: Invocation) {
    if invocation.has("json") {
        let value: JSONValue = [
            "state": .string(paths.root), "made": .array(made.map(JSONValue.string)),
        ]
        printLine(value.canonicalText)
    } else {
        printLine("\(paths.root): \(made.count) files made")
    }
}

/// Whether it is the id of a derived person, whoever serves so many of them.
func isDerived(_ id: String) -> Bool {
    DerivedPopulation(count: DerivedPopulation.maximumCount)?.number(of: id) != nil
}

/// The derived people among the names, as they are on this day.
private func derivedPeople(_ names: Set<String>, _ invocation: Invocation) throws -> [Person] {
    let seed = try populationSeed(invocation)
    let count = DerivedPopulation.maximumCount
    guard let people = DerivedPopulation(count: count, seed: seed) else { return [] }
    let today = systemTime().dateInJapan
    return names.sorted().compactMap { people.person($0, on: today) }
}

/// What derived people are derived from.
func populationSeed(_ invocation: Invocation) throws -> UInt64 {
    UInt64(try invocation.integer("population-seed", in: 0...Int.max) ?? 1)
}

/// The people's files: those named, else those beside the sources if this is run there.
private func peopleFolder(_ invocation: Invocation) throws -> String? {
    if let named = invocation.value("people") { return named }
    let beside = "Simulators/People"
    return access(beside, R_OK) == 0 ? beside : nil
}

private func makeFolder(_ path: String) throws {
    if mkdir(path, 0o700) != 0, errno != EEXIST {
        throw UsageError("--state: \(path): \(errorText(errno))")
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { isASCII && isNumber }
}
