import SluiceModel

/// The two made-up districts of `config/model/area.csv`, and when things happen in them.
enum DemoPlaces {
    static let northmarsh = "E08999001"
    static let eastvale = "E08999002"

    /// A small area of the model with the areas above it. Numbers as in the last digits of the codes.
    struct SmallArea: Sendable {
        let lsoa: String
        let ward: String
        let district: String
    }

    /// Sixty areas, thirty of each district. The town centre, Northmarsh 003, has a third of all crime.
    static let smallAreas: DemoMix<SmallArea> = {
        let middle = [50, 85, 330, 70, 40, 55, 80, 30, 95, 25, 60, 14]
        let within = [16, 10, 7, 12, 5]
        return DemoMix(
            (0..<60).map { index in
                let district = index / 30
                let area = SmallArea(
                    lsoa: "E01999" + padded(index + 1, 3),
                    ward: "E05999" + padded(district * 4 + index % 30 * 4 / 30 + 1, 3),
                    district: district == 0 ? northmarsh : eastvale)
                return (area, middle[index / 5] * within[index % 5])
            })
    }()

    /// Districts by how many people live in them.
    static let districts = DemoMix([(northmarsh, 61), (eastvale, 39)])
}

/// When things happen.
enum DemoHours: Sendable {
    /// Weekend nights.
    case night
    /// Shop and school hours.
    case daytime
    case evening

    /// The hour of day, 0 to 23.
    func hour(weekday: Int, _ random: inout DemoRandom) -> Int {
        switch self {
        case .night: weekday >= 6 ? Self.weekendNight.draw(&random) : Self.afternoon.draw(&random)
        case .daytime: Self.shopHours.draw(&random)
        case .evening: Self.afternoon.draw(&random)
        }
    }

    /// By weekday from Monday: how many of a thousand candidates for a day are taken.
    var takenPerThousand: [Int] {
        switch self {
        case .night: [480, 440, 460, 530, 760, 1000, 900]
        case .daytime: [900, 900, 900, 920, 1000, 980, 650]
        case .evening: [850, 820, 830, 860, 980, 1000, 880]
        }
    }

    private static func mix(_ weights: [Int]) -> DemoMix<Int> { DemoMix(zip(0..., weights).map { ($0, $1) }) }

    private static let weekendNight = mix([
        95, 90, 80, 55, 25, 10, 6, 6, 8, 10, 14, 18, 22, 24, 26, 30, 32, 36, 42, 50, 62, 76, 88, 96,
    ])
    private static let afternoon = mix([
        30, 18, 12, 8, 6, 6, 10, 20, 30, 32, 36, 42, 48, 50, 52, 62, 64, 62, 60, 58, 54, 50, 46, 38,
    ])
    private static let shopHours = mix([
        1, 1, 1, 1, 1, 1, 3, 10, 30, 55, 75, 85, 90, 92, 95, 98, 90, 80, 55, 35, 20, 10, 4, 2,
    ])
}
