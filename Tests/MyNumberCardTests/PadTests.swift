import APDU
import Cryptography
import Testing
import VirtualCard

@testable import MyNumberCard

/// A virtual card in a reader with keys, where somebody types.
private struct PadChannel: CardChannel {
    var card: FaultyCard
    /// What is typed, or the word that the reader says instead.
    var typed: Result<String, PINPadWord>
    var orders: [PINPadOrder] = []

    mutating func transmit(_ command: Span<UInt8>) throws(CardChannelError) -> ResponseAPDU {
        try card.transmit(command)
    }

    mutating func hasPINPad() -> Bool { true }

    mutating func verify(onPad order: PINPadOrder) throws(CardChannelError) -> ResponseAPDU {
        orders.append(order)
        switch typed {
        case .failure(let word):
            let octets = [UInt8(word.rawValue >> 8), UInt8(word.rawValue & 0xFF)]
            return try ResponseAPDU(octets[...])
        case .success(let digits):
            let command = order.template.prefix(5) + Array(digits.utf8)
            return try card.transmit(Array(command).span)
        }
    }
}

extension PINPadWord: Error {}

@Suite("The proof with a reader's own keys")
struct PadTests {
    private func proof(_ channel: inout PadChannel, last: Bool = false) throws -> [UInt8] {
        let image = try #require(Samples.image)
        let credential = try #require(image.authentication)
        return try prove(
            on: &channel, expecting: Certificate(der: credential.certificate), padSeconds: 30,
            signing: Array("pad".utf8), spendLastTry: last)
    }

    private func channel(_ typed: Result<String, PINPadWord>, tries: Int = 3) throws -> PadChannel {
        var card = VirtualCard(try #require(Samples.image))
        for _ in tries..<3 {
            _ = card.respond(to: [0x00, 0xA4, 0x04, 0x0C, 0x0A] + UserAuthentication.application)
            _ = card.respond(to: [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, 0x18])
            _ = card.respond(to: [0x00, 0x20, 0x00, 0x80, 0x04, 0x39, 0x39, 0x39, 0x39])
        }
        return PadChannel(card: FaultyCard(card), typed: typed)
    }

    @Test("the right PIN proves; the order holds places for the digits and none of them")
    func right() throws {
        var pad = try channel(.success("1234"))
        #expect(try !proof(&pad).isEmpty)
        #expect(pad.orders.map(\.template) == [[0, 0x20, 0, 0x80, 4, 0xFF, 0xFF, 0xFF, 0xFF]])
    }

    @Test("a wrong PIN counts; the last try and a locked PIN are found before the reader is asked")
    func counted() throws {
        var pad = try channel(.success("0000"))
        #expect(throws: CardError.wrongPIN(triesLeft: 2)) { try proof(&pad) }
        var last = try channel(.success("1234"), tries: 1)
        #expect(throws: CardError.lastTry) { try proof(&last) }
        #expect(last.orders.isEmpty)
        #expect(try !proof(&last, last: true).isEmpty)
        var locked = try channel(.success("1234"), tries: 0)
        #expect(throws: CardError.pinLocked) { try proof(&locked, last: true) }
        #expect(locked.orders.isEmpty)
    }

    @Test("what the reader says instead of the card is told as such, and costs no try")
    func words() throws {
        let expected: [(PINPadWord, CardError)] = [
            (.timedOut, .pad(.timedOut)), (.cancelled, .pad(.cancelled)),
            (.wrongLength, .pinMalformed),
            (.wrongOrder, .refused(StatusWord(rawValue: 0x6B80), step: .verifyPIN)),
        ]
        for (word, error) in expected {
            var pad = try channel(.failure(word))
            #expect(throws: error) { try proof(&pad) }
            #expect(pad.card.card.counters == PINCounters())
        }
    }

    @Test("a reader without keys is not asked for a PIN as if it had any")
    func none() throws {
        var card = FaultyCard(VirtualCard(try #require(Samples.image)))
        let credential = try #require(Samples.image?.authentication)
        let certificate = try Certificate(der: credential.certificate)
        #expect(card.hasPINPad() == false)
        #expect(throws: CardError.channel(.noPINPad)) {
            try prove(
                on: &card, expecting: certificate, padSeconds: 30, signing: [1])
        }
        #expect(card.card.counters == PINCounters())
    }
}
