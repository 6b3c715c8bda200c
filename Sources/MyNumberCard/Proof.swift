package import APDU
package import Cryptography
internal import Octets
package import Secrets

/// Has the card that was read before sign a message, once its holder's PIN was verified. Run it
/// in one transaction that ends with a reset: eight commands, and no card is left unlocked.
///
/// A swapped card, tries spent meanwhile by another program, a locked PIN and the last try are
/// found before the PIN is sent, and cost no try. The PIN goes from its own page to the reader.
///
/// - Parameters:
///   - channel: The way to the card.
///   - expected: The certificate that was read before the patient chose.
///   - pin: The PIN, as ASCII digits.
///   - message: What is signed: hashed here, by the algorithm that the certificate's key asks for.
///   - spendLastTry: Whether somebody agreed to spend the last try.
/// - Returns: The signature, verified with the certificate's key.
/// - Throws: Why there is no signature; for a wrong PIN, the tries left.
package func prove(
    on channel: inout some CardChannel & ~Copyable, expecting expected: Certificate,
    pin: borrowing SecretPage, signing message: [UInt8], spendLastTry: Bool = false
) throws(CardError) -> [UInt8] {
    guard isWellFormed(pin) else { throw .pinMalformed }
    let block = try signatureInput(of: message, for: expected.publicKey.kind)
    try prepare(on: &channel, expecting: expected, spendLastTry: spendLastTry)
    try verify(pin, on: &channel)
    return try sign(block, message, on: &channel, with: expected)
}

/// The same with a PIN that the reader's own pad takes: it is never in this machine.
///
/// - Parameters:
///   - channel: The way to the card, in a reader with keys.
///   - expected: The certificate that was read before the patient chose.
///   - seconds: How long the reader waits for the patient.
///   - message: What is signed.
///   - spendLastTry: Whether somebody agreed to spend the last try.
/// - Returns: The signature, verified with the certificate's key.
/// - Throws: Why there is no signature.
package func prove(
    on channel: inout some CardChannel & ~Copyable, expecting expected: Certificate,
    padSeconds seconds: UInt8, signing message: [UInt8], spendLastTry: Bool = false
) throws(CardError) -> [UInt8] {
    let block = try signatureInput(of: message, for: expected.publicKey.kind)
    try prepare(on: &channel, expecting: expected, spendLastTry: spendLastTry)
    try verifyOnPad(on: &channel, seconds: seconds)
    return try sign(block, message, on: &channel, with: expected)
}

/// All that is done before a PIN is sent: the same card, and tries enough.
private func prepare(
    on channel: inout some CardChannel & ~Copyable, expecting expected: Certificate,
    spendLastTry: Bool
) throws(CardError) {
    try channel.selectUserAuthentication()
    try compare(with: expected, on: &channel)
    switch try channel.askTries() {
    case .locked: throw .pinLocked
    case .left(let tries) where tries <= 1 && !spendLastTry: throw .lastTry
    case .left: break
    }
}

/// All that is done once the PIN was verified.
private func sign(
    _ block: [UInt8], _ message: [UInt8], on channel: inout some CardChannel & ~Copyable,
    with expected: Certificate
) throws(CardError) -> [UInt8] {
    try channel.send(SelectFile(UserAuthentication.key), at: .selectKey)
    let signature = try channel.send(Sign(block), at: .sign)
    guard expected.publicKey.isValid(signature: signature, over: message) else {
        throw .wrongSignature
    }
    return signature
}

/// Whether a PIN is exactly four digits: anything else never reaches a card.
private func isWellFormed(_ pin: borrowing SecretPage) -> Bool {
    pin.withSpan { octets in
        guard octets.count == UserAuthentication.pinCount else { return false }
        for index in octets.indices
        where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octets[index]) {
            return false
        }
        return true
    }
}

/// Compares the end of the card's certificate, where its signature lies, with what was read.
func compare(
    with expected: Certificate, on channel: inout some CardChannel & ~Copyable
) throws(CardError) {
    let end = expected.der.suffix(ReadBinary.longestPiece)
    do throws(CardError) {
        try selectAgain(on: &channel)
        let piece = try channel.certificatePiece(at: end.startIndex, count: end.count)
        guard piece == [UInt8](end) else { throw .differentCard }
    } catch .noCertificate, .refused(.wrongOffset, _) {
        throw .differentCard
    }
}

/// Selects the certificate's file. A card that was reset a moment ago has forgotten which
/// application was selected, and no more: it is selected once again.
private func selectAgain(
    on channel: inout some CardChannel & ~Copyable
) throws(CardError) {
    do throws(CardError) { return try channel.selectCertificate() } catch .noCertificate {}
    try channel.selectUserAuthentication()
    try channel.selectCertificate()
}

/// VERIFY, `00 20 00 80 04`: the command is put together in a page of its own.
private func verify(
    _ pin: borrowing SecretPage, on channel: inout some CardChannel & ~Copyable
) throws(CardError) {
    var command = SecretPage(capacity: 5 + UserAuthentication.pinCount)
    for octet in [0x00, 0x20, 0x00, 0x80, UInt8(UserAuthentication.pinCount)] as [UInt8] {
        command.append(octet)
    }
    pin.withSpan { command.append(copying: $0) }
    let status: StatusWord
    do throws(CardChannelError) {
        status = try command.withSpan { (octets) throws(CardChannelError) in
            try channel.transmit(octets).status
        }
    } catch {
        throw .pinUnanswered(error)
    }
    try judge(status)
}

/// VERIFY with the reader's keys; the order's places for the digits are the reader's to fill.
private func verifyOnPad(
    on channel: inout some CardChannel & ~Copyable, seconds: UInt8
) throws(CardError) {
    let count = UInt8(UserAuthentication.pinCount)
    let order = PINPadOrder(
        template: [0x00, 0x20, 0x00, 0x80, count] + [UInt8](repeating: 0xFF, count: Int(count)),
        digitCount: count, seconds: seconds)
    let status: StatusWord
    do throws(CardChannelError) {
        status = try channel.verify(onPad: order).status
    } catch .noPINPad {
        throw .channel(.noPINPad)
    } catch {
        throw .pinUnanswered(error)
    }
    switch PINPadWord(rawValue: status.rawValue) {
    case .timedOut: throw .pad(.timedOut)
    case .cancelled: throw .pad(.cancelled)
    case .wrongLength: throw .pinMalformed
    case .wrongOrder: throw .refused(status, step: .verifyPIN)
    case nil: try judge(status)
    }
}

/// What the card said to VERIFY.
private func judge(_ status: StatusWord) throws(CardError) {
    if status.isSuccess { return }
    // The card took this PIN and found it wrong; that it locked with it is told by the zero.
    if status == .triesLeft(0) { throw .wrongPIN(triesLeft: 0) }
    if status.saysLocked { throw .pinLocked }
    guard let tries = status.retriesLeft else { throw .refused(status, step: .verifyPIN) }
    throw .wrongPIN(triesLeft: tries)
}
