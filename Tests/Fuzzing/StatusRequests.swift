internal import Authority
internal import Cryptography
internal import Octets
internal import Records

/// A question about certificates (OCSP) by anybody: answered, as one that cannot be read, as one
/// about authorities that nobody here is, or with what is known, whoever it is about.
func answerStatusRequest(_ input: [UInt8]) {
    guard let (authority, responder) = try? sample.get() else { fatalError("no sample authority") }
    let unservable = StatusResponder.answer(toUnservable: input)
    demand(
        unservable == refusal(1) || unservable == refusal(6), "malformed or unauthorized, no more")
    let isMalformed = unservable == refusal(1)
    if StatusResponder.isAsked(by: input, about: authority) {
        demand(!isMalformed, "what can be told apart can be read")
    }
    guard let answer = try? responder.answer(input, from: register, at: now) else { return }
    demand((answer == refusal(1)) == isMalformed, "what cannot be read is told as such")
    demand(answer.first == 0x30 && answer.count >= 5, "an answer is a sequence")
}

/// OCSPResponse with a status and nothing else (RFC 6960 §4.2.1).
private func refusal(_ status: UInt8) -> [UInt8] { [0x30, 0x03, 0x0A, 0x01, status] }

private let now = Instant(seconds: 1_800_000_000)
private let register: CertificateRegister = {
    var standings: [CertificateID: CertificateRegister.Standing] = [:]
    guard let (authority, _) = try? sample.get(), let issuer = authority.subjectKeyID?.hex else {
        return CertificateRegister()
    }
    standings[id(issuer, "01")] = .suspended(since: now)
    standings[id(issuer, "02")] = .revoked(since: now, reason: .keyCompromise)
    return CertificateRegister(standings)
}()

private func id(_ issuer: String, _ serial: String) -> CertificateID {
    guard let id = CertificateID(issuer: issuer, serial: serial) else { fatalError("no id") }
    return id
}

/// An authority and its responder, made once.
private let sample = Result { () throws -> (Certificate, StatusResponder) in
    let authority = try CertificateAuthority.make(
        unit: "Fuzzing", key: PrivateKey.generate(.p256), notBefore: now.adding(seconds: -86_400),
        notAfter: now.adding(seconds: 86_400))
    return (authority.certificate, try StatusResponder(of: authority, at: now))
}
