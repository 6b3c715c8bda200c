import Records

/// What does not change of a derived person: who they are, their household, their places.
struct DerivedLife: Sendable {
    let seed: UInt64
    let number: Int
    let identity: PersonIdentity
    /// Number of the household; four people have the same.
    let household: Int
    /// Where in the household: 0 is its head.
    let slot: Int
    /// The head of the household.
    let head: PersonIdentity
    /// Who insures the household while its head is below 65; nothing where nobody is employed.
    let employer: DerivedInsurer?
    /// What part of the cost the household pays from 75 on.
    let elderlyRatio: ContributionRatio
    /// Where medicines are handed out.
    let pharmacy: Institution
    /// The household's own doctor, and three others it goes to.
    let clinics: [Institution]

    init(seed: UInt64, number: Int) {
        let (household, slot) = ((number - 1) / 4, (number - 1) % 4)
        (self.seed, self.number, self.household, self.slot) = (seed, number, household, slot)
        identity = Self.identity(seed: seed, household: household, slot: slot)
        head = slot == 0 ? identity : Self.identity(seed: seed, household: household, slot: 0)
        var dice = Dice(seed: seed, number: household, purpose: "household money")
        employer = dice.chance(70) ? dice.pick(DerivedInsurer.employers) : nil
        let income = dice.pick(0...99)
        elderlyRatio =
            income < 70 ? .tenPercent : income < 90 ? .twentyPercent : .thirtyPercent
        pharmacy = Self.place("4", "架空調剤薬局 第", household % 300)
        clinics = (0...3).map {
            Self.place("1", "架空クリニック 第", (household * 7 + $0 * 131) % 900)
        }
    }

    /// A place in prefecture 99, which does not exist.
    static func place(_ table: String, _ name: String, _ number: Int) -> Institution {
        let digits = sevenDigits(number).dropFirst()
        return Institution(
            name: "\(name)\(number + 1)(模擬)", code: withCheckDigit("99\(table)\(digits)"))
    }

    /// A stream of chance for a purpose, of this person.
    func dice(_ purpose: String, turn: Int = 0) -> Dice {
        Dice(seed: seed, number: number, purpose: purpose, turn: turn)
    }

    private static func identity(seed: UInt64, household: Int, slot: Int) -> PersonIdentity {
        var shared = Dice(seed: seed, number: household, purpose: "household name")
        let family = shared.pick(familyNames)
        let headAge = shared.pick(25...90)
        let sexes = shared.chance(50) ? [Sex.male, .female] : [.female, .male]
        let hasChildren = headAge < 60
        var own = Dice(seed: seed, number: household * 4 + slot, purpose: "person")
        let (age, sex): (Int, Sex) =
            switch slot {
            case 0: (headAge, sexes[0])
            case 1: (max(20, headAge + own.pick(-6...6)), sexes[1])
            default:
                (
                    hasChildren ? own.pick(0...max(0, headAge - 24)) : own.pick(25...95),
                    own.pick([.male, .female])
                )
            }
        let given = own.pick(sex == .male ? maleNames : femaleNames)
        // The age is the one on 2021-09-01, so that everybody is born when records begin.
        let birthDate = LocalDate(dayNumber: 18_871 - age * 365 - age / 4 - own.pick(1...365))
        var identity = PersonIdentity(
            name: "\(family.0) \(given.0)", kana: "\(family.1) \(given.1)", sex: sex,
            birthDate: birthDate)
        identity.postNumber = "000-0000"
        identity.address = "架空県模擬市\(household % 97 + 1)丁目\(household % 31 + 1)番"
        return identity
    }
}

private let familyNames = [
    ("架空", "カクウ"), ("模擬", "モギ"), ("見本", "ミホン"), ("仮名", "カリナ"), ("仮想", "カソウ"),
    ("例示", "レイジ"), ("想定", "ソウテイ"), ("試験", "シケン"), ("練習", "レンシュウ"), ("雛形", "ヒナガタ"),
]

private let maleNames = [
    ("一郎", "イチロウ"), ("健", "ケン"), ("誠", "マコト"), ("翔", "ショウ"), ("実", "ミノル"), ("清", "キヨシ"),
    ("大輔", "ダイスケ"), ("蓮", "レン"), ("茂", "シゲル"), ("隆", "タカシ"), ("進", "ススム"), ("学", "マナブ"),
]

private let femaleNames = [
    ("花子", "ハナコ"), ("恵", "メグミ"), ("陽子", "ヨウコ"), ("葵", "アオイ"), ("千代", "チヨ"), ("幸子", "サチコ"),
    ("美咲", "ミサキ"), ("凛", "リン"), ("節子", "セツコ"), ("明美", "アケミ"), ("直子", "ナオコ"), ("栞", "シオリ"),
]
