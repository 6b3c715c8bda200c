internal import CSystem
internal import Cryptography
internal import Glibc
internal import HTTP
internal import Secrets

/// What goes back to a request.
private struct Reply: Sendable {
    var answer: HTTPAnswer
    var method = "GET"
    var keepsAlive = false

    init(_ problem: Problem) { answer = .whole(.problem(problem)) }

    init(_ answer: HTTPAnswer, to request: HTTPRequest) {
        (self.answer, method, keepsAlive) = (answer, request.method, request.keepsAlive)
        if case .faulty = answer { keepsAlive = false }
    }
}

/// One connection, on its own thread.
extension HTTPServer {
    /// Serves a connection to its end.
    func serve(_ raw: Int32) {
        noDelay(raw)
        let engine: TLSEngine?
        do throws(NetworkError) { engine = try tls.map(TLSEngine.init) } catch {
            connections.forget(raw)
            close(raw)
            return
        }
        var stream = Stream(Descriptor(raw), tls: engine)
        do throws(NetworkError) {
            try stream.handshake(until: Deadline(seconds: limits.headSeconds))
            var peer = ServerPeer(certificate: stream.peerCertificate, user: peerUser(raw))
            peer.descriptor = raw
            peer.address = peerAddress(raw)
            while try serveOne(&stream, peer) {}
        } catch {
            // The other side is gone or never spoke the protocol. What it can still be told, the
            // alert of a failed handshake, was sent.
        }
        stream.close(lingerSeconds: 1)
        connections.forget(raw)
        // Only now the descriptor goes.
        _ = consume stream
    }

    /// Serves one request; false when the connection is to be closed.
    private func serveOne(_ stream: inout Stream, _ peer: ServerPeer) throws(NetworkError) -> Bool {
        do throws(NetworkError) {
            let idle = Deadline(seconds: limits.idleSeconds)
            guard try stream.hasMessage(until: idle) else { return false }
        } catch .timedOut { return false }
        var reply: Reply
        do throws(NetworkError) {
            reply = try self.reply(on: &stream, peer)
        } catch .malformed(let fault) {
            // A refused message leaves the position in the stream unknown: answer, then close.
            reply = Reply(fault.problem)
        } catch .timedOut {
            reply = Reply(.requestTimeout)
        } catch .hungUp {
            return false
        } catch .closed {
            // Half closed: whoever stopped in the middle may still listen.
            reply = Reply(.badRequest("the request ended early"))
        }
        if connections.isStopping { reply.keepsAlive = false }
        try write(reply, to: &stream)
        return reply.keepsAlive
    }

    private func reply(
        on stream: inout Stream, _ peer: ServerPeer
    ) throws(NetworkError) -> Reply {
        let head = try stream.readHead(
            limits: limits.http, until: Deadline(seconds: limits.headSeconds))
        var request: HTTPRequest
        let (framing, awaitsContinue): (HTTPFraming, Bool)
        do throws(HTTPFault) {
            request = try HTTPRequest(head: head, limits: limits.http)
            framing = try request.framing(limits: limits.http)
            awaitsContinue = try request.awaitsContinue
        } catch { throw .malformed(error) }
        let secretCount = handler.takesSecret(request) ? try secretCount(framing) : nil
        let deadline = Deadline(seconds: limits.bodySeconds)
        if awaitsContinue && framing != .none {
            try stream.write(HTTPResponse(status: 100).head(keepsAlive: true), until: deadline)
        }
        if let secretCount {
            let secret = SecretBox(try stream.readSecret(secretCount, until: deadline))
            let answer = try answer(to: request, from: peer, on: stream.descriptor.raw) {
                [handler, request] in
                guard let secret = secret.take() else { return .whole(.problem(.busy)) }
                return .whole(await handler.respond(to: request, secret: secret, from: peer))
            }
            return Reply(answer, to: request)
        }
        request.body = try stream.readBody(framing, limits: limits.http, until: deadline)
        let answer = try answer(to: request, from: peer, on: stream.descriptor.raw) {
            [handler, request] in
            if handler.opensStream(request) {
                return await handler.stream(to: request, from: peer)
            }
            return .whole(await handler.respond(to: request, from: peer))
        }
        return Reply(answer, to: request)
    }

    /// The octets of a secret body. None at all is for the handler to judge.
    private func secretCount(_ framing: HTTPFraming) throws(NetworkError) -> Int {
        switch framing {
        case .none: return 0
        case .length(let count) where count <= limits.secretOctets: return count
        case .length, .chunked, .untilClose:
            throw .malformed(.malformed("a secret body has a short Content-Length"))
        }
    }

    /// Waits on this connection's own thread for the handler, which runs elsewhere.
    /// Where nobody needs the answer once the other side has hung up, that ends the wait.
    private func answer(
        to request: HTTPRequest, from peer: ServerPeer, on raw: Int32,
        _ body: @escaping @Sendable () async -> HTTPAnswer
    ) throws(NetworkError) -> HTTPAnswer {
        let slot = AnswerSlot()
        let task = Task { slot.put(await body()) }
        connections.attach(task, to: raw)
        guard handler.endsWithItsCaller(request) else {
            return slot.take() ?? .whole(.problem(.busy))
        }
        let answer = slot.take(
            orHangUpOf: raw, isLocal: peer.user != nil, unless: { connections.isStopping })
        guard let answer else {
            task.cancel()
            throw .hungUp
        }
        return answer
    }

    private func write(_ reply: Reply, to stream: inout Stream) throws(NetworkError) {
        switch reply.answer {
        case .whole(let response):
            var octets = response.head(
                keepsAlive: reply.keepsAlive, secondsSince1970: Int64(time(nil)))
            if response.hasBody(answering: reply.method) { octets += response.body }
            try stream.write(octets, until: Deadline(seconds: limits.writeSeconds))
        case .pieces(let response, let pieces):
            let head = response.head(
                keepsAlive: reply.keepsAlive, secondsSince1970: Int64(time(nil)), isChunked: true)
            try stream.write(head, until: Deadline(seconds: limits.writeSeconds))
            guard response.hasBody(answering: reply.method) else { return }
            try pour(pieces, into: &stream)
        case .faulty(let response, let fault):
            try write(response, spoiledBy: fault, dated: Int64(time(nil)), to: &stream)
        }
    }

    /// Writes each piece as it comes; ends when there are no more, or the other side is gone.
    private func pour(
        _ pieces: AsyncStream<[UInt8]>, into stream: inout Stream
    ) throws(NetworkError) {
        let raw = stream.descriptor.raw
        let pump = try PiecePump()
        let task = Task { await pump.run(pieces) }
        connections.attach(task, to: raw)
        defer {
            task.cancel()
            pump.stop()
        }
        while let piece = try pump.next(orHangUpOf: raw) {
            try stream.write(chunk(piece), until: Deadline(seconds: limits.writeSeconds))
        }
        try stream.write(chunk([]), until: Deadline(seconds: limits.writeSeconds))
    }
}

/// Whether the other end of a connection is closed for good. Who has only said all that they
/// will say still listens.
func isHungUp(_ descriptor: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: 0, revents: 0)
    return unsafe poll(&request, 1, 0) > 0 && Int32(request.revents) & (POLLHUP | POLLERR) != 0
}

/// The user on the other end of a UNIX socket; nothing for TCP.
private func peerUser(_ descriptor: Int32) -> UInt32? {
    UInt32(exactly: csystem_peer_user(descriptor))
}

/// The address of a TCP connection's other end; an IPv4 address that came in over IPv6 as what it is.
private func peerAddress(_ descriptor: Int32) -> [UInt8]? {
    var octets = [UInt8](repeating: 0, count: 16)
    switch unsafe csystem_peer_address(descriptor, &octets) {
    case 4: return Array(octets.prefix(4))
    case 16: return octets
    default: return nil
    }
}
