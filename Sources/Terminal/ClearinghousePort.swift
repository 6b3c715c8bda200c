package import CheckIns
package import Clearinghouse
package import Octets

/// The clearinghouse as a card session needs it.
package struct ClearinghousePort: CheckPort {
    private let client: ClearinghouseClient
    private let known: @Sendable (SHA256Digest) async -> String?

    /// A port; `known` gives the id under which the holder of a certificate was met before.
    package init(
        client: ClearinghouseClient, known: @escaping @Sendable (SHA256Digest) async -> String?
    ) {
        (self.client, self.known) = (client, known)
    }

    package var audience: SHA256Digest { client.audience }

    package func nonce() async -> Result<Nonce, NonceFailure> {
        do throws(ClearinghouseError) { return .success(try await client.challenge()) } catch {
            return .failure(NonceFailure(error.trouble))
        }
    }

    package func ask(_ asking: Asking) async -> Exchange {
        do throws(ClearinghouseError) {
            let acceptance = try await client.check(asking)
            let certificate = asking.proved.answers.card.digest
            if let patient = await known(certificate), patient != acceptance.patient {
                return .result(.wrongAnswer(reason: "another patient than this card's"))
            }
            return .result(.answer(acceptance))
        } catch {
            return error.askResult.map(Exchange.result) ?? .lineLost
        }
    }
}
