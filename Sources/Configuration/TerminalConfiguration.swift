package import Records

/// What the terminal's configuration file says: JSON with comments, camelCase keys, version 1.
/// Paths are as written; `ConfigurationFile` makes them absolute against the file's folder.
package struct TerminalConfiguration: Hashable, Sendable {
    /// The version of the file format that this program reads and writes.
    package static let version = 1

    /// The clinic or pharmacy that runs the terminal: its ten-digit code.
    package var institutionCode: String
    /// The institution's name, as screens and papers show it.
    package var institutionName: String
    /// The terminal's name within the institution, as the clearinghouse knows it.
    package var terminal: String
    /// What the history's origin names after the institution, where it is not the terminal.
    package var historyName: String?
    /// Whether this terminal works with simulated cards and a simulated clearinghouse.
    package var isSimulation: Bool
    /// The reader to serve, by its PC/SC name; the first one that holds a card where absent.
    package var reader: String?
    /// The items a patient is asked about, in the order of the screens.
    package var items: [String]
    /// The clearinghouse and how the terminal is known to it.
    package var clearinghouse: ClearinghouseConfiguration
    /// The identity under which the patient's own portal session is opened.
    package var portal: IdentityConfiguration
    /// The folder of trust anchors for cards.
    package var trustFolder: String
    /// The folder of the access history.
    package var historyFolder: String
    /// The key that wraps the history's keys: a file of mode 0600 or a credential, outside the
    /// history's folder. Where absent the keys lie in clear.
    package var historyKeyFile: String?
    /// The UNIX socket of the local API.
    package var socket: String
    /// The terminal's own key for statements, where no PIN was entered: a PEM file, mode 0600.
    package var statementKeyFile: String
    /// The file of staff and the digests of their tokens.
    package var staffFile: String
    /// The folder in which open check-ins survive a restart.
    package var checkInFolder: String
    /// Whether records of a patient whom staff confirmed by sight are for other eyes than theirs.
    package var visualCheckNeedsOtherViewer: Bool
    /// Whether no record is opened before the answer was compared with the card, or staff have
    /// compared name and birth date with the patient.
    package var recordsNeedIdentity: Bool
    /// Whether the PIN is taken on a reader's own keys, where it has any.
    package var pinPads = true
    /// The TrueType files that papers are drawn with, in the order in which they are asked for a
    /// character; where absent the command looks where Debian puts them.
    package var paperFonts: [String]?
    /// For how many years the access history is kept at least.
    package var historyRetentionYears: Int
    /// When the institution is open; what is opened outside is put before the reviewer.
    package var openingHours = OpeningHours.usual
    /// Who cosigns the history's checkpoints, where anybody does.
    package var witnesses: WitnessConfiguration?
    /// Where the history is fed to by syslog, where anywhere.
    package var syslog: SyslogConfiguration?
    /// The camera and the matcher of faces, where the terminal has any.
    package var face: FaceConfiguration?
    /// The patient's screen, where the terminal has one.
    package var kiosk: KioskConfiguration?
    /// The staff's pages, where the terminal has them.
    package var desk: DeskConfiguration?
    /// The API for the clinic's programs, where the terminal has it.
    package var programs: ProgramsConfiguration?
    /// How long each wait may last.
    package var limits: WaitLimits
}

/// Where the clearinghouse is, and the keys of the connection.
package struct ClearinghouseConfiguration: Hashable, Sendable {
    /// The address to connect to.
    package var host: String
    /// The port to connect to.
    package var port: Int
    /// The name its certificate must carry.
    package var serverName: String
    /// The trust anchor of its certificate (PEM).
    package var authorityFile: String
    /// The public key that signs its answers (PEM, SubjectPublicKeyInfo).
    package var answerKeyFile: String
    /// The terminal's certificate and key for the connection.
    package var identity: IdentityConfiguration
}

/// A certificate and its key, both PEM files.
package struct IdentityConfiguration: Hashable, Sendable {
    /// The certificate's file.
    package var certificateFile: String
    /// The private key's file, mode 0600.
    package var keyFile: String
}

/// The limits on waits, in seconds, on wrong PINs, and on check-ins without a PIN.
package struct WaitLimits: Hashable, Sendable {
    /// A card that was put in, until it has told its certificate.
    package var readingSeconds = 15
    /// The patient's choice of way and consent.
    package var choosingSeconds = 120
    /// How long before the end of the choice the warning comes.
    package var warningSeconds = 20
    /// The proof: PIN entry, face, staff.
    package var provingSeconds = 90
    /// How long a pulled card may come back to its session.
    package var interruptedSeconds = 30
    /// How long a closing message stands when nobody dismisses it.
    package var messageSeconds = 30
    /// A nonce of the clearinghouse, however long it says that it is good for.
    package var nonceSeconds = 300
    /// One exchange with the clearinghouse.
    package var exchangeSeconds = 10
    /// The pause before the same bytes are sent again after a lost line.
    package var retrySeconds = 2
    /// The pause before the clearinghouse is told again of an end that it could not be told of; it
    /// doubles from one try to the next.
    package var withdrawalRetrySeconds = 5
    /// The longest of these pauses.
    package var longestWithdrawalRetrySeconds = 300
    /// One visit to a card: from asking for it to its last answer.
    package var cardVisitSeconds = 10
    /// How long a reader's own keys wait for the first digit, and again for all the others.
    package var pinPadSeconds = 30
    /// How long somebody waits behind a visit that was given up and has not come back.
    package var parkedReaderSeconds = 1
    /// How long a program may ask to wait for a card.
    package var longestClaimSeconds = 600
    /// How long a program waits for its card session to get somewhere; the session's own limits
    /// are shorter.
    package var stepSeconds = 120
    /// How long a program's connection may be silent.
    package var connectionIdleSeconds = 300
    /// So many wrong PINs on one reader without a right one between them begin a pause.
    package var wrongPINs = 10
    /// The first pause; each further wrong PIN doubles it.
    package var pauseSeconds = 30
    /// The longest pause.
    package var longestPauseSeconds = 300
    /// After so long without a wrong PIN they are counted anew.
    package var wrongPINMemorySeconds = 3600

    /// The most check-ins of a day without the card's PIN: by face, or confirmed by staff.
    package var checkInsWithoutPIN = 200

    /// The defaults.
    package init() {}

    /// One visit to a card whose PIN is typed on the reader: nobody is let go while the reader may
    /// still send a PIN, since a try would be spent that nobody is told of.
    package var pinPadVisitSeconds: Int { 2 * pinPadSeconds + cardVisitSeconds }

    /// How long a program that asked to wait so long for a card waits for the terminal's answer: a
    /// little longer than the terminal itself waits.
    package func answerSeconds(waitingForCard seconds: Int = 0) -> Double {
        Double(seconds + stepSeconds + 30)
    }

    /// The same for the answer to a PIN, which may be typed on the reader.
    package var pinAnswerSeconds: Double { answerSeconds(waitingForCard: pinPadVisitSeconds) }
}
