/// The version of a notebook text, as its first line names it (バージョン情報): `JAHISTC08`.
package struct NotebookVersion: Hashable, Comparable, Sendable {
    /// The two digits.
    package let number: Int

    /// A version; numbers that no edition has yet are read too.
    package init?(_ number: Int) {
        guard (0...99).contains(number) else { return nil }
        self.number = number
    }

    private init(edition: Int) { number = edition }

    /// Ver. 2.5 and 2.6: ingredients of medicines without prescription, generic names.
    package static let v08 = NotebookVersion(edition: 8)
    /// Ver. 2.4, for older applications.
    package static let v07 = NotebookVersion(edition: 7)
    /// Those that an edition of the format describes.
    package static let known = 1...8

    package static func < (one: Self, other: Self) -> Bool { one.number < other.number }

    /// As the first line begins.
    package var identifier: String { "JAHISTC" + (number < 10 ? "0" : "") + String(number) }
}

/// Which way a text goes (出力区分).
package enum NotebookDirection: Int, CaseIterable, Hashable, Sendable {
    /// From an institution or a pharmacy to the patient.
    case toPatient = 1
    /// From the patient to an institution.
    case toInstitution = 2
}

/// Who wrote a record (作成者).
package enum NotebookCreator: Int, CaseIterable, Hashable, Sendable {
    /// Somebody of a medical profession (医療関係者).
    case professional = 1
    /// The patient (患者等).
    case patient = 2
    /// Somebody else (その他).
    case other = 8
    /// Not known (不明).
    case unknown = 9
}
