package import JSON
package import Records

/// A time in which the service works otherwise: it has a reason and ends by itself.
package struct ServiceMode: Hashable, Sendable {
    /// What is otherwise.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Readers or lines are down: qualification by four items or insurance details (緊急時
        /// 医療情報・資格確認機能のうち資格情報照会).
        case systemFailure
        /// A disaster: records too, without a card, by oral consent (災害時医療情報閲覧).
        case disaster
        /// Nothing is answered but that it is so.
        case maintenance
    }

    /// The longest mode, in seconds: a month.
    package static let maximumSeconds: Int64 = 31 * 86_400
    /// The most modes on order at once.
    package static let maximumCount = 50
    /// What is otherwise.
    package var kind: Kind
    /// From when.
    package var from: Instant
    /// Until when.
    package var until: Instant
    /// Why.
    package var reason: String
    /// The prefectures (first two digits of an institution's code) it holds for; all where empty.
    package var prefectures: [String]

    /// A mode.
    package init(
        _ kind: Kind, from: Instant, until: Instant, reason: String, prefectures: [String] = []
    ) {
        (self.kind, self.from, self.until) = (kind, from, until)
        (self.reason, self.prefectures) = (reason, prefectures)
    }

    /// Whether it holds for a client at an instant.
    package func holds(for identity: ClientRegister.Identity?, at now: Instant) -> Bool {
        guard from <= now, now < until else { return false }
        guard !prefectures.isEmpty, case .institution(let code, _, _)? = identity else {
            return prefectures.isEmpty
        }
        return prefectures.contains(String(code.prefix(2)))
    }

    /// The mode as messages carry it.
    package var json: JSONValue {
        .object(present: [
            ("kind", .string(kind.rawValue)), ("from", .string(from.rfc3339)),
            ("until", .string(until.rfc3339)), ("reason", .string(reason)),
            (
                "prefectures",
                prefectures.isEmpty ? nil : .array(prefectures.map(JSONValue.string))
            ),
        ])
    }

    /// Reads an order; without a beginning it begins now.
    package init(_ value: JSONValue, at path: String, now: Instant) throws(JSONError) {
        var fields = try JSONFields(value, at: path)
        kind = try fields.require("kind", "must be a known mode") {
            $0.stringValue.flatMap(Kind.init)
        }
        from = try fields.optional("from", "must be an instant", instant) ?? now
        until = try fields.require("until", "must be an instant", instant)
        reason = try fields.string("reason", maximum: 800)
        prefectures = try fields.array("prefectures", maximum: 47) {
            (value, path) throws(JSONError) in
            guard let text = value.stringValue, text.utf8.count == 2 else {
                throw .unexpected(path: path, reason: "must be two digits")
            }
            return text
        }
        try fields.finish()
        guard from < until, until <= from.adding(seconds: Self.maximumSeconds) else {
            throw .unexpected(
                path: "\(path).until", reason: "must lie after from, by 31 days at most")
        }
        guard reason.contains(where: { $0 != " " }) else {
            throw .unexpected(path: "\(path).reason", reason: "must say why")
        }
    }
}

extension House {
    /// The modes that hold for a client.
    package func modes(for identity: ClientRegister.Identity?, at now: Instant) -> [ServiceMode] {
        modeOrders.filter { $0.holds(for: identity, at: now) }
    }

    /// The mode of a kind that holds for a client, the one that ends last.
    func mode(
        _ kind: ServiceMode.Kind, for identity: ClientRegister.Identity?, at now: Instant
    ) -> ServiceMode? {
        modes(for: identity, at: now).filter { $0.kind == kind }.max { $0.until < $1.until }
    }

    /// Modes on order, over or not yet begun ones too.
    package var orderedModes: [ServiceMode] { modeOrders }

    /// Orders modes in place of those on order.
    package func hold(_ modes: [ServiceMode]) { modeOrders = modes }
}

private func instant(_ value: JSONValue) -> Instant? {
    value.stringValue.flatMap { Instant(rfc3339: $0) }
}
