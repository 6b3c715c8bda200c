package import HTTP
package import Network
import Octets
package import Records
import TransparencyLog

/// The witness's listener. Nobody is asked who they are: a checkpoint counts by its signature.
///
/// | | |
/// |---|---|
/// | `POST /add-checkpoint` | C2SP tlog-witness; the good answer also names entries to show |
/// | `GET /<SHA-256 of the origin>/checkpoint` | what was cosigned last, for monitors |
/// | `POST /add-proof` | a tlog-proof whose extra line is the entry: one of those named |
package struct WitnessService: HTTPHandler {
    /// The field that names, with spaces between, indices of intents that are asked for.
    package static let samplesField = "Madoguchi-Samples"
    private let witness: Witness
    private let house: House
    private let now: @Sendable () -> Instant

    /// A service over a witness; the house knows which intents it was told of.
    package init(witness: Witness, house: House, now: @escaping @Sendable () -> Instant) {
        (self.witness, self.house, self.now) = (witness, house, now)
    }

    /// What a listener of this service takes.
    package static var limits: ServerLimits {
        var limits = ServerLimits()
        limits.http.bodyOctets = 2 * CheckpointSubmission.longestOctetCount
        return limits
    }

    package func respond(to request: HTTPRequest, from peer: ServerPeer) async -> HTTPResponse {
        let segments = request.path.split(separator: "/", omittingEmptySubsequences: false)
        switch (request.method, request.path) {
        case ("POST", "/add-checkpoint"): return await add(request.body)
        case ("POST", "/add-proof"): return await show(request.body)
        case (_, "/add-checkpoint"), (_, "/add-proof"): return Self.notAllowed("POST")
        default: break
        }
        guard segments.count == 3, segments[0].isEmpty, segments[2] == "checkpoint",
            let origin = SHA256Digest(hex: segments[1])
        else { return Self.text(404, "nothing is here\n") }
        guard request.method == "GET" else { return Self.notAllowed("GET") }
        guard let note = await witness.cosigned(origin) else {
            return Self.text(404, "nothing was cosigned\n")
        }
        return Self.text(200, note.octets)
    }

    private func add(_ body: [UInt8]) async -> HTTPResponse {
        do throws(WitnessRefusal) {
            let submission: CheckpointSubmission
            do throws(NoteError) { submission = try CheckpointSubmission(body) } catch {
                throw .malformed("\(error)")
            }
            let cosignature = try await witness.cosign(submission, at: now())
            var response = Self.text(200, "\(cosignature.line)\n")
            let samples = await house.samples(
                of: submission.checkpoint.origin, size: submission.checkpoint.size)
            if !samples.isEmpty {
                response.headers.append(
                    Self.samplesField, samples.map(String.init).joined(separator: " "))
            }
            return response
        } catch { return Self.refusal(error) }
    }

    private func show(_ body: [UInt8]) async -> HTTPResponse {
        do throws(WitnessRefusal) {
            let proof: ProofFile
            do throws(NoteError) { proof = try ProofFile(octets: body) } catch {
                throw .malformed("\(error)")
            }
            let (origin, index) = try await witness.check(proof)
            guard await house.show(index, of: origin) else {
                return Self.text(404, "nobody told of an intent there\n")
            }
            return HTTPResponse(status: 204)
        } catch { return Self.refusal(error) }
    }

    private static func refusal(_ refusal: WitnessRefusal) -> HTTPResponse {
        switch refusal {
        case .malformed(let reason): return text(400, "\(reason)\n")
        case .notSigned: return text(403, "not signed by the log, or not cosigned here\n")
        case .unknownLog: return text(404, "this log is not watched\n")
        case .otherSize(let size):
            return HTTPResponse(
                status: 409, headers: HTTPHeaders([("Content-Type", "text/x.tlog.size")]),
                body: Array("\(size)\n".utf8))
        case .inconsistent: return text(422, "the proof does not hold\n")
        case .notKept: return text(500, "it could not be kept\n")
        }
    }

    private static func notAllowed(_ methods: String) -> HTTPResponse {
        var response = text(405, "\(methods) only\n")
        response.headers.append("Allow", methods)
        return response
    }

    private static func text(_ status: Int, _ words: String) -> HTTPResponse {
        text(status, Array(words.utf8))
    }

    private static func text(_ status: Int, _ octets: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: HTTPHeaders([
                ("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store"),
            ]), body: octets)
    }
}
