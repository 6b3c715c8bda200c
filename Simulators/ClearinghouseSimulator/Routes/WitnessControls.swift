import HTTP
import JSON
import Octets
import Records
import TransparencyLog

extension AdminRoute {
    var witnessOperation: Operation {
        let log = Schema.object([
            .field("origin", .text(.words, 1...255)),
            .field("keys", .list(.text(.words, 1...512), 1...100), "verifier keys of the log"),
            .optional("size", .integer(0...Int.max >> 10), "the size that was cosigned last"),
            .optional("root", .text(.words, 44...44), "base64"),
            .optional("cosignedAt", .instant),
            .field("forked", .boolean, "whether it signed two roots of one size"),
            .field("intentsTold", .integer(0...Int.max >> 10)),
            .field("intentsShown", .integer(0...Int.max >> 10), "with a proof"),
            .field(
                "intentsBeyond", .integer(0...Int.max >> 10), "told, but not yet cosigned over"),
        ])
        let answer = Schema.object([
            .field("name", .text(.words, 1...255)), .field("key", .text(.words, 1...512)),
            .field("logs", .list(log, 0...10_000)),
        ])
        var operation = Operation(
            summary: self == .witness
                ? "The witness: its verifier key, and how the logs stand that it watches."
                : "Lets the witness watch a log from now on.",
            speakers: [], answer: .json(answer), problems: [.witnessAbsent])
        if self == .watchLog {
            operation.body = .object([
                .field("key", .text(.words, 1...512), "the log's verifier key (signed-note)")
            ])
            operation.problems.append(.logKeyMalformed)
        }
        return operation
    }
}

extension AdministrationService {
    /// Shows the witness, after it took a log where one is named.
    func witness(watching key: String?) async throws(Refusal) -> HTTPResponse {
        guard let witness else { throw Refusal(.witnessAbsent) }
        if let key {
            let log: NoteKey
            do throws(NoteError) { log = try NoteKey(vkey: key) } catch {
                throw Refusal(.logKeyMalformed)
            }
            // A longer name could not be shown, nor asked for.
            guard log.name.utf8.count <= 255 else { throw Refusal(.logKeyMalformed) }
            do throws(WitnessRefusal) { try await witness.watch(log) } catch {
                throw Refusal(.unavailable)
            }
        }
        var logs: [JSONValue] = []
        for standing in await witness.standings { logs.append(await json(standing)) }
        return .json([
            "name": .string(witness.key.name), "key": .string(witness.key.vkey),
            "logs": .array(logs),
        ])
    }

    private func json(_ standing: Witness.Standing) async -> JSONValue {
        let last = standing.cosigned
        let (log, beyond) = await house.intents(
            of: standing.origin, size: last?.checkpoint.size ?? 0)
        return .object(present: [
            ("origin", .string(standing.origin)),
            ("keys", .array(standing.keys.map { .string($0.vkey) })),
            ("size", last.map { JSONValue(Int(clamping: $0.checkpoint.size)) }),
            ("root", last.map { .string($0.checkpoint.root.base64) }),
            (
                "cosignedAt",
                last.map { .string(Instant(seconds: Int64(clamping: $0.seconds)).rfc3339) }
            ), ("forked", .bool(standing.isForked)), ("intentsTold", JSONValue(log.told)),
            ("intentsShown", JSONValue(log.shown)), ("intentsBeyond", JSONValue(beyond)),
        ])
    }
}
