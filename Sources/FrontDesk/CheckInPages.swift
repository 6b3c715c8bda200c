internal import AccessHistory
internal import CheckIns
internal import Disclosures
internal import Documents
internal import HTTP
internal import JSON
internal import Network
internal import Octets
internal import Records
internal import Terminal
internal import TransparencyLog

// What the desk shows of a check-in besides its records: the paper of one, the patient's history
// at this terminal, the clinic's chart.

extension LocalAPI {
    /// `GET /v1/check-ins/ID/drugs/paper`: the institution's copy as PDF. An opening of its own.
    func paper(
        _ path: [String], _ member: StaffMember, _ request: HTTPRequest, _ peer: ServerPeer
    ) async throws(Problem) -> HTTPResponse {
        guard let press = parts.press else { throw .noPress }
        let (id, name) = (path[0], path[1])
        guard let item = Item(rawValue: name) else { throw .notFound }
        let note = try documentNote(name)
        let qualification: Qualification?
        let content: PaperPress.Content
        do throws(OpeningRefusal) {
            let opened = try await parts.records.open(item, of: id, for: member, note: note) {
                !peer.isGone
            }
            switch opened.content {
            case .drugs(let drugs): content = .drugs(drugs)
            case .checkups(let checkups):
                let isElderly = request.query["elderly"] == "1"
                content = .checkups(checkups, isElderly ? .elderly : .specific)
            }
            qualification = try await parts.records.qualification(of: id, for: member, note: note)
        } catch { throw .opening(error) }
        guard let qualification else { throw .noQualification }
        return try await press.print(
            content, of: qualification, copy: .institution,
            madeOn: qualification.confirmedOn ?? parts.scribe.now.dateInJapan,
            isLarge: request.query["large"] == "1")
    }

    /// `GET /v1/check-ins/ID/history`: what this terminal's history says of the patient. Reading it
    /// is an entry too.
    func patientsHistory(
        _ id: String, _ member: StaffMember
    ) async throws(Problem) -> HTTPResponse {
        guard member.role.seesQualification else { throw .notAllowed }
        guard let checkIn = await parts.book.checkIn(id: id) else {
            throw .opening(.unknownCheckIn)
        }
        guard checkIn.state == .open else { throw .opening(.ended(checkIn.state)) }
        guard checkIn.identity != .undecided else { throw .opening(.identityUndecided) }
        let patient = parts.scribe.reference(
            patient: checkIn.patient, certificate: checkIn.certificate)
        var event = parts.scribe.scene(actor: member.actor, patient: patient, checkIn: id)
            .event(.historyRead, at: parts.scribe.now)
        (event.item, event.purpose, event.reason) = (.history, .review, "patientsHistory")
        guard await parts.scribe.write(event) != nil else { throw .historyClosed }
        var query = HistoryQuery(patient: patient)
        query.limit = 1000
        do throws(HistoryError) {
            let entries = try await parts.scribe.store.events(matching: query)
            return .json([
                "checkIn": .string(id), "origin": .string(parts.scribe.store.origin),
                "entries": .array(entries.map(\.json)),
            ])
        } catch { throw Self.problem(error) }
    }

    /// `GET /v1/check-ins/ID/proofs/INDEX`: one line's leaf, and the proof that the log holds it. It
    /// tells nothing of anybody: the leaf is a commitment.
    func lineProof(_ index: String) async throws(Problem) -> HTTPResponse {
        guard let index = UInt64(index) else { throw .notFound }
        do throws(HistoryError) {
            let (leaf, proof) = try await parts.scribe.store.receipt(of: index)
            return .json([
                "index": .integer(Int64(clamping: index)), "leaf": .string(leaf.base64()),
                "proof": .string(String(decoding: proof.octets, as: UTF8.self)),
                "key": .string(parts.scribe.store.logKey.vkey),
            ])
        } catch { throw Self.problem(error) }
    }

    /// `POST /v1/check-ins/ID/chart`: `{"chart": "12345"}`, or without one to unlink.
    func link(
        _ id: String, _ member: StaffMember, _ request: HTTPRequest
    ) async throws(Problem) -> HTTPResponse {
        guard member.role.seesQualification else { throw .notAllowed }
        let chart: String?
        do throws(JSONError) {
            var fields = try JSONFields(try request.jsonBody())
            chart = try fields.optional("chart", "must be 1 to 32 letters, digits or signs") {
                $0.stringValue.flatMap { CheckIn.isChart($0) ? $0 : nil }
            }
            try fields.finish()
        } catch { throw .malformedBody(error.description) }
        guard let linked = await parts.book.link(id: id, to: chart) else {
            throw .opening(.unknownCheckIn)
        }
        return .json(linked.listed)
    }
}

extension Problem {
    static let noQualification = Problem(
        "no-qualification", status: 409, title: "The qualification is not known any more.",
        titleJapanese: "資格情報が端末に残っていません。",
        nextStep: "Check the patient in again: a paper says whose it is.",
        nextStepJapanese: "もう一度受付をしてください。帳票には本人の資格情報が要ります。")
}
