internal import APDU
internal import Authority
internal import Cryptography
internal import JSON
internal import Records
internal import VirtualCard

/// Commands from anybody: one octet says how long the next one is, none that the card is reset.
/// Each is answered; the memory is changed by VERIFY and CHANGE alone, one secret at a time; what a
/// PIN guards is signed for who entered it.
func askVirtualCard(_ input: [UInt8]) {
    guard let image = try? sample.get() else { fatalError("no sample card") }
    var card = VirtualCard(image)
    var rest = input[...]
    var isVerified = false
    while let count = rest.popFirst() {
        guard count > 0 else {
            card.reset()
            isVerified = false
            continue
        }
        let command = [UInt8](rest.prefix(Int(count)))
        rest = rest.dropFirst(Int(count))
        let before = card.memory
        let answer = card.respond(to: command)
        demand((2...65_538).contains(answer.octets.count), "no answer is longer than answers are")
        judge(command, answer, before: before, after: card.memory)
        guard answer.status.isSuccess, command.count > 4 else { continue }
        if command[1] == 0x20 { isVerified = true }
        if command[1] == 0xA4 && command[2] == 0x04 { isVerified = false }
        if command[1] == 0x2A && command[3] != 0 {
            demand(isVerified, "a key signs for who entered its PIN")
        }
    }
}

private func judge(
    _ command: [UInt8], _ answer: ResponseAPDU, before: CardMemory, after: CardMemory
) {
    demand(!after.isDestroyed, "no command destroys a card")
    guard before != after else { return }
    let (old, new) = (before.counters.triesLeft, after.counters.triesLeft)
    let counted = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
    let instruction = command.count > 5 && command[0] == 0 ? command[1] : 0
    demand(
        instruction == 0x20 || instruction == 0x24, "VERIFY and CHANGE alone change the memory")
    if instruction == 0x20 {
        demand(counted.count == 1 && before.changed == after.changed, "VERIFY counts one secret")
        if let tries = answer.status.retriesLeft {
            demand(counted.allSatisfy { new[$0] == tries }, "what is told is what is counted")
        } else {
            demand(answer.status.isSuccess, "a counter changes by a wrong value or the right one")
        }
    } else {
        demand(counted.isEmpty && answer.status.isSuccess, "CHANGE counts nothing")
    }
}

/// A card file by anybody, as it is and over a card that is right: it is refused with the field
/// named, or loads, and is then written as it was read.
func readCardFile(_ input: [UInt8]) {
    load(input)
    guard let right = try? sample.get().value.objectValue,
        let members = (try? JSONValue(parsing: input))?.objectValue
    else { return }
    load(JSONValue.object(right.merging(members) { _, changed in changed }).canonical)
}

private func load(_ text: [UInt8]) {
    do throws(CardFileError) {
        guard let loaded = try image(printed: text) else { return }
        let again = try image(printed: loaded.value.canonical)
        demand(again?.value == loaded.value, "a card that is written is read the same")
    } catch {
        guard case .malformed(_, let reason) = error else { return }
        demand(
            reason.hasPrefix("$") || reason.hasPrefix("at octet "),
            "what is wrong is named: \(reason)")
    }
}

/// The image of a text, with the keys and PINs of the sample.
private func image(printed text: [UInt8]) throws(CardFileError) -> CardImage? {
    guard let right = try? sample.get(), let file = try? CardFile(path: "card.json"),
        let authentication = right.authentication?.key, let signature = right.signature?.key,
        let chip = right.chip?.key
    else { return nil }
    return try file.image(printed: text, pins: right.secrets.canonical) { which in
        switch which {
        case .authentication: authentication
        case .signature: signature
        case .chip: chip
        }
    }
}

/// A complete card, made once.
private let sample = Result { () throws -> CardImage in
    let (from, to) = (Instant(seconds: 1_700_000_000), Instant(seconds: 1_900_000_000))
    let authority = try CertificateAuthority.make(
        unit: "Fuzzing", key: PrivateKey.generate(.p256), notBefore: from, notAfter: to)
    var order = CardImage.Order(person: "sample", notBefore: from, notAfter: to)
    let day = LocalDate(dayNumber: 0)
    order.holder = CardHolder(
        PersonIdentity(name: "見本 花子", sex: .female, birthDate: day), issuedOn: day,
        pictures: .none)
    return try CardImage.issue(
        order, authentication: authority, signature: authority,
        printer: PrivateKey.generate(.rsa(bits: 2048)))
}
