internal import CheckIns
internal import Documents
internal import HTTP
internal import JSON
internal import Octets
internal import Records
internal import Secrets
internal import Terminal

extension LocalAPI {
    /// わたしの情報 begins: the patient's own PIN, and their insurance card as the first page. With
    /// `?page=registration` the card is registered for insurance use instead (利用登録).
    func beginOwn(
        pin: consuming SecretPage, _ head: HTTPRequest, reader name: String?
    ) async throws(Problem) -> HTTPResponse {
        guard let session = head.headers["Madoguchi-Session"] else { throw .noSession }
        guard let reader = await parts.roster.reader(named: name) else { throw .noReader }
        guard await !reader.runner.view.isAtWork else { throw .readerBusy }
        let proxy = try proxyNamed(in: head)
        let registers = head.query["page"] == "registration"
        do throws(PortalRefusal) {
            let begun = try await parts.ownVisits.begin(
                registers ? .register : .qualification, at: reader, session: session, pin: pin,
                lastTryWord: head.headers["Madoguchi-Last-Try"], by: proxy)
            return .json([
                "token": .string(begun.token), "until": .string(begun.until.rfc3339),
                "page": registers ? "registration" : "qualification", "sheet": begun.answer.sheet,
            ])
        } catch { throw .portal(error) }
    }

    /// Who enters the PIN in the patient's place: `Madoguchi-Entered-By: parent` or `carer`.
    private func proxyNamed(in head: HTTPRequest) throws(Problem) -> Proxy? {
        guard let word = head.headers["Madoguchi-Entered-By"] else { return nil }
        guard let proxy = Proxy(rawValue: word) else {
            throw .malformedBody("Madoguchi-Entered-By must be parent or carer")
        }
        return proxy
    }

    /// The further steps of it: a page (`GET /v1/own/drugs?from=…`), the same as the paper
    /// (`GET /v1/own/drugs/paper`), the end (`POST /v1/own/end`).
    func own(_ request: HTTPRequest, _ press: PaperPress?) async throws(Problem) -> HTTPResponse {
        let path = Array((request.segments ?? []).dropFirst(2))
        let token = request.headers["Madoguchi-Own"] ?? ""
        if request.method == "POST", path == ["end"] {
            await parts.ownVisits.end(token)
            return .json([:])
        }
        guard request.method == "GET", let page = path.first, Self.ownPages.contains(page) else {
            throw .notFound
        }
        let question = try question(page, request.query)
        if path.count == 2, path[1] == "paper" {
            return try await ownPaper(page, question, token, request, press)
        }
        guard path.count == 1 else { throw .notFound }
        do throws(PortalRefusal) {
            let answer = try await parts.ownVisits.ask(question, token)
            return .json(["page": .string(page), "sheet": answer.sheet])
        } catch { throw .portal(error) }
    }

    private static let ownPages: Set<String> = [
        "qualification", "drugs", "checkups", "expenses", "disclosures", "notices",
    ]

    private func ownPaper(
        _ page: String, _ question: PortalQuestion, _ token: String, _ request: HTTPRequest,
        _ press: PaperPress?
    ) async throws(Problem) -> HTTPResponse {
        guard let press else { throw .noPress }
        let note = try documentNote(page)
        let qualification: PortalAnswer
        let answer: PortalAnswer
        do throws(PortalRefusal) {
            qualification = try await parts.ownVisits.ask(.qualification, token, note: note)
            answer = try await parts.ownVisits.ask(question, token, note: note)
        } catch { throw .portal(error) }
        guard case .qualification(let holder) = qualification,
            let content = PaperPress.Content(answer, elderly: request.query["elderly"] == "1")
        else { throw .notFound }
        let isLarge = request.query["large"] == "1"
        return try await press.print(
            content, of: holder, copy: .portal,
            madeOn: holder.confirmedOn ?? parts.scribe.now.dateInJapan, isLarge: isLarge)
    }
}

extension PaperPress.Content {
    /// What the patient was answered, where there is a paper of it.
    init?(_ answer: PortalAnswer, elderly: Bool) {
        switch answer {
        case .drugs(let record): self = .drugs(record)
        case .checkups(let record, _): self = .checkups(record, elderly ? .elderly : .specific)
        case .expenses(let record): self = .expenses(record)
        case .qualification, .disclosures, .notices, .registered, .expenseNotice, .taxLink:
            return nil
        }
    }
}
