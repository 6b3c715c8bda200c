internal import Glibc
internal import VirtualCard

/// A virtual card that is put into a virtual reader whenever there is one, for ever.
struct CardInReader {
    /// How long the card waits before it tries the reader again.
    private static let patienceMicroseconds: UInt32 = 200_000
    /// The most octets taken from the reader at once.
    private static let bufferCount = 4096

    let host: String
    let port: Int
    /// How long a pulled card stays out; for ever where there is nothing.
    let returnsAfterMilliseconds: Int?
    let tell: (CardNews) -> Void
    private var card: FaultyCard

    init(
        _ card: FaultyCard, host: String, port: Int, returnsAfterMilliseconds: Int?,
        tell: @escaping (CardNews) -> Void
    ) {
        (self.card, self.host, self.port, self.tell) = (card, host, port, tell)
        self.returnsAfterMilliseconds = returnsAfterMilliseconds
    }

    /// Serves until the card is pulled for good.
    mutating func run() throws(VPCDError) {
        while true {
            do throws(VPCDError) {
                let connection = try VPCDConnection(host: host, port: port)
                card.insert()
                try serve(over: connection)
            } catch .noSuchHost(let host) {
                throw .noSuchHost(host)
            } catch .closed {
                tell(.readerGone)
            } catch {
                // No reader yet, or no more: it may come.
            }
            if card.isOut {
                guard let returnsAfterMilliseconds else { return }
                usleep(UInt32(returnsAfterMilliseconds) * 1000)
            } else {
                usleep(Self.patienceMicroseconds)
            }
        }
    }

    /// Serves one insertion; returns when a fault pulled the card.
    private mutating func serve(over connection: borrowing VPCDConnection) throws(VPCDError) {
        var frames = VPCDFrameReader()
        var buffer = [UInt8](repeating: 0, count: Self.bufferCount)
        var isKnown = false
        while !card.isOut {
            let count = try connection.receive(into: &buffer)
            if !isKnown {
                tell(.inserted)
                isKnown = true
            }
            frames.append(buffer[..<count])
            while !card.isOut, let message = frames.next() {
                guard let answer = answer(to: message) else { continue }
                try connection.send(vpcdFrame(answer))
            }
        }
    }

    /// What the card says to the reader, if anything.
    private mutating func answer(to message: VPCDMessage) -> [UInt8]? {
        switch message {
        case .powerOff, .powerOn, .reset:
            card.reset()
            return nil
        case .getATR: return card.card.image.atr
        case .unknown: return nil
        case .command(let command):
            switch card.exchange(command) {
            case .answer(let octets):
                usleep(UInt32(card.delayMilliseconds) * 1000)
                return octets
            case .gone:
                tell(.pulled(command: card.commandCount))
                return nil
            case .silent:
                tell(.mute(command: card.commandCount))
                return nil
            }
        }
    }
}

/// What happens to a card, for whoever watches the program.
enum CardNews: Hashable, Sendable {
    /// The reader spoke to the card for the first time.
    case inserted
    /// The reader went away.
    case readerGone
    /// A fault pulled the card at this command.
    case pulled(command: Int)
    /// A fault kept the card from answering this command.
    case mute(command: Int)
}
