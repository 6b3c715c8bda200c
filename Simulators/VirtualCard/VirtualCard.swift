package import APDU
internal import Cryptography

/// A My Number card as a value: it answers what a real card is known to answer, and forgets on
/// reset what a real card forgets. The same card serves in process and behind a PC/SC reader.
package struct VirtualCard: CardChannel, Sendable {
    /// Keeps the counters somewhere; called before an answer that changed them leaves the card.
    package typealias Keeper = @Sendable (PINCounters) throws(CardFileError) -> Void

    /// What is printed into the card.
    package let image: CardImage
    /// The tries left.
    package private(set) var counters: PINCounters
    private let applications: [CardApplication]
    private let keep: Keeper

    private var application: CardApplication?
    private var current: FileIdentifier?
    private var verified: Set<FileIdentifier> = []

    /// A card, just powered.
    package init(
        _ image: CardImage, counters: PINCounters = PINCounters(),
        keepingCounters keep: @escaping Keeper = { (_) throws(CardFileError) in }
    ) {
        (self.image, self.counters, self.keep) = (image, counters, keep)
        applications = image.applications
    }

    /// Power off, or a reset: nothing is selected or verified any more.
    package mutating func reset() {
        (application, current, verified) = (nil, nil, [])
    }

    package mutating func transmit(
        _ command: Span<UInt8>
    ) throws(CardChannelError) -> ResponseAPDU {
        respond(to: command.withUnsafeBufferPointer { [UInt8]($0) })
    }

    /// Answers one command; any octets get an answer.
    package mutating func respond(to octets: [UInt8]) -> ResponseAPDU {
        guard let command = CommandAPDU(octets) else { return ResponseAPDU(status: .wrongLength) }
        do throws(Refusal) {
            return ResponseAPDU(data: try run(command), status: .success)
        } catch {
            return ResponseAPDU(status: error.status)
        }
    }
}

/// A command that the card turns down, with its word for it.
private struct Refusal: Error {
    let status: StatusWord
    init(_ status: StatusWord) { self.status = status }
}

extension VirtualCard {
    private mutating func run(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        switch (command.cla, command.ins) {
        case (0x00, 0xA4): return try select(command)
        case (0x00, 0x20): return try verify(command)
        case (0x00, 0xB0): return try readBinary(command)
        case (0x80, 0x2A): return try sign(command)
        case (0x00, _), (0x80, _): throw Refusal(.instructionNotSupported)
        case (0x01...0x03, _): throw Refusal(.channelNotSupported)
        case (0x04...0x0F, _): throw Refusal(.secureMessagingNotSupported)
        default: throw Refusal(.classNotSupported)
        }
    }

    /// SELECT: an application by its name, or an element of the current one. No answer data is
    /// given, whatever P2 asks for.
    private mutating func select(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        switch command.p1 {
        case 0x04:
            guard let chosen = applications.first(where: { $0.identifier == command.data }) else {
                throw Refusal(.fileNotFound)
            }
            reset()
            application = chosen
        case 0x02:
            guard command.data.count == 2 else { throw Refusal(.wrongLength) }
            let file = FileIdentifier(UInt16(command.data[0]) << 8 | UInt16(command.data[1]))
            _ = try element(file, orElse: .fileNotFound)
            current = file
        case 0x00 where command.data.isEmpty:
            guard application != nil else { throw Refusal(.wrongParameters) }
        case 0x00: throw Refusal(.fileNotFound)
        default: throw Refusal(.wrongParameters)
        }
        return []
    }

    /// VERIFY: without data it asks for the tries left, whatever has been verified.
    private mutating func verify(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.p1 == 0 else { throw Refusal(.wrongParameters) }
        let file = try addressed(by: command.p2)
        guard case .pin(let pin) = try element(file, orElse: .referencedDataNotFound) else {
            throw Refusal(.incompatibleFile)
        }
        let tries = counters[pin]
        guard !command.data.isEmpty else { throw Refusal(.triesLeft(tries)) }
        guard tries > 0 else { throw Refusal(.referenceDataNotUsable) }
        guard command.data == pin.value else {
            verified.remove(file)
            try count(tries - 1, for: pin)
            throw Refusal(.triesLeft(tries - 1))
        }
        if tries != pin.limit { try count(pin.limit, for: pin) }
        verified.insert(file)
        return []
    }

    /// Counts, and keeps the count before anybody hears of it.
    private mutating func count(_ tries: Int, for pin: CardPIN) throws(Refusal) {
        counters[pin] = tries
        do throws(CardFileError) {
            try keep(counters)
        } catch {
            throw Refusal(.memoryFailure)
        }
    }

    private mutating func readBinary(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard let expected = command.expected, command.data.isEmpty else {
            throw Refusal(.wrongLength)
        }
        var offset = Int(command.p1) << 8 | Int(command.p2)
        if command.p1 & 0x80 != 0 {
            guard command.p1 & 0x60 == 0 else { throw Refusal(.wrongParameters) }
            let file = FileIdentifier(UInt16(command.p1 & 0x1F))
            _ = try element(file, orElse: .fileNotFound)
            current = file
            offset = Int(command.p2)
        }
        guard let current else { throw Refusal(.noCurrentFile) }
        guard case .file(let octets, let pin) = try element(current, orElse: .fileNotFound) else {
            throw Refusal(.incompatibleFile)
        }
        try demand(pin)
        guard offset < octets.count else { throw Refusal(.wrongOffset) }
        return [UInt8](octets[offset...].prefix(expected))
    }

    /// COMPUTE DIGITAL SIGNATURE over the octets as they are (P1 `00`).
    private func sign(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.p1 == 0 else { throw Refusal(.wrongParameters) }
        let file = try addressed(by: command.p2)
        guard case .key(let key, let pin) = try element(file, orElse: .referencedDataNotFound)
        else { throw Refusal(.incompatibleFile) }
        try demand(pin)
        guard !command.data.isEmpty, let expected = command.expected else {
            throw Refusal(.wrongLength)
        }
        guard let signature = try? key.signRaw(command.data) else { throw Refusal(.wrongData) }
        guard signature.count <= expected else { throw Refusal(.wrongLength) }
        return signature
    }
}

extension VirtualCard {
    private func element(
        _ file: FileIdentifier, orElse status: StatusWord
    ) throws(Refusal) -> CardElement {
        guard let element = application?.elements[file] else { throw Refusal(status) }
        return element
    }

    /// What P2 addresses: `80` the selected element, `80|n` the one with short identifier n.
    private func addressed(by p2: UInt8) throws(Refusal) -> FileIdentifier {
        guard p2 & 0xE0 == 0x80 else { throw Refusal(.wrongParameters) }
        if p2 & 0x1F != 0 { return FileIdentifier(UInt16(p2 & 0x1F)) }
        guard let current else { throw Refusal(.noCurrentFile) }
        return current
    }

    private func demand(_ pin: FileIdentifier?) throws(Refusal) {
        guard let pin, !verified.contains(pin) else { return }
        throw Refusal(.securityStatusNotSatisfied)
    }
}
