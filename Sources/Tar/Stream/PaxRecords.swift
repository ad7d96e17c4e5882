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
/// The pieces of a sparse file in version 0.0 have many records of the same keywords; here they are one, `GNU.sparse.map`.
///
/// Spec: POSIX.1-2017 pax §pax Extended Header.
///
/// Memory: the bytes of the header, at most 1 MiB, and 16 bytes for each record.
package struct PaxRecords: RandomAccessCollection, Sendable {
    private var bytes: [UInt8] = []
    private var places: [Place] = []
    private(set) var oddities: TarOddities = []
    private(set) var hasSparseRecords = false

    /// Where the key begins, where it and `=` end, and where the value ends.
    private struct Place {
        var keyStart: UInt32
        var keyEnd: UInt32
        var valueStart: UInt32
        var valueEnd: UInt32
    }

    package init() {}

    /// Records that are in no archive, less than 4 GiB together.
    package init(_ records: [(key: [UInt8], value: [UInt8])]) {
        for record in records {
            let start = UInt32(bytes.count)
            bytes += record.key
            let end = UInt32(bytes.count)
            bytes += record.value
            places.append(Place(keyStart: start, keyEnd: end, valueStart: end, valueEnd: UInt32(bytes.count)))
        }
    }

    /// Reads the records of a header.
    ///
    /// Shape: `data` is at most 1 MiB.
    ///
    /// Throws: `.paxRecord` or `.sparseRecord`.
    init(parsing data: [UInt8]) throws(TarStreamFault) {
        bytes = data
        var pieces: [Place] = []
        var start = 0
        while start < bytes.count {
            let (place, end) = try record(at: start)
            start = end
            let key = bytes[Int(place.keyStart)..<Int(place.keyEnd)]
            if key.starts(with: "GNU.sparse.".utf8) {
                hasSparseRecords = true
                if try isPiece(key, place, count: pieces.count) {
                    pieces.append(place)
                    continue
                }
            }
            places.append(place)
        }
        join(pieces)
        if places.count > 1 { removeRepetitions() }
    }

    /// The place of the record at an offset, and where the record ends.
    ///
    /// Shape: `LENGTH KEY=VALUE` and a line feed, where LENGTH counts the whole record.
    private func record(at start: Int) throws(TarStreamFault) -> (Place, end: Int) {
        guard let space = bytes[start...].firstIndex(of: 0x20),
            let length = TarNumber.decimal(bytes[start..<space]), length >= 5, length <= Int64(bytes.count - start)
        else { throw .paxRecord }
        let end = start + Int(length)
        guard end > space + 1, bytes[end - 1] == UInt8(ascii: "\n"),
            let equals = bytes[(space + 1)..<(end - 1)].firstIndex(of: UInt8(ascii: "=")), equals > space + 1
        else { throw .paxRecord }
        let place = Place(
            keyStart: UInt32(space + 1), keyEnd: UInt32(equals), valueStart: UInt32(equals + 1),
            valueEnd: UInt32(end - 1))
        let key = bytes[(space + 1)..<equals]
        let isText = PaxKeyword(key)?.isText ?? false
        guard !(isText ? bytes[(equals + 1)..<(end - 1)] : key).contains(0) else { throw .paxRecord }
        return (place, end)
    }

    /// Whether a record is the offset or the size of a piece of a sparse file. They must alternate.
    private func isPiece(_ key: ArraySlice<UInt8>, _ place: Place, count: Int) throws(TarStreamFault) -> Bool {
        let isOffset = key.elementsEqual("GNU.sparse.offset".utf8)
        guard isOffset || key.elementsEqual("GNU.sparse.numbytes".utf8) else { return false }
        guard isOffset == (count % 2 == 0), !value(place).contains(UInt8(ascii: ",")) else { throw .sparseRecord }
        return true
    }

    /// Adds a record of version 0.1 for the pieces of version 0.0.
    private mutating func join(_ pieces: [Place]) {
        guard !pieces.isEmpty else { return }
        let start = bytes.count
        bytes.append(contentsOf: "GNU.sparse.map".utf8)
        let keyEnd = bytes.count
        for (index, piece) in pieces.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes.append(contentsOf: value(piece))
        }
        places.append(
            Place(
                keyStart: UInt32(start), keyEnd: UInt32(keyEnd), valueStart: UInt32(keyEnd),
                valueEnd: UInt32(bytes.count)))
    }

    /// Keeps the last record of each keyword, in the order of these.
    private mutating func removeRepetitions() {
        guard places.count > Self.pairwiseCount else {
            for index in places.indices.dropLast().reversed() {
                let key = self[index].key
                guard places.indices[(index + 1)...].contains(where: { self[$0].key == key }) else { continue }
                oddities.insert(.repeatedPaxRecord)
                places.remove(at: index)
            }
            return
        }
        var seen = Set<ArraySlice<UInt8>>(minimumCapacity: places.count)
        let last = places.indices.reversed().filter { seen.insert(self[$0].key).inserted }
        guard last.count < places.count else { return }
        oddities.insert(.repeatedPaxRecord)
        places = last.reversed().map { places[$0] }
    }

    /// Up to this number of records, each is compared with all others. Not measured: headers have fewer than ten records.
    private static let pairwiseCount = 16

    package var startIndex: Int { 0 }
    package var endIndex: Int { places.count }

    package subscript(index: Int) -> PaxRecord {
        let place = places[index]
        return PaxRecord(key: bytes[Int(place.keyStart)..<Int(place.keyEnd)], value: value(place))
    }

    /// The value of a keyword; empty if there is none, as in Go.
    ///
    /// Complexity: linear in the number of records.
    package subscript(key: String) -> ArraySlice<UInt8> {
        first { $0.key.elementsEqual(key.utf8) }?.value ?? []
    }

    private func value(_ place: Place) -> ArraySlice<UInt8> { bytes[Int(place.valueStart)..<Int(place.valueEnd)] }
}

extension PaxRecords: Hashable {
    package static func == (one: Self, other: Self) -> Bool { one.elementsEqual(other) }

    package func hash(into hasher: inout Hasher) { for record in self { hasher.combine(record) } }
}
