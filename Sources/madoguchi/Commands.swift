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
private let ifNew = Command.Option(
    "if-new", nil, "do nothing, and write nothing down, where there is no entry from there on")
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
                .init(
                    "entered-by", "WHO",
                    "who enters in the patient's place (代理): parent (a legal representative too) "
                        + "or carer"),
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
            "history review", "lists openings after hours or without a booking, for a reviewer",
            options: [
                .init("from", "TIME", "from this instant or day on (default a month)"),
                .init("to", "TIME", "up to this instant, or with this day"),
                .init(
                    "sign-off", nil, "say that what is listed was looked at: an entry of its own"),
                .init("remark", "TEXT", "what is to be said of it, with --sign-off"),
            ],
            discussion: """
                Lists what was opened since the last sign-off outside `openingHours`, or of a patient who was
                on no list of bookings in the eight days before. Reading it is itself an entry.
                """),
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
            "history export csv", "writes the entries as CSV", options: [fromEntry, ifNew],
            arguments: [exportFile], discussion: exportNote),
        Command(
            "history export fhir", "writes the entries as FHIR AuditEvent, one a line (NDJSON)",
            options: [fromEntry, ifNew], arguments: [exportFile], discussion: exportNote),
        Command(
            "history export postgres", "writes a script for psql that loads the entries",
            options: [fromEntry, ifNew], arguments: [exportFile],
            discussion: exportNote + " The tables are in Config/postgres/schema.sql."),
        Command(
            "history export syslog", "writes the entries as RFC 5424 messages, one a line",
            options: [fromEntry, ifNew], arguments: [exportFile], discussion: exportNote),
        Command(
            "history feed", "sends what is new to a syslog receiver over TLS, for a timer",
            options: [
                .init("check", "FILE", "look whether the receiver's file has what was sent"),
                .init("again", nil, "with --check: go back to the first that it has not"),
            ],
            discussion: """
                `syslog` in the configuration names the receiver and the cursor's file. The cursor moves only
                when the receiver has read everything and ended the line; what is sent twice has the same
                index. Where there is nothing new, nothing is written into the history either.
                """),
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
        Command(
            "history erase", "erases what the history holds of one patient, and keeps every proof",
            options: [
                .init("patient", "ID", "the patient, by the clearinghouse's id"),
                .init("why", "TEXT", "on what ground: kept in the history, so name nobody"),
                .init(
                    "despite-retention", nil,
                    "also what has to be kept: only where a court or the law says so"),
            ],
            discussion: """
                An entry that lists the erased ones comes first; then their bodies are zeros, for good. Copies
                in clear (exports) are not reached: a load of PostgreSQL takes what was erased away there.
                """),
        Command(
            "history new-origin", "puts a history that cannot go on away and begins a new one",
            discussion: """
                For a disk that lied, or a history of which a witness knows more than this machine does.
                Stop the daemon, set `historyName` in the configuration to a new name, then run this: the
                old folder is kept beside it as it is, and the first entry of the new history names the
                old one's last checkpoint, the cosigned one where there is one.
                """),
        Command(
            "history rotate-key", "makes another key, which seals the history from now on",
            discussion: """
                What was sealed stays under its older key, which stays too. To make copies of the store's key
                file worthless, change the key that wraps it: history wrapping-key.
                """),
        Command(
            "history wrapping-key", "changes the key that wraps the history's keys, in two steps",
            options: [
                .init("file", "FILE", "the key's file (default: historyKeyFile)"),
                .init("finish", nil, "take the key before away, after the restart"),
            ],
            discussion: """
                First it puts a new key above the old one in the file. Restart the daemon: it wraps all keys
                anew, and an entry says so. Then --finish takes the old key away: copies of the store from
                before, and keys that had expired in them, open no more.
                """),
        Command(
            "history escrow", "writes the month keys for an auditor, who alone can open them",
            arguments: [.init("CERTIFICATE"), .init("FILE")],
            discussion: """
                FILE is CMS (DER); the auditor opens it with openssl cms -decrypt -inform DER -inkey KEY, and
                keeps what comes out as closely as the history itself. An entry says who asked for it.
                """),
        Command(
            "history open-escrow", "writes a copy of a history as CSV, with keys from escrow",
            arguments: [.init("KEYS"), .init("FOLDER"), exportFile],
            discussion: """
                KEYS is what the auditor decrypted; FOLDER a copy of the history's folder. Neither the daemon
                nor the terminal's own keys are needed. The entries must give the root that the log signed.
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
        Command("program list", "lists the clinic's programs and what they may do"),
        Command(
            "program add", "makes a token for one of the clinic's programs",
            options: [
                .init("may", "RIGHTS", "some of qualification,records,batches"),
                .init("until", "DATE", "the token ends with this day (default never)"),
                .init(
                    "from", "ORIGIN",
                    "socket, an address, or a block as 192.0.2.0/24 (default socket)"),
                .init("token-file", "FILE", "writes the token there instead of showing it"),
            ],
            arguments: [.init("NAME")],
            discussion: "An older token of the same name is taken back. No restart is needed."),
        Command(
            "program revoke", "takes a program's token back, at once",
            arguments: [.init("NAME")]),
        Command("doctor", "finds out what is wrong, and says what mends it"),
        Command(
            "init", "makes the terminal's own part of a state folder",
            options: [
                .init("institution", "CODE", "ten digits (default 1310000003)"),
                .init("terminal", "NAME", "the terminal's name (default desk-1)"),
                .init("port", "PORT", "the clearinghouse's port (default 8710)"),
                .init("kiosk-port", "PORT", "a kiosk on this port (default none)"),
                .init("desk-port", "PORT", "the staff's pages on this port (default none)"),
                .init("tls-key", "FILE", "the terminal's key for connections, imported"),
                .init("tls-certificate", "FILE", "its certificate, imported"),
                .init("statement-key", "FILE", "the key of statements, imported"),
                .init("history-key", "FILE", "the history's wrapping key, imported"),
            ],
            discussion: """
                What is there stays as it is. Without a key for connections it makes one, and beside it
                tls.csr, the request for its certificate; without one of statements it makes that, and
                statement.pub for the clearinghouse.
                """),
        Command(
            "key rotate", "exchanges a key that others know, in two steps",
            options: [
                .init("import", "FILE", "this key instead of one made now"),
                .init("finish", nil, "put the next key in the place of the one in use"),
                .init("certificate", "FILE", "with --finish: the next key's certificate"),
                .init("file", "FILE", "the key's file (default: as configured)"),
            ],
            arguments: [.init("NAME")],
            discussion: """
                NAME is tls, portal or statement. First it makes KEY.next and what others are to know: KEY.csr
                for an authority, KEY.pub for statements. With --finish the next key is put in the old one's
                place, which is kept as KEY.before. Restart the daemon then.
                """),
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
        .init(
            "config", "FILE", "an installed terminal's configuration, in place of a stack's folder"),
        .init("staff-token", "FILE", "the staff token (default DIR/staff/ROLE.token)"),
        .init("json", nil, "write JSON to standard output"),
    ])
