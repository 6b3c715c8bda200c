internal import APDU
internal import Charsets
internal import CheckIns
internal import ClearinghouseSimulator
internal import Configuration
internal import Cryptography
internal import Disclosures
internal import FrontDesk
internal import HTTP
internal import JSON
internal import Notebook
internal import Octets
internal import Records
internal import Terminal
internal import TransparencyLog
internal import VirtualCard

/// A reader of hostile octets. `run` gives it an input: it must not crash, and what it accepts
/// must hold what the format promises.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case json, httpRequest, httpResponse, chunks
    case statement, event, note, proof
    case drugs, checkups, qualification, expenses, person
    case configuration, staff
    case certificate, publicKey
    case command, hostileCard, vpcd
    case question, order
    case virtualCard, cardFile
    case statusRequest
    case notebook, notebookParts
    case font, paper
    case clinicFile
    case history, historyPapers
    case programs

    /// How many changes of each sample the tests try: fewer where each takes a folder on the disk.
    package var changeCount: Int { self == .history ? 12 : 300 }

    /// Reads one input.
    package func run(_ input: [UInt8]) {
        switch self {
        case .json: readJSON(input)
        case .httpRequest: readRequest(input)
        case .httpResponse: readResponse(input)
        case .chunks: readChunks(input)
        case .statement: readStatement(input)
        case .event: readEvent(input)
        case .note:
            guard let note = try? SignedNote(octets: input) else { return }
            demand(note.octets == input, "a note is written as it was read")
            _ = try? Checkpoint(text: note.text)
        case .proof:
            guard let proof = try? ProofFile(octets: input) else { return }
            demand(proof.octets == input, "a proof file is written as it was read")
        case .drugs: readRecord(DrugRecord.self, input)
        case .checkups: readRecord(CheckupRecord.self, input)
        case .qualification: readRecord(Qualification.self, input)
        case .expenses: readRecord(ExpenseRecord.self, input)
        case .person: _ = try? PersonFile(parsing: input)
        case .configuration: _ = try? TerminalConfiguration(parsing: input)
        case .staff: _ = try? StaffRegister(parsing: input)
        case .certificate: readCertificate(input)
        case .publicKey:
            _ = try? PublicKey(spki: input)
            _ = try? PublicKey(pem: input)
        case .command: readCommand(input)
        case .hostileCard: meetHostileCard(input)
        case .vpcd: readFrames(input)
        case .question: readQuestion(input)
        case .order: readOrder(input)
        case .virtualCard: askVirtualCard(input)
        case .cardFile: readCardFile(input)
        case .statusRequest: answerStatusRequest(input)
        case .notebook: readNotebook(input)
        case .notebookParts: joinNotebook(input)
        case .font: readFont(input)
        case .paper: drawPaper(input)
        case .clinicFile: readClinicFile(input)
        case .history: openChangedHistory(input)
        case .historyPapers: readHistoryPapers(input)
        case .programs: readPrograms(input)
        }
    }
}

/// A promise that an input broke.
func demand(_ holds: Bool, _ promise: @autoclosure () -> String) {
    guard holds else { fatalError("broken promise: \(promise())") }
}

private func readJSON(_ input: [UInt8]) {
    guard let value = try? JSONValue(parsing: input) else { return }
    let written = value.canonical
    demand((try? JSONValue(parsing: written)) == value, "what is written is read the same")
    demand((try? JSONValue(parsing: written))?.canonical == written, "one canonical form")
}

private func readRequest(_ input: [UInt8]) {
    var scanner = HTTPHeadScanner()
    let limits = HTTPLimits()
    var end: Int?
    for (index, octet) in input.enumerated() {
        guard let isEnd = try? scanner.isEnd(octet, limits: limits) else { return }
        if isEnd {
            end = index + 1
            break
        }
    }
    guard let end, let request = try? HTTPRequest(head: Array(input[..<end])) else { return }
    _ = try? request.framing()
    _ = try? request.awaitsContinue
    (_, _, _) = (request.keepsAlive, request.segments, request.query)
    guard request.headers.fields.count + 2 <= HTTPLimits().fields else { return }
    let host = request.headers["Host"] ?? ""
    let again = try? HTTPRequest(head: request.head(host: host, bodyCount: 0))
    demand(
        again?.method == request.method && again?.target == request.target,
        "a head that is written again says the same")
}

private func readResponse(_ input: [UInt8]) {
    guard let response = try? HTTPResponse(head: input) else { return }
    _ = try? response.framing(answering: "GET")
    // What is written adds up to two fields of its own.
    guard response.headers.fields.count + 2 <= HTTPLimits().fields else { return }
    let again = try? HTTPResponse(head: response.head(keepsAlive: response.keepsAlive))
    demand(again?.status == response.status, "a head that is written again says the same")
}

/// Chunks say the same however the octets arrive.
private func readChunks(_ input: [UInt8]) {
    func decode(pieces count: Int) -> (body: [UInt8], isDone: Bool)? {
        var decoder = ChunkedDecoder(limit: 4096)
        var rest = input[...]
        while !rest.isEmpty, !decoder.isDone {
            guard let used = try? decoder.feed(rest.prefix(count)) else { return nil }
            rest = rest.dropFirst(used)
        }
        return (decoder.body, decoder.isDone)
    }
    let (whole, single) = (decode(pieces: max(input.count, 1)), decode(pieces: 1))
    demand(
        whole?.body == single?.body && whole?.isDone == single?.isDone,
        "chunks do not depend on how they arrive")
    demand((whole?.body.count ?? 0) <= 4096, "a body stays within its limit")
}

/// Terminal and clearinghouse read statements with code of their own; what the terminal would
/// write, the clearinghouse reads.
private func readStatement(_ input: [UInt8]) {
    _ = try? ClearinghouseSimulator.SignedStatement(bytes: input)
    guard let statement = try? Statement(canonical: input) else { return }
    demand(statement.canonical == input, "a statement has one form")
}

/// The clinic's programs; the same octets as the address that one of them asks from.
private func readPrograms(_ input: [UInt8]) {
    if let register = try? ProgramRegister(parsing: input) {
        demand(
            (try? ProgramRegister(parsing: register.encoded)) == register,
            "programs are written as they were read")
    }
    guard let text = String(validating: input, as: UTF8.self), let origin = ProgramOrigin(text)
    else { return }
    demand(ProgramOrigin(origin.text) == origin, "an origin is written as it was read")
    if case .network(let block) = origin {
        let ends = [4, 16].map { block.contains([UInt8](repeating: 0, count: $0)) }
        demand(ends != [true, true], "a block is of one family")
    }
}

private func readEvent(_ input: [UInt8]) {
    guard let event = try? HistoryEvent(octets: input) else { return }
    demand((try? event.encoded()) == input, "an event has one form")
}

private func readRecord<Record: RecordCodable & Equatable>(_ type: Record.Type, _ input: [UInt8]) {
    guard let record = try? Record(parsing: input) else { return }
    demand(
        (try? Record(parsing: record.json.canonical)) == record,
        "a record that is written is read the same")
}

private func readCertificate(_ input: [UInt8]) {
    _ = try? Certificate.all(pem: input)
    guard let certificate = try? Certificate(der: input) else { return }
    (_, _, _) = (certificate.subject, certificate.notAfter, certificate.publicKey.kind)
    _ = certificate.publicKey.isValid(signature: [0], over: [0])
}

private func readCommand(_ input: [UInt8]) {
    _ = try? ResponseAPDU(input)
    guard let command = CommandAPDU(input) else { return }
    demand(CommandAPDU(command.octets) == command, "a command that is written is read the same")
}

private func readFrames(_ input: [UInt8]) {
    var whole = VPCDFrameReader()
    whole.append(input)
    var single = VPCDFrameReader()
    var messages: [VPCDMessage] = []
    for octet in input {
        single.append([octet])
        while let message = single.next() { messages.append(message) }
    }
    var others: [VPCDMessage] = []
    while let message = whole.next() { others.append(message) }
    demand(messages == others, "frames do not depend on how they arrive")
}
