import AccessHistory
import Commands
import Configuration
import Cryptography
import Glibc
import JSON
import Octets
import Terminal

extension Context {
    /// `init`: configuration, staff and their tokens, folders. What is there stays as it is.
    func initialise() throws(CommandFailure) -> ExitCode {
        for folder in ["", "/terminal", "/staff", "/run", "/credentials"] {
            try makeFolder(state + folder)
        }
        var made: [String] = []
        do throws(KeyFile.Failure) {
            made += try makeKeys()
            if try makeStaff() { made.append("staff") }
            if try makeConfiguration() { made.append("terminal/config.json") }
        } catch {
            throw CommandFailure(.usage, "init", "\(error)", next: "Check the folder's owner.")
        }
        try show(["made": .array(made.map(JSONValue.string))]) {
            "\(state): \(made.isEmpty ? "nothing to make" : made.joined(separator: ", "))"
        }
        return .ok
    }

    private func makeFolder(_ path: String) throws(CommandFailure) {
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw CommandFailure(
                .usage, "init", "\(path): \(errorText(errno))", next: "Choose another --state.")
        }
    }

    private func makeStaff() throws(KeyFile.Failure) -> Bool {
        let path = state + "/terminal/staff.json"
        guard access(path, F_OK) != 0 else { return false }
        var entries: [StaffEntry] = []
        for role in StaffRole.allCases {
            let token = RandomOctets.make(32).base64(.urlSafe)
            try KeyFile.write(
                Array((token + "\n").utf8), to: "\(state)/staff/\(role.rawValue).token",
                isPrivate: true)
            let member = StaffMember(
                id: "\(role.rawValue)-1", role: role,
                rights: role.seesQualification ? [.visualCheck] : [])
            entries.append(
                StaffEntry(member, tokenDigest: SHA256Digest(hashing: Array(token.utf8))))
        }
        try KeyFile.write(StaffRegister(entries).encoded, to: path, isPrivate: true)
        return true
    }

    /// The keys that others know, imported or made; what is there stays as it is.
    private func makeKeys() throws(KeyFile.Failure) -> [String] {
        var made: [String] = []
        for name in ["tls", "statement"] {
            let path = "\(state)/terminal/\(name).key"
            guard access(path, F_OK) != 0 else { continue }
            let key: PrivateKey
            if let source = invocation.value("\(name)-key") {
                key = try KeyFile.privateKey(source)
            } else {
                key = try freshKey(path)
            }
            try KeyFile.write(key.pem, to: path, isPrivate: true)
            made.append("terminal/\(name).key")
            try tellOthers(of: key, name)
        }
        let certificate = state + "/terminal/tls.pem"
        if let source = invocation.value("tls-certificate"), access(certificate, F_OK) != 0 {
            let imported = try KeyFile.certificate(source)
            let key = try KeyFile.privateKey(state + "/terminal/tls.key")
            guard imported.publicKey == key.publicKey else {
                throw .malformed(path: source, .malformed("not the certificate of tls.key"))
            }
            try KeyFile.write(try KeyFile.read(source), to: certificate, isPrivate: false)
            made.append("terminal/tls.pem")
        }
        return made
    }

    private func freshKey(_ path: String) throws(KeyFile.Failure) -> PrivateKey {
        do throws(CryptographyError) { return try .generate(.p256) } catch {
            throw .malformed(path: path, error)
        }
    }

    /// The request for the connection's certificate, the public key of statements.
    private func tellOthers(of key: PrivateKey, _ name: String) throws(KeyFile.Failure) {
        let path = "\(state)/terminal/\(name)" + (name == "tls" ? ".csr" : ".pub")
        let octets: [UInt8]
        do throws(CryptographyError) {
            octets =
                name == "tls"
                ? try SigningRequest.pem(
                    for: key, commonName: invocation.value("terminal") ?? "desk-1")
                : key.publicKey.pem
        } catch { throw .malformed(path: path, error) }
        try KeyFile.write(octets, to: path, isPrivate: false)
    }

    private func makeConfiguration() throws(KeyFile.Failure) -> Bool {
        let path = state + "/terminal/config.json"
        guard access(path, F_OK) != 0 else { return false }
        let institution = invocation.value("institution") ?? "1310000003"
        let terminal = invocation.value("terminal") ?? "desk-1"
        let port = invocation.value("port") ?? "8710"
        let kiosk = invocation.value("kiosk-port").map {
            ",\n    \"kiosk\": { \"port\": \($0), \"pageFile\": \"../run/kiosk.html\" }"
        }
        let keyPath = state + "/credentials/history.key"
        if access(keyPath, F_OK) != 0 {
            var key = WrappingKey.make()
            if let source = invocation.value("history-key") { key = try WrappingKey(file: source) }
            try KeyFile.write(key.text, to: keyPath, isPrivate: true)
        }
        let desk = invocation.value("desk-port").map { ",\n    \"desk\": { \"port\": \($0) }" }
        let pages = (kiosk ?? "") + (desk ?? "")
        try KeyFile.write(
            Array(template(institution, terminal, port, pages).utf8), to: path,
            isPrivate: true)
        return true
    }

    private func template(
        _ institution: String, _ terminal: String, _ port: String, _ pages: String
    ) -> String {
        """
        // The configuration of a simulated terminal. Config/madoguchid.json in the project
        // explains every key. Paths are relative to this file's folder.
        {
            "version": 1,
            "institutionCode": "\(institution)",
            "institutionName": "窓口クリニック（シミュレーション）",
            "terminal": "\(terminal)",
            "simulation": true,
            "items": ["drugs", "checkups"],
            "clearinghouse": {
                "host": "127.0.0.1",
                "port": \(port),
                "serverName": "clearinghouse.localhost",
                "authorityFile": "server-ca.pem",
                "answerKeyFile": "answer.pub",
                "identity": { "certificateFile": "tls.pem", "keyFile": "tls.key" }
            },
            "portal": { "certificateFile": "portal.pem", "keyFile": "portal.key" },
            "trustFolder": "../trust",
            "historyFolder": "history",
            "historyKeyFile": "../credentials/history.key",
            "socket": "../run/madoguchid.sock",
            "statementKeyFile": "statement.key",
            "staffFile": "staff.json",
            "checkInFolder": "check-ins",
            "programs": { "file": "programs.json", "socket": "../run/programs.sock" },
            "face": { "cameraSocket": "../run/camera.sock", "matcher": "stub" }\(pages)
        }

        """
    }
}
