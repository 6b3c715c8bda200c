/// A command that knows its octets and decodes its own answer; nobody else touches octets.
package protocol CardCommand: Sendable {
    /// What the card says to it.
    associatedtype Answer: Sendable
    /// The command as ISO/IEC 7816-4 writes it.
    var apdu: CommandAPDU { get }
    /// The answer, typed; a status word that means failure is thrown.
    func decode(_ response: ResponseAPDU) throws(CardCommandError) -> Answer
}

/// Why a typed command gave no answer.
package enum CardCommandError: Error, Hashable, Sendable {
    /// The channel failed.
    case channel(CardChannelError)
    /// The card refused, with this status word.
    case refused(StatusWord)
    /// The card agreed, but what it sent is not an answer to this command.
    case malformed
}

extension CardCommandError: CarriesChannelError {
    package init(_ cause: CardChannelError) { self = .channel(cause) }
}

extension ResponseAPDU {
    /// The data of a successful answer.
    package func dataIfSuccessful() throws(CardCommandError) -> [UInt8] {
        guard status.isSuccess else { throw .refused(status) }
        return data
    }
}
