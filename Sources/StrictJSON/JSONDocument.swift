// layerverify: strict JSON, read into a flat tape.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A JSON document: the whole of it is checked when it is read, and values are decoded only on access.
///
/// Beyond the grammar, it refuses what two readers could understand differently: bytes that are not UTF-8, a byte order
/// mark, lone surrogates, trailing bytes, and two members of an object with the same name. `KeyComparison` says which
/// names are the same. Noncharacters, which I-JSON also forbids, are accepted, because all readers read them alike.
///
/// Memory: the bytes, and 8 bytes for each value and each name; at most 20 MiB for a document of 4 MiB.
///
/// ## Concurrency
/// Immutable after `init`.
///
/// Spec: RFC 8259, RFC 7493 §2.
package final class JSONDocument: Sendable {
    /// Larger documents are refused.
    ///
    /// 4 MiB is what registries of container images accept as a manifest (OCI distribution-spec v1.1.0 §Pushing Manifests).
    package static let maximumByteCount = 4 << 20

    /// The deepest nesting of objects and arrays that is accepted, as in Go's `encoding/json`.
    package static let maximumDepth = 10_000

    let bytes: [UInt8]
    let nodes: [JSONNode]
    private let held: HeldDocuments?

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - keys: which names of an object are the same.
    ///   - held: counts the memory of the document until it is released.
    ///
    /// Throws: the first `JSONFault` in the document.
    ///
    /// Complexity: linear in the number of bytes, plus n log n for the n names of a large object.
    package init(
        parsing bytes: [UInt8], keys: KeyComparison = .exact, held: HeldDocuments? = nil
    ) throws(JSONFault) {
        guard bytes.count <= Self.maximumByteCount else {
            throw JSONFault(
                .tooLarge, "document of \(bytes.count) bytes, limit \(Self.maximumByteCount)",
                at: Self.maximumByteCount, in: [])
        }
        var parser = JSONParser(bytes: bytes, keys: keys)
        try parser.parse()
        self.bytes = bytes
        nodes = parser.nodes
        self.held = held
        held?.add(byteCount)
    }

    deinit { held?.add(-byteCount) }

    private var byteCount: Int { bytes.count + MemoryLayout<JSONNode>.stride * nodes.count }

    /// The number of values and of the names of members.
    package var nodeCount: Int { nodes.count }

    /// The top-level value.
    package var root: JSONValue { JSONValue(document: self, index: 0) }

    /// An upper bound of the memory that it takes to read a document, in bytes.
    ///
    /// Every value but the first follows a comma, a colon or a bracket: 8 bytes each. Every name precedes a colon: 8
    /// bytes more for each while the names of an object are compared with one another.
    package static func readingByteCount(_ bytes: [UInt8]) -> Int {
        // Small documents are not counted: 9 bytes for each byte is an upper bound.
        guard bytes.count > 64 << 10 else { return 9 * bytes.count }
        let nameCount = bytes.count { $0 == UInt8(ascii: ":") }
        return bytes.count + 8 * (JSONParser.boundOfNodes(bytes) + nameCount)
    }
}

/// The memory of all documents that are held at the same time.
///
/// ## Concurrency
/// One atomic number, which carries no other data with it.
package final class HeldDocuments: Sendable {
    private let count = Atomic(0)

    package init() {}

    /// The bytes and the tapes of all documents that have not been released yet.
    package var byteCount: Int { count.load(ordering: .relaxed) }

    fileprivate func add(_ byteCount: Int) { count.wrappingAdd(byteCount, ordering: .relaxed) }
}

/// A value or a member name on the tape. Children follow their container; a name precedes its value.
struct JSONNode {
    /// The offset of the first byte, which also determines the kind.
    var start: UInt32
    /// For a string, number or literal: the offset after its last byte. For an object or array: the place of the node
    /// after its last descendant.
    var link: UInt32
}
