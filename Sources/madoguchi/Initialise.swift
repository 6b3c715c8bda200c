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
            try KeyFile.write(WrappingKey.make().text, to: keyPath, isPrivate: true)
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
            "face": { "cameraSocket": "../run/camera.sock", "matcher": "stub" }\(pages)
        }

        """
    }
}
