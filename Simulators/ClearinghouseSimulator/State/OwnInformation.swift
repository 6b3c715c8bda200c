package import JSON
import Octets
package import Records

/// What one may ask agencies about oneself (自己情報の取得): samples, plainly invented.
package struct OwnInformation: Hashable, Sendable {
    /// What is asked for.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Income and taxes (税情報).
        case tax
        /// The household (世帯情報).
        case household
        /// Vaccinations (予防接種の履歴).
        case vaccination
    }

    /// How long an agency takes, in seconds.
    package static let delaySeconds: Int64 = 30
    /// How long an answer is kept, in seconds.
    package static let lifetimeSeconds: Int64 = 86_400
    /// The most requests held at once.
    package static let maximumCount = 10_000
    /// Who asks.
    package var person: String
    /// What is asked for.
    package var kind: Kind
    /// When.
    package var askedAt: Instant

    /// When the answer is there.
    package var readyAt: Instant { askedAt.adding(seconds: Self.delaySeconds) }

    /// The agency that answers, and what it says.
    func answer(on date: LocalDate) -> JSONValue {
        let rows: [(String, String)] =
            switch kind {
            case .tax:
                [
                    ("年度", "\(date.year)年度"), ("合計所得金額", "3,120,000円(模擬)"),
                    ("市町村民税 所得割額", "118,400円(模擬)"),
                ]
            case .household: [("続柄", "世帯主(模擬)"), ("世帯の人数", "2人(模擬)")]
            case .vaccination:
                [
                    ("ワクチン", "季節性インフルエンザ(模擬)"),
                    ("接種日", date.adding(days: -40).description),
                ]
            }
        return [
            "agency": "架空市(模擬)",
            "rows": .array(
                rows.map { ["label": .string($0.0), "value": .string($0.1)] }),
        ]
    }
}

extension House {
    /// Asks an agency about the patient who signed in.
    package func askOwn(
        _ kind: OwnInformation.Kind, token: String?, asked: Asked
    ) throws(Refusal) -> (visit: PortalVisit, request: JSONValue) {
        let visit = try visit("self-disclosure", token: token, asked: asked)
        if ownRequests.count >= OwnInformation.maximumCount {
            ownRequests = ownRequests.filter {
                asked.now < $0.value.askedAt.adding(seconds: OwnInformation.lifetimeSeconds)
            }
        }
        guard ownRequests.count < OwnInformation.maximumCount else {
            throw Refusal(.tooManyRequests)
        }
        let id = chance.octets(16).base64(.urlSafe)
        let request = OwnInformation(
            person: visit.person.id, kind: kind, askedAt: asked.now)
        ownRequests[id] = request
        return (visit, json(of: request, id: id, visit, asked))
    }

    /// The state of such a request, for the patient who made it.
    package func own(
        _ id: String, token: String?, asked: Asked
    ) throws(Refusal) -> (visit: PortalVisit, request: JSONValue) {
        let visit = try visit("self-disclosure", token: token, asked: asked)
        guard let request = ownRequests[id], request.person == visit.person.id else {
            throw Refusal(.selfDisclosureUnknown)
        }
        return (visit, json(of: request, id: id, visit, asked))
    }

    private func json(
        of request: OwnInformation, id: String, _ visit: PortalVisit, _ asked: Asked
    ) -> JSONValue {
        let isReady = asked.now >= request.readyAt
        return .object(present: [
            ("id", .string(id)), ("kind", .string(request.kind.rawValue)),
            ("askedAt", .string(request.askedAt.rfc3339)),
            ("readyAt", .string(request.readyAt.rfc3339)),
            ("state", isReady ? "ready" : "pending"),
            ("answer", isReady ? request.answer(on: visit.date) : nil),
        ])
    }

    /// What agencies told each other about a person: samples that move with the business date.
    package func exchanges(on date: LocalDate) -> JSONValue {
        let samples: [(Int, String, String, String, String)] = [
            (35, "架空健康保険組合(模擬)", "架空市(模擬)", "高額療養費の支給", "地方税関係情報"),
            (140, "架空市(模擬)", "日本年金機構(模擬)", "児童手当の支給", "年金給付関係情報"),
            (410, "架空市(模擬)", "架空町(模擬)", "国民健康保険の資格の届出", "住民票関係情報"),
        ]
        return .array(
            samples.map { days, asked, answered, procedure, information in
                [
                    "date": .string(date.adding(days: -days).description),
                    "asked": .string(asked), "answered": .string(answered),
                    "procedure": .string(procedure), "information": .string(information),
                ]
            })
    }
}
