internal import Glibc

/// The target that `FUZZ` names, by default every one in turn by the first octet.
private let chosen = unsafe getenv("FUZZ").flatMap {
    FuzzTarget(rawValue: unsafe String(cString: $0))
}

/// libFuzzer's entry.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    if let chosen {
        chosen.run(input)
    } else if let first = input.first {
        let all = FuzzTarget.allCases
        all[Int(first) % all.count].run(Array(input.dropFirst()))
    }
    return 0
}
