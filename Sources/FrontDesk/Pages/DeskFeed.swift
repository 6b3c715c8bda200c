internal import CheckIns
internal import HTTP
internal import JSON
internal import Records
internal import Terminal

/// What a desk shows all the time: the readers, what is under way on each, today's check-ins. No
/// name and no qualification: those are opened, one by one, each with its entry in the history.
struct DeskFeed: Sendable {
    let local: LocalAPI

    /// What somebody of the staff may see now.
    func shown(to member: StaffMember) async -> JSONValue {
        let parts = local.parts
        var readers: [JSONValue] = []
        for reader in await parts.roster.listings() {
            let pause = await parts.watch.pause(on: reader.name, at: parts.scribe.now)
            let view = reader.view
            readers.append(
                .object(present: [
                    ("name", .string(reader.name)), ("present", .bool(reader.isThere)),
                    ("session", view.shown(to: .anybody)),
                    ("failure", view.proofFailure.map { Problem.proof($0).json }),
                    ("pausedUntil", pause.map { .string($0.rfc3339) }),
                ]))
        }
        let checkIns =
            member.role.seesQualification
            ? JSONValue.array(await parts.book.all().map(\.listed)) : nil
        return .object(present: [
            ("pcscService", .bool(await parts.roster.isServiceThere)),
            ("readers", .array(readers)), ("checkIns", checkIns),
            ("mode", await parts.emergency.mode()?.json),
        ])
    }
}
