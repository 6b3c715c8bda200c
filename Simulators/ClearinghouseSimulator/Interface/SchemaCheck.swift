package import JSON

extension Schema {
    /// Why a value does not have this shape: the first fault with its path; nothing if it has.
    package func fault(in value: JSONValue, at path: String = "$") -> JSONError? {
        do throws(JSONError) {
            try check(value, path)
            return nil
        } catch { return error }
    }

    private func check(_ value: JSONValue, _ path: String) throws(JSONError) {
        func demand(_ holds: Bool, _ reason: String) throws(JSONError) {
            guard holds else { throw .unexpected(path: path, reason: reason) }
        }
        switch self {
        case .text(let form, let lengths):
            try demand(value.stringValue != nil, "must be a string")
            let text = value.stringValue ?? ""
            try demand(
                lengths.contains(text.unicodeScalars.count),
                "must have \(lengths.lowerBound) to \(lengths.upperBound) characters")
            try demand(form.matches(text), "must be \(form.rule)")
        case .anyText: try demand(value.stringValue != nil, "must be a string")
        case .choice(let values):
            try demand(
                value.stringValue.map(values.contains) ?? false,
                "must be one of " + values.joined(separator: ", "))
        case .integer(let range):
            try demand(
                value.integerValue.map { range.contains(Int($0)) } ?? false,
                "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        case .boolean: try demand(value.boolValue != nil, "must be true or false")
        case .list(let element, let counts):
            let elements = value.arrayValue
            try demand(
                elements.map { counts.contains($0.count) } ?? false,
                "must be an array of \(counts.lowerBound) to \(counts.upperBound) elements")
            for (index, value) in (elements ?? []).enumerated() {
                try element.check(value, "\(path)[\(index)]")
            }
        case .object(let fields): try Self.check(value, fields, path, isClosed: true)
        case .open(let fields): try Self.check(value, fields, path, isClosed: false)
        case .nullable(let schema): if value != .null { try schema.check(value, path) }
        case .named(let name): try name.schema.check(value, path)
        case .either(let schemas):
            let faults = schemas.map { $0.fault(in: value, at: path) }
            if faults.contains(nil) { return }
            if let first = faults.compactMap({ $0 }).last { throw first }
        }
    }

    private static func check(
        _ value: JSONValue, _ fields: [Field], _ path: String, isClosed: Bool
    ) throws(JSONError) {
        guard var rest = value.objectValue else {
            throw .unexpected(path: path, reason: "must be an object")
        }
        for field in fields {
            guard let value = rest.removeValue(forKey: field.key) else {
                if field.isRequired {
                    throw .unexpected(path: "\(path).\(field.key)", reason: "is missing")
                }
                continue
            }
            try field.schema.check(value, "\(path).\(field.key)")
        }
        if isClosed, let unknown = rest.keys.min() {
            throw .unexpected(path: "\(path).\(unknown)", reason: "is not a known field")
        }
    }
}
