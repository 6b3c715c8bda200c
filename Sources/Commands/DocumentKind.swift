/// A document that `madoguchi document KIND` makes: what it needs and what it is called. A new kind
/// is a case here and its maker beside the others of the program.
package enum DocumentKind: String, CaseIterable, Hashable, Sendable {
    /// Texts and symbols of a medicine notebook (電子版お薬手帳).
    case notebook
    /// Everything known, as one FHIR R4 bundle.
    case fhir
    /// The list of medicines (薬剤情報一覧).
    case drugs
    /// Specific checkups (特定健康診査受診結果).
    case checkup
    /// Checkups of the elderly (後期高齢者健康診査受診結果).
    case elderlyCheckup = "elderly-checkup"
    /// Medical expenses (医療費通知情報).
    case expenses
    /// The same as XML with the payment agency's signature.
    case notice
    /// Who saw what (閲覧・提供履歴).
    case history
    /// The slip of a check-in (受付票).
    case slip
    /// A form to fill in by hand (被保険者資格申立書).
    case declaration

    /// One line for the help.
    package var summary: String {
        switch self {
        case .notebook: "writes the medicines as texts or QR codes of a medicine notebook"
        case .fhir: "writes what is known as one FHIR R4 bundle"
        case .drugs: "draws the list of medicines (薬剤情報一覧)"
        case .checkup: "draws the results of specific checkups (特定健康診査受診結果)"
        case .elderlyCheckup: "draws those of the elderly's checkups (後期高齢者健康診査受診結果)"
        case .expenses: "draws the medical expenses (医療費通知情報)"
        case .notice: "writes the medical expenses of a year as XML, with its signature"
        case .history: "draws who saw the patient's data, when and why (閲覧・提供履歴)"
        case .slip: "draws the slip of a check-in (受付票)"
        case .declaration: "draws the patient's declaration, to be filled in (被保険者資格申立書)"
        }
    }

    /// Whose records it can be made from.
    package enum Origin: Hashable, Sendable {
        /// A check-in at the institution (`--check-in`).
        case checkIn
        /// The patient's own look (`--portal`).
        case portal
    }

    /// Where its records may come from.
    package var origins: Set<Origin> {
        switch self {
        case .notebook, .fhir, .drugs, .checkup, .elderlyCheckup, .history: [.checkIn, .portal]
        case .expenses, .notice: [.portal]
        case .slip: [.checkIn]
        case .declaration: []
        }
    }

    /// The pages it is made of, as the local API names them.
    package var items: [String] {
        switch self {
        case .notebook: ["qualification", "drugs"]
        case .fhir: ["qualification", "drugs", "checkups"]
        case .drugs: ["qualification", "drugs"]
        case .checkup, .elderlyCheckup: ["qualification", "checkups"]
        case .expenses: ["qualification", "expenses"]
        case .notice: ["expense-notice"]
        case .history: ["qualification", "history"]
        case .slip: ["qualification"]
        case .declaration: []
        }
    }

    /// Whether it is a paper, drawn with fonts.
    package var isPaper: Bool {
        switch self {
        case .drugs, .checkup, .elderlyCheckup, .expenses, .history, .slip, .declaration: true
        case .notebook, .fhir, .notice: false
        }
    }

    /// Whether pages that the patient did not consent to are left out, rather than refused.
    package var takesWhatIsConsented: Bool { self == .fhir }

    /// The kinds of file it writes, by the ending of the name; the first is the usual one.
    package var endings: [String] {
        switch self {
        case .notebook: ["txt", "svg"]
        case .fhir: ["json"]
        case .notice: ["xml"]
        case .drugs, .checkup, .elderlyCheckup, .expenses, .history, .slip, .declaration: ["pdf"]
        }
    }

    /// Options that only this kind takes.
    package var options: [Command.Option] {
        switch self {
        case .notebook:
            [
                .init("edition", "08|07", "the edition of the format (default 08)"),
                .init("no-name", nil, "leave name, sex and birth date out"),
            ]
        case .fhir: []
        case .notice: [.init("year", "YYYY", "the year of the notice")]
        case .drugs, .checkup, .elderlyCheckup, .expenses, .history, .slip, .declaration:
            [
                .init("large", nil, "large type"),
                .init(
                    "fonts", "FILE,…",
                    "TrueType fonts; a character is taken from the first that has it (default IPAex "
                        + "Gothic, then VL Gothic)"),
            ]
        }
    }

    /// More to say in its help.
    package var discussion: String {
        switch self {
        case .notebook:
            """
            One text for each pharmacy and prescriber; each text as many symbols as it needs. Several
            files are numbered: FILE-1.svg, FILE-2-1.svg. Characters that not every reader has are
            replaced, and each replacement is told.
            """
        case .fhir:
            """
            JP Core 1.2 and the checkup guide (eCheckup). An institution's copy says what was handed
            out (MedicationDispense) and which consent it has (Consent); the patient's own says what is
            taken (MedicationStatement). What was not consented to is left out, and that is told.
            """
        case .drugs, .checkup, .elderlyCheckup:
            """
            PDF/A-2u and PDF/UA-1. The patient's own copy has what was paid and could be saved, the
            institution's no amounts of money.
            """
        case .expenses: "PDF/A-2u and PDF/UA-1. Only the patient sees it."
        case .notice:
            """
            After the schema Documentation/expense-notice.xsd: a simulation, no tax office takes it. The
            signature (CMS, detached) is written beside it: FILE.xml.p7s. `document verify` checks it.
            """
        case .history:
            """
            PDF/A-2u and PDF/UA-1. The institution's copy is this terminal's access history, the
            patient's own what the clearinghouse tells of every institution.
            """
        case .slip: "PDF/A-2u and PDF/UA-1. For a check-in whose qualification is still known."
        case .declaration: "PDF/A-2u and PDF/UA-1. A form without anybody's data."
        }
    }
}

extension DocumentKind {
    /// The command `document KIND`, with the options that every kind takes. `whose` are those of the
    /// program that name a check-in, or a card and its PIN.
    package func command(whose: [Command.Option]) -> Command {
        let output = Command.Option(
            "output", "FILE",
            "the file to write; its ending says what: \(endings.joined(separator: ", "))",
            letter: "o")
        let known = whose.filter { origins.contains(.checkIn) || $0.name != "check-in" }.filter {
            origins.contains(.portal) || $0.name == "check-in"
        }
        return Command(
            "document \(rawValue)", summary, options: [output] + known + options,
            discussion: discussion
                + (origins.isEmpty
                    ? ""
                    : "\nEach use is an entry of the access history before anything is written."))
    }
}
