import Commands
import Configuration
import Cryptography
import Glibc
import JSON
import Terminal

/// The keys that the terminal shows to others, each exchanged in two steps: somebody else has to know the
/// new one before the old one goes.
enum IdentityKey: String, CaseIterable {
    /// Of the connection to the clearinghouse.
    case tls
    /// Of the connection to the patients' portal.
    case portal
    /// What the terminal signs statements with where no card does.
    case statement

    func files(_ configuration: TerminalConfiguration) -> (key: String, certificate: String?) {
        switch self {
        case .tls:
            (
                configuration.clearinghouse.identity.keyFile,
                configuration.clearinghouse.identity.certificateFile
            )
        case .portal: (configuration.portal.keyFile, configuration.portal.certificateFile)
        case .statement: (configuration.statementKeyFile, nil)
        }
    }
}

extension Context {
    /// `key rotate NAME`, with `--finish` its second step.
    func rotateKey() throws(CommandFailure) -> ExitCode {
        guard let kind = IdentityKey(rawValue: invocation.argument("NAME") ?? "") else {
            throw CommandFailure(
                .usage, "no-such-key", "Known are: tls, portal, statement.",
                next: "The history's keys have history rotate-key and history wrapping-key.")
        }
        var files = kind.files(try configuration())
        if let path = invocation.value("file") { files.key = path }
        do throws(KeyFile.Failure) {
            return invocation.has("finish")
                ? try finishRotation(of: kind, files.key, files.certificate)
                : try beginRotation(of: kind, files.key, files.certificate)
        } catch {
            throw CommandFailure(
                .usage, "key-file", "\(error)", next: "Mend the file, or its mode.")
        }
    }

    /// A key beside the one in use, and what others are to know of it.
    private func beginRotation(
        of kind: IdentityKey, _ path: String, _ certificate: String?
    ) throws(KeyFile.Failure) -> ExitCode {
        let (next, before) = (path + ".next", path + ".before")
        if access(next, F_OK) != 0 {
            // It would be overwritten, or stand for the wrong one.
            guard access(before, F_OK) != 0 else {
                throw .malformed(
                    path: before, .malformed("the key before the last exchange; destroy it first"))
            }
            let key: PrivateKey
            if let source = invocation.value("import") {
                key = try KeyFile.privateKey(source)
            } else {
                key = try made(next) { () throws(CryptographyError) in try .generate(.p256) }
            }
            try KeyFile.write(key.pem, to: next, isPrivate: true, outlivesPowerLoss: true)
        }
        let key = try KeyFile.privateKey(next)
        let told: String
        if let certificate {
            told = path + ".csr"
            let current = try KeyFile.certificate(certificate)
            let request = try made(told) { () throws(CryptographyError) in
                try SigningRequest.pem(for: key, named: current)
            }
            try KeyFile.write(request, to: told, isPrivate: false)
        } else {
            told = path + ".pub"
            try KeyFile.write(key.publicKey.pem, to: told, isPrivate: false)
        }
        _ = try? show(["key": .string(kind.rawValue), "next": .string(next), "tell": .string(told)])
        {
            "次の鍵ができました (the next key is there; the old one is in use): \(next)\n"
                + "Send \(told) to whoever must know it, then run key rotate \(kind.rawValue) --finish"
                + (certificate == nil ? "." : " --certificate FILE.")
        }
        return .ok
    }

    /// The next key takes the place of the one in use, which stays beside it until somebody destroys it.
    private func finishRotation(
        of kind: IdentityKey, _ path: String, _ certificate: String?
    ) throws(KeyFile.Failure) -> ExitCode {
        let next = path + ".next"
        let key = try KeyFile.privateKey(next)
        if let certificate {
            guard let source = invocation.value("certificate") else {
                throw .malformed(
                    path: path + ".csr", .malformed("name the new certificate with --certificate"))
            }
            let fresh = try KeyFile.certificate(source)
            guard fresh.publicKey == key.publicKey else {
                throw .malformed(path: source, .malformed("not the certificate of \(next)"))
            }
            guard fresh.notAfter > SystemClock().now() else {
                throw .malformed(path: source, .malformed("a certificate that has ended"))
            }
            try keep(certificate, isPrivate: false)
            try keep(path, isPrivate: true)
            // A stop between the two is seen at the next start, and mended by --finish again.
            try replace(path, by: next)
            try KeyFile.write(
                try KeyFile.read(source), to: certificate, isPrivate: false, outlivesPowerLoss: true
            )
        } else {
            try keep(path, isPrivate: true)
            try replace(path, by: next)
        }
        _ = unlink(next)
        _ = try? show(["key": .string(kind.rawValue), "file": .string(path)]) {
            "鍵を替えました (the key is exchanged): \(path)\n"
                + "Restart the daemon; then destroy \(path).before."
        }
        return .ok
    }

    private func keep(_ path: String, isPrivate: Bool) throws(KeyFile.Failure) {
        guard access(path + ".before", F_OK) != 0 else { return }
        try KeyFile.write(
            try KeyFile.read(path, isPrivate: isPrivate), to: path + ".before",
            isPrivate: isPrivate, outlivesPowerLoss: true)
    }

    /// Writes a key over another one, whose owner stays.
    private func replace(_ path: String, by next: String) throws(KeyFile.Failure) {
        try KeyFile.write(
            try KeyFile.read(next, isPrivate: true), to: path, isPrivate: true,
            outlivesPowerLoss: true)
    }

    private func made<Value>(
        _ path: String, _ body: () throws(CryptographyError) -> Value
    ) throws(KeyFile.Failure) -> Value {
        do throws(CryptographyError) { return try body() } catch {
            throw .malformed(path: path, error)
        }
    }
}
