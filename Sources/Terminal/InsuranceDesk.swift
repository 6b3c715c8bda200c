internal import CheckIns
package import Clearinghouse
internal import Disclosures
package import JSON
internal import Octets
package import Records

/// Checks without a card: by what stands on an insurance certificate. Each is an intent, one exchange, and a disclosure. What could
/// not be asked is noted, sealed, and asked later (オフライン).
package actor InsuranceDesk {
    /// Somebody whose check waits for the clearinghouse.
    package struct Waiting: Hashable, Sendable {
        /// An id.
        package var id: String
        /// Since when.
        package var since: Instant
        /// What stands on the certificate.
        package var details: InsuranceDetails
    }

    /// The most that wait at once.
    static let longestList = 200
    let client: ClearinghouseClient
    let scribe: HistoryScribe
    let book: CheckInBook
    private var kept: [Waiting]?

    /// A desk beside the one of records.
    package init(beside records: RecordDesk) {
        (client, scribe, book) = (records.client, records.scribe, records.book)
    }

    /// Asks what the holder of a certificate is entitled to.
    package func check(
        _ details: InsuranceDetails, by member: StaffMember
    ) async throws(OpeningRefusal) -> Qualification {
        try await ask(details, by: member).qualification
    }

    /// Registers the clinic's own number of a patient (照会番号登録): asked who they are as in any check,
    /// and kept for their next check-ins.
    package func register(
        _ chart: String, of details: InsuranceDetails, by member: StaffMember
    ) async throws(OpeningRefusal) {
        let answer = try await ask(details, by: member, note: "chart number")
        guard let patient = answer.patient else { throw .unknownCheckIn }
        await book.remember(chart: chart, ofPatient: patient)
    }

    private func ask(
        _ details: InsuranceDetails, by member: StaffMember, note: String = "insurance details"
    ) async throws(OpeningRefusal) -> InsuranceAnswer {
        guard member.role.seesQualification else { throw .notAllowed }
        var intent = scribe.scene(actor: member.actor).intent(
            .checkIn, item: .qualification, purpose: .treatment,
            requestID: scribe.requestID(), at: scribe.now)
        intent.note = note
        guard let place = await scribe.write(intent) else { throw .storeClosed }
        let answer: InsuranceAnswer
        do throws(ClearinghouseError) {
            answer = try await client.check(details, staff: member.id, intent: place)
        } catch {
            throw await refused(intent, place, error)
        }
        if let patient = answer.patient { intent.patient = PatientReference(id: patient) }
        let disclosure = intent.disclosure(
            ofIntentAt: place.index, answerDigest: answer.digest, recipient: member.id,
            at: scribe.now)
        guard await scribe.write(disclosure) != nil else { throw .storeClosed }
        return answer
    }

    // MARK: What could not be asked

    /// Who waits, oldest first.
    package func waiting() async -> [Waiting] {
        if let kept { return kept }
        let text = await book.text(named: Self.name)
        let read = text.flatMap { try? JSONValue(parsing: Array($0.utf8)) }?.arrayValue ?? []
        // What was noted meanwhile stands already.
        if let kept { return kept }
        let list = read.compactMap { Waiting($0) }
        kept = list
        return list
    }

    /// Notes somebody; nothing where too many wait.
    package func note(_ details: InsuranceDetails) async -> Waiting? {
        var list = await waiting()
        guard list.count < Self.longestList else { return nil }
        let one = Waiting(id: scribe.requestID(), since: scribe.now, details: details)
        list.append(one)
        await keep(list)
        return one
    }

    /// Takes somebody off the list.
    package func forget(_ id: String) async { await keep(await waiting().filter { $0.id != id }) }

    /// Asks for somebody who waits; who was answered waits no longer.
    package func recheck(
        _ id: String, by member: StaffMember
    ) async throws(OpeningRefusal) -> Qualification {
        guard let one = await waiting().first(where: { $0.id == id }) else {
            throw .unknownCheckIn
        }
        let qualification = try await check(one.details, by: member)
        await forget(id)
        return qualification
    }

    private static let name = "offline list"

    private func keep(_ list: [Waiting]) async {
        kept = list
        let text = JSONValue.array(list.map(\.json)).canonical
        await book.keep(String(decoding: text, as: UTF8.self), named: Self.name)
    }
}

extension InsuranceDesk.Waiting {
    fileprivate init?(_ value: JSONValue) {
        guard let id = value["id"]?.stringValue,
            let since = value["since"]?.stringValue.flatMap({ Instant(rfc3339: $0) }),
            let details = try? InsuranceDetails(value["details"] ?? .null, at: "$")
        else { return nil }
        (self.id, self.since, self.details) = (id, since, details)
    }

    /// The entry as the desk gets it.
    package var json: JSONValue {
        ["id": .string(id), "since": .string(since.rfc3339), "details": details.json]
    }
}
