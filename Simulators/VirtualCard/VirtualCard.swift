package import APDU

/// A My Number card as a value: it answers what a real card is known to answer, and forgets on
/// reset what a real card forgets. The same card serves in process and behind a PC/SC reader.
package struct VirtualCard: CardChannel, Sendable {
    /// Keeps the memory somewhere; called before an answer that changed it leaves the card.
    package typealias Keeper = @Sendable (CardMemory) throws(CardFileError) -> Void

    /// What is printed into the card.
    package let image: CardImage
    /// What the chip remembers without power.
    package private(set) var memory: CardMemory
    /// The applications on the card, as data.
    package let applications: [CardApplication]
    /// What was selected and verified since power came.
    var environment = SecurityEnvironment()
    private let keep: Keeper

    /// A card, just powered.
    package init(
        _ image: CardImage, memory: CardMemory = CardMemory(),
        keeping keep: @escaping Keeper = { (_) throws(CardFileError) in }
    ) {
        (self.image, self.memory, self.keep) = (image, memory, keep)
        applications = image.applications
    }

    /// A card, just powered, that has so many tries left and keeps them nowhere.
    package init(_ image: CardImage, counters: PINCounters) {
        self.init(image, memory: CardMemory(counters: counters))
    }

    /// The tries left.
    package var counters: PINCounters { memory.counters }

    /// Power off, or a reset: nothing is selected or verified any more.
    package mutating func reset() { environment = SecurityEnvironment() }

    /// What the municipal office does: all tries again, and a new PIN or password if one is
    /// wanted. Nothing else clears a lock.
    package mutating func resetPINs(
        pin: [UInt8]? = nil, password: [UInt8]? = nil
    ) throws(CardFileError) {
        var next = memory
        next.resetPINs(pin: pin, password: password)
        try remember(next)
        reset()
    }

    /// Somebody opens the chip to get at its contents: it breaks, for good.
    package mutating func tamper() throws(CardFileError) {
        var next = memory
        next.isDestroyed = true
        try remember(next)
        reset()
    }

    /// Takes a new memory on, once it is kept.
    mutating func remember(_ next: CardMemory) throws(CardFileError) {
        try keep(next)
        memory = next
    }

    package mutating func transmit(
        _ command: Span<UInt8>
    ) throws(CardChannelError) -> ResponseAPDU {
        guard !memory.isDestroyed else { throw .mute }
        return respond(to: command.withUnsafeBufferPointer { [UInt8]($0) })
    }

    /// Answers one command; any octets get an answer.
    package mutating func respond(to octets: [UInt8]) -> ResponseAPDU {
        guard !memory.isDestroyed else { return ResponseAPDU(status: .unexplained) }
        guard let command = CommandAPDU(octets) else { return ResponseAPDU(status: .wrongLength) }
        do throws(Refusal) {
            return ResponseAPDU(data: try run(command), status: .success)
        } catch {
            return ResponseAPDU(status: error.status)
        }
    }
}

/// What a card knows of the conversation it is in: all of it is lost on reset.
struct SecurityEnvironment: Hashable, Sendable {
    /// The selected application, as its place among the card's.
    var application: Int?
    /// The selected element.
    var current: FileIdentifier?
    /// The secrets of the selected application that were verified.
    var verified: Set<FileIdentifier> = []
}

/// A command that the card turns down, with its word for it.
struct Refusal: Error {
    let status: StatusWord
    init(_ status: StatusWord) { self.status = status }
}

extension StatusWord {
    /// An error without an explanation (`6F00`).
    static let unexplained = StatusWord(rawValue: 0x6F00)
    /// No such record (`6A83`).
    static let recordNotFound = StatusWord(rawValue: 0x6A83)
}

extension CardMemory {
    /// All tries again, and new values where they are wanted.
    package mutating func resetPINs(pin: [UInt8]? = nil, password: [UInt8]? = nil) {
        counters = PINCounters()
        if let pin { changed[CardImage.pinName] = pin }
        if let password { changed[CardImage.passwordName] = password }
    }
}
