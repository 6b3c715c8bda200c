package import AccessHistory
internal import Disclosures
internal import HTTP
package import JSON
internal import Octets
internal import Records
internal import Terminal
internal import TransparencyLog

extension LocalAPI {
    /// Reading the access history: for administrators, and itself recorded first.
    func history(_ name: String, _ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        let query = try query(request)
        do throws(HistoryError) {
            switch name {
            case "entries":
                guard await noteReading(query, by: member) else { throw HistoryError.closed }
                let entries = try await parts.scribe.store.events(matching: query)
                return .json(["entries": .array(entries.map(\.json))])
            case "intent":
                guard let index = request.query["index"].flatMap(UInt64.init) else {
                    return .problem(.badRequest("index must be an entry's number"))
                }
                let (intent, closing) = try await parts.scribe.store.intent(at: index)
                let whose = HistoryQuery(patient: intent.event.patient)
                guard await noteReading(whose, by: member) else { throw HistoryError.closed }
                return .json(
                    .object(present: [("intent", intent.json), ("closing", closing?.json)]))
            case "statistics":
                guard await noteReading(query, by: member, reason: "statistics") else {
                    throw HistoryError.closed
                }
                let days = try await parts.scribe.store.statistics(matching: query)
                return .json(["days": .array(days.map(\.json))])
            case "checkpoint": return try await checkpoint()
            default: return .problem(.notFound)
            }
        } catch {
            throw Self.problem(error)
        }
    }

    /// Somebody is about to export entries in clear: written down first, then they get the
    /// checkpoint that their export leads up to.
    func exportHistory(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        guard let form = request.query["form"],
            ["csv", "fhir", "postgres", "syslog", "reconcile", "escrow"].contains(form)
        else {
            throw .badRequest("form must be csv, fhir, postgres, syslog, escrow or reconcile")
        }
        guard let first = UInt64(request.query["from"] ?? "0"),
            first <= UInt64(HistoryEvent.largestIndex)
        else { throw .badRequest("from must be an entry's number") }
        // Whose keys go where is told by the auditor's certificate.
        let receiver = request.query["for"]
        let isNamed = receiver.map { SHA256Digest(hex: $0) != nil } ?? false
        guard isNamed == (form == "escrow"), isNamed || receiver == nil
        else { throw .badRequest("for must be the digest of the auditor's certificate") }
        let isWritten = await noteReading(
            HistoryQuery(), by: member, reason: form == "reconcile" ? "reconcile" : "export",
            note: receiver.map { "escrow, for the certificate \($0)" }
                ?? "\(form), from entry \(first)")
        do throws(HistoryError) {
            guard isWritten else { throw HistoryError.closed }
            return try await checkpoint()
        } catch {
            throw Self.problem(error)
        }
    }

    /// Destroys the keys of months whose time has come. What time it is the witnesses say where there
    /// are any: a clock that ran ahead destroys nothing.
    func expireHistory(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        guard let month = request.query["before"].flatMap({ YearMonth($0) }) else {
            throw .badRequest("before must be a month such as 2019-11")
        }
        let trusted = try await trustedTime()
        let scene = parts.scribe.scene(actor: member.actor)
        do throws(HistoryError) {
            let manifest = try await parts.scribe.store.expire(
                before: month, retentionYears: parts.historyRetentionYears, at: trusted,
                scene.event(.administratorAct, at: parts.scribe.now))
            return .json([
                "before": .string(month.description),
                "destroyedKeys": JSONValue(manifest.keys.map(\.count).reduce(0, +)),
            ])
        } catch {
            throw Self.problem(error)
        }
    }

    /// Another key seals from now on.
    func rotateHistoryKey(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        let scene = parts.scribe.scene(actor: member.actor)
        do throws(HistoryError) {
            let id = try await parts.scribe.store.rotateMonthKey(
                scene.event(.administratorAct, at: parts.scribe.now))
            return .json(["key": JSONValue(id)])
        } catch { throw Self.problem(error) }
    }

    /// Erases what was sealed of one patient. The patient's id comes in the body: it stands in no log.
    func eraseHistory(_ request: HTTPRequest) async throws(Problem) -> HTTPResponse {
        let member = try staff(request)
        guard member.role == .administrator else { throw .notAllowed }
        let (id, why, despite): (String, String, Bool)
        do throws(JSONError) {
            var fields = try JSONFields(try JSONValue(parsing: request.body))
            id = try fields.string("patient", maximum: HistoryEvent.longestNameOctetCount)
            why = try fields.string("why", maximum: ErasureManifest.longestWhyOctetCount)
            despite = try fields.optionalBool("despiteRetention") ?? false
            try fields.finish()
        } catch { throw .badRequest(error.description) }
        guard HistoryEvent.isName(id), !why.isEmpty,
            why.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
        else {
            throw .badRequest("patient and why must say something, in one line")
        }
        // Where the time to be kept does not count, nor does what time it is.
        let trusted = despite ? parts.scribe.now : try await trustedTime()
        let scene = parts.scribe.scene(actor: member.actor)
        do throws(HistoryError) {
            let count = try await parts.scribe.store.erase(
                patient: id, why: why,
                retentionYears: despite ? nil : parts.historyRetentionYears, at: trusted,
                scene.event(.administratorAct, at: parts.scribe.now))
            return .json(["erased": JSONValue(count)])
        } catch { throw Self.problem(error) }
    }

    /// What time it is for what cannot be undone: as the witnesses say where there are any.
    private func trustedTime() async throws(Problem) -> Instant {
        if let witnesses = parts.witnesses {
            guard let cosigned = await witnesses.cosignedTime else { throw .timeNotCosigned }
            return cosigned
        }
        guard parts.scribe.scene(actor: .patient).timeQuality == .synchronised else {
            throw .timeUntrusted
        }
        return parts.scribe.now
    }

    private func checkpoint() async throws(HistoryError) -> HTTPResponse {
        let note = try await parts.scribe.store.checkpoint()
        return .json([
            "note": .string(String(decoding: note.octets, as: UTF8.self)),
            "key": .string(parts.scribe.store.logKey.vkey),
        ])
    }

    /// Whether the history cannot be written, or something in it cannot be read.
    static func problem(_ error: HistoryError) -> Problem {
        switch error {
        case .noEntry: return .noEntry
        case .retained: return .mustBeKept(error.description)
        case .erased: return .entryErased
        case .damaged, .markLost, .foreign, .event, .keyGone, .cryptography, .absent:
            return .historyUnread(error.description)
        case .inUse, .diskFull, .notPermitted, .system, .contradicted, .poisoned, .closed:
            var problem = Problem.historyClosed
            problem.detail = error.description
            return problem
        }
    }

    func noteReading(
        _ query: HistoryQuery, by member: StaffMember, reason: String? = nil, note: String? = nil
    ) async -> Bool {
        var event = parts.scribe.scene(actor: member.actor, patient: query.patient)
            .event(.historyRead, at: parts.scribe.now)
        event.item = .history
        event.purpose = .review
        (event.reason, event.note) = (reason, note)
        return await parts.scribe.write(event) != nil
    }

    /// What is asked for; a filter that cannot be read is refused, not passed over.
    func query(_ request: HTTPRequest) throws(Problem) -> HistoryQuery {
        let asked = request.query
        func read<Value>(_ name: String, _ must: String, _ read: (String) -> Value?)
            throws(Problem) -> Value?
        {
            guard let text = asked[name] else { return nil }
            guard let value = read(text) else { throw .badRequest("\(name) must be \(must)") }
            return value
        }
        let must = "an id of 1 to \(HistoryEvent.longestNameOctetCount) octets"
        let patient = try read("patient", must) {
            HistoryEvent.isName($0) ? PatientReference(id: $0) : nil
        }
        var query = HistoryQuery(patient: patient)
        query.item = try read("item", "a known item", DisclosedItem.init(rawValue:))
        query.actor = try read("actor", must) { HistoryEvent.isName($0) ? $0 : nil }
        query.from = try read("from", "an instant such as 2026-11-22T00:00:00Z") {
            Instant(rfc3339: $0)
        }
        query.until = try read("until", "an instant such as 2026-11-22T00:00:00Z") {
            Instant(rfc3339: $0)
        }
        query.limit =
            try read("limit", "a number from 1 to 10000") { text in
                Int(text).flatMap { (1...10_000).contains($0) ? $0 : nil }
            } ?? 1000
        return query
    }
}

extension WitnessStanding {
    /// How far the history is cosigned, as programs get it.
    package func json(entries size: UInt64) -> JSONValue {
        [
            "quorum": JSONValue(quorum), "witnesses": JSONValue(witnessCount),
            "cosignedEntries": .integer(Int64(clamping: cosignedSize)),
            "uncosignedEntries": .integer(Int64(clamping: size - min(size, cosignedSize))),
            "troubles": .object(
                present: troubles.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }),
        ]
    }
}

extension DiskRoom {
    /// How full the disk is, as programs get it.
    package var json: JSONValue {
        [
            "freeOctets": .integer(Int64(clamping: freeOctets)),
            "usedPercent": JSONValue(usedPercent),
        ]
    }
}

extension DayStatistics {
    /// The day as programs get it.
    package var json: JSONValue {
        let items = DisclosedItem.allCases.map { item in
            (item.rawValue, disclosures[item].map { JSONValue($0) })
        }
        return .object(present: [
            ("day", .string(day.description)), ("checkIns", JSONValue(checkIns)),
            ("failedProofs", JSONValue(failedProofs)),
            ("disclosures", .object(present: items)), ("ownViews", JSONValue(ownViews)),
            ("refusals", JSONValue(refusals)), ("unknownOutcomes", JSONValue(unknownOutcomes)),
            ("historyReads", JSONValue(historyReads)), ("exports", JSONValue(exports)),
            ("administratorActs", JSONValue(administratorActs)), ("entries", JSONValue(entries)),
        ])
    }
}

extension HistoryEntry {
    /// The entry as programs get it: its index and what it says.
    package var json: JSONValue {
        [
            "index": .integer(Int64(clamping: index)),
            "event": event.json,
        ]
    }
}
