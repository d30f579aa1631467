internal import Glibc

/// From longitude and latitude (WGS84) to the National Grid (OSGB36), to within some five metres.
///
/// - Source: Ordnance Survey, A guide to coordinate systems in Great Britain: section 6.6, the Helmert transformation
///   that approximates ETRS89 to OSGB36; annexes B and C, formulas and constants of the transverse Mercator projection.
enum NationalGrid {
    /// Easting and northing in metres, of degrees.
    static func point(longitude: Double, latitude: Double) -> (easting: Double, northing: Double) {
        let (phi, lambda) = shifted(longitude * .pi / 180, latitude * .pi / 180)
        return projected(phi, lambda)
    }

    private struct Ellipsoid {
        let a: Double
        let b: Double
        var e2: Double { 1 - b * b / (a * a) }
    }

    private static let wgs84 = Ellipsoid(a: 6_378_137, b: 6_356_752.3141)
    private static let airy1830 = Ellipsoid(a: 6_377_563.396, b: 6_356_256.909)

    /// Longitude and latitude on Airy 1830, in radians, of those on WGS84.
    private static func shifted(_ longitude: Double, _ latitude: Double) -> (phi: Double, lambda: Double) {
        let from = wgs84
        let curve = from.a / sqrt(1 - from.e2 * sin(latitude) * sin(latitude))
        let x = curve * cos(latitude) * cos(longitude)
        let y = curve * cos(latitude) * sin(longitude)
        let z = (1 - from.e2) * curve * sin(latitude)

        let (tx, ty, tz) = (-446.448, 125.157, -542.060)
        let second = Double.pi / 180 / 3600
        let (rx, ry, rz) = (-0.1502 * second, -0.2470 * second, -0.8421 * second)
        let scale = 1 + 20.4894e-6
        let x2 = tx + x * scale - y * rz + z * ry
        let y2 = ty + x * rz + y * scale - z * rx
        let z2 = tz - x * ry + y * rx + z * scale

        let to = airy1830
        let p = sqrt(x2 * x2 + y2 * y2)
        var phi = atan2(z2, p * (1 - to.e2))
        for _ in 0..<6 {
            let curve = to.a / sqrt(1 - to.e2 * sin(phi) * sin(phi))
            phi = atan2(z2 + to.e2 * curve * sin(phi), p)
        }
        return (phi, atan2(y2, x2))
    }

    private static func projected(_ phi: Double, _ lambda: Double) -> (easting: Double, northing: Double) {
        let (a, b) = (airy1830.a, airy1830.b)
        let e2 = airy1830.e2
        let f0 = 0.9996012717
        let (phi0, lambda0) = (49 * Double.pi / 180, -2 * Double.pi / 180)
        let (e0, n0) = (400_000.0, -100_000.0)
        let n = (a - b) / (a + b)
        let (sinPhi, cosPhi, tanPhi) = (sin(phi), cos(phi), tan(phi))
        let nu = a * f0 / sqrt(1 - e2 * sinPhi * sinPhi)
        let rho = a * f0 * (1 - e2) / pow(1 - e2 * sinPhi * sinPhi, 1.5)
        let eta2 = nu / rho - 1
        let (difference, sum) = (phi - phi0, phi + phi0)
        let n2 = n * n
        let n3 = n2 * n
        var m = (1 + n + 5.0 / 4 * n2 + 5.0 / 4 * n3) * difference
        m -= (3 * n + 3 * n2 + 21.0 / 8 * n3) * sin(difference) * cos(sum)
        m += (15.0 / 8 * n2 + 15.0 / 8 * n3) * sin(2 * difference) * cos(2 * sum)
        m -= 35.0 / 24 * n3 * sin(3 * difference) * cos(3 * sum)
        m *= b * f0
        let (tan2, tan4) = (tanPhi * tanPhi, tanPhi * tanPhi * tanPhi * tanPhi)
        let (cos3, cos5) = (pow(cosPhi, 3), pow(cosPhi, 5))
        let i = m + n0
        let ii = nu / 2 * sinPhi * cosPhi
        let iii = nu / 24 * sinPhi * cos3 * (5 - tan2 + 9 * eta2)
        let iiia = nu / 720 * sinPhi * cos5 * (61 - 58 * tan2 + tan4)
        let iv = nu * cosPhi
        let v = nu / 6 * cos3 * (nu / rho - tan2)
        let vi = nu / 120 * cos5 * (5 - 18 * tan2 + tan4 + 14 * eta2 - 58 * tan2 * eta2)
        let d = lambda - lambda0
        let d2 = d * d
        let northing = i + ii * d2 + iii * d2 * d2 + iiia * d2 * d2 * d2
        let easting = e0 + iv * d + v * d2 * d + vi * d2 * d2 * d
        return (easting, northing)
    }
}
