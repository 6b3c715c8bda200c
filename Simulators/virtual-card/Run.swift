internal import Commands
internal import Cryptography
internal import Glibc
internal import JSON
internal import VirtualCard

/// vpcd's first port.
private let usualPort = 35_963

/// `virtual-card run`: returns when a fault pulled the card for good.
func serve(_ invocation: Invocation) throws {
    let file = try CardFile(path: invocation.require("card"))
    let lock = try CardLock(file, isShared: true)
    defer { lock.release() }
    let image = try damaged(file.loadImage(), invocation)
    let card = try file.load(as: image)
    guard !card.memory.isDestroyed else { throw RackError.destroyed(file.name) }
    let host = invocation.value("host") ?? "127.0.0.1"
    let port = try invocation.integer("port", in: 1...65_535) ?? usualPort
    let says = Speaker(isJSON: invocation.has("json"), person: image.person)
    endOnSignals()
    var reader = CardInReader(
        FaultyCard(card, plan: try plan(invocation)), host: host, port: port,
        returnsAfterMilliseconds: try invocation.integer("returns-after", in: 0...3_600_000),
        tell: says.tell)
    do throws(VPCDError) {
        try reader.run()
    } catch {
        throw UsageError("--host \(host): no such host")
    }
}

/// The card with what is ordered to be wrong with it.
private func damaged(_ image: CardImage, _ invocation: Invocation) throws -> CardImage {
    var image = image
    if let count = try invocation.integer("cut-certificate", in: 0...32_767) {
        image.suffer(.certificateCut(octets: count))
    }
    if let text = invocation.value("damage") {
        guard let damages = CardDamage.list(text) else {
            throw UsageError("--damage \(text) must be \(CardDamage.grammar)")
        }
        for damage in damages { image.suffer(damage) }
    }
    return image
}

private func plan(_ invocation: Invocation) throws -> FaultPlan {
    var plan = FaultPlan()
    if let text = invocation.value("fault") {
        guard let read = FaultPlan(text) else {
            throw UsageError("--fault \(text) is not a plan: \(FaultPlan.grammar)")
        }
        plan = read
    }
    plan.seed = UInt64(try invocation.integer("seed", in: 0...Int(Int32.max)) ?? 0)
    if let text = invocation.value("slow") {
        guard let slowness = Slowness(text) else {
            throw UsageError("--slow \(text) must be \(Slowness.grammar)")
        }
        plan.slowness = slowness
    }
    return plan
}

/// Ends at once on a signal: like a card that is pulled. Counters are on disk before anybody
/// hears of them, so nothing is lost.
private func endOnSignals() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGTERM) { _ in _exit(0) }
    signal(SIGINT) { _ in _exit(0) }
    // Whoever started the program may have left them blocked.
    var ending = sigset_t()
    unsafe sigemptyset(&ending)
    for number in [SIGTERM, SIGINT] { unsafe sigaddset(&ending, number) }
    unsafe pthread_sigmask(SIG_UNBLOCK, &ending, nil)
}

/// Tells what happens to the card: one JSON object a line, or words.
private struct Speaker {
    let isJSON: Bool
    let person: String

    func tell(_ news: CardNews) {
        let (event, words, command) =
            switch news {
            case .inserted: ("inserted", "is in the reader", nil as Int?)
            case .readerGone: ("readerGone", "has lost its reader and waits for it", nil)
            case .pulled(let command): ("pulled", "was pulled at command \(command)", command)
            case .mute(let command): ("mute", "does not answer command \(command)", command)
            }
        guard isJSON else { return printError("virtual-card: the card of \(person) \(words)") }
        printLine(
            JSONValue.object(present: [
                ("event", .string(event)), ("person", .string(person)),
                ("command", command.map { JSONValue($0) }),
            ]).canonicalText)
    }
}
