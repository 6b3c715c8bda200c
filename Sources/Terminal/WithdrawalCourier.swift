internal import CheckIns

/// Tells the clearinghouse of grants that ended here while it could not be told: after a pause
/// that doubles from one try to the next, until it knows or the grants have ended by themselves.
package struct WithdrawalCourier: Sendable {
    private let book: CheckInBook
    private let desk: RecordDesk
    private let clock: any TerminalClock
    private static let (firstPause, longestPause) = (5.0, 300.0)

    /// A courier; sleeps while nothing is owed.
    package init(book: CheckInBook, desk: RecordDesk, clock: any TerminalClock) {
        (self.book, self.desk, self.clock) = (book, desk, clock)
    }

    /// Runs until its task is cancelled.
    package func run() async {
        for await _ in book.debtNews {
            var pause = Self.firstPause
            while !(await book.debts().isEmpty) {
                guard (try? await clock.sleep(seconds: pause)) != nil else { return }
                pause = min(pause * 2, Self.longestPause)
                for checkIn in await book.debts() { _ = await desk.settle(checkIn) }
            }
        }
    }
}
