internal import CheckIns
internal import HTTP
internal import JSON
internal import Network
internal import Octets
internal import Records
internal import Terminal

extension LocalAPI {
    /// The check-ins and what may be opened of them.
    func checkIns(
        _ path: [String], _ request: HTTPRequest, _ peer: ServerPeer
    ) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        switch (request.method, path.count, path.last) {
        case ("GET", 0, _): return try await list(member)
        case ("GET", 1, _): return try await one(path[0], member, request)
        case ("GET", 2, "drugs"): return try await record(.drugs, path[0], member, request, peer)
        case ("GET", 2, "checkups"):
            return try await record(.checkups, path[0], member, request, peer)
        case ("GET", 2, "history"): return try await history(path[0], member, request)
        case ("POST", 2, "identity"): return try await compare(path[0], member, request)
        case ("GET", 3, _) where path[1] == "proofs": return try await lineProof(path[2])
        case ("GET", 3, "paper"): return try await paper(path, member, request, peer)
        case ("POST", 2, "chart"): return try await link(path[0], member, request)
        case ("POST", 2, "withdraw"):
            return try await end(path[0], member, by: parts.records.withdraw)
        case ("POST", 2, "close"):
            return try await end(path[0], member, by: parts.records.close)
        default: throw .notFound
        }
    }

    private func list(_ member: StaffMember) async throws(Problem) -> HTTPResponse {
        guard member.role.seesQualification else { throw .notAllowed }
        return .json(["checkIns": .array(await parts.book.all().map(\.listed))])
    }

    private func one(
        _ id: String, _ member: StaffMember, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        let note = try documentNote(request.query["document"])
        do throws(OpeningRefusal) {
            let qualification = try await parts.records.qualification(
                of: id, for: member, note: note)
            guard let checkIn = await parts.book.checkIn(id: id) else {
                throw .unknownCheckIn
            }
            guard case .object(var fields) = checkIn.listed else { throw .unknownCheckIn }
            let isSheet = request.query["form"] == "sheet"
            fields["qualification"] = isSheet ? qualification?.sheet : qualification?.json
            return .json(.object(fields))
        } catch { throw .opening(error) }
    }

    private func record(
        _ item: Item, _ id: String, _ member: StaffMember, _ request: HTTPRequest,
        _ peer: ServerPeer
    ) async throws(Problem) -> HTTPResponse {
        let note = try documentNote(request.query["document"])
        do throws(OpeningRefusal) {
            let opened = try await parts.records.open(item, of: id, for: member, note: note) {
                !peer.isGone
            }
            let sex = await parts.book.sex(of: id)
            // As it is, or laid out as the papers and pages show it.
            let isSheet = request.query["form"] == "sheet"
            let record: JSONValue =
                switch opened.content {
                case .drugs(let drugs): isSheet ? drugs.sheet : drugs.json
                case .checkups(let checkups):
                    isSheet ? checkups.sheet(sex: sex ?? .unset) : checkups.json
                }
            return .json(
                .object(present: [
                    ("checkIn", .string(id)), ("item", .string(item.rawValue)),
                    ("record", record), ("sex", sex.map { .string($0.rawValue) }),
                    ("historyIndex", .integer(Int64(clamping: opened.disclosure.index))),
                ]))
        } catch { throw .opening(error) }
    }

    /// What the access history says of the check-in's patient, oldest first.
    private func history(
        _ id: String, _ member: StaffMember, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        let note = try documentNote(request.query["document"])
        do throws(OpeningRefusal) {
            let entries = try await parts.records.history(of: id, for: member, note: note)
            return .json(["checkIn": .string(id), "entries": .array(entries.map(\.json))])
        } catch { throw .opening(error) }
    }

    /// `{"same": true}`: staff compared the answer's name and birth date with the patient.
    private func compare(
        _ id: String, _ member: StaffMember, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        let isSame: Bool
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            isSame = try fields.bool("same")
            try fields.finish()
        } catch { throw .malformedBody(error.description) }
        do throws(OpeningRefusal) {
            return .json(try await parts.records.compare(id, isSame: isSame, by: member).listed)
        } catch { throw .opening(error) }
    }

    private func end(
        _ id: String, _ member: StaffMember,
        by act: (String, StaffMember) async throws(OpeningRefusal) -> CheckIn
    ) async throws(Problem) -> HTTPResponse {
        guard member.role.seesQualification else { throw .notAllowed }
        do throws(OpeningRefusal) {
            let ended = try await act(id, member)
            guard case .object(var fields) = ended.listed else { throw .unknownCheckIn }
            fields["clearinghouseTold"] = .bool(!ended.owesWithdrawal)
            return .json(.object(fields))
        } catch { throw .opening(error) }
    }
}

extension CheckIn {
    /// The check-in without anything about the patient.
    var listed: JSONValue {
        .object(present: [
            ("id", .string(id)), ("number", JSONValue(number)),
            ("openedAt", .string(openedAt.rfc3339)), ("state", .string(state.rawValue)),
            ("way", .string(way?.way.rawValue ?? "spoken")),
            ("spoken", spoken.map { .string($0.kind.rawValue) }),
            ("enteredBy", enteredBy.map { .string($0.rawValue) }),
            ("identity", .string(identity.rawValue)),
            ("certificateEnds", certificateEnds.map { .string($0.rfc3339) }),
            ("certificateLife", certificateLife.map { .string($0.rawValue) }),
            ("until", .string(grant.until.rfc3339)), ("chart", chart.map(JSONValue.string)),
            (
                "items",
                .array(
                    grant.items.map {
                        ["item": .string($0.item.rawValue), "until": .string($0.until.rfc3339)]
                    })
            ),
        ])
    }
}
