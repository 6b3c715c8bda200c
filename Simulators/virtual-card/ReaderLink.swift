internal import Glibc
internal import VirtualCard

/// The way to one virtual reader: a connection while a card is in it. Connected is inserted,
/// closed is removed.
struct ReaderLink {
    /// How long a reader that is not there is left alone.
    private static let patienceMilliseconds = 200

    let reader: Int
    /// Which card and which insertion of it this connection stands for.
    let insertion: Int
    private(set) var socket: Descriptor?
    private var isOpen = false
    private var hasSpoken = false
    private var frames = VPCDFrameReader()
    private var outgoing: [UInt8] = []
    private var held: (frame: [UInt8], due: Int)?
    private var nextAttempt = 0

    init(reader: Int, insertion: Int) { (self.reader, self.insertion) = (reader, insertion) }

    /// Whether the reader has asked for the card.
    var isNoticed: Bool { hasSpoken }

    /// When this link next wants to do something by itself.
    var due: Int? { socket == nil ? nextAttempt : held?.due }

    /// What poll(2) is asked about this link.
    var interest: Int16 {
        guard isOpen else { return Int16(POLLOUT) }
        return Int16(POLLIN) | (outgoing.isEmpty ? 0 : Int16(POLLOUT))
    }

    /// What came of the time or of the socket.
    mutating func work(
        at now: Int, events: Int16, host: String, rack: inout Rack, buffer: inout [UInt8],
        tell: (RackNews) -> Void
    ) {
        guard let socket else {
            guard now >= nextAttempt else { return }
            self.socket = .connecting(to: host, port: reader)
            nextAttempt = now + Self.patienceMilliseconds
            return
        }
        if !isOpen, events != 0 {
            guard !socket.hasFailed else { return drop(at: now) }
            isOpen = true
            socket.set(TCP_NODELAY)
            rack.insertPower(in: reader)
        }
        if isOpen, events & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
            guard let octets = socket.receive(into: &buffer) else {
                if hasSpoken { tell(.readerGone(reader)) }
                return drop(at: now)
            }
            // vpcd sends a command in two writes: the second waits for the first's acknowledgement.
            socket.set(TCP_QUICKACK)
            if !octets.isEmpty, !hasSpoken {
                hasSpoken = true
                tell(.inserted(reader, rack.places[reader]?.current ?? ""))
            }
            frames.append(octets)
            while let message = frames.next() {
                answer(message, at: now, &rack, tell)
                guard rack.places[reader] != nil else { return }
            }
        }
        if let held, held.due <= now {
            outgoing += held.frame
            self.held = nil
        }
        flush(at: now)
    }

    private mutating func answer(
        _ message: VPCDMessage, at now: Int, _ rack: inout Rack, _ tell: (RackNews) -> Void
    ) {
        switch message {
        case .powerOff, .powerOn, .reset: rack.reset(in: reader)
        case .getATR: outgoing += vpcdFrame(rack.atr(in: reader) ?? [])
        case .unknown: break
        case .command(let command):
            let name = rack.places[reader]?.current ?? ""
            let (outcome, delay) = rack.exchange(in: reader, command)
            switch outcome {
            case .answer(let octets) where delay > 0:
                held = (vpcdFrame(octets), now + delay)
            case .answer(let octets): outgoing += vpcdFrame(octets)
            case .gone: tell(.pulled(reader, name))
            case .silent: tell(.mute(reader, name))
            }
        }
    }

    private mutating func flush(at now: Int) {
        guard isOpen, !outgoing.isEmpty, let socket else { return }
        guard let count = socket.send(outgoing[...]) else { return drop(at: now) }
        outgoing.removeFirst(count)
    }

    /// The reader is gone, for now: the card tries again.
    private mutating func drop(at now: Int) {
        self = ReaderLink(reader: reader, insertion: insertion)
        nextAttempt = now + Self.patienceMilliseconds
    }
}

/// What happens in a rack, for whoever watches the program.
enum RackNews: Hashable, Sendable {
    case inserted(Int, String)
    case readerGone(Int)
    case pulled(Int, String)
    case mute(Int, String)
}
