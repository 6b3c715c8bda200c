/// What a program ends with (design §12), so that scripts can tell causes apart.
package enum ExitCode: Int32, Hashable, Sendable {
    case ok = 0
    /// A negative answer: a refused check-in, a history that does not verify.
    case negative = 1
    /// The program was called wrongly, or its configuration is at fault.
    case usage = 2
    /// No pcscd, no reader, or the reader failed.
    case reader = 3
    /// The card is absent, of the wrong kind, locked, or failed.
    case card = 4
    /// The clearinghouse could not be asked or answered badly.
    case clearinghouse = 5
    /// The access history, or what is kept of check-ins, cannot be written or read.
    case history = 6
    /// What was to be printed could not be written; what the command does may be done.
    case output = 7
}
