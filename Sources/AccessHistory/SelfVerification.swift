internal import Executors

extension HistoryStore {
    /// Reads the whole folder anew, on a thread of its own, and writes nothing more where it does not
    /// fit together: then nothing is disclosed either. Opening checks frames, seals and signatures of
    /// what it needs; this every body that its key still opens. What is wrong, if anything is.
    package nonisolated func verifyItself(
        folder: String, wrapping: WrappingKey? = nil
    ) async -> HistoryError? {
        let answer = OneShot<Result<HistoryReport, HistoryError>?>()
        let isStarted = startThread("history-verify") {
            do throws(HistoryError) {
                answer.settle(
                    .success(
                        try HistoryArchive.verify(folder: folder, wrapping: wrapping, threads: 1)))
            } catch { answer.settle(.failure(error)) }
        }
        guard isStarted, let result = await answer.value(ifCancelled: { nil }) else { return nil }
        switch result {
        case .success(let report):
            guard let fault = report.fault else { return nil }
            let error = HistoryError.damaged(
                file: fault.file, offset: fault.offset, reason: fault.reason)
            await stopWriting(error)
            return error
        // What could not be read says nothing about what is written there.
        case .failure(let error): return error
        }
    }
}
