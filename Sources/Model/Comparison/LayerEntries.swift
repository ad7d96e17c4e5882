// layerverify: the entries of a layer, as two images are compared.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The entries of the tar of one layer in their order, packed.
///
/// Memory: about 120 bytes for each entry of a usual image.
package struct LayerEntries: Sendable {
    private var list = PackedList<LayerEntry>()
    /// True if the entries did not fit into memory, and are not here.
    package private(set) var isOverLimit = false
    /// The reason for which the tar could not be read to its end; nil if it was.
    package var fault: String?
    /// The hash of the bytes that belong to no entry: padding that is not zero, and everything after the last entry.
    package var outsideHash: UInt64 = 0
    /// The number of bytes after the last entry.
    package var endByteCount: UInt64 = 0

    package init() {}

    package var count: Int { list.count }

    /// The approximate memory in bytes.
    package var byteCount: Int { list.byteCount }

    package subscript(place: Int) -> LayerEntry { list[place] }

    /// The path of an entry.
    package func path(_ place: Int) -> [UInt8] {
        var reader = list.reader(at: place)
        return reader.octets()
    }

    package mutating func append(_ entry: LayerEntry) {
        guard !isOverLimit else { return }
        list.append(entry)
    }

    /// Releases all entries, because there is no memory for them.
    package mutating func drop() {
        list = PackedList<LayerEntry>()
        isOverLimit = true
    }
}
