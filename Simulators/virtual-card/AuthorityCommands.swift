internal import Authority
internal import Commands
internal import Cryptography
internal import JSON
internal import Records
internal import VirtualCard

/// `virtual-card revoke`, `suspend`, `resume`.
func changeStanding(_ invocation: Invocation, _ verb: String) throws -> JSONValue {
    let file = try CardFile(path: invocation.require("card"))
    let folder = authorityFolder(invocation, beside: file)
    let which = invocation.value("certificate") ?? "both"
    guard ["authentication", "signature", "both"].contains(which) else {
        throw UsageError("--certificate must be authentication, signature or both")
    }
    let lock = RegisterLock(in: folder)
    defer { lock.release() }
    var register = try CardAuthorities.register(in: folder)
    let ids = try certificateIDs(of: file.loadImage(), which)
    for id in ids {
        switch verb {
        case "revoke": register.revoke(id, because: .unspecified, at: now())
        case "suspend": try register.suspend(id, at: now())
        default: try register.resume(id)
        }
    }
    try CardAuthorities.save(register, in: folder)
    return ["certificates": .array(ids.map { .string($0.serial) }), "now": .string(verb)]
}

/// The ids of a card's certificates.
func certificateIDs(of image: CardImage, _ which: String) -> [CertificateID] {
    let credentials = [
        which == "signature" ? nil : image.authentication,
        which == "authentication" ? nil : image.signature,
    ]
    return credentials.compactMap { $0 }
        .compactMap { try? Certificate(der: $0.certificate) }.map(CertificateID.init(of:))
}

/// `virtual-card new-generation`.
func beginGeneration(_ invocation: Invocation) throws -> JSONValue {
    let folder = try invocation.require("authority")
    let today = now().dateInJapan
    try CardAuthorities.beginGeneration(
        in: folder, notBefore: startOfDay(today.adding(days: -1)),
        notAfter: startOfDay(today.adding(days: 3650)),
        hasKeyID: !invocation.has("without-key-id"))
    return ["generations": JSONValue(try CardAuthorities.generations(in: folder).count / 2)]
}

/// `virtual-card status-list`.
func writeStatusList(_ invocation: Invocation) throws -> JSONValue {
    let (issuer, register) = try issuer(invocation)
    let list = try issuer.revocationList(
        register, number: Int(now().seconds), at: now(), until: now().adding(seconds: 86_400))
    try KeyFile.write(list, to: invocation.require("out"), isPrivate: false)
    return ["issuer": .string(issuer.certificate.subject), "octets": JSONValue(list.count)]
}

/// `virtual-card status-answer`.
func writeStatusAnswer(_ invocation: Invocation) throws -> JSONValue {
    let (issuer, register) = try issuer(invocation)
    let request = try KeyFile.read(invocation.require("request"))
    let answer = try StatusResponder(of: issuer, at: now())
        .answer(request, from: register, at: now())
    try KeyFile.write(answer, to: invocation.require("out"), isPrivate: false)
    return ["issuer": .string(issuer.certificate.subject), "octets": JSONValue(answer.count)]
}

/// The generation that is meant: the one whose certificate is named, or the newest.
private func issuer(
    _ invocation: Invocation
) throws -> (CertificateAuthority, CertificateRegister) {
    let folder = try invocation.require("authority")
    let generations = try CardAuthorities.generations(in: folder)
    let register = try CardAuthorities.register(in: folder)
    guard let path = invocation.value("issuer") else { return (generations[0], register) }
    let wanted = try KeyFile.certificate(path)
    guard let found = generations.first(where: { $0.certificate == wanted }) else {
        throw UsageError("--issuer \(path) is none of the authorities in \(folder)")
    }
    return (found, register)
}
