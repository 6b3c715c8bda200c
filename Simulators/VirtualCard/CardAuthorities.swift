package import Authority
package import Cryptography
package import Records

/// The two simulated authorities that issue cards, as a folder keeps them:
/// `user-authentication.pem`, `digital-signature.pem`, and their keys (`.key`, mode 0600); and
/// `card-printer.key`, which vouches for what is printed.
package struct CardAuthorities: Sendable {
    /// Issues certificates for user authentication.
    package let authentication: CertificateAuthority
    /// Issues certificates for digital signature.
    package let signature: CertificateAuthority
    /// Vouches for what is printed on cards.
    package let printer: PrivateKey

    private static let authenticationName = "user-authentication"
    private static let signatureName = "digital-signature"
    private static let printerName = "card-printer.key"

    private init(
        authentication: CertificateAuthority, signature: CertificateAuthority, printer: PrivateKey
    ) {
        (self.authentication, self.signature) = (authentication, signature)
        self.printer = printer
    }

    /// Makes both anew and writes them into a folder that is there.
    package static func make(
        in folder: String, notBefore: Instant, notAfter: Instant
    ) throws(CardFileError) -> CardAuthorities {
        func make(_ name: String, _ unit: String) throws(CardFileError) -> CertificateAuthority {
            let authority: CertificateAuthority
            do throws(CryptographyError) {
                authority = try .make(
                    unit: unit, key: PrivateKey.generate(.rsa(bits: 2048)),
                    notBefore: notBefore, notAfter: notAfter)
            } catch {
                throw .file(.malformed(path: "\(folder)/\(name).pem", error))
            }
            do throws(KeyFile.Failure) {
                try KeyFile.write(
                    authority.keyPEM, to: "\(folder)/\(name).key", isPrivate: true)
                try KeyFile.write(
                    authority.certificate.pem, to: "\(folder)/\(name).pem", isPrivate: false)
            } catch {
                throw .file(error)
            }
            return authority
        }
        return CardAuthorities(
            authentication: try make(authenticationName, "Simulated user authentication"),
            signature: try make(signatureName, "Simulated digital signature"),
            printer: try printer(in: folder))
    }

    /// Reads both from a folder; nothing where none were ever made there.
    package static func load(from folder: String) throws(CardFileError) -> CardAuthorities? {
        func load(_ name: String) throws(KeyFile.Failure) -> CertificateAuthority {
            CertificateAuthority(
                certificate: try KeyFile.certificate("\(folder)/\(name).pem"),
                key: try KeyFile.privateKey("\(folder)/\(name).key"))
        }
        let (authentication, signature): (CertificateAuthority, CertificateAuthority)
        do throws(KeyFile.Failure) {
            guard
                try KeyFile.names(in: folder, endingIn: ".pem").contains(
                    authenticationName + ".pem")
            else { return nil }
            (authentication, signature) = (try load(authenticationName), try load(signatureName))
        } catch {
            throw .file(error)
        }
        return CardAuthorities(
            authentication: authentication, signature: signature,
            printer: try printer(in: folder))
    }

    /// The printer's key, made where there is none: older folders have none.
    private static func printer(in folder: String) throws(CardFileError) -> PrivateKey {
        let path = "\(folder)/\(printerName)"
        do throws(KeyFile.Failure) {
            if try KeyFile.names(in: folder, endingIn: printerName).contains(printerName) {
                return try KeyFile.privateKey(path)
            }
        } catch {
            throw .file(error)
        }
        let key: PrivateKey
        do throws(CryptographyError) {
            key = try PrivateKey.generate(.rsa(bits: 2048))
        } catch {
            throw .file(.malformed(path: path, error))
        }
        do throws(KeyFile.Failure) {
            try KeyFile.write(key.pem, to: path, isPrivate: true)
        } catch {
            throw .file(error)
        }
        return key
    }
}
