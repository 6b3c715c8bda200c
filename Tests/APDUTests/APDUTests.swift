import APDU
import Octets
import Testing

private func octets(_ hex: String) -> [UInt8] { [UInt8](hex: hex) ?? [] }

/// A channel that gives prepared answers and remembers what was sent.
private struct PreparedCard: CardChannel {
    var answers: [[UInt8]]
    var sent: [[UInt8]] = []

    mutating func transmit(_ command: Span<UInt8>) throws(CardChannelError) -> ResponseAPDU {
        sent.append(command.withUnsafeBufferPointer { [UInt8]($0) })
        guard !answers.isEmpty else { throw .removed }
        return try ResponseAPDU(answers.removeFirst())
    }
}

private let commandForms: [(String, CommandAPDU)] = [
    ("00200080", CommandAPDU(0x00, 0x20, 0x00, 0x80)),
    ("00b0000004", CommandAPDU(0x00, 0xB0, 0, 0, expected: 4)),
    ("00b0010000", CommandAPDU(0x00, 0xB0, 1, 0, expected: 256)),
    ("00a4020c02000a", CommandAPDU(0x00, 0xA4, 2, 0x0C, data: [0, 0x0A])),
    ("802a008002010200", CommandAPDU(0x80, 0x2A, 0, 0x80, data: [1, 2], expected: 256)),
    ("00b00000000101", CommandAPDU(0x00, 0xB0, 0, 0, expected: 257)),
    ("00b00000000000", CommandAPDU(0x00, 0xB0, 0, 0, expected: 65_536)),
    ("80a200000000030102030200", CommandAPDU(0x80, 0xA2, 0, 0, data: [1, 2, 3], expected: 512)),
]

@Test("a command is written as ISO/IEC 7816-4 writes it and read back", arguments: commandForms)
func commandForm(hex: String, command: CommandAPDU) {
    #expect(command.octets.hex == hex)
    #expect(CommandAPDU(octets(hex)) == command)
}

@Test("a long command without expected length is extended")
func extendedData() {
    let command = CommandAPDU(0x00, 0xD6, 0, 0, data: [UInt8](repeating: 7, count: 300))
    #expect(command.octets.count == 4 + 3 + 300)
    #expect(CommandAPDU(command.octets) == command)
}

@Test(
    "octets that are no command are none",
    arguments: [
        "", "00", "00a404", "00a4040c0200", "00a4040c02000a0000",
        "00b000000001", "00b0000000000001", "00b00000000002010201",
    ])
func notACommand(hex: String) {
    #expect(CommandAPDU(octets(hex)) == nil)
}

@Test("an answer shorter than a status word is an error", arguments: ["", "90"])
func shortAnswer(hex: String) {
    #expect(throws: CardChannelError.answerTooShort(hex.utf8.count / 2)) {
        try ResponseAPDU(octets(hex))
    }
}

@Test("an answer longer than any is an error")
func longAnswer() throws {
    let longest = [UInt8](repeating: 0, count: 65_536) + [0x90, 0x00]
    #expect(try ResponseAPDU(longest).data.count == 65_536)
    #expect(throws: CardChannelError.answerTooLong) { try ResponseAPDU([0] + longest) }
}

@Test(
    "tries are read from 63Cx and from nothing else",
    arguments: [
        (0x63C3, 3), (0x63C0, 0), (0x63CF, 15), (0x6300, nil), (0x9000, nil), (0x6984, nil),
    ]
        as [(UInt16, Int?)])
func triesLeft(word: UInt16, tries: Int?) {
    #expect(StatusWord(rawValue: word).retriesLeft == tries)
}

@Test("locked is said in three ways", arguments: [0x63C0, 0x6983, 0x6984] as [UInt16])
func locked(word: UInt16) throws {
    var card = PreparedCard(answers: [StatusWord(rawValue: word).octets])
    #expect(try card.send(AskTries()) == .locked)
    #expect(card.sent == [[0x00, 0x20, 0x00, 0x80]])
}

@Test("the question for tries takes no other word for an answer")
func triesRefused() {
    for word in [0x9000, 0x6A88, 0x6300] as [UInt16] {
        var card = PreparedCard(answers: [StatusWord(rawValue: word).octets])
        #expect(throws: CardCommandError.refused(StatusWord(rawValue: word))) {
            try card.send(AskTries())
        }
    }
}

@Test("READ BINARY gives what is there, at most what was asked for")
func readBinary() throws {
    var card = PreparedCard(answers: [
        octets("0102039000"), octets("01026282"), octets("0102030405" + "9000"), octets("6b00"),
    ])
    #expect(try card.send(ReadBinary(offset: 0x1234, count: 4)) == [1, 2, 3])
    #expect(try card.send(ReadBinary(offset: 0, count: 256)) == [1, 2])
    #expect(throws: CardCommandError.malformed) { try card.send(ReadBinary(offset: 0, count: 4)) }
    #expect(throws: CardCommandError.refused(.wrongOffset)) {
        try card.send(ReadBinary(offset: 0, count: 4))
    }
    #expect(throws: CardCommandError.channel(.removed)) {
        try card.send(ReadBinary(offset: 0, count: 4))
    }
    #expect(card.sent.prefix(2).map(\.hex) == ["00b0123404", "00b0000000"])
}

@Test("a status word is shown as card people write it")
func statusText() {
    #expect("\(StatusWord.fileNotFound)" == "6A82")
    #expect("\(StatusWord(rawValue: 0x0062))" == "0062")
}
