internal import HTTP
internal import Secrets

/// The messages on a connection.
extension Stream {
    /// Waits for the first octet of a message; false where the connection ends before it.
    mutating func hasMessage(until deadline: Deadline) throws(NetworkError) -> Bool {
        if offset < input.count { return true }
        return try fill(until: deadline)
    }

    /// Reads a head.
    mutating func readHead(
        limits: HTTPLimits, until deadline: Deadline
    ) throws(NetworkError) -> [UInt8] {
        var scanner = HTTPHeadScanner()
        var head: [UInt8] = []
        head.reserveCapacity(512)
        while true {
            while let octet = nextOctet() {
                head.append(octet)
                do throws(HTTPFault) {
                    if try scanner.isEnd(octet, limits: limits) { return head }
                } catch { throw .malformed(error) }
            }
            guard try fill(until: deadline) else { throw .closed }
        }
    }

    private mutating func nextOctet() -> UInt8? {
        guard offset < input.count else { return nil }
        let position = offset
        offset += 1
        return input.withSpan { $0[position] }
    }

    /// Reads a body as it is delimited.
    mutating func readBody(
        _ framing: HTTPFraming, limits: HTTPLimits, until deadline: Deadline
    ) throws(NetworkError) -> [UInt8] {
        switch framing {
        case .none: return []
        case .length(let count): return try readOctets(count, until: deadline)
        case .chunked: return try readChunks(limits: limits, until: deadline)
        case .untilClose:
            var body: [UInt8] = []
            while true {
                body += takeInput(Int.max)
                guard body.count <= limits.bodyOctets else { throw .malformed(.bodyTooLarge) }
                if try fill(until: deadline) { continue }
                // RFC 9112 §9.8: without TLS's goodbye the message may be cut short.
                guard endedProperly else { throw .closed }
                return body
            }
        }
    }

    private mutating func readOctets(
        _ count: Int, until deadline: Deadline
    ) throws(NetworkError) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(min(count, 65_536))
        while true {
            body += takeInput(count - body.count)
            if body.count == count { return body }
            guard try fill(until: deadline) else { throw .closed }
        }
    }

    private mutating func readChunks(
        limits: HTTPLimits, until deadline: Deadline
    ) throws(NetworkError) -> [UInt8] {
        var decoder = ChunkedDecoder(limit: limits.bodyOctets)
        while !decoder.isDone {
            let start = offset
            let available = takeInput(Int.max)
            do throws(HTTPFault) { offset = start + (try decoder.feed(available[...])) } catch {
                throw .malformed(error)
            }
            if decoder.isDone { break }
            guard try fill(until: deadline) else { throw .closed }
        }
        return decoder.body
    }

    private mutating func takeInput(_ most: Int) -> [UInt8] {
        let count = min(most, input.count - offset)
        let start = offset
        offset += count
        return input.withSpan { span in
            var octets: [UInt8] = []
            octets.reserveCapacity(count)
            for index in start..<start + count { octets.append(span[index]) }
            return octets
        }
    }

    /// Moves a short body from the input page to a page of its own, never through an array.
    mutating func readSecret(
        _ count: Int, until deadline: Deadline
    ) throws(NetworkError) -> SecretPage {
        var secret = SecretPage(capacity: max(1, count))
        while true {
            while secret.count < count, let octet = nextOctet() { secret.append(octet) }
            if secret.count == count { break }
            guard try fill(until: deadline) else { throw .closed }
        }
        if offset == input.count {
            input.wipe()
            offset = 0
        }
        return secret
    }
}
