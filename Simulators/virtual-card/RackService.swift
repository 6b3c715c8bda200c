internal import CSystem
internal import Commands
internal import Cryptography
internal import Glibc
internal import JSON
internal import VirtualCard

/// One process that holds many cards: a single loop over its control socket and the readers that
/// hold a card.
struct RackService {
    /// The longest request, in octets, and the most callers at once.
    private static let longestRequest = 65_536
    private static let mostCallers = 64

    private struct Caller {
        let socket: Descriptor
        var line: [UInt8] = []
        var answer: [UInt8] = []
    }

    private let host: String
    private let listener: Descriptor
    private let ending: Descriptor
    private let tell: (RackNews) -> Void
    private var rack: Rack
    private var links: [Int: ReaderLink] = [:]
    private var insertions: [Int: Int] = [:]
    private var locks: [Int: [CardLock]] = [:]
    private var callers: [Caller] = []
    private var steps: ArraySlice<RackScenario.Step>
    private let start = monotonicMilliseconds()
    private var buffer = [UInt8](repeating: 0, count: 16_384)

    init(
        _ rack: Rack, steps: [RackScenario.Step], host: String, socket path: String,
        tell: @escaping (RackNews) -> Void
    ) throws(UsageError) {
        if Descriptor.connected(to: path) != nil {
            throw UsageError("--socket \(path): another rack is there")
        }
        unsafe unlink(path)
        guard let listener = Descriptor.listening(at: path) else {
            throw UsageError("--socket \(path): \(errorText(errno))")
        }
        let ending = csystem_termination_descriptor()
        guard ending >= 0 else { throw UsageError("signals: \(errorText(errno))") }
        (self.rack, self.host, self.listener) = (rack, host, listener)
        (self.ending, self.tell) = (Descriptor(ending), tell)
        self.steps = steps[...]
    }

    /// Serves until SIGTERM or SIGINT. Counters are on disk before anybody hears of them.
    mutating func run() {
        while true {
            takeSteps()
            match()
            var polled = [
                pollfd(fd: ending.number, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: callers.count < Self.mostCallers ? listener.number : -1,
                    events: Int16(POLLIN), revents: 0),
            ]
            for caller in callers {
                polled.append(
                    pollfd(
                        fd: caller.socket.number,
                        events: Int16(caller.answer.isEmpty ? POLLIN : POLLOUT), revents: 0))
            }
            let readers = links.keys.sorted()
            for reader in readers {
                polled.append(
                    pollfd(
                        fd: links[reader]?.socket?.number ?? -1,
                        events: links[reader]?.interest ?? 0, revents: 0))
            }
            guard unsafe poll(&polled, nfds_t(polled.count), waitMilliseconds) >= 0 else {
                continue
            }
            if polled[0].revents != 0 { return }
            serveCallers(polled[2..<2 + callers.count].map(\.revents))
            if polled[1].revents != 0 { accept() }
            serve(readers, polled.suffix(readers.count).map(\.revents))
        }
    }

    /// How long nothing happens by itself.
    private var waitMilliseconds: Int32 {
        let times =
            links.values.compactMap(\.due) + steps.prefix(1).map { start + $0.afterMilliseconds }
        guard let next = times.min() else { return -1 }
        return Int32(clamping: max(0, next - monotonicMilliseconds()))
    }

    /// What the scenario has for now; a step that cannot be done is told and passed over.
    private mutating func takeSteps() {
        while let step = steps.first, start + step.afterMilliseconds <= monotonicMilliseconds() {
            steps.removeFirst()
            do throws(RackError) {
                _ = try perform(step.request)
            } catch {
                printError("virtual-card: scenario, \(step.afterMilliseconds) ms: \(error)")
            }
        }
    }

    /// Every card in a reader has a link, and no other has.
    private mutating func match() {
        for reader in links.keys where rack.places[reader] == nil {
            (links[reader], locks[reader]) = (nil, nil)
        }
        for reader in rack.places.keys {
            let insertion = insertions[reader, default: 0]
            if links[reader]?.insertion != insertion {
                links[reader] = ReaderLink(reader: reader, insertion: insertion)
            }
        }
    }

    private mutating func perform(_ request: RackRequest) throws(RackError) -> JSONValue {
        switch request {
        case .insert(let card, let reader, let setting), .swap(let reader, let card, let setting):
            let held = try hold(card, setting)
            let answer = try rack.perform(request)
            insertions[reader, default: 0] += 1
            locks[reader] = held
            return answer
        case .resetPIN(let card, _, _), .tamper(let card):
            // A card that is in none of our readers may be in another program's.
            var lock: CardLock?
            if rack.reader(of: card) == nil, let file = rack.files[card] {
                lock = try CardLock(file, isShared: false, attempts: 1)
            }
            defer { lock?.release() }
            return try rack.perform(request)
        case .list, .status: return withReaders(try rack.perform(request))
        case .add, .remove, .removeCard, .order:
            let answer = try rack.perform(request)
            for reader in locks.keys where rack.places[reader] == nil { locks[reader] = nil }
            return answer
        }
    }

    /// An answer that says of each card in a reader whether that reader has noticed it: at a port
    /// where nobody listens a card waits until somebody does.
    private func withReaders(_ answer: JSONValue) -> JSONValue {
        guard case .object(var fields) = answer else { return answer }
        if let reader = fields["reader"]?.integerValue {
            fields["noticed"] = .bool(links[Int(reader)]?.isNoticed == true)
        }
        if case .array(let cards)? = fields["cards"] {
            fields["cards"] = .array(cards.map(withReaders))
        }
        return .object(fields)
    }

    /// Nobody else changes a card, or its spare, while it is in a reader.
    private func hold(
        _ card: String, _ setting: Rack.Setting?
    ) throws(RackError) -> [CardLock] {
        let names = [card, setting?.swappedFor ?? rack.settings[card]?.swappedFor]
        var locks: [CardLock] = []
        for case let name? in names {
            guard let file = rack.files[name] else { throw .noSuchCard(name) }
            guard rack.reader(of: name) == nil else { throw .inReader(name) }
            locks.append(try CardLock(file, isShared: true, attempts: 1))
        }
        return locks
    }

    private mutating func serve(_ readers: [Int], _ events: [Int16]) {
        let now = monotonicMilliseconds()
        for (reader, event) in zip(readers, events) {
            // A caller may have taken the card out, or put another in, a moment ago.
            guard var link = links[reader], rack.places[reader] != nil,
                link.insertion == insertions[reader, default: 0]
            else { continue }
            link.work(
                at: now, events: event, host: host, rack: &rack, buffer: &buffer, tell: tell)
            links[reader] = link
        }
    }

    private mutating func accept() {
        let number = csystem_accept(listener.number)
        guard number >= 0 else { return }
        let socket = Descriptor(number)
        socket.dontWait()
        callers.append(Caller(socket: socket))
    }

    private mutating func serveCallers(_ events: [Int16]) {
        var staying: [Caller] = []
        for (caller, event) in zip(callers, events) {
            if let next = event == 0 ? caller : served(caller) { staying.append(next) }
        }
        callers = staying
    }

    /// Reads a line and answers it; nothing when the caller has gone or talks too long.
    private mutating func served(_ caller: Caller) -> Caller? {
        var caller = caller
        if caller.answer.isEmpty {
            guard let octets = caller.socket.receive(into: &buffer) else { return nil }
            caller.line += octets
            guard let end = caller.line.firstIndex(of: UInt8(ascii: "\n")) else {
                return caller.line.count <= Self.longestRequest ? caller : nil
            }
            caller.answer = answer(to: [UInt8](caller.line[..<end]))
            caller.line.removeSubrange(...end)
        }
        guard let count = caller.socket.send(caller.answer[...]) else { return nil }
        caller.answer.removeFirst(count)
        return caller
    }

    private mutating func answer(to line: [UInt8]) -> [UInt8] {
        let answer: JSONValue
        do throws(RackError) {
            let request: RackRequest
            do throws(JSONError) {
                request = try RackRequest(JSONValue(parsing: line))
            } catch {
                throw .request(error.description)
            }
            var fields = try perform(request).objectValue ?? [:]
            fields["ok"] = true
            answer = .object(fields)
        } catch {
            answer = ["ok": false, "error": .string(error.description)]
        }
        return answer.canonical + [UInt8(ascii: "\n")]
    }
}
