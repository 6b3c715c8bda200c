package import APDU
internal import CPCSC

/// A result of libpcsclite that is not success, as its 32-bit code. An open set: drivers add
/// their own.
package struct PCSCError: Error, RawRepresentable, Hashable, Sendable {
    /// The code, as `SCARD_E_…` in PC/SC part 5 and `pcsclite.h`.
    package let rawValue: UInt32
    /// An error from its code.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ code: LONG) { self.init(rawValue: UInt32(truncatingIfNeeded: code)) }

    static let accessDenied = PCSCError(SCARD_W_SECURITY_VIOLATION)
    static let noService = PCSCError(SCARD_E_NO_SERVICE)
    static let cancelled = PCSCError(SCARD_E_CANCELLED)
    static let timeout = PCSCError(SCARD_E_TIMEOUT)
    static let noReaders = PCSCError(SCARD_E_NO_READERS_AVAILABLE)
    static let unknownReader = PCSCError(SCARD_E_UNKNOWN_READER)
    static let insufficientBuffer = PCSCError(SCARD_E_INSUFFICIENT_BUFFER)
    static let resetCard = PCSCError(SCARD_W_RESET_CARD)
    static let sharingViolation = PCSCError(SCARD_E_SHARING_VIOLATION)
    static let protocolMismatch = PCSCError(SCARD_E_PROTO_MISMATCH)
    static let notTransacted = PCSCError(SCARD_E_NOT_TRANSACTED)
    static let dataLost = PCSCError(SCARD_E_COMM_DATA_LOST)
}

extension PCSCError: CustomStringConvertible {
    package var description: String { "PC/SC 0x" + String(rawValue, radix: 16, uppercase: true) }
}

/// The one gate from libpcsclite's codes to errors. Codes are compared as 32 bits: the type is
/// 64 bits wide on Linux and the sign depends on how a constant was written.
func check(_ code: LONG) throws(PCSCError) {
    guard UInt32(truncatingIfNeeded: code) == 0 else { throw PCSCError(code) }
}

extension PCSCError {
    /// Whether the service behind a context is gone: the context is dead for ever, although
    /// `SCardIsValidContext` still says otherwise, and a new one must be established.
    package var meansServiceLost: Bool {
        switch LONG(rawValue) {
        case SCARD_E_NO_SERVICE, SCARD_E_SERVICE_STOPPED, SCARD_F_COMM_ERROR,
            SCARD_E_INVALID_HANDLE, SCARD_F_INTERNAL_ERROR:
            true
        default: false
        }
    }
}

extension CardChannelError {
    /// What a result of libpcsclite means to somebody who talks to a card.
    package init(_ cause: PCSCError) {
        self =
            switch LONG(cause.rawValue) {
            case SCARD_W_REMOVED_CARD, SCARD_E_NO_SMARTCARD: .removed
            case SCARD_W_RESET_CARD: .reset
            case SCARD_W_UNRESPONSIVE_CARD, SCARD_W_UNPOWERED_CARD, SCARD_E_NOT_TRANSACTED,
                SCARD_E_COMM_DATA_LOST, SCARD_E_PROTO_MISMATCH, SCARD_W_UNSUPPORTED_CARD:
                .mute
            case SCARD_E_SHARING_VIOLATION, SCARD_E_SERVER_TOO_BUSY: .busy
            case SCARD_E_NO_READERS_AVAILABLE, SCARD_E_UNKNOWN_READER,
                SCARD_E_READER_UNAVAILABLE:
                .readerLost
            case SCARD_W_SECURITY_VIOLATION: .accessDenied
            case SCARD_E_TIMEOUT, SCARD_E_CANCELLED: .timedOut
            default:
                cause.meansServiceLost ? .noService : .other(code: cause.rawValue)
            }
    }
}
