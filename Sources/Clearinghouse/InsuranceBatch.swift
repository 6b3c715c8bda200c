package import CheckIns
internal import Cryptography
internal import HTTP
internal import JSON
package import Octets
package import Records

/// A booking that is checked with others (予約者の一括確認): the institution's own name for it, and
/// what stands on the certificate.
package struct Booking: Hashable, Sendable {
    /// The institution's name for it.
    package var id: String
    /// What stands on the certificate.
    package var details: InsuranceDetails

    /// A booking.
    package init(id: String, details: InsuranceDetails) { (self.id, self.details) = (id, details) }
}

/// How far a batch is, and what was found so far.
package struct BatchState: Hashable, Sendable {
    /// How many bookings there are.
    package var count: Int
    /// How many are done.
    package var done: Int
    /// How many of those could not be checked.
    package var errors: Int
    /// How far the clearinghouse got with it: at work, done, or broken off for good.
    package var segment: SegmentOfResult
    /// What was found.
    package var results: [Result]
    /// SHA-256 of the answer.
    package var digest: SHA256Digest

    /// What was found of a booking.
    package struct Result: Hashable, Sendable {
        /// The booking.
        package var id: String
        /// The patient's id, where one person was found.
        package var patient: String?
        /// What they are entitled to; nothing where that could not be checked.
        package var qualification: Qualification?
        /// Why not, in words.
        package var message: String?
    }
}

extension ClearinghouseClient {
    /// Hands a batch in; its reception number.
    package func submit(
        _ bookings: [Booking], intent: HistoryPlace
    ) async throws(ClearinghouseError) -> String {
        let list = bookings.map { booking -> JSONValue in
            ["id": .string(booking.id), "details": booking.details.json]
        }
        let answer = try await ask(
            HTTPRequest.json(
                "POST", "/v1/batches", ["bookings": .array(list), "intent": intent.named]),
            expecting: 202)
        guard let reception = answer["reception"]?.stringValue, isReception(reception) else {
            throw .garbage("no reception number")
        }
        return reception
    }

    /// How far a batch is.
    package func batch(_ reception: String) async throws(ClearinghouseError) -> BatchState {
        guard isReception(reception) else { throw .garbage("no reception number") }
        let answer = try await ask(
            HTTPRequest(method: "GET", target: "/v1/batches/\(reception)"), expecting: 200)
        func number(_ key: String) throws(ClearinghouseError) -> Int {
            guard let value = answer[key]?.integerValue, (0...500).contains(value) else {
                throw .garbage("\(key) is no number of bookings")
            }
            return Int(value)
        }
        var results: [BatchState.Result] = []
        for value in answer["results"]?.arrayValue ?? [] {
            guard let id = value["id"]?.stringValue else { throw .garbage("a result of nobody") }
            var result = BatchState.Result(
                id: id, patient: value["patient"]?.stringValue, qualification: nil,
                message: value["message"]?.stringValue ?? value["problem"]?.stringValue)
            if let found = value["qualification"] {
                do throws(JSONError) {
                    result.qualification = try Qualification(found, at: "$.results")
                } catch { throw .garbage("\(error)") }
            }
            results.append(result)
        }
        guard let segment = answer["segment"]?.stringValue.flatMap(SegmentOfResult.init(rawValue:))
        else { throw .garbage("segment is no code of \(SegmentOfResult.table)") }
        let state = BatchState(
            count: try number("count"), done: try number("done"), errors: try number("errors"),
            segment: segment, results: results, digest: SHA256Digest(hashing: answer.canonical))
        guard state.done <= state.count, state.segment != .normal || state.done == state.count
        else { throw .garbage("a batch with \(state.done) of \(state.count) done") }
        return state
    }
}

private func isReception(_ text: String) -> Bool {
    text.utf8.count == 22
        && text.utf8.allSatisfy { octet in
            (0x30...0x39).contains(octet) || (0x41...0x5A).contains(octet)
                || (0x61...0x7A).contains(octet) || octet == 0x2D || octet == 0x5F
        }
}
