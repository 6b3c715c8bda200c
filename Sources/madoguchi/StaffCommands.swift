import Commands
import Configuration
import Cryptography
import Glibc
import JSON
import Secrets
import Terminal

extension Context {
    /// `staff list`: who there is, and how they are known; never a hash.
    func listStaff() throws(CommandFailure) -> ExitCode {
        let entries = try staffRegister().entries
        let json = JSONValue.array(entries.map(\.listed))
        try show(["staff": json]) {
            table(
                entries.map { entry in
                    [
                        entry.member.id, entry.member.role.rawValue,
                        entry.member.rights.map(\.rawValue).sorted().joined(separator: ","),
                        entry.password == nil ? "" : "password",
                        entry.tokenDigest == nil ? "" : "token",
                        entry.secondFactor == nil ? "" : "second factor",
                    ]
                }
            ).joined(separator: "\n")
        }
        return .ok
    }

    /// `staff add`: puts somebody in, or gives them another password; a token that they have stays.
    func addStaff() throws(CommandFailure) -> ExitCode {
        let id = invocation.argument("ID") ?? ""
        guard isStaffID(id) else {
            throw CommandFailure(
                UsageError("ID must be 1 to 64 octets without control characters"))
        }
        let register = try staffRegister()
        let known = register.entry(of: id)
        let named = invocation.value("role").map { StaffRole(rawValue: $0) }
        guard let role = named ?? known?.member.role else {
            let roles = StaffRole.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(UsageError("--role must be one of \(roles)"))
        }
        let password = try password()
        guard Self.passwordOctets.contains(password.count) else {
            throw CommandFailure(
                .usage, "password-length",
                "A password has \(Self.passwordOctets.lowerBound) to "
                    + "\(Self.passwordOctets.upperBound) octets; this one has \(password.count).",
                next: "Choose a longer one; several words are easy to keep in mind.")
        }
        guard let hash = PasswordHash(password) else {
            throw CommandFailure(
                .negative, "no-memory", "There is not the memory to hash a password.",
                next: "Free 32 MiB and try again.")
        }
        var rights = known?.member.rights ?? []
        if invocation.has("visual-check") { rights.insert(.visualCheck) }
        let member = StaffMember(id: id, role: role, rights: rights)
        var entry = StaffEntry(
            member, tokenDigest: known?.tokenDigest, password: hash,
            secondFactor: known?.secondFactor)
        if invocation.has("no-second-factor") { entry.secondFactor = nil }
        let fresh = invocation.has("second-factor") ? TOTPSecret() : nil
        if let fresh { entry.secondFactor = fresh }
        try write(register.putting(entry))
        let address = fresh?.address(
            account: id, issuer: try configuration().institutionName)
        guard case .object(var told) = entry.listed else { return .ok }
        told["secondFactorAddress"] = address.map(JSONValue.string)
        try show(.object(told)) {
            let done = "\(known == nil ? "added" : "changed"): \(id) (\(role.rawValue))"
            return
                ([done] + (address.map { ["for their telephone, shown this once: \($0)"] } ?? []))
                .joined(separator: "\n")
        }
        return .ok
    }

    /// `staff remove`: at the desk they are signed out at once.
    func removeStaff() throws(CommandFailure) -> ExitCode {
        let id = invocation.argument("ID") ?? ""
        let register = try staffRegister()
        guard let entry = register.entry(of: id) else {
            throw CommandFailure(
                .negative, "no-such-staff", "There is nobody named \(id).",
                next: "See madoguchi staff list.")
        }
        try write(register.removing(id))
        try show(entry.listed) { "removed: \(id)" }
        return .ok
    }

    private static let passwordOctets = 8...64

    private func staffRegister() throws(CommandFailure) -> StaffRegister {
        let path = try configuration().staffFile
        let text: [UInt8]
        do throws(KeyFile.Failure) { text = try KeyFile.read(path, isPrivate: true) } catch {
            throw CommandFailure(
                .usage, "staff-file", "\(error)", next: "Check the staff file and its owner.")
        }
        do throws(StaffFileError) { return try StaffRegister(parsing: text) } catch {
            throw CommandFailure(
                .usage, "staff-file", "\(path): \(error.reason)", next: "Correct the file.")
        }
    }

    private func write(_ register: StaffRegister) throws(CommandFailure) {
        let path = try configuration().staffFile
        do throws(KeyFile.Failure) {
            try KeyFile.write(register.encoded, to: path, isPrivate: true, isServices: true)
        } catch {
            throw CommandFailure(
                .usage, "staff-file", "\(error)", next: "Check the folder's owner.")
        }
    }
}

extension StaffEntry {
    fileprivate var listed: JSONValue {
        [
            "id": .string(member.id), "role": .string(member.role.rawValue),
            "rights": .array(member.rights.map(\.rawValue).sorted().map(JSONValue.string)),
            "password": .bool(password != nil), "token": .bool(tokenDigest != nil),
            "secondFactor": .bool(secondFactor != nil),
        ]
    }
}
