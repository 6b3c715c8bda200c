internal import AccessHistory
internal import Cryptography
internal import Disclosures
internal import HTTP
internal import JSON
internal import Octets
internal import Records
internal import Secrets
internal import Terminal

// What administrators do at the desk. Each change is an entry of the access history first.

extension DeskAPI {
    /// Before anybody signs in: changes of the staff file are in the history.
    func noteStaff() async throws(Problem) {
        guard await parts.staff?.noteChanges() ?? true else { throw .historyClosed }
    }

    /// The administrators' steps; nothing where the request is for none of them.
    func administration(
        _ request: HTTPRequest, _ path: [String]
    ) async throws(Problem) -> HTTPResponse? {
        switch (request.method, path) {
        case ("GET", ["staff"]):
            _ = try administrator(request)
            return .json(["staff": .array(try await listedStaff())])
        case ("POST", ["staff", "remove"]): return try await removeStaff(request)
        case ("POST", ["staff", "second-factor"]): return try await setSecondFactor(request)
        case ("GET", ["lockouts"]):
            _ = try administrator(request)
            let pauses = signIn.pauses().map { pause -> JSONValue in
                ["id": .string(pause.id), "until": .string(pause.until.rfc3339)]
            }
            return .json(["lockouts": .array(pauses)])
        case ("POST", ["lockouts", "end"]):
            let member = try administrator(request)
            guard let id = staffNamed(in: request) else { throw .noSuchStaff }
            var event = local.parts.scribe.scene(actor: member.actor)
                .event(.administratorAct, at: local.parts.scribe.now)
            (event.purpose, event.reason, event.note) = (.administration, "endLockout", id)
            guard await local.parts.scribe.write(event) != nil else { throw .historyClosed }
            signIn.endPause(of: id)
            return .json(["id": .string(id)])
        default: return nil
        }
    }

    private func administrator(_ request: HTTPRequest) throws(Problem) -> StaffMember {
        let member = try local.staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        return member
    }

    private func staffDesk() throws(Problem) -> StaffDesk {
        guard let staff = parts.staff else { throw .notFound }
        return staff
    }

    private func listedStaff() async throws(Problem) -> [JSONValue] {
        try await register().entries.map { entry in
            [
                "id": .string(entry.member.id), "role": .string(entry.member.role.rawValue),
                "rights": .array(
                    entry.member.rights.map(\.rawValue).sorted().map(JSONValue.string)),
                "password": .bool(entry.password != nil),
                "secondFactor": .bool(entry.secondFactor != nil),
            ]
        }
    }

    private func register() async throws(Problem) -> StaffRegister {
        let desk = try staffDesk()
        do throws(StaffFileError) { return try await desk.register() } catch {
            throw .staffUnreadable(error.reason)
        }
    }

    /// `POST /v1/staff?role=…&visual-check=1`, the password as the body: somebody new, or another
    /// password for somebody who has forgotten theirs.
    func setStaff(
        _ head: HTTPRequest, _ password: consuming SecretPage
    ) async throws(Problem) -> HTTPResponse {
        let member = try administrator(head)
        guard let id = staffNamed(in: head) else { throw .noSuchStaff }
        guard Self.passwordOctets.contains(password.count) else { throw .passwordLength }
        let role: StaffRole?
        if let named = head.query["role"] {
            guard let known = StaffRole(rawValue: named) else {
                throw .badRequest("role must be reception, clinician or administrator")
            }
            role = known
        } else {
            role = nil
        }
        guard let hash = await signIn.hash(password) else { throw .busyHashing }
        let known = try await register().entry(of: id)?.member
        guard let role = role ?? known?.role else { throw .noSuchStaff }
        var rights = known?.rights ?? []
        if let wants = head.query["visual-check"] {
            if wants == "1" { rights.insert(.visualCheck) } else { rights.remove(.visualCheck) }
        }
        let next = StaffMember(id: id, role: role, rights: rights)
        try await change(
            by: member, known == nil ? "staffAdded" : "staffChanged", next
        ) { register in
            var entry = register.entry(of: id) ?? StaffEntry(next)
            (entry.member, entry.password) = (next, hash)
            return register.putting(entry)
        }
        return .json(["staff": .array(try await listedStaff())])
    }

    private func removeStaff(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try administrator(request)
        guard let id = staffNamed(in: request), id != member.id else { throw .noSuchStaff }
        try await changeStaff(id, by: member, "staffRemoved") { $0.removing(id) }
        return .json(["staff": .array(try await listedStaff())])
    }

    /// A fresh second factor (`Madoguchi-Second-Factor: on`), told this once; or none any more.
    private func setSecondFactor(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try administrator(request)
        guard let id = staffNamed(in: request) else { throw .noSuchStaff }
        let secret = request.headers["Madoguchi-Second-Factor"] == "on" ? TOTPSecret() : nil
        let reason = secret == nil ? "secondFactorRemoved" : "secondFactorSet"
        try await changeStaff(id, by: member, reason) { register in
            guard var entry = register.entry(of: id) else { return register }
            entry.secondFactor = secret
            return register.putting(entry)
        }
        return .json(
            .object(present: [
                ("staff", .array(try await listedStaff())), ("id", .string(id)),
                ("secret", secret.map { .string($0.base32) }),
                (
                    "address",
                    secret.map {
                        .string($0.address(account: id, issuer: parts.institutionName))
                    }
                ),
            ]))
    }

    private func changeStaff(
        _ id: String, by member: StaffMember, _ reason: String,
        _ change: @Sendable (StaffRegister) -> StaffRegister
    ) async throws(Problem) {
        guard let known = try await register().entry(of: id) else { throw .noSuchStaff }
        try await self.change(by: member, reason, known.member, change)
    }

    private func change(
        by member: StaffMember, _ reason: String, _ whom: StaffMember,
        _ change: @Sendable (StaffRegister) -> StaffRegister
    ) async throws(Problem) {
        let desk = try staffDesk()
        let isDone: Bool
        do throws(StaffFileError) {
            isDone = try await desk.change(
                by: member, reason: reason, note: whom.described, change)
        } catch { throw .staffUnreadable(error.reason) }
        guard isDone else { throw .staffNotWritten }
    }

    private static let passwordOctets = 8...64
}

extension Problem {
    static let noSuchStaff = Problem(
        "no-such-staff", status: 404, title: "There is nobody of that name to change.",
        titleJapanese: "その職員名では変更できません。", nextStep: "Look at the list of staff.",
        nextStepJapanese: "職員の一覧を確かめてください。")

    static let passwordLength = Problem(
        "password-length", status: 400, title: "A password has 8 to 64 octets.",
        titleJapanese: "パスワードは8〜64バイトです。", nextStep: "Choose another one.",
        nextStepJapanese: "別のパスワードを入力してください。")

    static let busyHashing = Problem(
        "no-memory", status: 503, title: "There is not the memory to hash a password.",
        titleJapanese: "パスワードを処理するメモリが足りません。", nextStep: "Try again.",
        nextStepJapanese: "もう一度お試しください。")

    static let staffNotWritten = Problem(
        "staff-not-written", status: 503,
        title: "The staff file, or the access history, cannot be written.",
        titleJapanese: "職員の設定ファイルか閲覧履歴に書き込めません。",
        nextStep: "Look at the disk (madoguchi doctor).",
        nextStepJapanese: "ディスクを確かめてください（madoguchi doctor）。")
}
