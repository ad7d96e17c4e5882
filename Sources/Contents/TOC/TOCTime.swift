// layerverify: times in a table of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Tar

/// A time in a TOC, in whole seconds since 1970.
struct TOCTime: Equatable {
    let seconds: Int64

    /// Parses a time; nil for a text that is not one, and for the year 1, which is Go's zero.
    ///
    /// Spec: RFC 3339 §5.6.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]),
            let hour = Self.number(bytes[11..<13]), let minute = Self.number(bytes[14..<16]),
            let second = Self.number(bytes[17..<19]), let offset = Self.offset(bytes.dropFirst(19)),
            year > 1, (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        let days = Self.dayCount(year, month, day)
        seconds = ((days * 24 + hour) * 60 + minute) * 60 + second - offset
    }

    /// Whether a tar says the same: a TOC of eStargz has the next whole second, or none.
    func matches(_ time: TarTime) -> Bool {
        seconds == time.seconds || (time.nanoseconds > 0 && seconds == time.seconds &+ 1)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// The offset to UTC in seconds, after a fraction that is ignored: `Z`, `.123456789+01:00`; nil for any other text.
    private static func offset(_ text: ArraySlice<UInt8>) -> Int64? {
        var rest = text
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst().drop { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        }
        if rest.elementsEqual("Z".utf8) { return 0 }
        guard rest.count == 6, let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            let hour = number(rest.dropFirst().prefix(2)), let minute = number(rest.suffix(2))
        else { return nil }
        return (sign == UInt8(ascii: "+") ? 1 : -1) * (hour * 60 + minute) * 60
    }

    /// The days from 1970-01-01 to a day of the Gregorian calendar.
    private static func dayCount(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        // Years begin in March here, so that the leap day is the last one.
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }
}
