// layerverify: days.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A day of the Gregorian calendar, years 0000 to 9999.
///
/// Spec: RFC 3339 §5.6 full-date.
package struct CalendarDay: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let year: Int
    private let month: Int
    private let day: Int

    /// Parses `YYYY-MM-DD`; nil for any other text, and for a day that does not exist.
    package init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else { return nil }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10), (1...12).contains(month),
            day >= 1, day <= Self.dayCount(ofMonth: month, year: year)
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day in UTC, `secondsSinceEpoch` after the beginning of 1970. Times outside of 1970 to 9999 are the first or the last
    /// day of these.
    package init(secondsSinceEpoch: Int64) {
        var days = Int(max(0, min(secondsSinceEpoch, 253_402_300_799)) / 86_400)
        var year = 1970
        while days >= Self.dayCount(ofYear: year) {
            days -= Self.dayCount(ofYear: year)
            year += 1
        }
        var month = 1
        while days >= Self.dayCount(ofMonth: month, year: year) {
            days -= Self.dayCount(ofMonth: month, year: year)
            month += 1
        }
        self.year = year
        self.month = month
        day = days + 1
    }

    package static func < (one: CalendarDay, other: CalendarDay) -> Bool {
        (one.year, one.month, one.day) < (other.year, other.month, other.day)
    }

    /// `YYYY-MM-DD`.
    package var description: String {
        func padded(_ number: Int, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }

    private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

    private static func dayCount(ofYear year: Int) -> Int { isLeap(year) ? 366 : 365 }

    private static func dayCount(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
