import Cryptography
import Octets

/// The ids under which institutions know patients: stable for one institution, and of no use to
/// another one, so that two of them cannot put their records together by it.
package struct PairwiseIDs: Sendable {
    private let key: [UInt8]

    /// Ids under a key of 32 octets.
    package init(key: [UInt8]) {
        precondition(key.count == 32, "the key of the patient ids has 32 octets")
        self.key = key
    }

    /// The id of a person for an institution (or for the portal, which is none).
    package func id(of person: String, for institution: String) -> String {
        let message = "madoguchi patient v1\n\(institution)\n\(person)"
        return Array(HMACSHA256.code(key: key, message: Array(message.utf8)).prefix(16))
            .base64(.urlSafe)
    }
}
