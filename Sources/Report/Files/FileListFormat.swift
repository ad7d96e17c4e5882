// layerverify: the formats in which the files of an image are listed.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A format for a list of files.
package enum FileListFormat: String, Hashable, Sendable, CaseIterable {
    case text
    case json
    case mtree

    /// Makes a writer of one list.
    package func writer(_ image: ListedImage, _ style: FileListStyle) -> any FileListWriter {
        switch self {
        case .text: FileListText(image, style)
        case .json: FileListJSON(image)
        case .mtree: FileListMtree(image)
        }
    }
}

/// Writes a list of files piece by piece, as bytes: names need not be UTF-8.
package protocol FileListWriter {
    /// The beginning of the list.
    mutating func begin(_ bytes: inout [UInt8])
    /// Adds a file.
    mutating func add(_ file: ListedFile, to bytes: inout [UInt8])
    /// The end of the list.
    mutating func end(_ bytes: inout [UInt8])
}

/// The layout of a list as text.
package struct FileListStyle: Hashable, Sendable {
    /// Whether the layers are described first, and lines have the digests of their layers.
    package var isLong = false
    /// Whether lines are paths and nothing else.
    package var hasOnlyPaths = false
    /// Whether lines end in NUL and names are not escaped.
    package var endsInNUL = false

    package init() {}
}

/// An image whose files are listed.
package struct ListedImage: Hashable, Sendable {
    package var record: ImageRecord
    package var outcome: Outcome
    /// Whether the files are those of tables of contents, and no layer was read.
    package var isFromTables: Bool

    package init(_ record: ImageRecord, outcome: Outcome, isFromTables: Bool = false) {
        self.record = record
        self.outcome = outcome
        self.isFromTables = isFromTables
    }
}
