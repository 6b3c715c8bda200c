internal import APDU
internal import Authority
internal import Cryptography
internal import Octets
internal import Records
internal import VirtualCard

// What one command costs at the virtual card itself, in process: half of them, and all but one in
// a hundred, take no longer; a line of JSON each. The card of the issue's limits: a command 0.2 ms, a signature 1 ms.

let now = Instant(seconds: 1_795_000_000)

func authority(_ unit: String) throws -> CertificateAuthority {
    try .make(
        unit: unit, key: .generate(.rsa(bits: 2048)), notBefore: now,
        notAfter: now.adding(seconds: 86_400))
}

func card(_ kind: KeyKind) throws -> VirtualCard {
    var order = CardImage.Order(
        person: "benchmark", notBefore: now, notAfter: now.adding(seconds: 86_400))
    order.keyKind = kind
    order.holder = CardHolder(
        PersonIdentity(name: "計測 花子", sex: .female, birthDate: LocalDate(dayNumber: 3_000)),
        issuedOn: now.dateInJapan, pictures: .none)
    return VirtualCard(
        try .issue(
            order, authentication: authority("Simulated user authentication"),
            signature: authority("Simulated digital signature"),
            printer: .generate(.rsa(bits: 2048))))
}

/// Sends a command many times and tells how long it takes.
func measure(_ name: String, _ hex: String, _ card: inout VirtualCard, times: Int) {
    let command = [UInt8](hex: hex) ?? []
    let clock = ContinuousClock()
    var durations = (0..<times).map { _ in
        clock.measure { _ = card.respond(to: command) }
    }
    durations.sort()
    func microseconds(_ share: Double) -> Double {
        let duration = durations[Int(Double(times - 1) * share)]
        return Double(duration.components.attoseconds) / 1e12
    }
    guard card.respond(to: command).status.rawValue & 0xFF00 != 0x6A00 else {
        fatalError("\(name) is refused")
    }
    print(
        #"{"what":"\#(name)","times":\#(times),"p50Microseconds":\#(microseconds(0.5)),"#
            + #""p99Microseconds":\#(microseconds(0.99))}"#)
}

let jpki = "00a4040c0ad392f000260100000001"
let digestInfo =
    "3031300d060960864801650304020105000420" + String(repeating: "5a", count: 32)
var rsa = try card(.rsa(bits: 2048))
measure("SELECT application", jpki, &rsa, times: 20_000)
measure("SELECT file", "00a4020c02000a", &rsa, times: 20_000)
measure("READ BINARY 256", "00b0000000", &rsa, times: 20_000)
measure("empty VERIFY", "00200098", &rsa, times: 20_000)
measure("VERIFY", "002000980431323334", &rsa, times: 20_000)
measure("signature RSA-2048", "802a009733" + digestInfo + "00", &rsa, times: 1000)
var curve = try card(.p384)
for command in [jpki, "002000980431323334"] {
    _ = curve.respond(to: [UInt8](hex: command) ?? [])
}
measure(
    "signature P-384", "802a009730" + String(repeating: "5a", count: 48) + "00", &curve, times: 1000
)
