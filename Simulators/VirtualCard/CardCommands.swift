internal import APDU
internal import Cryptography

extension VirtualCard {
    /// Runs one command and gives its data.
    mutating func run(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        switch (command.cla, command.ins) {
        case (0x00, 0xA4): return try select(command)
        case (0x00, 0x20): return try verify(command)
        case (0x00, 0x24): return try change(command)
        case (0x00, 0xB0): return try readBinary(command)
        case (0x00, 0xB2): return try readRecord(command)
        case (0x00, 0x84): return try challenge(command)
        case (0x80, 0x2A): return try sign(command)
        case (0x00, _), (0x80, _): throw Refusal(.instructionNotSupported)
        case (0x01...0x03, _): throw Refusal(.channelNotSupported)
        case (0x04...0x0F, _): throw Refusal(.secureMessagingNotSupported)
        default: throw Refusal(.classNotSupported)
        }
    }

    /// SELECT: an application by its name, or an element of the current one. No answer data is
    /// given, whatever P2 asks for.
    private mutating func select(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        switch command.p1 {
        case 0x04:
            let place = applications.firstIndex { $0.identifier == command.data }
            guard let place else { throw Refusal(.fileNotFound) }
            environment = SecurityEnvironment(application: place)
        case 0x02:
            guard command.data.count == 2 else { throw Refusal(.wrongLength) }
            let file = FileIdentifier(UInt16(command.data[0]) << 8 | UInt16(command.data[1]))
            _ = try element(file, orElse: .fileNotFound)
            environment.current = file
        case 0x00 where command.data.isEmpty:
            guard environment.application != nil else { throw Refusal(.wrongParameters) }
        case 0x00: throw Refusal(.fileNotFound)
        default: throw Refusal(.wrongParameters)
        }
        return []
    }

    private mutating func readBinary(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard let expected = command.expected, command.data.isEmpty else {
            throw Refusal(.wrongLength)
        }
        var offset = Int(command.p1) << 8 | Int(command.p2)
        if command.p1 & 0x80 != 0 {
            guard command.p1 & 0x60 == 0 else { throw Refusal(.wrongParameters) }
            try selectShort(command.p1 & 0x1F)
            offset = Int(command.p2)
        }
        guard case .file(let octets, let rule) = try currentElement() else {
            throw Refusal(.incompatibleFile)
        }
        try demand(rule)
        guard offset < octets.count else { throw Refusal(.wrongOffset) }
        return [UInt8](octets[offset...].prefix(expected))
    }

    /// READ RECORD by number (the low bits of P2 are 4), of the selected file or a short name's.
    private mutating func readRecord(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard let expected = command.expected, command.data.isEmpty else {
            throw Refusal(.wrongLength)
        }
        guard command.p2 & 0x07 == 4, command.p1 > 0 else { throw Refusal(.wrongParameters) }
        if command.p2 >> 3 != 0 { try selectShort(command.p2 >> 3) }
        guard case .records(let records, let rule) = try currentElement() else {
            throw Refusal(.incompatibleFile)
        }
        try demand(rule)
        guard Int(command.p1) <= records.count else { throw Refusal(.recordNotFound) }
        return [UInt8](records[Int(command.p1) - 1].prefix(expected))
    }

    private func challenge(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.p1 == 0, command.p2 == 0 else { throw Refusal(.wrongParameters) }
        guard command.data.isEmpty, let expected = command.expected, expected <= 256 else {
            throw Refusal(.wrongLength)
        }
        return RandomOctets.make(expected)
    }

    /// COMPUTE DIGITAL SIGNATURE over the octets as they are (P1 `00`); with P2 `00` by the
    /// application's own key, which needs no PIN.
    private func sign(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.p1 == 0 else { throw Refusal(.wrongParameters) }
        let key: PrivateKey
        if command.p2 == 0 {
            guard let chipKey = application?.chipKey else { throw Refusal(.wrongParameters) }
            key = chipKey
        } else {
            let file = try addressed(by: command.p2)
            guard
                case .key(let named, let rule) = try element(
                    file, orElse: .referencedDataNotFound)
            else { throw Refusal(.incompatibleFile) }
            try demand(rule)
            key = named
        }
        guard !command.data.isEmpty, let expected = command.expected else {
            throw Refusal(.wrongLength)
        }
        guard let signature = try? key.signRaw(command.data) else { throw Refusal(.wrongData) }
        guard signature.count <= expected else { throw Refusal(.wrongLength) }
        return signature
    }
}

// MARK: Secrets

extension VirtualCard {
    /// VERIFY: without data it asks for the tries left, whatever has been verified.
    private mutating func verify(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.p1 == 0 else { throw Refusal(.wrongParameters) }
        let (file, secret) = try secret(addressedBy: command.p2)
        let tries = counters[secret]
        guard !command.data.isEmpty else { throw Refusal(.triesLeft(tries)) }
        guard tries > 0 else { throw Refusal(.referenceDataNotUsable) }
        guard command.data == memory.value(of: secret) else {
            environment.verified.remove(file)
            try count(tries - 1, for: secret)
            throw Refusal(.triesLeft(tries - 1))
        }
        if tries != secret.limit { try count(secret.limit, for: secret) }
        environment.verified.insert(file)
        return []
    }

    /// CHANGE REFERENCE DATA with the new value alone (P1 `01`), once the old one was verified.
    private mutating func change(_ command: CommandAPDU) throws(Refusal) -> [UInt8] {
        guard command.p1 == 1 else { throw Refusal(.wrongParameters) }
        let (file, secret) = try secret(addressedBy: command.p2)
        guard !command.data.isEmpty else { throw Refusal(.wrongLength) }
        guard counters[secret] > 0 else { throw Refusal(.referenceDataNotUsable) }
        guard environment.verified.contains(file), secret.form != .fixed else {
            throw Refusal(.securityStatusNotSatisfied)
        }
        guard secret.form.allows(command.data) else { throw Refusal(.wrongData) }
        try keep { $0.changed[secret.name] = command.data }
        return []
    }

    /// Counts, and keeps the count before anybody hears of it.
    private mutating func count(_ tries: Int, for secret: CardSecret) throws(Refusal) {
        try keep { $0.counters[secret] = tries }
    }

    private mutating func keep(_ change: (inout CardMemory) -> Void) throws(Refusal) {
        var next = memory
        change(&next)
        do throws(CardFileError) {
            try remember(next)
        } catch {
            throw Refusal(.memoryFailure)
        }
    }
}

// MARK: What a command addresses

extension VirtualCard {
    private var application: CardApplication? { environment.application.map { applications[$0] } }

    private func element(
        _ file: FileIdentifier, orElse status: StatusWord
    ) throws(Refusal) -> CardElement {
        guard let element = application?.elements[file] else { throw Refusal(status) }
        return element
    }

    private func currentElement() throws(Refusal) -> CardElement {
        guard let current = environment.current else { throw Refusal(.noCurrentFile) }
        return try element(current, orElse: .fileNotFound)
    }

    /// Selects by a short identifier, the last five bits of a file's.
    private mutating func selectShort(_ short: UInt8) throws(Refusal) {
        let file = FileIdentifier(UInt16(short))
        _ = try element(file, orElse: .fileNotFound)
        environment.current = file
    }

    /// What P2 addresses: `80` the selected element, `80|n` the one with short identifier n.
    private func addressed(by p2: UInt8) throws(Refusal) -> FileIdentifier {
        guard p2 & 0xE0 == 0x80 else { throw Refusal(.wrongParameters) }
        if p2 & 0x1F != 0 { return FileIdentifier(UInt16(p2 & 0x1F)) }
        guard let current = environment.current else { throw Refusal(.noCurrentFile) }
        return current
    }

    private func secret(
        addressedBy p2: UInt8
    ) throws(Refusal) -> (file: FileIdentifier, secret: CardSecret) {
        let file = try addressed(by: p2)
        guard case .secret(let secret) = try element(file, orElse: .referencedDataNotFound) else {
            throw Refusal(.incompatibleFile)
        }
        return (file, secret)
    }

    private func demand(_ rule: AccessRule) throws(Refusal) {
        guard rule.allows(environment.verified) else {
            throw Refusal(.securityStatusNotSatisfied)
        }
    }
}
