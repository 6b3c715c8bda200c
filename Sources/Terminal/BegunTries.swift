internal import AccessHistory
package import Disclosures
internal import JSON
internal import Octets
package import Records

/// A PIN that is about to be sent to a card: kept before it is sent, until the access history tells
/// of it. So a try that a card spends while the service is killed is neither untold nor uncounted.
package struct BegunTry: Hashable, Sendable, PersonalData {
    /// The card, by its reference.
    package var card: CardReference
    /// The reader it lay on.
    package var reader: String
    /// When.
    package var time: Instant

    /// A try.
    package init(card: CardReference, reader: String, time: Instant) {
        (self.card, self.reader, self.time) = (card, reader, time)
    }
}

/// Where tries that were begun survive a crash.
package protocol TryVault: Sendable {
    /// Keeps it, in place of an older one of the same card; whether it would survive a crash.
    func begin(_ begun: BegunTry) async -> Bool
    /// The access history tells of it, or nothing was sent.
    func end(card: CardReference) async
    /// Those that nothing ended.
    func begunTries() async -> [BegunTry]
}

extension HistoryEvent {
    /// The card whose try this event tells of; nothing of other events.
    var toldTry: CardReference? {
        let isProof = kind == .proof && way != nil || kind == .intent && way == .pin
        return isProof ? patient?.card : nil
    }
}

extension HistoryScribe {
    /// Tells of tries that an earlier run began and did not live to tell of: how they ended nobody
    /// knows, so they count as wrong.
    package func tellInterruptedTries(of vault: any TryVault, to watch: PINWatch) async {
        for begun in await vault.begunTries() {
            var query = HistoryQuery(patient: PatientReference(card: begun.card))
            (query.kinds, query.from) = ([.proof, .intent], begun.time)
            guard let entries = try? await store.events(matching: query) else { return }
            if !entries.contains(where: { $0.event.toldTry == begun.card }) {
                await watch.failed(named: begun.card.code.hex, on: begun.reader, at: now)
                var event = scene(actor: .patient, patient: PatientReference(card: begun.card))
                    .proof(.pin, .unknown, reason: "terminalStopped", at: now)
                event.note = "begun at \(begun.time.rfc3339)"
                // What cannot be written now is told at the next start.
                guard await write(event) != nil else { return }
            }
            await vault.end(card: begun.card)
        }
    }
}

extension BegunTry {
    init(json value: JSONValue) throws(JSONError) {
        var fields = try JSONFields(value)
        card = try fields.require("card", "must be 64 hexadecimal digits") {
            $0.stringValue.flatMap(SHA256Digest.init(hex:)).map(CardReference.init(code:))
        }
        reader = try fields.string("reader", maximum: 1024)
        time = try fields.require("time", "must be an instant") {
            $0.stringValue.flatMap(Instant.init(rfc3339:))
        }
        try fields.finish()
    }

    var json: JSONValue {
        [
            "card": .string(card.code.hex), "reader": .string(reader),
            "time": .string(time.rfc3339),
        ]
    }
}
