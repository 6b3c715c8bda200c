package import APDU
internal import CPCSC

/// The way to a card in a reader, within one transaction.
package struct PCSCCardChannel: ~Copyable, CardChannel {
    /// The shortest command; a driver takes less for a control octet.
    private static let shortestCommand = 4

    private let card: CardHandle
    private let presence: CardPresence
    private let errand: Errand
    private let answer = AnswerBuffer()

    init(card: consuming CardHandle, presence: CardPresence, errand: Errand) {
        self.presence = presence
        self.errand = errand
        self.card = card
    }

    /// Ends the transaction; false where that failed, since the card is gone or in doubt.
    func endTransaction(_ ending: CardEnding) -> Bool {
        do throws(PCSCError) {
            try card.endTransaction(ending)
            return true
        } catch {
            return false
        }
    }

    /// Lets go of the card, as it is or with a reset.
    consuming func letGo(asItIs: Bool) {
        if asItIs { card.leave() }
    }

    package mutating func transmit(
        _ command: Span<UInt8>
    ) throws(CardChannelError) -> ResponseAPDU {
        precondition(command.count >= Self.shortestCommand, "a command has a header")
        guard errand.enter(.transmitting) else { throw .timedOut }
        defer { _ = errand.enter(.thinking) }
        let count: Int
        do throws(PCSCError) {
            count = try unsafe card.transmit(command, into: answer.space)
        } catch {
            throw cause(error)
        }
        // A card that leaves in the middle of an answer may be told as success with nothing.
        if count == 0 { throw presence.isGone() ? .removed : .broken }
        guard count <= AnswerBuffer.capacity else { throw .answerTooLong }
        return try unsafe ResponseAPDU(answer.space.prefix(count))
    }

    /// Asks the reader which features it has: a control code that every driver knows, or refuses.
    private func padCode() -> UInt32? {
        // CM_IOCTL_GET_FEATURE_REQUEST (PC/SC part 10, §2.2) as pcsc-lite numbers control codes.
        let getFeatures: UInt32 = 0x4200_0000 + 3400
        guard let count = try? unsafe card.control(getFeatures, [], into: answer.space) else {
            return nil
        }
        return unsafe ReaderFeatures.verifyCode(in: Array(answer.space.prefix(min(count, 256))))
    }

    package mutating func hasPINPad() -> Bool { padCode() != nil }

    package mutating func verify(
        onPad order: PINPadOrder
    ) throws(CardChannelError) -> ResponseAPDU {
        guard let code = padCode() else { throw .noPINPad }
        guard errand.enter(.transmitting) else { throw .timedOut }
        defer { _ = errand.enter(.thinking) }
        let count: Int
        do throws(PCSCError) {
            count = try unsafe card.control(code, order.octets, into: answer.space)
        } catch {
            throw cause(error)
        }
        if count == 0 { throw presence.isGone() ? .removed : .broken }
        guard count <= AnswerBuffer.capacity else { throw .answerTooLong }
        return try unsafe ResponseAPDU(answer.space.prefix(count))
    }

    /// A broken exchange is told before the reader notices that its card has left.
    private func cause(_ error: PCSCError) -> CardChannelError {
        switch error {
        case .notTransacted, .dataLost: presence.isGone() ? .removed : .broken
        case .insufficientBuffer: .answerTooLong
        // The service resets the card when a program dies that held it, also under somebody who
        // has connected meanwhile: the protocol agreed upon is forgotten.
        case .protocolMismatch: .reset
        // Who was let to the card is not refused it now: the service died.
        case .accessDenied: .noService
        default: CardChannelError(error)
        }
    }
}

/// Where answers are written.
@safe private struct AnswerBuffer: ~Copyable {
    /// The longest answer a driver may hand over (`MAX_BUFFER_SIZE_EXTENDED`), in octets.
    static let capacity = 65_548
    let space: UnsafeMutableBufferPointer<UInt8> = .allocate(capacity: capacity)
    deinit { unsafe space.deallocate() }
}

/// Asks whether a reader still holds its card, and waits as long as a reader may take to notice.
struct CardPresence: Sendable {
    /// Longer than the service's own look at a reader (400 ms).
    private static let patienceMilliseconds = 600
    let reader: String

    func isGone() -> Bool {
        do throws(PCSCError) {
            let context = try PCSCContext()
            var states = [ReaderState(reader)]
            try context.wait(for: &states, milliseconds: 0)
            guard states[0].isPresent else { return true }
            try context.wait(for: &states, milliseconds: Self.patienceMilliseconds)
            return !states[0].isPresent
        } catch {
            return error != .timeout
        }
    }
}
