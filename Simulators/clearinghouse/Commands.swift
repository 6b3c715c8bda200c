internal import Commands

let version = "0.1.0"

/// The program as its users see it.
let program = Program(
    name: "clearinghouse", summary: "a simulated clearinghouse for qualification checks",
    version: version,
    commands: [
        Command(
            "init", "makes a simulated world: authorities, keys, people, cards",
            options: [
                .init("people", "FOLDER", "people files to take in (Simulators/People)"),
                .init(
                    "cards", "NAMES",
                    "a,b,derived-0000001 (default mado), all (of files, takes minutes), or none"),
                .init(
                    "population-seed", "NUMBER", "what derived people are derived from (default 1)"),
                .init("institution", "CODE", "the terminal's institution (default 1310000003)"),
                .init("terminal", "NAME", "the terminal's name (default desk-1)"),
            ],
            discussion: """
                What is in the folder already stays as it is; what is missing is made. People
                files are copied anew each time. Simulated cards have PIN 1234 and signature
                password ABC123.
                """),
        Command(
            "add-terminal", "makes another terminal, of any institution, in a world that is there",
            options: [
                .init("institution", "CODE", "its institution (default 1310000003)"),
                .init("terminal", "NAME", "its name there (default: the files' name)"),
            ],
            arguments: [.init("NAME")],
            discussion: """
                Its files are terminal/NAME.pem, NAME.key and NAME-statement.key in the state's folder.
                A clearinghouse that runs knows it after it was started again.
                """),
        Command(
            "serve", "answers until SIGTERM",
            options: [
                .init("port", "PORT", "where institutions and the portal connect (default 8710)"),
                .init("admin-port", "PORT", "the administration port (default 8711)"),
                .init(
                    "portal-port", "PORT",
                    "a listener of the portal's own; without it both share --port"),
                .init(
                    "status-port", "PORT",
                    "lists (CRL) and answers (OCSP) about certificates, over plain HTTP"),
                .init(
                    "witness-port", "PORT",
                    "a witness of logs listens there (C2SP tlog-witness, plain HTTP)"),
                .init(
                    "as-of", "DATE",
                    "the business date, or a person's name for the date of that sample"),
                .init(
                    "seed", "N", "ids, nonces and chance drawn from a seed: same seed, same bytes"),
                .init(
                    "population", "COUNT",
                    "so many derived people besides those of files: derived-0000001 …"),
                .init("population-seed", "NUMBER", "what they are derived from (default 1)"),
                .init("no-journal-file", nil, "keep the journal in memory only"),
            ],
            discussion: """
                Port 0 takes any free port. When it listens, it prints one line of JSON:
                {"ready":true,"port":8710,"adminPort":8711,"address":"https://127.0.0.1:8710",
                "admin":"http://127.0.0.1:8711","portal":"https://127.0.0.1:8710",
                "portalPort":8710,"businessDate":"2026-11-22"}; with --status-port also
                "status":"http://127.0.0.1:8712" and "statusPort":8712, with --witness-port
                "witness" and "witnessPort".
                All ports are bound to 127.0.0.1. GET /v1/openapi.json describes the interface,
                GET /admin/openapi.json the administration port.
                """),
        Command(
            "date", "sets the business date of a running clearinghouse",
            options: [.init("admin-port", "PORT", "its administration port (default 8711)")],
            arguments: [.init("DATE")],
            discussion: """
                DATE is a date as 2026-11-22, or a person's name for that sample's date: where it
                has none, the calendar's.
                """),
        Command(
            "watch", "lets the witness watch a log: checkpoints of its key are cosigned",
            options: [.init("admin-port", "PORT", "its administration port (default 8711)")],
            arguments: [.init("KEY")],
            discussion: "The key is the log's verifier key: name, id and Ed25519 key (signed-note)."
        ),
        Command(
            "bind", "makes a card, known by its certificate, the card of a person",
            options: [.init("admin-port", "PORT", "its administration port (default 8711)")],
            arguments: [.init("CERTIFICATE"), .init("PERSON")],
            discussion: """
                The certificate is a PEM file, or a virtual card's file. The answer says whether it
                is trusted, and why not.
                """),
    ] + standingCommands,
    common: [
        .init("state", "FOLDER", "the folder of the simulated world (default .madoguchi)"),
        .init("json", nil, "write JSON to standard output"),
    ])

private let standingCommands = [
    ("revoke", "revokes a card's or a terminal's certificate, for good"),
    ("suspend", "suspends a card's or a terminal's certificate"),
    ("resume", "takes a suspension back"),
].map { verb, about in
    Command(
        verb, about,
        options: [.init("admin-port", "PORT", "its administration port (default 8711)")],
        arguments: [.init("CERTIFICATE")],
        discussion: """
            The certificate is a PEM file, or a virtual card's file. The running clearinghouse goes by
            it from the next request on.
            """)
}
