// layerverify: the document of a table of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import StrictJSON

/// Why a table of contents (TOC) is not read.
enum TOCDocumentFault: Error, Equatable {
    /// It does not have the form that is read; with what is wrong.
    case malformed(String)
    /// It has more entries, or a larger one, than is read here.
    case tooLarge
}

/// The JSON document of a TOC, of which each entry is parsed when it is wanted.
///
/// A document of a million entries would take nine times its bytes as one tree. So the elements of its arrays are cut out and
/// each is a document of its own, as strict as any other.
///
/// Memory: the bytes, and at most half as many.
struct TOCDocument {
    /// Larger documents are not read.
    static let maximumByteCount = 64 << 20

    private let bytes: [UInt8]
    /// The elements of `entries`.
    private let elements: ArraySlice<TOCElement>
    /// The digest of the tar-split data of zstd:chunked; nil if there is none.
    let tarSplitDigest: String?

    /// Reads a document, but not its entries.
    ///
    /// Throws: `TOCDocumentFault`.
    init(parsing bytes: [UInt8]) throws(TOCDocumentFault) {
        guard bytes.count <= Self.maximumByteCount else { throw .tooLarge }
        var outline = TOCOutline(bytes)
        try outline.read()
        let root = try Self.parse(outline.frame, Self.names).root
        guard let members = root.object else { throw .malformed("it is not an object") }
        var elements: ArraySlice<TOCElement>?
        var arrayCount = 0
        for (key, value) in members where value.kind == .array {
            let found = outline.elements[outline.arrays[arrayCount]]
            arrayCount += 1
            if KeyComparison.folded(key) == "entries" {
                elements = found
            } else {
                for element in found { _ = try Self.parse(element.bytes(of: bytes), .exact) }
            }
        }
        guard let elements else { throw .malformed("it has no list of entries") }
        guard root.member(ignoringCase: "version")?.uint64 == 1 else { throw .malformed("its version is not 1") }
        tarSplitDigest = root.member(ignoringCase: "tarSplitDigest")?.string
        self.elements = elements
        self.bytes = bytes
    }

    /// The number of entries, chunks included.
    var entryCount: Int { elements.count }

    /// Parses an entry.
    ///
    /// Throws: `TOCDocumentFault`.
    func entry(_ index: Int) throws(TOCDocumentFault) -> TOCEntry {
        let element = elements[elements.startIndex + index]
        let document = try Self.parse(element.bytes(of: bytes), TOCEntry.names)
        return try TOCEntry(document.root)
    }

    private static let names = KeyComparison.ignoringCase(of: ["version", "entries", "tarSplitDigest"], maps: [])

    private static func parse(_ bytes: [UInt8], _ names: KeyComparison) throws(TOCDocumentFault) -> JSONDocument {
        guard bytes.count <= JSONDocument.maximumByteCount else { throw .tooLarge }
        do {
            return try JSONDocument(parsing: bytes, keys: names)
        } catch {
            throw .malformed(error.message)
        }
    }
}
