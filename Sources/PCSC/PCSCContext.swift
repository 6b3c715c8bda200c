internal import CPCSC
internal import Glibc

/// One connection to the PC/SC service. Used by one thread at a time; only a wait may be
/// cancelled from another.
package struct PCSCContext: ~Copyable, Sendable {
    let raw: SCARDCONTEXT

    /// Connects to the service; under socket activation this also starts it.
    package init() throws(PCSCError) {
        var raw = SCARDCONTEXT()
        var code = unsafe SCardEstablishContext(DWORD(SCARD_SCOPE_SYSTEM), nil, nil, &raw)
        if UInt32(truncatingIfNeeded: code) == PCSCError.accessDenied.rawValue {
            // A service that dies between taking our connection and answering looks to
            // libpcsclite like one that refuses us; a second look tells them apart.
            code = unsafe SCardEstablishContext(DWORD(SCARD_SCOPE_SYSTEM), nil, nil, &raw)
        }
        try check(code)
        self.raw = raw
    }

    deinit { SCardReleaseContext(raw) }

    /// The names of the readers there are, in the service's order; none is not an error.
    package func readers() throws(PCSCError) -> [String] {
        do throws(PCSCError) {
            return try readerNames()
        } catch .noReaders {
            return []
        }
    }

    private func readerNames() throws(PCSCError) -> [String] {
        var count = DWORD()
        try check(unsafe SCardListReaders(raw, nil, nil, &count))
        // A reader may arrive between the two calls: room for some more.
        count += DWORD(4 * MAX_READERNAME)
        var names = [CChar](repeating: 0, count: Int(count))
        try check(unsafe SCardListReaders(raw, nil, &names, &count))
        return names.prefix(Int(count)).split(separator: 0).map { name in
            String(decoding: name.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    /// Connects to the card in a reader.
    func connect(_ reader: String, _ sharing: CardSharing) throws(PCSCError) -> CardHandle {
        var card = SCARDHANDLE()
        var chosen = DWORD()
        let code = unsafe reader.withCString { name in
            unsafe SCardConnect(
                raw, name, sharing.mode, DWORD(SCARD_PROTOCOL_ANY), &card, &chosen)
        }
        try check(code)
        return CardHandle(
            raw: card, isT0: chosen == DWORD(SCARD_PROTOCOL_T0), sharing: sharing)
    }

    /// Waits until a reader's state differs from the one given, or the time is over
    /// (`PCSCError.timeout`), or the wait is cancelled.
    func wait(
        for states: inout [ReaderState], milliseconds: Int
    ) throws(PCSCError) {
        var raws = unsafe states.map(\.cValue)
        defer { unsafe raws.forEach { unsafe free(UnsafeMutablePointer(mutating: $0.szReader)) } }
        let count = DWORD(states.count)
        try check(unsafe SCardGetStatusChange(raw, DWORD(milliseconds), &raws, count))
        for index in states.indices { unsafe states[index].update(from: raws[index]) }
    }
}

/// What is known of one reader between two waits.
struct ReaderState: Hashable, Sendable {
    /// The pseudo reader that tells of readers coming and going.
    static let plugAndPlay = #"\\?PnP?\Notification"#

    let name: String
    /// The state last told, as the next wait needs it.
    private(set) var known = DWORD(SCARD_STATE_UNAWARE)
    private(set) var atr: [UInt8] = []

    init(_ name: String) { self.name = name }

    init(_ name: String, known: DWORD, atr: [UInt8] = []) {
        (self.name, self.known, self.atr) = (name, known, atr)
    }

    private func has(_ flag: Int32) -> Bool { known & DWORD(flag) != 0 }
    var isPresent: Bool { has(SCARD_STATE_PRESENT) }
    var isMute: Bool { has(SCARD_STATE_MUTE) }
    /// The reader has gone.
    var isLost: Bool { has(SCARD_STATE_UNKNOWN) || has(SCARD_STATE_UNAVAILABLE) }
    /// How many insertions and removals the service has seen on this reader (upper 16 bits).
    var eventCounter: UInt16 { UInt16(truncatingIfNeeded: known >> 16) }

    /// The C structure; the name is a copy that the caller frees.
    @safe fileprivate var cValue: SCARD_READERSTATE {
        var state = unsafe SCARD_READERSTATE()
        unsafe state.szReader = unsafe UnsafePointer(strdup(name))
        unsafe state.dwCurrentState = known
        return unsafe state
    }

    fileprivate mutating func update(from state: SCARD_READERSTATE) {
        known = unsafe state.dwEventState & ~DWORD(SCARD_STATE_CHANGED)
        let count = unsafe Int(min(state.cbAtr, DWORD(MAX_ATR_SIZE)))
        atr = unsafe withUnsafeBytes(of: state.rgbAtr) { unsafe [UInt8]($0.prefix(count)) }
    }
}
