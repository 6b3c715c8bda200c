internal import Glibc
package import Octets

extension ShiftJIS {
    /// The characters as libc's converter for CP932 knows them; nothing where the system has no
    /// such converter (a part of libc that minimal systems leave out).
    package static let system: ShiftJIS? = {
        guard let converter = unsafe iconv_open("UTF-32LE", "CP932"),
            unsafe converter != iconv_t(bitPattern: -1)
        else { return nil }
        defer { unsafe iconv_close(converter) }
        return ShiftJIS { code in
            var source: [CChar] = [
                CChar(bitPattern: UInt8(code >> 8)), CChar(bitPattern: UInt8(code & 0xFF)),
            ]
            var target = [CChar](repeating: 0, count: 4)
            let isRead = unsafe source.withUnsafeMutableBufferPointer { source in
                unsafe target.withUnsafeMutableBufferPointer { target in
                    var from = source.baseAddress
                    var to = target.baseAddress
                    var (left, room) = (2, 4)
                    return unsafe iconv(converter, &from, &left, &to, &room) == 0 && left == 0
                        && room == 0
                }
            }
            guard isRead else {
                _ = unsafe iconv(converter, nil, nil, nil, nil)
                return nil
            }
            let value = target.enumerated().reduce(0 as UInt32) {
                $0 | UInt32(UInt8(bitPattern: $1.element)) << UInt32(8 * $1.offset)
            }
            return Unicode.Scalar(value)
        }
    }()
}
