package import APDU
package import Cryptography
internal import Octets

/// What a card tells of itself without a PIN.
package struct CardIdentity: Hashable, Sendable {
    /// The user-authentication certificate, as the card holds it: not yet validated.
    package let certificate: Certificate
    /// The tries left on its PIN.
    package let pin: PINTries
    /// Whether it was issued without PINs (顔認証マイナンバーカード).
    package let hasNoPINs: Bool

    /// An identity from its parts.
    package init(certificate: Certificate, pin: PINTries, hasNoPINs: Bool = false) {
        (self.certificate, self.pin, self.hasNoPINs) = (certificate, pin, hasNoPINs)
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
    /// Whether it was issued without PINs.
    package let hasNoPINs: Bool

    /// Who the card says it is.
    package func identity() throws(CardError) -> CardIdentity {
        do throws(CryptographyError) {
            return CardIdentity(
                certificate: try Certificate(der: certificateDER), pin: pin, hasNoPINs: hasNoPINs)
        } catch {
            throw .malformed(field: "certificate")
        }
    }
}

/// Reads who a card says it is: four commands and one for each 256 octets of certificate. No PIN
/// is needed, no try is spent, nothing is left unlocked. Of a card whose PIN is locked is asked
/// besides whether it ever had one.
package func readCard(
    on channel: inout some CardChannel & ~Copyable
) throws(CardError) -> CardReading {
    try channel.selectUserAuthentication()
    try channel.selectCertificate()
    let der = try readCertificate(on: &channel)
    let pin = try channel.askTries()
    let hasNoPINs = pin == .locked ? try wasIssuedWithoutPINs(on: &channel) : false
    return CardReading(certificateDER: der, pin: pin, hasNoPINs: hasNoPINs)
}

/// Whether the signature password is locked too, and there is no certificate that it would open
/// (file 0008 begins with 00): so issued are cards for whom a PIN is too much. An assumption, drawn
/// from what each of the two says of other cards. A card that refuses the question is none.
private func wasIssuedWithoutPINs(
    on channel: inout some CardChannel & ~Copyable
) throws(CardError) -> Bool {
    do throws(CardCommandError) {
        try channel.send(SelectFile(UserAuthentication.password))
        guard try channel.send(AskTries()) == .locked else { return false }
        try channel.send(SelectFile(UserAuthentication.availability))
        return try channel.send(ReadBinary(offset: 0, count: 3)).first == 0x00
    } catch .channel(let error) {
        throw .channel(error)
    } catch {
        return false
    }
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
