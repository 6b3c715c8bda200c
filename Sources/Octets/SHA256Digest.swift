/// A SHA-256 value: always 32 octets. Computed by `Cryptography`; here so that pure targets can
/// hold and compare one.
package struct SHA256Digest: Hashable, Sendable {
    /// The size of the digest in octets (FIPS 180-4).
    package static let octetCount = 32

    // Held in place: a history has millions of them.
    private let first, second, third, fourth: UInt64

    /// A digest from exactly 32 octets.
    package init?(_ octets: [UInt8]) {
        guard octets.count == Self.octetCount else { return nil }
        self = unsafe octets.withUnsafeBytes { unsafe SHA256Digest($0) }
    }

    /// A digest from the first 32 octets at a place; there must be as many.
    package init(_ octets: UnsafeRawBufferPointer) {
        func word(_ number: Int) -> UInt64 {
            UInt64(
                bigEndian: unsafe octets.loadUnaligned(fromByteOffset: number * 8, as: UInt64.self))
        }
        (first, second, third, fourth) = (word(0), word(1), word(2), word(3))
    }

    /// The first eight octets, big-endian.
    package var prefix: UInt64 { first }

    /// The 32 octets.
    package var octets: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: Self.octetCount) { buffer, count in
            unsafe store(in: UnsafeMutableRawBufferPointer(buffer))
            count = Self.octetCount
        }
    }

    /// Stores the 32 octets at the beginning of a place that has room for them.
    package func store(in place: UnsafeMutableRawBufferPointer) {
        unsafe place.storeBytes(of: first.bigEndian, toByteOffset: 0, as: UInt64.self)
        unsafe place.storeBytes(of: second.bigEndian, toByteOffset: 8, as: UInt64.self)
        unsafe place.storeBytes(of: third.bigEndian, toByteOffset: 16, as: UInt64.self)
        unsafe place.storeBytes(of: fourth.bigEndian, toByteOffset: 24, as: UInt64.self)
    }

    /// A digest from 64 hexadecimal digits.
    package init?(hex: some StringProtocol) {
        guard let octets = [UInt8](hex: hex) else { return nil }
        self.init(octets)
    }

    /// A digest from its padded base64 form.
    package init?(base64: some StringProtocol) {
        guard let octets = [UInt8](base64: base64) else { return nil }
        self.init(octets)
    }

    /// Lower-case hexadecimal.
    package var hex: String { octets.hex }
    /// Padded base64, as signed notes and checkpoints write it.
    package var base64: String { octets.base64() }
}

extension SHA256Digest: CustomStringConvertible {
    package var description: String { hex }
}
