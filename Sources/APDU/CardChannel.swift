/// A way to one card: physical, virtual or faulty, all answer alike.
package protocol CardChannel: ~Copyable {
    /// Sends one command and waits for its answer. The command is borrowed, so that a PIN can be
    /// sent from the locked page it lies in.
    mutating func transmit(_ command: Span<UInt8>) throws(CardChannelError) -> ResponseAPDU
    /// Whether the reader has keys of its own for PINs.
    mutating func hasPINPad() -> Bool
    /// Has the reader's pad take a PIN and send it; the answer is the card's, or a `PINPadWord`.
    mutating func verify(onPad order: PINPadOrder) throws(CardChannelError) -> ResponseAPDU
}

extension CardChannel where Self: ~Copyable {
    /// Most readers have none.
    package mutating func hasPINPad() -> Bool { false }
    /// A reader without a pad takes no PIN.
    package mutating func verify(
        onPad order: PINPadOrder
    ) throws(CardChannelError) -> ResponseAPDU { throw .noPINPad }
}

extension CardChannel where Self: ~Copyable {
    /// Sends a command that holds no secret.
    package mutating func transmit(
        _ command: CommandAPDU
    ) throws(CardChannelError) -> ResponseAPDU {
        let octets = command.octets
        return try transmit(octets.span)
    }

    /// Sends a typed command and reads its typed answer.
    package mutating func send<Command: CardCommand>(
        _ command: Command
    ) throws(CardCommandError) -> Command.Answer {
        let response: ResponseAPDU
        do throws(CardChannelError) {
            response = try transmit(command.apdu)
        } catch {
            throw .channel(error)
        }
        return try command.decode(response)
    }
}

/// Why a command got no answer.
package enum CardChannelError: Error, Hashable, Sendable {
    /// The card is gone, or was never there.
    case removed
    /// Somebody reset the card since it was last spoken to: what was selected or verified is lost.
    case reset
    /// The card is there and says nothing.
    case mute
    /// An exchange broke off, and the card is there all the same: its contact was lost for less
    /// time than a reader takes to notice, or it stopped in the middle.
    case broken
    /// Another program holds the card, or an earlier call on this reader has not come back.
    case busy
    /// The PC/SC service is not there, or went away.
    case noService
    /// The PC/SC service refuses this user (polkit).
    case accessDenied
    /// The reader is gone.
    case readerLost
    /// An answer of fewer than two octets.
    case answerTooShort(Int)
    /// An answer longer than any answer may be.
    case answerTooLong
    /// The time allowed ran out, or the caller gave up; nothing more was sent to the card.
    case timedOut
    /// The reader has no keys of its own; nothing was sent to the card.
    case noPINPad
    /// Another result of PC/SC, as its 32-bit code.
    case other(code: UInt32)
}

/// An error that can carry a channel's: what talks over a channel says its own failure and the
/// channel's with one type.
package protocol CarriesChannelError: Error {
    /// The error that says: the channel failed so.
    init(_ cause: CardChannelError)
}

extension CardChannelError: CarriesChannelError {
    package init(_ cause: CardChannelError) { self = cause }
}
