import APDU
import Cryptography
import MyNumberCard
import Octets
import Records
import Testing
import VirtualCard

/// A channel that answers whatever it likes.
private struct Liar: CardChannel {
    var numbers: SeededNumbers
    /// An honest card behind it, whose answers are sometimes passed on.
    var card: VirtualCard
    var commands = 0

    mutating func transmit(_ command: Span<UInt8>) throws(CardChannelError) -> ResponseAPDU {
        commands += 1
        var octets = card.respond(to: command.withUnsafeBufferPointer { [UInt8]($0) }).octets
        switch Int.random(in: 0..<8, using: &numbers) {
        case 0:
            octets = (0..<Int.random(in: 0...300, using: &numbers)).map { _ in
                UInt8.random(in: .min ... .max, using: &numbers)
            }
        case 1:
            let index = Int.random(in: octets.indices, using: &numbers)
            octets[index] = UInt8.random(in: .min ... .max, using: &numbers)
        case 2: octets = [UInt8](octets.prefix(Int.random(in: 0...octets.count, using: &numbers)))
        case 3: octets = [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF] + octets
        default: break
        }
        return try ResponseAPDU(octets)
    }
}

@Suite("Fuzzing")
struct FuzzTests {
    /// A command: any octets, or one that is nearly right.
    private func command(_ numbers: inout SeededNumbers) -> [UInt8] {
        let heads: [[UInt8]] = [
            [0x00, 0xA4, 0x04, 0x0C, 0x0A] + CardApplicationName.jpki,
            [0x00, 0xA4, 0x04, 0x0C, 0x0A] + CardApplicationName.text,
            [0x00, 0xA4, 0x04, 0x0C, 0x0A] + CardApplicationName.surface,
            [0x00, 0xA4, 0x04, 0x0C, 0x0A] + CardApplicationName.common,
            [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, UInt8.random(in: 0...0x20, using: &numbers)],
            [0x00, 0xB0, UInt8.random(in: .min ... .max, using: &numbers)],
            [0x00, 0xB2, 0x01, 0x0C, 0x00], [0x80, 0x2A, 0x00, 0x00], [0x00, 0x84, 0x00, 0x00],
            [0x00, 0x20, 0x00, UInt8.random(in: 0x80...0x9F, using: &numbers)],
            [0x00, 0x24, 0x01, 0x80, 0x04],
        ]
        var octets =
            Bool.random(using: &numbers) ? [] : heads.randomElement(using: &numbers) ?? []
        for _ in 0..<Int.random(in: 0...6, using: &numbers) {
            octets.append(UInt8.random(in: .min ... .max, using: &numbers))
        }
        return octets
    }

    @Test("any commands get answers, and nothing but VERIFY and CHANGE changes the memory")
    func commands() throws {
        var numbers = SeededNumbers(seed: UInt64.random(in: 0...UInt64.max))
        var card = VirtualCard(try #require(Samples.complete))
        for _ in 0..<20_000 {
            let octets = command(&numbers)
            let before = card.memory
            let answer = card.respond(to: octets)
            #expect(answer.octets.count >= 2)
            if card.memory != before {
                let isChange =
                    octets.count > 4 && octets[0] == 0 && [0x20, 0x24].contains(octets[1])
                #expect(isChange, "\(octets.hex) changed the memory")
            }
        }
    }

    @Test("whatever a card answers, the terminal reads a value or a named error, in few commands")
    func answers() throws {
        var numbers = SeededNumbers(seed: UInt64.random(in: 0...UInt64.max))
        let image = try #require(Samples.complete)
        let holder = try #require(image.holder)
        let number = try #require(
            VerificationNumberB(
                birthDate: holder.birthDate, expiryYear: holder.expiresOn.year,
                securityCode: holder.securityCode))
        for _ in 0..<300 {
            var liar = Liar(
                numbers: SeededNumbers(seed: numbers.next()), card: VirtualCard(image))
            _ = try? readIdentity(on: &liar)
            _ = try? readFace(on: &liar, opening: number)
            #expect(liar.commands < 400)
            let octets = (0..<Int.random(in: 0...64, using: &numbers)).map { _ in
                UInt8.random(in: .min ... .max, using: &numbers)
            }
            _ = try? CardFace(parsing: [0xFF, 0x20, UInt8(octets.count)] + octets)
        }
    }
}
