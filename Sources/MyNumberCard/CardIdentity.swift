package import APDU
package import Cryptography
internal import Octets

/// What a card tells of itself without a PIN.
package struct CardIdentity: Hashable, Sendable {
    /// The user-authentication certificate, as the card holds it: not yet validated.
    package let certificate: Certificate
    /// The tries left on its PIN.
    package let pin: PINTries

    /// An identity from its parts.
    package init(certificate: Certificate, pin: PINTries) {
        (self.certificate, self.pin) = (certificate, pin)
    }

    /// The certificate's octets.
    package var certificateDER: [UInt8] { certificate.der }
}

/// What a card said of itself, octets not yet looked at: a transaction need not last while they
/// are.
package struct CardReading: Hashable, Sendable {
    /// What should be the user-authentication certificate.
    package let certificateDER: [UInt8]
    /// The tries left on its PIN.
    package let pin: PINTries

    /// Who the card says it is.
    package func identity() throws(CardError) -> CardIdentity {
        do throws(CryptographyError) {
            return CardIdentity(certificate: try Certificate(der: certificateDER), pin: pin)
        } catch {
            throw .malformed(field: "certificate")
        }
    }
}

/// Reads who a card says it is: four commands and one for each 256 octets of certificate. No PIN
/// is needed, no try is spent, nothing is left unlocked.
package func readCard(
    on channel: inout some CardChannel & ~Copyable
) throws(CardError) -> CardReading {
    try channel.selectUserAuthentication()
    try channel.selectCertificate()
    let der = try readCertificate(on: &channel)
    return CardReading(certificateDER: der, pin: try channel.askTries())
}

/// `readCard`, and what it read looked at.
package func readIdentity(
    on channel: inout some CardChannel & ~Copyable
) throws(CardError) -> CardIdentity {
    try readCard(on: &channel).identity()
}

/// Reads the selected file up to the length that its first octets claim. A file may be longer
/// than the certificate in it, so the file's own end says nothing.
private func readCertificate(
    on channel: inout some CardChannel & ~Copyable
) throws(CardError) -> [UInt8] {
    var octets: [UInt8]
    do throws(CardError) {
        octets = try channel.certificatePiece(at: 0, count: ReadBinary.longestPiece)
    } catch {
        // Not even the first octet lies within the file: it is empty.
        guard case .refused(.wrongOffset, _) = error else { throw error }
        throw .noCertificate
    }
    let total = try certificateLength(octets)
    while octets.count < total {
        let count = min(total - octets.count, ReadBinary.longestPiece)
        let piece = try channel.certificatePiece(at: octets.count, count: count)
        guard !piece.isEmpty else { throw .malformed(field: "certificate") }
        octets += piece
    }
    return [UInt8](octets.prefix(total))
}

/// The length of the certificate that begins with these octets.
private func certificateLength(_ start: [UInt8]) throws(CardError) -> Int {
    // An absent certificate may be told by empty or erased octets.
    guard start.first == 0x30 else { throw .noCertificate }
    var reader = OctetReader(start)
    guard let head = try? reader.tlvHead(),
        head.valueCount > 0, head.totalCount <= UserAuthentication.longestCertificate
    else { throw .malformed(field: "certificate") }
    return head.totalCount
}
