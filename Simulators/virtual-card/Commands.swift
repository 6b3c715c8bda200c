internal import Commands
internal import VirtualCard

let version = "0.1.0"

/// The program as its users see it.
let program = Program(
    name: "virtual-card", summary: "a simulated My Number card for a PC/SC reader (vpcd)",
    version: version,
    commands: [
        Command(
            "issue", "makes a card and writes it as files",
            options: [
                .init("out", "CARD.json", "the card file; keys and PINs lie beside it"),
                .init(
                    "authority", "FOLDER",
                    "the simulated authorities; made there if there are none (default: the folder "
                        + "`authority` beside the card)"),
                .init(
                    "person", "FILE.json",
                    "whose card it is: a people file, or a name alone for a card without the "
                        + "holder's facts (default: the file's name)"),
                .init("pictures", "FOLDER", "photo and pictures (default: `pictures` beside FILE)"),
                .init("form", "KIND", "plastic (default), faceOnly, phone or foreign"),
                .init("key", "KIND", "rsa2048 (default) or p384"),
                .init("pin", "DIGITS", "four digits (default 1234)"),
                .init("password", "TEXT", "signature password (default ABC123)"),
                .init("not-before", "DATE", "first day of the certificates (default: yesterday)"),
                .init("not-after", "DATE", "last day of the certificates (default: in 5 years)"),
                .init("replace", nil, "in place of a card that is there, which is gone for good"),
                .init("without-signature", nil, "leave the signature certificate out"),
                .init("without-authentication", nil, "leave the user-authentication one out"),
                .init(
                    "certificate-fault", "KIND",
                    "wrong-key-usage, unknown-critical-extension, no-authority-key-id, authority"),
            ],
            discussion: """
                Everything issued says O=Madoguchi Simulation in its authority's name. A simulated
                PIN is no secret, so it may stand in the argument list; a real one never does.
                """),
        Command(
            "run", "puts a card into a reader and keeps it there until SIGTERM",
            options: [
                .init("card", "CARD.json", "the card file"),
                .init("host", "HOST", "where vpcd listens (default 127.0.0.1)"),
                .init("port", "PORT", "vpcd's port (default 35963; the second slot is 35964)"),
                .init("fault", "PLAN", "faults on order, see below"),
                .init("seed", "NUMBER", "what random faults are drawn from"),
                .init("damage", "DAMAGE", "what is wrong with the card, see below"),
                .init("slow", "TIME", "slow answers: " + Slowness.grammar),
                .init(
                    "cut-certificate", "OCTETS",
                    "the certificate ends after so many octets; with 0 there is none"),
                .init(
                    "returns-after", "MILLISECONDS",
                    "a pulled card is put in again; without it the program ends"),
            ],
            discussion: "PLAN: " + FaultPlan.grammar + "\nDAMAGE: " + CardDamage.grammar),
        Command(
            "show", "tells what is on a card and how many tries are left",
            options: [.init("card", "CARD.json", "the card file")]),
    ] + authorityCommands + rackCommands,
    common: [.init("json", nil, "write JSON to standard output")])

private let rackSocket = Command.Option("socket", "PATH", "the rack's control socket")
private let cardName = Command.Option("card", "NAME", "the card: its file's name without .json")
private let readerNumber = Command.Option(
    "reader", "PORT", "the reader: vpcd's port (default 35963; the second slot is 35964)")
private let orders: [Command.Option] = [
    .init("fault", "PLAN", "faults on order, as for `run`"),
    .init("seed", "NUMBER", "what random faults are drawn from"),
    .init("slow", "TIME", "slow answers: " + Slowness.grammar),
]
private let placing: [Command.Option] =
    orders + [
        .init("damage", "DAMAGE", "what is wrong with the card, as for `run`"),
        .init("swapped-for", "NAME", "the card that takes its place where the plan says `swapped`"),
    ]

private let rackCommands = [
    Command(
        "rack", "holds many cards and puts them into readers when asked, until SIGTERM",
        options: [
            rackSocket,
            .init("cards", "FOLDER", "every card file in it"),
            .init("scenario", "FILE", "cards, faults and what happens when (JSON)"),
            .init("host", "HOST", "where vpcd listens (default 127.0.0.1)"),
        ],
        discussion: """
            The socket takes one JSON object a line and answers each with one, as the commands below
            send them: {"do":"insert","card":"mado","reader":35963,"fault":"pulled@3"}. A scenario is
            {"version":1,"cards":[{"file":"mado.json","damage":"cut:100"}],
            "steps":[{"afterMilliseconds":500,"do":"insert","card":"mado"}]}.
            """),
    Command(
        "add", "takes another card into a rack",
        options: [rackSocket, .init("file", "CARD.json", "the card file")] + placing),
    Command(
        "insert", "puts a card into a reader",
        options: [rackSocket, cardName, readerNumber] + placing),
    Command(
        "remove", "takes a card out of a reader", options: [rackSocket, cardName, readerNumber]),
    Command(
        "swap", "takes one card out and puts another in at once",
        options: [rackSocket, cardName, readerNumber] + placing),
    Command(
        "order",
        "orders faults for the card in a reader, counted from now, in place of those on order",
        options: [rackSocket, readerNumber] + orders),
    Command(
        "list", "tells which cards there are, where, and whether that reader has noticed them",
        options: [rackSocket]),
    Command(
        "status", "tells where a card is and how many tries are left",
        options: [rackSocket, cardName]),
    Command(
        "reset-pin", "what the municipal office does: all tries again, and a new PIN if wanted",
        options: [
            rackSocket,
            .init("card", "CARD", "the card's name in the rack; without a socket, the card file"),
            .init("pin", "DIGITS", "the new PIN"), .init("password", "TEXT", "the new password"),
        ]),
    Command(
        "tamper", "opens the chip to get at its contents: it is dead, for good",
        options: [
            rackSocket,
            .init("card", "CARD", "the card's name in the rack; without a socket, the card file"),
        ]),
]

private let authority = Command.Option(
    "authority", "FOLDER", "the simulated authorities (default: `authority` beside the card)")
private let whichCard = Command.Option("card", "CARD.json", "the card file")
private let whichCertificate = Command.Option(
    "certificate", "WHICH", "authentication, signature or both (default)")

private let authorityCommands = [
    Command(
        "renew", "gives a card new keys and certificates, and revokes the old ones",
        options: [
            whichCard, authority, .init("key", "KIND", "rsa2048 (default) or p384"),
            .init("not-before", "DATE", "first day (default: yesterday)"),
            .init("not-after", "DATE", "last day (default: in 5 years)"),
            .init("certificate-fault", "KIND", "as for `issue`"),
        ]),
    Command(
        "revoke", "revokes a card's certificates, for good",
        options: [whichCard, authority, whichCertificate]),
    Command(
        "suspend", "suspends a card's certificates (一時停止)",
        options: [whichCard, authority, whichCertificate]),
    Command(
        "resume", "takes a suspension back", options: [whichCard, authority, whichCertificate]),
    Command(
        "new-generation", "gives both authorities new keys under their old names",
        options: [
            .init("authority", "FOLDER", "the simulated authorities"),
            .init("without-key-id", nil, "without subjectKeyIdentifier, as older authorities are"),
        ]),
    Command(
        "status-list", "writes the list of revoked and suspended certificates (CRL, DER)",
        options: [
            .init("authority", "FOLDER", "the simulated authorities"),
            .init("issuer", "CA.pem", "of which authority (default: user authentication)"),
            .init("out", "FILE", "where to"),
        ]),
    Command(
        "status-answer", "answers a question about certificates (OCSP, DER)",
        options: [
            .init("authority", "FOLDER", "the simulated authorities"),
            .init("issuer", "CA.pem", "of which authority (default: user authentication)"),
            .init("request", "FILE", "the question"), .init("out", "FILE", "where to"),
        ]),
]
