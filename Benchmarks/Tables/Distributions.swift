import Glibc

extension Chance {
    /// exp(sigma · N(0, 1)).
    mutating func logNormal(_ sigma: Double) -> Double {
        let radius = (-2 * log(uniform())).squareRoot()
        return exp(sigma * radius * cos(2 * Double.pi * uniform()))
    }

    /// Gamma of shape 2 and mean 1.
    mutating func gamma2() -> Double { -(log(uniform()) + log(uniform())) / 2 }

    mutating func poisson(_ mean: Double) -> Int {
        if mean > 60 {
            let radius = (-2 * log(uniform())).squareRoot()
            return max(0, Int((mean + mean.squareRoot() * radius * cos(2 * Double.pi * uniform())).rounded()))
        }
        var count = 0
        var product = uniform()
        let limit = exp(-mean)
        while product > limit {
            count += 1
            product *= uniform()
        }
        return count
    }
}
