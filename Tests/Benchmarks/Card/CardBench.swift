import APDU
import Cryptography
import JSON
import MyNumberCard
import PCSC
import Secrets

/// One identity and one proof, as the daemon makes them: two transactions, the second with reset.
struct CardBench {
    let reader: PCSCReader
    private let clock = ContinuousClock()

    init(reader: PCSCReader) { self.reader = reader }

    /// What one round took.
    struct Round {
        /// Each command's round trip.
        var trips: [Duration]
        /// Both transactions, from asking for the card to its end, connecting included.
        var whole: Duration
        /// The same with the certificate looked at between them.
        var round: Duration
        /// Octets of the certificate.
        var certificateCount: Int
    }

    func round() async throws -> Round {
        let begin = clock.now
        let (said, reading) = try await reader.perform(ending: .leave) {
            (channel) throws(CardError) in
            try timed(&channel) { (channel) throws(CardError) in try readCard(on: &channel) }
        }
        let read = clock.now
        let identity = try said.identity()
        let looked = clock.now
        let (_, proving) = try await reader.perform(ending: .reset) {
            (channel) throws(CardError) in
            try timed(&channel) { (channel) throws(CardError) in
                var pin = SecretPage(capacity: 4)
                for digit in Array("1234".utf8) { pin.append(digit) }
                return try prove(
                    on: &channel, expecting: identity.certificate, pin: pin,
                    signing: Array("card-benchmark".utf8))
            }
        }
        let end = clock.now
        return Round(
            trips: reading + proving, whole: end - begin - (looked - read), round: end - begin,
            certificateCount: identity.certificateDER.count)
    }

    /// The round trip of the shortest command there is, many times in one transaction.
    private func shortTrips(_ count: Int) async throws -> [Duration] {
        try await reader.perform(ending: .leave) { (channel) throws(CardError) in
            try timed(&channel) { (channel) throws(CardError) in
                do throws(CardCommandError) {
                    try channel.send(SelectApplication(UserAuthentication.application))
                    for _ in 0..<count { try channel.send(SelectFile(UserAuthentication.pin)) }
                } catch { throw .notMyNumberCard }
            }.1
        }
    }

    func report(rounds count: Int) async throws -> JSONValue {
        var rounds: [Round] = []
        var connecting: [Duration] = []
        _ = try await round()
        for _ in 0..<count {
            rounds.append(try await round())
            connecting.append(
                try await clock.measure {
                    try await reader.perform(ending: .leave) { (_) throws(CardError) in }
                })
        }
        let wholes = rounds.map(\.whole)
        let sums = rounds.map { $0.trips.reduce(.zero, +) }
        let ratios = zip(wholes, sums).map { $0 / $1 }.sorted()
        return [
            "apdus": JSONValue(rounds[0].trips.count),
            "certificateOctets": JSONValue(rounds[0].certificateCount),
            "apduMicroseconds": JSONValue(microseconds(median(try await shortTrips(500)))),
            "tripsMicroseconds": JSONValue(microseconds(median(sums))),
            "wholeMicroseconds": JSONValue(microseconds(median(wholes))),
            "roundMicroseconds": JSONValue(microseconds(median(rounds.map(\.round)))),
            "wholeToTripsPerMille": JSONValue(Int(ratios[ratios.count / 2] * 1000)),
            "emptyTransactionMicroseconds": JSONValue(microseconds(median(connecting))),
        ]
    }
}

/// Runs a body over a channel that notes how long each command takes.
private func timed<Answer>(
    _ channel: inout PCSCCardChannel, _ body: (inout TimedChannel) throws(CardError) -> Answer
) throws(CardError) -> (Answer, [Duration]) {
    var timed = TimedChannel(channel)
    let result = Result { () throws(CardError) in try body(&timed) }
    let trips = timed.trips
    channel = timed.inner()
    return (try result.get(), trips)
}

/// A channel that notes how long each command takes.
private struct TimedChannel: ~Copyable, CardChannel {
    private var channel: PCSCCardChannel
    private(set) var trips: [Duration] = []

    init(_ channel: consuming PCSCCardChannel) { self.channel = channel }

    consuming func inner() -> PCSCCardChannel { channel }

    mutating func transmit(
        _ command: Span<UInt8>
    ) throws(CardChannelError) -> ResponseAPDU {
        let clock = ContinuousClock()
        let begin = clock.now
        let answer = try channel.transmit(command)
        trips.append(clock.now - begin)
        return answer
    }
}

private func median(_ values: [Duration]) -> Duration { values.sorted()[values.count / 2] }
private func microseconds(_ duration: Duration) -> Int { Int(duration / .microseconds(1)) }
