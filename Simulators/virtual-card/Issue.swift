internal import Authority
internal import Commands
internal import Cryptography
internal import Glibc
internal import JSON
internal import Records
internal import VirtualCard

/// `virtual-card issue`.
func issue(_ invocation: Invocation) throws -> JSONValue {
    let file = try CardFile(path: invocation.require("out"))
    guard unsafe access(file.path, F_OK) != 0 || invocation.has("replace") else {
        throw UsageError("\(file.path) is a card already; name another file, or say --replace")
    }
    let folder = authorityFolder(invocation, beside: file)
    let order = try order(invocation, file)
    try makeFolder(of: file)
    // A card that is in a reader is not replaced: its chip would go on writing over the new one's.
    var lock: CardLock?
    if unsafe access(file.path, F_OK) == 0 { lock = try CardLock(file, isShared: false) }
    defer { lock?.release() }
    let authorities = try authorities(in: folder)
    let image = try CardImage.issue(
        order, authentication: authorities.authentication, signature: authorities.signature,
        printer: authorities.printer)
    try file.save(image)
    return description(of: image, CardMemory())
}

private func order(_ invocation: Invocation, _ file: CardFile) throws -> CardImage.Order {
    let today = now().dateInJapan
    let person = invocation.value("person")
    let isFile = person?.hasSuffix(".json") == true
    guard isFile || person?.contains("/") != true else {
        throw UsageError("--person must be a people file, FILE.json, or a name alone")
    }
    var order = CardImage.Order(
        person: isFile ? file.name : person ?? file.name,
        notBefore: startOfDay(try date("not-before", invocation) ?? today.adding(days: -1)),
        notAfter: startOfDay(
            (try date("not-after", invocation) ?? today.adding(days: 1826)).adding(days: 1)
        ).adding(seconds: -1))
    guard order.notBefore < order.notAfter else {
        throw UsageError("--not-after must not be a day before --not-before")
    }
    switch invocation.value("key") ?? "rsa2048" {
    case "rsa2048": order.keyKind = .rsa(bits: 2048)
    case "p384": order.keyKind = .p384
    case let kind: throw UsageError("--key must be rsa2048 or p384, not \"\(kind)\"")
    }
    if let pin = invocation.value("pin").map({ Array($0.utf8) }) {
        guard CardImage.isPIN(pin) else { throw UsageError("--pin \(CardImage.pinRule)") }
        order.pin = pin
    }
    if let password = invocation.value("password").map({ Array($0.utf8) }) {
        guard CardImage.isPassword(password) else {
            throw UsageError("--password \(CardImage.passwordRule)")
        }
        order.password = password
    }
    order.hasSignature = !invocation.has("without-signature")
    order.hasAuthentication = !invocation.has("without-authentication")
    if let form = invocation.value("form") {
        guard let known = form == "face-only" ? .faceOnly : CardForm(rawValue: form) else {
            throw UsageError("--form must be plastic, faceOnly, phone or foreign, not \"\(form)\"")
        }
        order.form = known
    }
    if let person, isFile {
        (order.person, order.holder) = try holder(
            person, issuedOn: today, pictures: invocation.value("pictures"))
    }
    if let fault = invocation.value("certificate-fault") {
        order.faults = [try certificateFault(fault)]
    }
    return order
}

/// The person of a people file as a card prints them, with the pictures that lie beside it.
private func holder(
    _ path: String, issuedOn today: LocalDate, pictures folder: String?
) throws -> (id: String, CardHolder) {
    let octets = try KeyFile.read(path, limit: PersonFile.maximumOctets)
    let file: PersonFile
    let identity: PersonIdentity
    do throws(JSONError) {
        file = try PersonFile(parsing: octets)
        identity = try file.person(on: today).identity
    } catch {
        throw UsageError("--person \(path): \(error)")
    }
    let beside = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let pictures = try CardPictures.load(of: file.id, from: folder ?? beside + "pictures")
    return (file.id, CardHolder(identity, issuedOn: today, pictures: pictures))
}

/// `virtual-card renew`: new keys and certificates; the old certificates are revoked.
func renew(_ invocation: Invocation) throws -> JSONValue {
    let file = try CardFile(path: invocation.require("card"))
    let folder = authorityFolder(invocation, beside: file)
    let lock = try CardLock(file, isShared: false)
    defer { lock.release() }
    let order = try order(invocation, file)
    let authorities = try authorities(in: folder)
    var image = try file.loadImage()
    let registerLock = RegisterLock(in: folder)
    defer { registerLock.release() }
    var register = try CardAuthorities.register(in: folder)
    let old = image
    try image.renew(
        order, authentication: authorities.authentication, signature: authorities.signature)
    for id in certificateIDs(of: old, "both") {
        register.revoke(id, because: .superseded, at: now())
    }
    if let before = old.authentication, let after = image.authentication {
        register.renew(
            try Certificate(der: before.certificate), as: try Certificate(der: after.certificate),
            at: now())
    }
    // Revoked first: a card never lives with two good certificates.
    try CardAuthorities.save(register, in: folder)
    try file.save(image, keepingMemory: true)
    return description(of: image, try file.loadMemory())
}

/// The authorities' folder: as told, or beside the card.
func authorityFolder(_ invocation: Invocation, beside file: CardFile) -> String {
    invocation.value("authority")
        ?? file.path.dropLast(file.name.utf8.count + 5) + "authority"
}

private func certificateFault(_ name: String) throws -> CertificateRequest.Fault {
    switch name {
    case "wrong-key-usage": .wrongKeyUsage
    case "unknown-critical-extension": .unknownCriticalExtension
    case "no-authority-key-id": .noAuthorityKeyID
    case "authority": .authority
    default: throw UsageError("--certificate-fault: no such fault: \(name); try --help")
    }
}

/// The folder in which a card shall lie, where there is none yet.
private func makeFolder(of file: CardFile) throws {
    guard let end = file.path.lastIndex(of: "/"), end > file.path.startIndex else { return }
    let folder = String(file.path[..<end])
    if unsafe mkdir(folder, 0o755) != 0, errno != EEXIST {
        throw UsageError("--out \(file.path): the folder \(folder): \(errorText(errno))")
    }
}

/// The authorities of a folder, made when it has none.
private func authorities(in folder: String) throws -> CardAuthorities {
    if unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
        throw UsageError("--authority \(folder): \(errorText(errno))")
    }
    if let known = try CardAuthorities.load(from: folder) { return known }
    let today = now().dateInJapan
    return try CardAuthorities.make(
        in: folder, notBefore: startOfDay(today.adding(days: -3650)),
        notAfter: startOfDay(today.adding(days: 3650)))
}

private func date(_ option: String, _ invocation: Invocation) throws -> LocalDate? {
    guard let text = invocation.value(option) else { return nil }
    guard let date = LocalDate(text) else {
        throw UsageError("--\(option) must be a date: YYYY-MM-DD")
    }
    return date
}

func now() -> Instant { Instant(seconds: Int64(time(nil))) }

/// Midnight in Japan.
func startOfDay(_ date: LocalDate) -> Instant {
    Instant(seconds: Int64(date.dayNumber) * 86_400 - 9 * 3600)
}
