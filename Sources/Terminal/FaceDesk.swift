internal import APDU
package import CheckIns
internal import Cryptography
internal import MyNumberCard
internal import Octets
internal import PCSC
internal import Records

/// Looks at the card on one reader and compares its photo with a face. Nothing here waits longer
/// than camera, card and matcher may take each, and nobody else waits for it.
package struct FaceDesk: FacePort {
    private let name: String
    private let reader: any CardReader
    private let camera: any Camera
    private let faces: (any FaceMatcher)?
    private let watch: FaceWatch
    private let clock: any TerminalClock

    /// A desk for a reader; without a matcher it reads what is printed and matches no face.
    package init(
        reader: any CardReader, name: String, camera: any Camera, matcher: (any FaceMatcher)?,
        watch: FaceWatch, clock: any TerminalClock
    ) {
        (self.reader, self.name, self.camera) = (reader, name, camera)
        (faces, self.watch, self.clock) = (matcher, watch, clock)
    }

    package var matcher: String? { faces?.name }

    package func look(at card: PresentedCard) async -> LookResult {
        let number: VerificationNumberB
        do throws(LookTrouble) { number = try await numberOnCard() } catch { return .unseen(error) }
        guard let certificate = try? Certificate(der: card.certificate) else {
            return .unseen(.cardFailed)
        }
        do throws(CardFaceError) {
            let owed = await watch.owed(to: card.digest)
            let seen = try await reader.ask(
                Looking(certificate: certificate, number: number, owed: owed))
            let left = await settle(card, seen.faceTriesLeft, owed: owed)
            return .seen(SeenCard(identity: seen.identity, faceTriesLeft: left))
        } catch { return .unseen(LookTrouble(error)) }
    }

    package func match(_ card: PresentedCard) async -> FaceResult {
        guard let faces, let certificate = try? Certificate(der: card.certificate) else {
            return .failed(.cardFailed)
        }
        let photo: [UInt8]
        switch await self.photo(of: card, certificate) {
        case .success(let octets): photo = octets
        case .failure(let failure): return failure.result
        }
        let frame: [UInt8]
        switch await camera.frame(at: name) {
        case .success(let octets): frame = octets
        case .failure(.away): return .failed(.faceUndecided(.cameraAway))
        case .failure(.nothingSeen): return .failed(.faceUndecided(.noFace))
        }
        switch await faces.compare(photo: photo, with: frame) {
        case .undecided(let trouble): return .failed(.faceUndecided(trouble))
        case .score(let score) where score >= faces.matchPerMille:
            return await matched(card, certificate, score)
        case .score(let score): return await missed(card, certificate, score)
        }
    }

    private func numberOnCard() async throws(LookTrouble) -> VerificationNumberB {
        switch await camera.numberOnCard(at: name) {
        case .success(let number): return number
        case .failure(.away): throw .cameraAway
        case .failure(.nothingSeen): throw .nothingSeen
        }
    }

    /// What a card's count says, with what it was told just now that was owed to it. Of one that
    /// keeps none the count is kept here.
    private func settle(_ card: PresentedCard, _ left: Int?, owed: Int) async -> Int {
        guard let left else {
            return max(0, FaceMisses.limit - (await watch.misses(of: card.digest)))
        }
        if owed > 0 { await watch.clear(card.digest, at: clock.now()) }
        return left
    }
}

// MARK: Matching

extension FaceDesk {
    /// Why there is no photo to compare with.
    private enum NoPhoto: Error {
        case failed(ProofFailure)
        case gone

        var result: FaceResult {
            switch self {
            case .failed(let failure): .failed(failure)
            case .gone: .gone
            }
        }
    }

    /// The card's photo, where the face way is open on it: of this card, which proved to be here.
    private func photo(
        of card: PresentedCard, _ certificate: Certificate
    ) async -> Result<[UInt8], NoPhoto> {
        let number: VerificationNumberB
        do throws(LookTrouble) { number = try await numberOnCard() } catch {
            return .failure(.failed(.photoUnread(error)))
        }
        do throws(CardFaceError) {
            let owed = await watch.owed(to: card.digest)
            let read = try await reader.ask(
                ReadingPhoto(certificate: certificate, number: number, owed: owed))
            guard await settle(card, read.faceTriesLeft, owed: owed) > 0 else {
                return .failure(.failed(.faceLocked))
            }
            return .success(read.photo)
        } catch { return .failure(Self.noPhoto(error)) }
    }

    private static func noPhoto(_ error: CardFaceError) -> NoPhoto {
        switch error {
        case .differentCard: .failed(.differentCard)
        case .wrongChip: .failed(.badSignature)
        case .channel(let error) where error.isGone: .gone
        case .channel(.busy), .channel(.accessDenied): .failed(.inUse)
        default: .failed(.photoUnread(LookTrouble(error)))
        }
    }

    private func matched(
        _ card: PresentedCard, _ certificate: Certificate, _ score: Int
    ) async -> FaceResult {
        do throws(CardFaceError) {
            // The card that was matched must still be the one that lies there.
            _ = try await reader.ask(
                Counting(certificate: certificate, misses: 0, isMatch: true))
        } catch { return Self.noPhoto(error).result }
        await watch.clear(card.digest, at: clock.now())
        return .matched(perMille: score)
    }

    /// A miss is counted on the card, or here where it keeps no count or has left: pulling a card
    /// is no way round.
    private func missed(
        _ card: PresentedCard, _ certificate: Certificate, _ score: Int
    ) async -> FaceResult {
        do throws(CardFaceError) {
            let left = try await reader.ask(
                Counting(certificate: certificate, misses: 1, isMatch: false))
            if let left { return .failed(.faceMissed(scorePerMille: score, triesLeft: left)) }
        } catch {}
        let misses = await watch.missed(card.digest, at: clock.now())
        let left = max(0, FaceMisses.limit - misses)
        return .failed(.faceMissed(scorePerMille: score, triesLeft: left))
    }
}

// MARK: What is said to the card

/// Who is printed on the card, and the misses left.
private struct Looking: CardVisit {
    let certificate: Certificate
    let number: VerificationNumberB
    let owed: Int

    func speak(
        on channel: inout some CardChannel & ~Copyable
    ) throws(CardError) -> Result<SeenCard, CardFaceError> {
        do throws(CardFaceError) {
            let identity = try readPrinted(
                on: &channel, expecting: certificate, opening: number)
            let left = try countFace(misses: owed, on: &channel)
            return .success(SeenCard(identity: identity, faceTriesLeft: left))
        } catch { return .failure(error) }
    }
}

/// The photo, once the chip has proved to be the one that it belongs to, and the misses left.
private struct ReadingPhoto: CardVisit {
    struct Photo: Sendable {
        let photo: [UInt8]
        let faceTriesLeft: Int?
    }
    let certificate: Certificate
    let number: VerificationNumberB
    let owed: Int

    func speak(
        on channel: inout some CardChannel & ~Copyable
    ) throws(CardError) -> Result<Photo, CardFaceError> {
        do throws(CardFaceError) {
            try channel.meet(certificate)
            let face = try readFace(on: &channel, opening: number)
            _ = try proveChip(on: &channel, of: face)
            let left = try countFace(misses: owed, on: &channel)
            return .success(Photo(photo: face.photo, faceTriesLeft: left))
        } catch { return .failure(error) }
    }
}

/// A miss or a match, told to the same card.
private struct Counting: CardVisit {
    let certificate: Certificate
    let misses: Int
    let isMatch: Bool

    func speak(
        on channel: inout some CardChannel & ~Copyable
    ) throws(CardError) -> Result<Int?, CardFaceError> {
        do throws(CardFaceError) {
            try channel.meet(certificate)
            return .success(try countFace(misses: misses, isMatch: isMatch, on: &channel))
        } catch { return .failure(error) }
    }
}

extension CardReader {
    /// One visit that leaves nothing open on the card, and fails in the words of faces.
    fileprivate func ask<Visit: CardVisit, Answer: Sendable>(
        _ visit: Visit
    ) async throws(CardFaceError) -> Answer
    where Visit.Answer == Result<Answer, CardFaceError> {
        let result: Result<Answer, CardFaceError>
        do throws(CardError) {
            result = try await perform(visit, ending: .reset)
        } catch {
            guard case .channel(let error) = error else { throw .malformed(field: "answer") }
            throw .channel(error)
        }
        return try result.get()
    }
}

extension LookTrouble {
    fileprivate init(_ cause: CardFaceError) {
        self =
            switch cause {
            case .noSurface: .notOnCard
            case .wrongNumber: .wrongNumber
            case .tooFewTries: .tooFewTries
            case .locked: .numberLocked
            case .differentCard, .wrongChip, .refused, .malformed, .channel: .cardFailed
            }
    }
}
