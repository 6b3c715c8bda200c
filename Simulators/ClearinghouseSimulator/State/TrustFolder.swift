package import Cryptography
import Executors
package import Records

/// The trust anchors of cards: the PEM files of one folder, read again while the clearinghouse
/// runs, so that an authority can be added or taken out at any time.
package actor TrustFolder {
    /// How long what was read is believed.
    package static let believedMilliseconds: Int64 = 1000
    private let path: String
    private let executor = BlockingExecutor(label: "trust-folder")
    private var anchors = TrustAnchors([])
    private var broken: [String] = []
    private var readAt: Instant?

    /// Anchors in a folder.
    package init(path: String) { self.path = path }

    /// Reading the folder blocks: it has a thread of its own.
    nonisolated package var unownedExecutor: UnownedSerialExecutor {
        executor.asUnownedSerialExecutor()
    }

    /// Judges a card's certificate. An authority that is not known is looked for in the folder at
    /// once; that one was taken out is seen within a second.
    package func standing(
        of certificate: Certificate, at now: Instant
    ) -> Result<CertificateStanding, Refusal> {
        let age = readAt.map { now.milliseconds - $0.milliseconds } ?? .max
        if !(0..<Self.believedMilliseconds).contains(age) { read(at: now) }
        let first = judge(certificate, at: now)
        guard case .failure(let refusal) = first, refusal.kind == .certificateUnknownAuthority,
            readAt != now
        else { return first }
        read(at: now)
        return judge(certificate, at: now)
    }

    private func judge(
        _ certificate: Certificate, at now: Instant
    ) -> Result<CertificateStanding, Refusal> {
        Result { () throws(Refusal) in
            try CertificateStanding.of(certificate, trust: anchors, at: now)
        }
    }

    /// What is wrong with files of the folder, as they were last read.
    package func faults(at now: Instant) -> (anchors: Int, faults: [String]) {
        read(at: now)
        return (anchors.certificates.count, broken)
    }

    /// Reads the folder; a file that is no certificate is left out, and named by `faults`.
    private func read(at now: Instant) {
        readAt = now
        var read: [Certificate] = []
        broken = []
        do throws(KeyFile.Failure) {
            for name in try KeyFile.names(in: path, endingIn: ".pem")
                .prefix(TrustAnchors.mostAnchors)
            {
                do throws(KeyFile.Failure) {
                    read.append(try KeyFile.certificate("\(path)/\(name)"))
                } catch { broken.append("\(error)") }
            }
        } catch { broken.append("\(error)") }
        anchors = TrustAnchors(read)
    }
}
