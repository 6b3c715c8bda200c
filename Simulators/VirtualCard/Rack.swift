internal import APDU

/// Many cards and some readers, as a value: which card is in which reader, what the office and
/// vandals do to cards, and what a reader's command comes to. Who carries the octets is another's
/// business.
package struct Rack: Sendable {
    /// A card with what was ordered to be wrong with it.
    package struct Setting: Hashable, Sendable {
        /// What is wrong with the card itself.
        package var damages: [CardDamage] = []
        /// When it fails how.
        package var plan = FaultPlan()
        /// The card that takes its place where the plan says `swapped`.
        package var swappedFor: String?

        /// Nothing wrong.
        package init() {}
    }

    /// A card in a reader.
    package struct Place: Sendable {
        /// The card that was put in.
        package let name: String
        /// The card it may be swapped for, which is not free meanwhile.
        package let swappedFor: String?
        /// The card.
        package fileprivate(set) var card: FaultyCard
        /// The card that answers now.
        package var current: String { card.isSwapped ? swappedFor ?? name : name }
    }

    /// The cards by name.
    package private(set) var files: [String: CardFile] = [:]
    /// What was ordered for cards before they are put in.
    package private(set) var settings: [String: Setting] = [:]
    /// The cards in readers, by the reader's number.
    package private(set) var places: [Int: Place] = [:]

    /// An empty rack.
    package init() {}

    /// Takes a card into the rack. Its files are read whole, so that a broken card is refused
    /// here; they are read again when it is put into a reader, so a rack of many cards is small.
    package mutating func add(
        _ file: CardFile, _ setting: Setting = Setting()
    ) throws(RackError) {
        guard files[file.name] == nil else { throw .nameTaken(file.name) }
        do throws(CardFileError) {
            _ = try file.load()
        } catch {
            throw .file(error)
        }
        (files[file.name], settings[file.name]) = (file, setting)
    }

    /// Puts a card into a reader.
    package mutating func insert(
        _ name: String, into reader: Int, _ ordered: Setting? = nil
    ) throws(RackError) {
        guard places[reader] == nil else { throw .readerTaken(reader) }
        let setting = ordered ?? settings[name] ?? Setting()
        let card = try load(name, setting.damages)
        var spare: VirtualCard?
        if let other = setting.swappedFor {
            guard other != name else { throw .inReader(name) }
            spare = try load(other, settings[other]?.damages ?? [])
        }
        places[reader] = Place(
            name: name, swappedFor: setting.swappedFor,
            card: FaultyCard(card, plan: setting.plan, spare: spare))
    }

    /// Takes a card out; its memory stays as it is.
    package mutating func remove(from reader: Int) throws(RackError) {
        guard places.removeValue(forKey: reader) != nil else { throw .readerEmpty(reader) }
    }

    /// Takes one card out and puts another in, at once.
    package mutating func swap(
        in reader: Int, for name: String, _ ordered: Setting? = nil
    ) throws(RackError) {
        guard let old = places.removeValue(forKey: reader) else { throw .readerEmpty(reader) }
        do throws(RackError) {
            try insert(name, into: reader, ordered)
        } catch {
            places[reader] = old
            throw error
        }
    }

    /// Orders faults for a card in a reader, counted from now.
    package mutating func order(_ plan: FaultPlan, in reader: Int) throws(RackError) {
        guard var place = places[reader] else { throw .readerEmpty(reader) }
        place.card.order(plan)
        places[reader] = place
    }

    /// What the municipal office does.
    package mutating func resetPINs(
        of name: String, pin: [UInt8]?, password: [UInt8]?
    ) throws(RackError) {
        guard try !memory(of: name).isDestroyed else { throw .destroyed(name) }
        try change(name) { (card) throws(CardFileError) in
            try card.resetPINs(pin: pin, password: password)
        }
    }

    /// Somebody opens the chip: it is dead, and no reader notices it any more.
    package mutating func tamper(with name: String) throws(RackError) {
        try change(name) { (card) throws(CardFileError) in try card.tamper() }
        for (reader, place) in places where place.current == name {
            places[reader] = nil
        }
    }

    /// What a card remembers, in or out of a reader.
    package func memory(of name: String) throws(RackError) -> CardMemory {
        if let place = places.values.first(where: { $0.current == name }) {
            return place.card.card.memory
        }
        guard let file = files[name] else { throw .noSuchCard(name) }
        do throws(CardFileError) {
            return try file.loadMemory()
        } catch {
            throw .file(error)
        }
    }

    /// The reader that a card is in.
    package func reader(of name: String) -> Int? {
        places.first { $0.value.name == name || $0.value.swappedFor == name }?.key
    }
}

// MARK: What readers do

extension Rack {
    /// A reader powers its card anew.
    package mutating func insertPower(in reader: Int) { places[reader]?.card.insert() }

    /// A reader resets its card.
    package mutating func reset(in reader: Int) { places[reader]?.card.reset() }

    /// The answer to reset of the card in a reader.
    package func atr(in reader: Int) -> [UInt8]? { places[reader]?.card.card.image.atr }

    /// A reader's command: what comes of it, and after how many milliseconds. A card that is
    /// pulled is back in the rack.
    package mutating func exchange(
        in reader: Int, _ command: [UInt8]
    ) -> (outcome: CardOutcome, delayMilliseconds: Int) {
        guard let outcome = places[reader]?.card.exchange(command) else { return (.gone, 0) }
        let delay = places[reader]?.card.delayMilliseconds ?? 0
        if places[reader]?.card.isOut == true { places[reader] = nil }
        return (outcome, delay)
    }
}

extension Rack {
    private func load(_ name: String, _ damages: [CardDamage]) throws(RackError) -> VirtualCard {
        guard let file = files[name] else { throw .noSuchCard(name) }
        guard reader(of: name) == nil else { throw .inReader(name) }
        let card: VirtualCard
        do throws(CardFileError) {
            var image = try file.loadImage()
            for damage in damages { image.suffer(damage) }
            card = try file.load(as: image)
        } catch {
            throw .file(error)
        }
        guard !card.memory.isDestroyed else { throw .destroyed(name) }
        return card
    }

    /// Changes a card where it is: in its reader, as the spare of one, or in the rack.
    private mutating func change(
        _ name: String, _ body: (inout VirtualCard) throws(CardFileError) -> Void
    ) throws(RackError) {
        guard let file = files[name] else { throw .noSuchCard(name) }
        do throws(CardFileError) {
            guard let reader = reader(of: name), var place = places[reader] else {
                var card = try file.load()
                return try body(&card)
            }
            if place.current == name {
                try place.card.change(body)
            } else {
                try place.card.changeSpare(body)
            }
            places[reader] = place
        } catch {
            throw .file(error)
        }
    }
}

/// Why a rack does not do what it was asked.
package enum RackError: Error, Hashable, Sendable {
    case noSuchCard(String)
    case nameTaken(String)
    case inReader(String)
    case readerTaken(Int)
    case readerEmpty(Int)
    /// The chip was tampered with.
    case destroyed(String)
    case file(CardFileError)
    /// The request cannot be read; what is wrong with it.
    case request(String)
}

extension RackError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noSuchCard(let name):
            "there is no card \"\(name)\" in the rack; `list` tells which there are"
        case .nameTaken(let name): "there is a card \"\(name)\" already"
        case .inReader(let name): "the card \"\(name)\" is in a reader"
        case .readerTaken(let reader): "there is a card in reader \(reader) already"
        case .readerEmpty(let reader): "there is no card in reader \(reader)"
        case .destroyed(let name): "the chip of \"\(name)\" is destroyed: no reader notices it"
        case .file(let error): error.description
        case .request(let reason): reason
        }
    }
}
