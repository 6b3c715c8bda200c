internal import Commands
internal import Cryptography
internal import Glibc
internal import JSON
internal import VirtualCard

/// `virtual-card rack`.
func serveRack(_ invocation: Invocation) throws {
    var rack = Rack()
    var scenario = RackScenario()
    if let folder = invocation.value("cards") {
        for name in try KeyFile.names(in: folder, endingIn: ".json") {
            try rack.add(CardFile(path: "\(folder)/\(name)"))
        }
    }
    if let path = invocation.value("scenario") {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
        let octets = try KeyFile.read(path)
        do throws(JSONError) {
            scenario = try RackScenario(parsing: octets, in: folder)
        } catch {
            throw UsageError("--scenario \(path): \(error)")
        }
    }
    // A card that is not as it should be is refused before anything begins.
    let count = scenario.steps.prefix { step in
        if case .add = step.request { true } else { false }
    }.count
    for step in scenario.steps.prefix(count) { _ = try rack.perform(step.request) }
    scenario.steps.removeFirst(count)
    let path = try invocation.require("socket")
    let isJSON = invocation.has("json")
    var service = try RackService(
        rack, steps: scenario.steps, host: invocation.value("host") ?? "127.0.0.1", socket: path,
        tell: { tell($0, isJSON: isJSON) })
    defer { unsafe unlink(path) }
    if isJSON {
        printLine(JSONValue.object(["event": "ready"]).canonicalText)
    } else {
        printError("virtual-card: a rack of \(rack.files.count) cards, asked at \(path)")
    }
    service.run()
}

private func tell(_ news: RackNews, isJSON: Bool) {
    let (event, words, reader, card): (String, String, Int, String?) =
        switch news {
        case .inserted(let reader, let card): ("inserted", "is in", reader, card)
        case .readerGone(let reader): ("readerGone", "is gone:", reader, nil)
        case .pulled(let reader, let card): ("pulled", "was pulled from", reader, card)
        case .mute(let reader, let card): ("mute", "does not answer in", reader, card)
        }
    guard isJSON else {
        return printError("virtual-card: \(card ?? "it") \(words) reader \(reader)")
    }
    printLine(
        JSONValue.object(present: [
            ("event", .string(event)), ("reader", JSONValue(reader)),
            ("card", card.map { .string($0) }),
        ]).canonicalText)
}

/// `virtual-card insert`, `remove`, `swap`, …: asks a rack over its socket. `reset-pin` and
/// `tamper` may also name a card file that no program holds.
func ask(_ invocation: Invocation, _ verb: String) throws -> JSONValue {
    guard let path = invocation.value("socket") else {
        guard ["reset-pin", "tamper"].contains(verb) else {
            throw UsageError("--socket is missing; try --help")
        }
        return try changeFile(invocation, verb)
    }
    let socket = try rack(at: path)
    let request = try request(invocation, verb).canonical + [UInt8(ascii: "\n")]
    guard socket.send(request[...]) == request.count else { throw UsageError("the rack is gone") }
    var answer: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while answer.last != UInt8(ascii: "\n") {
        guard let octets = socket.receive(into: &buffer) else {
            throw UsageError("the rack is gone")
        }
        answer += octets
    }
    let value = try JSONValue(parsing: [UInt8](answer.dropLast()))
    guard value["ok"]?.boolValue == true else {
        throw refusal(value["error"]?.stringValue ?? "the rack refuses", invocation)
    }
    return value
}

/// The way to a rack. One that was started a moment ago gets a second to read its cards.
private func rack(at path: String, attempts: Int = 20) throws -> Descriptor {
    for attempt in 1...attempts {
        if let socket = Descriptor.connected(to: path) { return socket }
        if attempt < attempts { usleep(50_000) }
    }
    throw UsageError("--socket \(path): no rack is there; start one with `virtual-card rack`")
}

/// What a rack refuses, in the words of the command line: `$.fault` was written as `--fault`.
private func refusal(_ reason: String, _ invocation: Invocation) -> any Error {
    for option in invocation.command.options {
        let field = option.name == "swapped-for" ? "swappedFor" : option.name
        guard reason.hasPrefix("$.\(field):") else { continue }
        return UsageError("--\(option.name)" + reason.dropFirst(field.utf8.count + 3))
    }
    return RackError.request(reason)
}

private func request(_ invocation: Invocation, _ verb: String) throws -> JSONValue {
    var fields: [(String, JSONValue?)] = [("do", .string(verb))]
    let known = Set(invocation.command.options.map(\.name))
    for name in ["card", "file", "fault", "damage", "slow", "pin", "password"]
    where known.contains(name) {
        fields.append((name, invocation.value(name).map { .string($0) }))
    }
    if known.contains("swapped-for") {
        fields.append(("swappedFor", invocation.value("swapped-for").map { .string($0) }))
    }
    for name in ["reader", "seed"] where known.contains(name) {
        fields.append(
            (name, try invocation.integer(name, in: 0...Int(Int32.max)).map { JSONValue($0) }))
    }
    return .object(present: fields)
}

private func changeFile(_ invocation: Invocation, _ verb: String) throws -> JSONValue {
    let file = try CardFile(path: invocation.require("card"))
    let lock = try CardLock(file, isShared: false)
    defer { lock.release() }
    var card = try file.load()
    if verb == "tamper" {
        try card.tamper()
    } else {
        guard !card.memory.isDestroyed else { throw RackError.destroyed(file.name) }
        let (pin, password) = try newSecrets(invocation, verb)
        try card.resetPINs(pin: pin, password: password)
    }
    return description(of: card.image, card.memory)
}

/// The PIN and password that the office is to set, if any.
private func newSecrets(
    _ invocation: Invocation, _ verb: String
) throws -> (pin: [UInt8]?, password: [UInt8]?) {
    let request = try request(invocation, verb)
    do throws(JSONError) {
        guard case .resetPIN(_, let pin, let password) = try RackRequest(request) else {
            return (nil, nil)
        }
        return (pin, password)
    } catch { throw refusal(error.description, invocation) }
}

/// Who holds a card: programs that serve it share it, the office has it alone. Two that wrote its
/// memory would forget each other's tries.
final class CardLock {
    private let descriptor: Descriptor

    /// Waits a moment for programs that are just ending.
    init(_ file: CardFile, isShared: Bool, attempts: Int = 20) throws(RackError) {
        let path = String(file.path.dropLast(5)) + ".lock"
        descriptor = Descriptor(unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600))
        // A folder that cannot be written to keeps no memory either: nobody to protect from.
        guard descriptor.number >= 0 || !isShared else { return }
        for attempt in 1...attempts {
            if flock(descriptor.number, (isShared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0 { return }
            if attempt < attempts { usleep(100_000) }
        }
        throw RackError.request("\(file.path): another program holds this card")
    }

    /// Lets others have it.
    func release() { flock(descriptor.number, LOCK_UN) }
}
