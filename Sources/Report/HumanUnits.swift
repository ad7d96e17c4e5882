// layerverify: formatted sizes and times.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Formats numbers for people.
package enum HumanUnits {
    /// Three significant digits and a binary unit: `0 B`, `1023 B`, `3.41 MiB`, `1.00 TiB`.
    package static func bytes(_ count: UInt64) -> String {
        let units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        guard count >= 1024 else { return "\(count) B" }
        var shift: UInt64 = 10
        var unit = 0
        while unit + 1 < units.count, count >> (shift + 10) > 0 {
            shift += 10
            unit += 1
        }
        let whole = count >> shift
        let rest = Double(count - whole << shift) / Double(UInt64(1) << shift)
        let decimals = whole < 10 ? 2 : whole < 100 ? 1 : 0
        return "\(decimal(Double(whole) + rest, decimals)) \(units[unit])"
    }

    /// A rate in bytes per second, in the format of `bytes`; nil if it cannot be computed.
    package static func rate(_ byteCount: UInt64, seconds: Double) -> String? {
        guard let rate = bytesPerSecond(byteCount, seconds: seconds) else { return nil }
        return bytes(rate) + "/s"
    }

    /// A rate in whole bytes per second; nil if the time is zero.
    package static func bytesPerSecond(_ byteCount: UInt64, seconds: Double) -> UInt64? {
        guard seconds > 0, seconds.isFinite else { return nil }
        return UInt64(exactly: (Double(byteCount) / seconds).rounded())
    }

    /// `0.043 s`, `1.25 s`, `2 min 05 s`, `3 h 20 min`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "? s" }
        if seconds < 1 { return decimal(seconds, 3) + " s" }
        if seconds < 100 { return decimal(seconds, seconds < 10 ? 2 : 1) + " s" }
        guard let whole = UInt64(exactly: seconds.rounded()) else { return "? s" }
        if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
        return "\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
    }

    /// A number and its noun: `1 layer`, `12 layers`.
    package static func count(_ number: Int, _ singular: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? singular : plural ?? singular + "s")"
    }

    /// A number with exactly `digitCount` digits after the decimal point, independent of the C library's locale.
    package static func decimal(_ value: Double, _ digitCount: Int) -> String {
        let factor = (0..<digitCount).reduce(UInt64(1)) { factor, _ in factor * 10 }
        guard value >= 0, let scaled = UInt64(exactly: (value * Double(factor)).rounded()) else { return "?" }
        guard digitCount > 0 else { return "\(scaled)" }
        let fraction = String(scaled % factor)
        return "\(scaled / factor)." + String(repeating: "0", count: digitCount - fraction.count) + fraction
    }

    private static func padded(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
