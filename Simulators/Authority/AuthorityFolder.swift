package import Cryptography

extension CertificateAuthority {
    /// Keeps the authority in a folder that is there: `<name>.pem`, and `<name>.key` which only
    /// its owner may read. The key goes first, so that a certificate never stands without one.
    package func write(to folder: String, named name: String) throws(KeyFile.Failure) {
        try KeyFile.write(keyPEM, to: "\(folder)/\(name).key", isPrivate: true)
        try KeyFile.write(certificate.pem, to: "\(folder)/\(name).pem", isPrivate: false)
    }

    /// Reads an authority that `write` kept; certificate and key must belong together.
    package static func load(
        from folder: String, named name: String
    ) throws(KeyFile.Failure) -> CertificateAuthority {
        let certificate = try KeyFile.certificate("\(folder)/\(name).pem")
        let key = try KeyFile.privateKey("\(folder)/\(name).key")
        guard certificate.publicKey == key.publicKey else {
            throw .malformed(
                path: "\(folder)/\(name).key", .malformed("not the key of \(name).pem"))
        }
        return CertificateAuthority(certificate: certificate, key: key)
    }
}
