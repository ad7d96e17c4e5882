// layerverify: the records of a pax header.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// One record of a pax header.
package struct PaxRecord: Hashable, Sendable {
    /// Not empty, and without `=` and NUL.
    package var key: ArraySlice<UInt8>
    package var value: ArraySlice<UInt8>
}

/// The records of one pax header, each keyword once: the last record of a keyword wins.
///
/// Memory: the bytes of the header, at most 1 MiB, and 12 bytes for each record.
package struct PaxRecords: RandomAccessCollection, Sendable {
    private var bytes: [UInt8] = []
    private var places: [Place] = []

    /// The key and the value are stored one after the other.
    private struct Place {
        var start: UInt32
        var middle: UInt32
        var end: UInt32
    }

    package init() {}

    package var startIndex: Int { 0 }
    package var endIndex: Int { places.count }

    package subscript(index: Int) -> PaxRecord {
        let place = places[index]
        return PaxRecord(
            key: bytes[Int(place.start)..<Int(place.middle)], value: bytes[Int(place.middle)..<Int(place.end)])
    }

    /// The value of a keyword; nil if there is none.
    ///
    /// Complexity: linear in the number of records.
    package subscript(key: StaticString) -> ArraySlice<UInt8>? { nil }
}
