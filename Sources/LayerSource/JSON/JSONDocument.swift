// layerverify: strict JSON, read into a flat tape.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A JSON document, checked to the last byte and decoded only where somebody looks.
///
/// Beyond the grammar it refuses whatever two readers could understand differently: bytes that are not UTF-8, a byte
/// order mark, lone surrogates, trailing bytes, and two members with the same name. Names that readers look for are
/// compared as Go's `encoding/json` matches them with the fields of a struct, without case: it lets the last of `layers`
/// and `LAYERS` win, others the first. Noncharacters, which I-JSON forbids too, are let pass: nobody reads them differently.
///
/// Memory: the bytes, and 8 bytes for each value and each name; 20 MiB for the worst document of 4 MiB.
///
/// ## Concurrency
/// Immutable after `init`.
///
/// Spec: RFC 8259, RFC 7493 §2; OCI image-spec v1.1.1 considerations.md §JSON.
package final class JSONDocument: Sendable {
    /// Larger documents are refused. 4 MiB is what registries accept as a manifest.
    ///
    /// Spec: OCI distribution-spec v1.1.0 §Pushing Manifests.
    package static let maximumByteCount = 4 << 20

    /// Objects and arrays within one another: what Go's `encoding/json` reads. OCI's documents need 6.
    package static let maximumDepth = 10_000

    /// How the names of an object's members are compared with one another.
    package enum KeyComparison: Sendable {
        /// Without case where readers look for a name (`KnownMembers`), else exactly.
        case ignoringCase
        /// Exactly, after unescaping; for documents whose names are all free, such as docker-save's `repositories`.
        case exact
    }

    let bytes: [UInt8]
    let nodes: [JSONNode]
    private let held: HeldDocuments?

    /// Reads a document.
    ///
    /// - Parameter held: is told of the document's memory, now and when nobody needs it any more.
    ///
    /// Throws: the first `JSONFault`. The document must not be used in any other way then.
    ///
    /// Complexity: linear in the number of bytes, up to the sorting of the names within large objects.
    package init(
        parsing bytes: [UInt8], keys: KeyComparison = .ignoringCase, held: HeldDocuments? = nil
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

    /// The value that the document is.
    package var root: JSONValue { JSONValue(document: self, index: 0) }

    /// The memory that reading such a document takes at most.
    ///
    /// Every value but the first follows a comma, a colon or a bracket: 8 bytes for each. Every name precedes a colon: 8 bytes
    /// more for each while the names of an object are compared with one another.
    static func readingByteCount(_ bytes: [UInt8]) -> Int {
        // Few documents are large, and a small one is small whatever it holds.
        guard bytes.count > 64 << 10 else { return 9 * bytes.count }
        let nameCount = bytes.count { $0 == UInt8(ascii: ":") }
        return bytes.count + 8 * (JSONParser.boundOfNodes(bytes) + nameCount)
    }
}

/// The memory of the documents that are held at a time.
///
/// ## Concurrency
/// One atomic number, which carries no other data with it.
package final class HeldDocuments: Sendable {
    private let count = Atomic(0)

    package init() {}

    /// The bytes and the tapes of all documents that were not let go yet.
    package var byteCount: Int { count.load(ordering: .relaxed) }

    fileprivate func add(_ byteCount: Int) { count.wrappingAdd(byteCount, ordering: .relaxed) }
}

/// A value or a member's name on the tape. Children follow their container; a name precedes its value.
struct JSONNode {
    /// The offset of the first byte, which also tells the kind.
    var start: UInt32
    /// Of a string, number or literal: the offset behind its last byte. Of an object or array: the place of the node
    /// behind its last descendant.
    var link: UInt32
}
