// layerverify: the facts about the blobs of an inventory.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The facts about each blob of an inventory; nil for blobs that were not read.
///
/// Facts are packed, but for what layers contain: those are kept as they are.
///
/// Memory: see `PackedList`; for a layer whose tar was read about 50 bytes, and those of its `ContentsFacts`.
package struct FactsList: RandomAccessCollection, MutableCollection, Equatable, Sendable {
    private var packed: PackedList<BlobFacts?>
    private var contents = ContentsByBlob()

    init(table: DigestTable) { packed = PackedList(table: table) }

    package init() { packed = PackedList() }

    package init(_ elements: some Sequence<BlobFacts?>) {
        self.init()
        for element in elements { append(element) }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { packed.count }

    package subscript(place: Int) -> BlobFacts? {
        get { contents.adding(to: packed[place], of: place) }
        set {
            packed[place] = newValue
            contents[place] = newValue?.uncompressed?.contents
        }
    }

    /// Whether it is known of any blob what it contains.
    package var hasContents: Bool { !contents.isEmpty }

    /// What a layer contains; nil if that is not known.
    package func contents(of blob: BlobIndex) -> ContentsFacts? { contents[blob] }

    /// Releases the paths in a layer, because those of all layers together take too much memory.
    package mutating func dropPaths(of blob: BlobIndex) { contents[blob] = contents[blob]?.withoutPaths }

    package mutating func append(_ facts: BlobFacts?) {
        contents[packed.count] = facts?.uncompressed?.contents
        packed.append(facts)
    }
}

extension FactsList: ExpressibleByArrayLiteral {
    package init(arrayLiteral elements: BlobFacts?...) { self.init(elements) }
}

/// What the layers of an inventory contain, by their blobs.
///
/// Layers without entries, and files of a stream that are not tars at all, have equal facts, which are kept once. One fault of each
/// kind is kept for a layer; beyond a limit, which only hostile layers reach, one of each severity.
struct ContentsByBlob: Equatable, Sendable {
    private var facts: [BlobIndex: ContentsFacts] = [:]
    private var shared: Set<ContentsFacts> = []
    /// The bytes of the faults that were added.
    private var faultByteCount = 0
    private static let sharedCount = 64
    private static let maximumFaultByteCount = 16 << 20

    var isEmpty: Bool { facts.isEmpty }

    subscript(blob: BlobIndex) -> ContentsFacts? {
        get { facts[blob] }
        set {
            guard let newValue else {
                if !facts.isEmpty { facts[blob] = nil }
                return
            }
            if newValue.entryCount == 0, let known = shared.firstIndex(of: newValue) {
                return facts[blob] = shared[known]
            }
            let kept = newValue.condensed(isBrief: faultByteCount > Self.maximumFaultByteCount)
            faultByteCount += kept.faultByteCount
            facts[blob] = kept
            if kept.entryCount == 0, shared.count < Self.sharedCount { shared.insert(kept) }
        }
    }

    /// The facts of a blob with what it contains.
    func adding(to blobFacts: BlobFacts?, of blob: BlobIndex) -> BlobFacts? {
        guard let contents = facts[blob] else { return blobFacts }
        var result = blobFacts
        result?.uncompressed?.contents = contents
        return result
    }
}
