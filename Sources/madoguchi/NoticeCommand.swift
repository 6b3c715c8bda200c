import Commands
import Cryptography
import JSON
import Octets
import Records

extension Context {
    /// The year of a notice, before anything is opened.
    func checkYear() throws(CommandFailure) {
        _ = try required("year")
        try check("year", "a year from 2021 on, such as 2026") { text in
            text.utf8.count == 4 && Int(text).map { $0 >= 2021 } == true
        }
    }

    /// `document notice`: the octets that the payment agency signed, and its signature beside them.
    func notice(_ records: DocumentRecords) throws(CommandFailure) -> MadeDocument {
        guard let notice = records.notice else { return MadeDocument(files: []) }
        return MadeDocument(files: [
            DocumentFile(
                octets: notice.document, words: "医療費通知情報 (XML), \(notice.document.count) octets"),
            DocumentFile(
                octets: notice.signature, suffix: ".p7s",
                words: "署名 (CMS), \(notice.signature.count) octets"),
        ])
    }

    /// `document verify FILE`.
    func verifyNotice() throws(CommandFailure) -> ExitCode {
        let path = invocation.argument("FILE") ?? ""
        let document: [UInt8]
        let signature: [UInt8]
        let signer: Certificate
        do throws(KeyFile.Failure) {
            document = try KeyFile.read(path, limit: SignedNotice.mostOctets)
            signature = try KeyFile.read(
                invocation.value("signature") ?? "\(path).p7s",
                limit: SignedNotice.mostSignatureOctets)
            signer = try KeyFile.certificate(
                invocation.value("signer") ?? state + "/terminal/payment-agency.pem")
        } catch {
            throw CommandFailure(
                .usage, "unreadable", "\(error)",
                next: "Name the files: document verify FILE --signature FILE --signer FILE.")
        }
        let digest = SHA256Digest(hashing: document).hex
        let fault: String?
        do throws(DetachedSignature.Fault) {
            try DetachedSignature.check(signature, over: document, by: signer)
            fault = nil
        } catch {
            fault =
                switch error {
                case .malformed: "it is not a detached CMS signature (署名の形式ではありません)"
                case .otherSigner: "somebody else signed (署名者が違います)"
                case .otherDocument: "it is over another document (文書が署名と一致しません)"
                }
        }
        try show(
            .object(present: [
                ("stands", .bool(fault == nil)), ("digest", .string(digest)),
                ("fault", fault.map(JSONValue.string)),
            ])
        ) {
            guard let fault else { return "署名は正しいです (the signature stands): \(digest)" }
            return "署名は正しくありません (it does NOT stand): \(fault)"
        }
        return fault == nil ? .ok : .negative
    }
}
