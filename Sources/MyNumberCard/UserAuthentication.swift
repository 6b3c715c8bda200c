package import APDU

/// What the terminal uses of the user-authentication application (公的個人認証, JPKI): its name and
/// the files, keys and PINs in it. The signing certificate and its key are never touched.
package enum UserAuthentication {
    /// The application's identifier.
    package static let application: [UInt8] = [
        0xD3, 0x92, 0xF0, 0x00, 0x26, 0x01, 0x00, 0x00, 0x00, 0x01,
    ]
    /// The user-authentication certificate (利用者証明用電子証明書), free to read.
    package static let certificate = FileIdentifier(0x000A)
    /// The key that belongs to it.
    package static let key = FileIdentifier(0x0017)
    /// The PIN that opens the key: four digits, three tries.
    package static let pin = FileIdentifier(0x0018)
    /// The password of the signing key: never sent, only asked for its tries.
    package static let password = FileIdentifier(0x001B)
    /// Which certificates there are.
    package static let availability = FileIdentifier(0x0008)
    /// How many digits the PIN has.
    package static let pinCount = 4
    /// The longest certificate taken, in octets; real ones have one to two thousand.
    package static let longestCertificate = 8_192
}

extension CardChannel where Self: ~Copyable {
    /// Sends a command of the conversation; what fails is told with its step.
    mutating func send<Command: CardCommand>(
        _ command: Command, at step: CardStep
    ) throws(CardError) -> Command.Answer {
        do throws(CardCommandError) {
            return try send(command)
        } catch {
            throw CardError(error, at: step)
        }
    }

    /// Selects the application by its name: the only way a card is recognised, never its ATR.
    mutating func selectUserAuthentication() throws(CardError) {
        do throws(CardCommandError) {
            try send(SelectApplication(UserAuthentication.application))
        } catch .channel(let error) {
            throw .channel(error)
        } catch {
            throw .notMyNumberCard
        }
    }

    mutating func selectCertificate() throws(CardError) {
        do throws(CardCommandError) {
            try send(SelectFile(UserAuthentication.certificate))
        } catch .refused(.fileNotFound) {
            throw .noCertificate
        } catch {
            throw CardError(error, at: .selectCertificate)
        }
    }

    mutating func certificatePiece(at offset: Int, count: Int) throws(CardError) -> [UInt8] {
        do throws(CardCommandError) {
            return try send(ReadBinary(offset: offset, count: count))
        } catch .refused(.securityStatusNotSatisfied) {
            throw .certificateProtected
        } catch {
            throw CardError(error, at: .readCertificate)
        }
    }

    /// The tries left on the PIN; spends none.
    mutating func askTries() throws(CardError) -> PINTries {
        try send(SelectFile(UserAuthentication.pin), at: .selectPIN)
        return try send(AskTries(), at: .askTries)
    }
}
