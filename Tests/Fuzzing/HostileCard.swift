internal import APDU
internal import Authority
internal import Cryptography
internal import MyNumberCard
internal import Octets
internal import Records
internal import Secrets

/// A card that answers with whatever it was given, and counts what it is asked.
struct HostileCard: CardChannel {
    private var answers: ArraySlice<UInt8>
    private(set) var commandCount = 0
    /// How often a PIN was sent.
    private(set) var pinCount = 0
    /// The tries that the card last told before a PIN was sent.
    private var triesTold: Int?
    private(set) var spentLastTry = false

    init(_ answers: [UInt8]) { self.answers = answers[...] }

    mutating func transmit(_ command: Span<UInt8>) throws(CardChannelError) -> ResponseAPDU {
        commandCount += 1
        let isVerify = command.count >= 4 && command[1] == 0x20
        if isVerify && command.count > 5 {
            pinCount += 1
            if triesTold.map({ $0 <= 1 }) ?? true { spentLastTry = true }
        }
        // One octet says how long the next answer is; with 0xFF a whole piece follows.
        guard let head = answers.popFirst() else { throw .removed }
        let count = head == 0xFF ? 258 : Int(head)
        let octets = answers.prefix(count)
        answers = answers.dropFirst(count)
        let answer = try ResponseAPDU(octets)
        if isVerify && command.count <= 5 {
            let word = answer.status.rawValue
            triesTold = word & 0xFFF0 == 0x63C0 ? Int(word & 0x0F) : 0
        }
        return answer
    }
}

/// A card that answers anything: never more than one PIN, never the last try, never a signature
/// that was not checked, and an end.
func meetHostileCard(_ input: [UInt8]) {
    var card = HostileCard(input)
    _ = try? readIdentity(on: &card)
    demand(card.pinCount == 0, "reading sends no PIN")
    demand(card.commandCount < 64, "reading ends")
    guard let expected = expected else { return }
    card = HostileCard(input)
    var pin = SecretPage(capacity: 4)
    for digit in "1234".utf8 { pin.append(digit) }
    let signature = try? prove(on: &card, expecting: expected, pin: pin, signing: [1, 2, 3])
    demand(card.pinCount <= 1, "one PIN at the most")
    demand(!card.spentLastTry, "the last try is not spent unasked")
    demand(card.commandCount <= 8, "a proof is eight commands at the most")
    if let signature {
        demand(
            expected.publicKey.isValid(signature: signature, over: [1, 2, 3]),
            "a signature was checked")
    }
}

/// A certificate that the hostile card is expected to show.
private let expected: Certificate? = {
    let (from, to) = (Instant(seconds: 1_700_000_000), Instant(seconds: 1_900_000_000))
    let key = try? PrivateKey.generate(.p256)
    return try? key.map { key in
        try CertificateAuthority.make(unit: "Fuzzing", key: key, notBefore: from, notAfter: to)
            .certificate
    }
}()
