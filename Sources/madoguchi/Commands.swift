import Commands

/// The version that every program of the project prints.
let madoguchiVersion = "0.1.0"

private let reader = Command.Option("reader", "NAME", "the reader; without it the one with a card")
private let checkIn = Command.Option("check-in", "ID", "the check-in (see `check-ins`)")
private let pinFile = Command.Option(
    "pin-file", "FILE", "the file that holds the PIN; - reads standard input")
private let portal = Command.Option(
    "portal", nil, "the patient's own look with their card and PIN, instead of a check-in")
private let months = [
    Command.Option("from", "YYYY-MM", "the first month"),
    Command.Option("to", "YYYY-MM", "the last month"),
]
private let pinPad = Command.Option(
    "pin-pad", nil, "the PIN is entered on the reader's own keys")
private let historyFilters = [
    Command.Option("patient", "ID", "of one patient (the pairwise id)"),
    Command.Option("item", "ITEM", "of one item: qualification, drugs, checkups, …"),
    Command.Option("actor", "ID", "by one actor"),
    Command.Option("from", "TIME", "from this instant or day on"),
    Command.Option("to", "TIME", "up to this instant or day, itself included"),
    Command.Option("until", "TIME", "before this instant or day"),
]
private let exportFile = Command.Argument("FILE")
private let fromEntry = Command.Option("from-entry", "N", "from this entry on (default 0)")
private let exportNote = """
    FILE - is standard output; a file is there whole or not at all. What is exported is in clear: it
    escapes expiry and erasure, and the export is itself an entry.
    """
private let lastTry = Command.Option(
    "spend-last-try", nil, "agree to use the card's last try, if only one is left")

/// The program as its users see it.
let program = Program(
    name: "madoguchi", summary: "the front desk of a qualification-check terminal, from a shell",
    version: madoguchiVersion,
    commands: [
        Command("status", "shows what the terminal is doing"),
        Command(
            "check-in", "checks a patient in with the card on the reader",
            options: [
                pinFile, pinPad, reader, lastTry,
                .init(
                    "visual-check", "REASON",
                    "staff looked instead of a PIN: pinForgotten, pinLocked, faceUnavailable, "
                        + "readerTrouble"),
                .init("face", nil, "the face before the camera, instead of a PIN"),
                .init("consent", "ITEMS", "items the patient agrees to: drugs,checkups (or none)"),
                .init(
                    "wait", "SECONDS",
                    "how long to wait for a card (default 0; at most longestClaimSeconds, 600)"),
            ],
            discussion: """
                The PIN is read from a file or from standard input, never from the arguments.
                A PIN that is not four digits never reaches the card.
                """),
        Command("check-ins", "lists the check-ins"),
        Command(
            "qualification", "shows again what a checked-in patient is entitled to",
            options: [checkIn]),
        Command(
            "identity", "says whether the answer's name and birth date are the patient's",
            options: [checkIn, .init("same", "YES|NO", "what staff found who compared them")]),
        Command("drugs", "opens the medicines of a check-in", options: [checkIn]),
        Command("checkups", "opens the checkups of a check-in", options: [checkIn]),
        Command("withdraw", "takes the patient's consent back", options: [checkIn]),
        Command(
            "close", "closes a check-in: nothing more is opened under it", options: [checkIn]),
        Command(
            "portal qualification", "shows the patient their own insurance data",
            options: [pinFile, pinPad, reader, lastTry]),
        Command(
            "portal drugs", "shows the patient their medicines, with copayment and saving",
            options: [pinFile, pinPad, reader, lastTry] + months),
        Command(
            "portal checkups", "shows the patient their checkups",
            options: [pinFile, pinPad, reader, lastTry]),
        Command(
            "portal expenses", "shows the patient their medical expenses",
            options: [pinFile, pinPad, reader, lastTry] + months),
        Command(
            "portal disclosures", "shows the patient who asked for their data",
            options: [pinFile, pinPad, reader, lastTry]),
        Command(
            "history list", "lists the access history",
            options: historyFilters + [
                .init("limit", "N", "at most so many of the latest (default 1000)")
            ],
            discussion: "A day is one in Japan. That the history was read is itself an entry."),
        Command(
            "history statistics", "counts by day: check-ins, disclosures, refusals, readings",
            options: historyFilters),
        Command(
            "history verify", "checks the whole access history, without the daemon",
            options: [
                .init("without-keys", nil, "check only what needs no key"),
                .init(
                    "checkpoint", "FILE",
                    "a checkpoint that was handed out: the history must begin with what it names"),
                .init("receipt", "FILE", "a receipt: its entry and its checkpoint must be here"),
            ],
            discussion: "Ends with 0 if everything fits, 1 with the first thing that does not."),
        Command(
            "history receipt", "writes the proof that the log holds one entry (C2SP tlog-proof)",
            options: [
                .init("index", "N", "the entry's number"),
                .init("output", "FILE", "the file to write", letter: "o"),
            ],
            discussion: """
                It tells nothing of what the entry says. Whoever has the log's key can judge it without
                this history: the leaf stands in its extra line.
                """),
        Command(
            "history export tiles", "writes the log as C2SP tiles", arguments: [.init("DIR")],
            discussion: "What an earlier export wrote stays, and must agree."),
        Command(
            "history export csv", "writes the entries as CSV", options: [fromEntry],
            arguments: [exportFile], discussion: exportNote),
        Command(
            "history export fhir", "writes the entries as FHIR AuditEvent, one a line (NDJSON)",
            options: [fromEntry], arguments: [exportFile], discussion: exportNote),
        Command(
            "history export postgres", "writes a script for psql that loads the entries",
            options: [fromEntry], arguments: [exportFile],
            discussion: exportNote + " The tables are in Config/postgres/schema.sql."),
        Command(
            "history export syslog", "writes the entries as RFC 5424 messages, one a line",
            options: [fromEntry], arguments: [exportFile], discussion: exportNote),
        Command(
            "history reconcile", "compares the history with the clearinghouse's journal",
            arguments: [.init("JOURNAL")],
            discussion: """
                JOURNAL is a file of the clearinghouse's journal, a line an entry, or what GET
                /admin/journal answers. Ends with 0 if both say the same, 1 if they do not.
                """),
        Command(
            "history expire", "destroys the keys of months that have expired",
            options: [.init("before", "YYYY-MM", "of all months before this one")],
            discussion: """
                What is sealed under them can be opened by nobody from then on; every proof stays. Nothing
                goes before historyRetentionYears (7) are over, by the witnesses' time where there are any.
                """),
        Command("history key", "prints the key that verifies the log's checkpoints"),
        Command(
            "consent verify", "judges the statement of a check-in from its history entry",
            options: [.init("index", "N", "the entry of the intent")]),
        Command("readers", "lists the readers that pcscd sees"),
        Command(
            "end-pause", "lets PINs in again on a reader where too many failed",
            options: [reader]),
        Command("staff list", "lists the staff, their roles and rights"),
        Command(
            "staff add", "adds a member of staff, or gives one another password",
            options: [
                .init("role", "ROLE", "reception, clinician or administrator"),
                .init("visual-check", nil, "may confirm patients by sight (目視)"),
                .init(
                    "second-factor", nil,
                    "a code of their telephone besides the password (TOTP); its secret is told once"
                ),
                .init("no-second-factor", nil, "the password alone is enough again"),
                .init(
                    "password-file", "FILE",
                    "the file that holds the password; - reads standard input"),
            ],
            arguments: [.init("ID")],
            discussion: """
                The password is read from a file or from standard input, never from the arguments;
                8 to 64 octets. The daemon needs no restart; whoever was signed in with the
                password before is signed out.
                """),
        Command(
            "staff remove", "removes a member of staff, and signs them out at the desk",
            arguments: [.init("ID")],
            discussion: "A token of theirs is taken until the daemon starts anew."),
        Command("doctor", "finds out what is wrong, and says what mends it"),
        Command(
            "init", "makes the terminal's own part of a state folder",
            options: [
                .init("institution", "CODE", "ten digits (default 1310000003)"),
                .init("terminal", "NAME", "the terminal's name (default desk-1)"),
                .init("port", "PORT", "the clearinghouse's port (default 8710)"),
                .init("kiosk-port", "PORT", "a kiosk on this port (default none)"),
                .init("desk-port", "PORT", "the staff's pages on this port (default none)"),
            ]),
    ]
        + [
            Command(
                "document verify", "checks the payment agency's signature over an expense notice",
                options: [
                    .init("signature", "FILE", "the signature (default FILE.p7s)"),
                    .init(
                        "signer", "FILE",
                        "the agency's certificate (default that of the stack's folder)"),
                ], arguments: [.init("FILE")],
                discussion: "Ends with 0 if the signature stands, 1 if it does not.")
        ]
        + DocumentKind.allCases.map {
            $0.command(whose: [checkIn, portal, pinFile, pinPad, reader, lastTry] + months)
        },
    common: [
        .init("state", "DIR", "the stack's folder (default .madoguchi)"),
        .init("json", nil, "write JSON to standard output"),
    ])
