internal import Cryptography
internal import Glibc
internal import HTTP
internal import Secrets

/// One connection with what was read of it: plain, or TLS over memory buffers. The input lies in
/// a secret page, because a PIN may be the next thing that comes; what was used is wiped.
struct Stream: ~Copyable, Sendable {
    let descriptor: Descriptor
    private let tls: TLSEngine?
    /// What came and was not used yet begins at `offset`.
    var input: SecretPage
    var offset = 0
    /// Whether the end came as TLS says goodbye; without that, somebody may have cut the line.
    private(set) var endedProperly: Bool
    /// Whether it is to end without a goodbye: an answer was spoiled on purpose.
    var endsAbruptly = false

    /// The size of the input page in octets; a head must fit into it.
    static let inputOctetCount = 32_768

    init(_ descriptor: consuming Descriptor, tls: consuming TLSEngine?) {
        self.descriptor = descriptor
        endedProperly = tls == nil
        self.tls = tls
        input = SecretPage(capacity: Self.inputOctetCount)
    }

    /// The other side's certificate.
    var peerCertificate: Certificate? {
        switch tls {
        case .some(let engine): engine.peerCertificate()
        case .none: nil
        }
    }

    /// Whether nothing has come, not even the end: only then may it be used again.
    var isQuiet: Bool {
        var request = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, 0) == 0 && offset == input.count
    }

    /// Shakes hands, where TLS is spoken.
    mutating func handshake(until deadline: Deadline) throws(NetworkError) {
        guard tls != nil else { return }
        while true {
            let result = handshakeStep()
            try flush(until: deadline)
            switch result {
            case .failure(let error): throw error
            case .success(.done): return
            case .success(.ended): throw .closed
            case .success(.needsInput):
                guard try receiveRecord(until: deadline) else { throw .closed }
            }
        }
    }

    private func handshakeStep() -> Result<TLSEngine.Progress, NetworkError> {
        switch tls {
        case .some(let engine):
            do throws(NetworkError) { return .success(try engine.handshake()) } catch {
                return .failure(error)
            }
        case .none: return .success(.done)
        }
    }

    /// Sends what TLS has ready.
    private func flush(until deadline: Deadline) throws(NetworkError) {
        switch tls {
        case .some(let engine):
            let output = engine.takeOutput()
            guard !output.isEmpty else { return }
            try unsafe output.withUnsafeBufferPointer { (buffer) throws(NetworkError) in
                try unsafe descriptor.write(UnsafeRawBufferPointer(buffer), until: deadline)
            }
        case .none: return
        }
    }

    /// Feeds TLS from the wire; false at the end of the connection.
    private func receiveRecord(until deadline: Deadline?) throws(NetworkError) -> Bool {
        try unsafe withUnsafeTemporaryAllocation(byteCount: 17_000, alignment: 16) {
            (buffer) -> Result<Bool, NetworkError> in
            do throws(NetworkError) {
                let count = try unsafe descriptor.read(into: buffer, until: deadline)
                guard count > 0 else { return .success(false) }
                switch tls {
                case .some(let engine):
                    unsafe engine.receive(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                case .none: break
                }
                return .success(true)
            } catch { return .failure(error) }
        }.get()
    }

    /// Reads more into the page, once all that it held was used; false at the end of the connection.
    mutating func fill(until deadline: Deadline?) throws(NetworkError) -> Bool {
        if offset == input.count {
            input.wipe()
            offset = 0
        }
        guard input.count < input.capacity else { throw .malformed(.headTooLarge) }
        let before = input.count
        guard tls != nil else {
            try unsafe input.appendUnsafe { (buffer) throws(NetworkError) in
                try unsafe descriptor.read(into: buffer, until: deadline)
            }
            return input.count > before
        }
        while true {
            var progress = TLSEngine.Progress.done
            try unsafe input.appendUnsafe { (buffer) throws(NetworkError) in
                switch tls {
                case .some(let engine):
                    let result = try unsafe engine.read(into: buffer)
                    progress = result.progress
                    return result.count
                case .none: return 0
                }
            }
            if input.count > before { return true }
            if progress == .ended {
                endedProperly = true
                return false
            }
            guard try receiveRecord(until: deadline) else { return false }
        }
    }

    /// Writes everything.
    mutating func write(_ octets: [UInt8], until deadline: Deadline) throws(NetworkError) {
        try unsafe octets.withUnsafeBufferPointer { (buffer) throws(NetworkError) in
            try unsafe write(UnsafeRawBufferPointer(buffer), until: deadline)
        }
    }

    private func write(
        _ buffer: UnsafeRawBufferPointer, until deadline: Deadline
    ) throws(NetworkError) {
        switch tls {
        case .some(let engine):
            var rest = unsafe buffer[...]
            while unsafe !rest.isEmpty {
                let piece = unsafe UnsafeRawBufferPointer(rebasing: rest.prefix(16_384))
                try unsafe engine.write(piece)
                unsafe rest = rest.dropFirst(16_384)
            }
            try flush(until: deadline)
        case .none: try unsafe descriptor.write(buffer, until: deadline)
        }
    }

    /// Writes a secret straight from its page; over TLS it passes through the engine's buffer.
    mutating func write(
        secret: borrowing SecretPage, until deadline: Deadline
    ) throws(NetworkError) {
        try secret.withSpan { (span) throws(NetworkError) in
            try unsafe span.withUnsafeBufferPointer { (buffer) throws(NetworkError) in
                try unsafe write(UnsafeRawBufferPointer(buffer), until: deadline)
            }
        }
    }

    /// Says goodbye, as far as TLS wants that. With a time to linger, what the other side still
    /// sends is read and dropped first: closing on unread octets would reset the connection and
    /// take the last answer with it (RFC 9112 §9.6).
    mutating func close(lingerSeconds: Double = 0) {
        if endsAbruptly { return }
        switch tls {
        case .some(let engine):
            engine.shutdown()
            try? flush(until: Deadline(seconds: 1))
        case .none: break
        }
        guard lingerSeconds > 0, shutdown(descriptor.raw, Int32(SHUT_WR)) == 0 else {
            shutdown(descriptor.raw, Int32(SHUT_RDWR))
            return
        }
        let deadline = Deadline(seconds: lingerSeconds)
        var dropped = 0
        while dropped < 1 << 20, let count = try? drop(until: deadline), count > 0 {
            dropped += count
        }
    }

    /// Says goodbye and reads to the other side's own. What comes before that is dropped, up to a limit.
    ///
    /// A goodbye that came before ours, or a reset behind it, means that not everything was read.
    mutating func awaitEnd(until deadline: Deadline) throws(NetworkError) {
        guard try !hasEndedEarly(until: deadline) else { throw .closed }
        switch tls {
        case .some(let engine):
            engine.shutdown()
            try flush(until: deadline)
        case .none: break
        }
        _ = try check(shutdown(descriptor.raw, Int32(SHUT_WR)), "shutdown")
        var dropped = 0
        while dropped < 1 << 20 {
            offset = input.count
            guard try fill(until: deadline) else {
                // Without its goodbye, somebody else may have cut the line.
                guard endedProperly else { throw .closed }
                // What was closed upon unread octets is reset: that is an error here.
                while try drop(until: deadline) > 0 {}
                return
            }
            dropped += input.count
        }
        throw .closed
    }

    /// Whether the other side's goodbye is here already.
    private mutating func hasEndedEarly(until deadline: Deadline) throws(NetworkError) -> Bool {
        var request = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&request, 1, 0) > 0 {
            guard try receiveRecord(until: deadline) else { return true }
            var hasEnded = false
            input.wipe()
            offset = 0
            try unsafe input.appendUnsafe { (buffer) throws(NetworkError) in
                switch tls {
                case .some(let engine):
                    let result = try unsafe engine.read(into: buffer)
                    hasEnded = result.progress == .ended
                    return result.count
                case .none: return 0
                }
            }
            if hasEnded { return true }
        }
        return false
    }

    /// Sends a fatal TLS alert: a record that nobody sent is taken in, and TLS itself objects.
    func alert() {
        switch tls {
        case .some(let engine):
            engine.provokeAlert()
            try? flush(until: Deadline(seconds: 1))
        case .none: break
        }
    }

    private func drop(until deadline: Deadline) throws(NetworkError) -> Int {
        try unsafe withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 16) {
            (buffer) -> Result<Int, NetworkError> in
            do throws(NetworkError) {
                return .success(try unsafe descriptor.read(into: buffer, until: deadline))
            } catch { return .failure(error) }
        }.get()
    }
}
