import Commands
import Configuration
import Cryptography
import FrontDesk
import Glibc
import JSON
import Octets
import Records
import Terminal

extension Context {
    /// `program list`: the clinic's programs and what they may; never a token.
    func listPrograms() throws(CommandFailure) -> ExitCode {
        let entries = try programRegister().entries
        try show(["programs": .array(entries.map(\.shown))]) {
            table(
                entries.map { entry in
                    [
                        entry.name, entry.rights.map(\.rawValue).sorted().joined(separator: ","),
                        entry.origin.text, entry.until.map { "until \($0.rfc3339)" } ?? "",
                        entry.isRevoked ? "revoked" : "",
                    ]
                }
            ).joined(separator: "\n")
        }
        return .ok
    }

    /// `program add`: a token for a program, told once or written to a file; an older one of the same
    /// name is taken back.
    func addProgram() throws(CommandFailure) -> ExitCode {
        let name = try programName()
        let words = (invocation.value("may") ?? "").split(separator: ",").map(String.init)
        let rights = words.compactMap(ProgramRight.init)
        guard !rights.isEmpty, rights.count == words.count else {
            let known = ProgramRight.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(UsageError("--may must name some of \(known)"))
        }
        guard let origin = ProgramOrigin(invocation.value("from") ?? "socket") else {
            throw CommandFailure(
                UsageError("--from must be socket, an address, or a block as 192.0.2.0/24"))
        }
        let token = ProgramRegister.tokenPrefix + RandomOctets.make(32).base64(.urlSafe)
        let entry = ProgramEntry(
            name: name, rights: Set(rights),
            tokenDigest: SHA256Digest(hashing: Array(token.utf8)), until: try end(), origin: origin)
        // The token first: one that nobody knows opens nothing.
        if let path = invocation.value("token-file") {
            try write(Array((token + "\n").utf8), to: path, isServices: false)
        }
        try write(try programRegister().putting(entry).encoded, to: try programFile())
        guard case .object(var told) = entry.shown else { return .ok }
        if invocation.value("token-file") == nil { told["token"] = .string(token) }
        try show(.object(told)) {
            invocation.value("token-file").map { "added: \(name); its token is in \($0)" }
                ?? "added: \(name)\nits token, shown this once: \(token)"
        }
        return .ok
    }

    /// `program revoke`: takes its token back, at once.
    func revokeProgram() throws(CommandFailure) -> ExitCode {
        let name = try programName()
        let register = try programRegister()
        guard register.entries.contains(where: { $0.name == name && !$0.isRevoked }) else {
            throw CommandFailure(
                .negative, "no-such-program", "There is no program named \(name).",
                next: "See madoguchi program list.")
        }
        try write(register.revoking(name).encoded, to: try programFile())
        try show(["name": .string(name), "revoked": true]) { "revoked: \(name)" }
        return .ok
    }

    private func programName() throws(CommandFailure) -> String {
        let name = invocation.argument("NAME") ?? ""
        guard ProgramRegister.isName(name) else {
            throw CommandFailure(UsageError("NAME must be 1 to 32 of a–z, 0–9 and -"))
        }
        return name
    }

    /// The end of the day in Japan that `--until` names.
    private func end() throws(CommandFailure) -> Instant? {
        guard let text = invocation.value("until") else { return nil }
        if let instant = Instant(rfc3339: text) { return instant }
        guard let day = LocalDate(text), let end = Instant(rfc3339: "\(day)T14:59:59Z") else {
            throw CommandFailure(UsageError("--until must be a date as 2027-03-31"))
        }
        return end
    }

    private func programFile() throws(CommandFailure) -> String {
        guard let file = try configuration().programs?.file else {
            throw CommandFailure(
                .usage, "no-programs", "The configuration names no programs.",
                next: "Add \"programs\": {\"file\": …, \"socket\": …} to it.")
        }
        return file
    }

    private func programRegister() throws(CommandFailure) -> ProgramRegister {
        let path = try programFile()
        let text: [UInt8]
        do throws(KeyFile.Failure) { text = try KeyFile.read(path, isPrivate: true) } catch {
            if case .system(_, ENOENT) = error { return ProgramRegister() }
            throw CommandFailure(
                .usage, "program-file", "\(error)", next: "Check the file and its owner.")
        }
        do throws(StaffFileError) { return try ProgramRegister(parsing: text) } catch {
            throw CommandFailure(
                .usage, "program-file", "\(path): \(error.reason)", next: "Correct the file.")
        }
    }

    private func write(
        _ text: [UInt8], to path: String, isServices: Bool = true
    ) throws(CommandFailure) {
        do throws(KeyFile.Failure) {
            try KeyFile.write(text, to: path, isPrivate: true, isServices: isServices)
        } catch {
            throw CommandFailure(
                .usage, "program-file", "\(error)", next: "Check the folder's owner.")
        }
    }
}
