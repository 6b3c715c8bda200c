internal import COpenSSL
internal import Octets

/// The textual form of certificates (RFC 7468).
enum PEM {
    /// The octets of every block with one of the labels, in order; other blocks are passed over.
    /// A block that is cut or not base64 is an error.
    static func blocks(
        labelled labels: [String], in text: [UInt8], atMost limit: Int
    ) throws(CryptographyError) -> [[UInt8]] {
        try unsafe withBIO(text) { (bio) throws(CryptographyError) in
            var blocks: [[UInt8]] = []
            while let (label, octets) = try unsafe next(from: bio) {
                guard labels.contains(label) else { continue }
                guard blocks.count < limit else { throw .malformed("too many blocks of PEM") }
                blocks.append(octets)
            }
            return blocks
        }
    }

    /// The next block, nothing at the end of the text.
    private static func next(
        from bio: OpaquePointer?
    ) throws(CryptographyError) -> (label: String, octets: [UInt8])? {
        var name: UnsafeMutablePointer<CChar>?
        var header: UnsafeMutablePointer<CChar>?
        var data: UnsafeMutablePointer<UInt8>?
        var count = 0
        ERR_clear_error()
        let result = unsafe PEM_read_bio(bio, &name, &header, &data, &count)
        defer {
            unsafe CRYPTO_free(name, nil, 0)
            unsafe CRYPTO_free(header, nil, 0)
            unsafe CRYPTO_free(data, nil, 0)
        }
        guard result == 1, let name = unsafe name, let data = unsafe data else {
            let reason = ERR_GET_REASON(ERR_peek_last_error())
            ERR_clear_error()
            guard reason == PEM_R_NO_START_LINE else { throw .malformed("a broken block of PEM") }
            return nil
        }
        return unsafe (
            String(cString: name), [UInt8](UnsafeBufferPointer(start: data, count: count))
        )
    }

    /// A block, in lines of 64 characters.
    static func block(_ label: String, _ octets: [UInt8]) -> [UInt8] {
        var text = "-----BEGIN \(label)-----\n"
        var rest = octets.base64()[...]
        while !rest.isEmpty {
            text += rest.prefix(64) + "\n"
            rest = rest.dropFirst(64)
        }
        return Array((text + "-----END \(label)-----\n").utf8)
    }
}
