// layerverify: lists of packed records.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A list of records that are kept as bytes and unpacked on access.
///
/// Memory: the packed bytes and 4 more for each record. The bytes of a record that is replaced by a longer one are not
/// reused.
///
/// Complexity: an access packs or unpacks one record.
package struct PackedList<Element: Packable>: RandomAccessCollection, MutableCollection, Sendable {
    let table: DigestTable
    private var arena = ByteArena()
    private var addresses: [UInt32] = []

    /// Makes an empty list whose digests are numbered by `table`.
    init(table: DigestTable) { self.table = table }

    package init() { self.init(table: DigestTable()) }

    package init(_ elements: some Sequence<Element>) {
        self.init()
        for element in elements { append(element) }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { addresses.count }

    /// The approximate memory in bytes of the records.
    var byteCount: Int { arena.byteCount + 4 * addresses.count }

    package subscript(place: Int) -> Element {
        get {
            var reader = reader(at: place)
            return Element(unpacking: &reader)
        }
        set {
            var reader = reader(at: place)
            let start = reader.position
            _ = Element(unpacking: &reader)
            let bytes = packed(newValue)
            if bytes.count <= reader.position - start {
                arena.replace(at: ByteArena.Address(rawValue: addresses[place]), with: bytes)
            } else {
                addresses[place] = arena.append(bytes).rawValue
            }
        }
    }

    package mutating func append(_ element: Element) { appendPacked(packed(element)) }

    /// Appends the records of another list as they are. Both lists must number digests alike.
    mutating func append(contentsOf other: Self) {
        precondition(table.isAlike(other.table), "both lists belong to one run")
        let starts = arena.append(contentsOf: other.arena)
        addresses.append(
            contentsOf: other.addresses.lazy.map { packed in
                let address = ByteArena.Address(rawValue: packed)
                return starts[address.chunk].rawValue + UInt32(address.offset)
            })
    }

    mutating func appendPacked(_ bytes: [UInt8]) { addresses.append(arena.append(bytes).rawValue) }

    func packed(_ element: Element) -> [UInt8] {
        var writer = PackedWriter(table: table)
        element.pack(into: &writer)
        return writer.bytes
    }

    /// Whether the packed record at an index begins with these bytes.
    func isRecord(at place: Int, _ bytes: [UInt8]) -> Bool {
        let address = ByteArena.Address(rawValue: addresses[place])
        return arena.chunks[address.chunk].dropFirst(address.offset).starts(with: bytes)
    }

    /// A reader at the beginning of a record, for access to a part of it.
    func reader(at place: Int) -> PackedReader {
        let address = ByteArena.Address(rawValue: addresses[place])
        return PackedReader(arena.chunks[address.chunk], at: address.offset, table: table)
    }
}

extension PackedList: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: Element...) { self.init(elements) }
}

extension PackedList: Equatable where Element: Equatable {
    package static func == (one: Self, other: Self) -> Bool { one.elementsEqual(other) }
}
