package import CheckIns
internal import Disclosures

extension RecordDesk {
    /// What staff say who compared name and birth date of an answer with the patient (本人の照合):
    /// recorded first. Of somebody else nothing is opened, and the check-in is closed.
    package func compare(
        _ id: String, isSame: Bool, by member: StaffMember
    ) async throws(OpeningRefusal) -> CheckIn {
        guard member.role.seesQualification else { throw .notAllowed }
        guard let checkIn = await book.checkIn(id: id) else { throw .unknownCheckIn }
        guard checkIn.state == .open else { throw .ended(checkIn.state) }
        guard checkIn.confirmed() != nil || !isSame else { return checkIn }
        var event = scene(of: checkIn, member).event(.identityCompared, at: scribe.now)
        event.outcome = isSame ? .succeeded : .failed
        (event.purpose, event.reason) = (.treatment, checkIn.identity.rawValue)
        guard await scribe.write(event) != nil else { throw .storeClosed }
        guard isSame else { return try await close(id, by: member) }
        guard let confirmed = await book.confirm(id: id) else {
            guard let now = await book.checkIn(id: id) else { throw .unknownCheckIn }
            throw .ended(now.state)
        }
        return confirmed
    }
}
