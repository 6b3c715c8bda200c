internal import CPCSC

/// A connection to one card, owned once. When it is dropped without more ado the card is reset,
/// so that nobody finds a PIN verified.
struct CardHandle: ~Copyable {
    let raw: SCARDHANDLE
    let isT0: Bool
    let sharing: CardSharing

    deinit { SCardDisconnect(raw, DWORD(SCARD_RESET_CARD)) }

    /// Lets go of the card and leaves it as it is.
    consuming func leave() {
        SCardDisconnect(raw, DWORD(SCARD_LEAVE_CARD))
        discard self
    }

    /// Takes the card for ourselves until `endTransaction`; waits while another program has it.
    func beginTransaction() throws(PCSCError) {
        var attempts = 1
        while true {
            do throws(PCSCError) {
                return try check(SCardBeginTransaction(raw))
            } catch .resetCard where attempts < 3 {
                // Somebody reset the card before we held it: nothing of ours was lost.
                attempts += 1
                try reconnect()
            }
        }
    }

    private func reconnect() throws(PCSCError) {
        var chosen = DWORD()
        try check(
            unsafe SCardReconnect(
                raw, sharing.mode, DWORD(SCARD_PROTOCOL_ANY), DWORD(SCARD_LEAVE_CARD), &chosen))
    }

    func endTransaction(_ ending: CardEnding) throws(PCSCError) {
        try check(SCardEndTransaction(raw, ending.disposition))
    }

    /// Sends one command; returns how many octets of answer were written.
    func transmit(
        _ command: Span<UInt8>, into answer: UnsafeMutableBufferPointer<UInt8>
    ) throws(PCSCError) -> Int {
        var count = DWORD(answer.count)
        let header = unsafe isT0 ? cpcsc_pci_t0() : cpcsc_pci_t1()
        let code = unsafe command.withUnsafeBufferPointer { octets in
            unsafe SCardTransmit(
                raw, header, octets.baseAddress, DWORD(octets.count), nil, answer.baseAddress,
                &count)
        }
        try check(code)
        return Int(count)
    }

    /// Asks the reader itself; returns how many octets of answer were written.
    func control(
        _ code: UInt32, _ order: [UInt8], into answer: UnsafeMutableBufferPointer<UInt8>
    ) throws(PCSCError) -> Int {
        var count = DWORD()
        try check(
            unsafe order.withUnsafeBytes { octets in
                unsafe SCardControl(
                    raw, DWORD(code), octets.baseAddress, DWORD(octets.count),
                    answer.baseAddress, DWORD(answer.count), &count)
            })
        return Int(count)
    }
}

/// Whether other programs may connect to a card meanwhile.
enum CardSharing: Hashable, Sendable {
    /// They may, and wait while a transaction is held.
    case shared
    /// They are refused until the card is let go of; nobody may be connected already.
    case exclusive

    var mode: DWORD {
        switch self {
        case .shared: DWORD(SCARD_SHARE_SHARED)
        case .exclusive: DWORD(SCARD_SHARE_EXCLUSIVE)
        }
    }
}

/// What becomes of a card when a transaction ends.
package enum CardEnding: Hashable, Sendable {
    /// It is reset: what was verified is forgotten. After every use of a PIN.
    case reset
    /// It stays as it is: after reading what needs no PIN.
    case leave

    fileprivate var disposition: DWORD {
        switch self {
        case .reset: DWORD(SCARD_RESET_CARD)
        case .leave: DWORD(SCARD_LEAVE_CARD)
        }
    }
}
