internal import CheckIns

/// Tells the clearinghouse of grants that ended here while it could not be told, and keeps the
/// check-ins for which there was no room: after a pause that doubles from one try to the next, until
/// it knows or the grants have ended by themselves, and all is kept.
package struct WithdrawalCourier: Sendable {
    private let book: CheckInBook
    private let desk: RecordDesk
    private let clock: any TerminalClock
    private let pauses: Pauses

    /// How long it pauses between tries, in seconds.
    package struct Pauses: Hashable, Sendable {
        /// The first pause; each further one is twice as long.
        package var first: Double
        /// The longest pause.
        package var longest: Double

        /// Pauses.
        package init(first: Double, longest: Double) {
            (self.first, self.longest) = (first, max(first, longest))
        }
    }

    /// A courier; sleeps while nothing is owed.
    package init(
        book: CheckInBook, desk: RecordDesk, clock: any TerminalClock, pauses: Pauses
    ) {
        (self.book, self.desk, self.clock) = (book, desk, clock)
        self.pauses = pauses
    }

    /// Runs until its task is cancelled.
    package func run() async {
        for await _ in book.debtNews {
            var pause = pauses.first
            while await book.owesAnything() {
                guard (try? await clock.sleep(seconds: pause)) != nil else { return }
                pause = min(pause * 2, pauses.longest)
                _ = await book.keepAgain()
                for checkIn in await book.debts() { _ = await desk.settle(checkIn) }
            }
        }
    }
}
