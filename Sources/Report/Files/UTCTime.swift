// layerverify: times of files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// A time in UTC, from its seconds since 1970. Times after the year 9999 are its last second.
struct UTCTime {
    private let day: CalendarDay
    private let second: Int

    init(_ secondsSinceEpoch: Int64) {
        let seconds = max(0, min(secondsSinceEpoch, 253_402_300_799))
        day = CalendarDay(secondsSinceEpoch: seconds)
        second = Int(seconds % 86_400)
    }

    /// `YYYY-MM-DD`.
    var date: String { day.description }

    /// `HH:MM:SS`.
    var time: String {
        [second / 3600, second / 60 % 60, second % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
