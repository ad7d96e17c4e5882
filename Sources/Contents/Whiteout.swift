// layerverify: names of whiteouts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What the last component of a name says by the prefix `.wh.`.
///
/// Spec: image-spec layer.md, Whiteouts.
enum Whiteout: Equatable {
    /// `.wh.NAME`. The range is that of NAME.
    case path(Range<Int>)
    /// `.wh..wh..opq`: hides what the lower layers have in its directory.
    case opaque
    /// `.wh.`, `.wh..` or `.wh...`, which name nothing that could be deleted.
    case withoutName
    /// Another name with `.wh..wh.`, which aufs uses for itself.
    case metadata

    private static let prefix = Array(".wh.".utf8)
    private static let metadataPrefix = Array(".wh..wh.".utf8)
    private static let opaqueName = Array(".wh..wh..opq".utf8)

    /// Reads a component; nil if it has no such prefix.
    init?(_ text: [UInt8], _ range: Range<Int>) {
        guard Self.isWhiteout(text, range) else { return nil }
        let component = text[range]
        if component.elementsEqual(Self.opaqueName) {
            self = .opaque
        } else if component.starts(with: Self.metadataPrefix) {
            self = .metadata
        } else {
            let name = range.lowerBound + Self.prefix.count..<range.upperBound
            let isNothing = name.count <= 2 && text[name].allSatisfy { $0 == UInt8(ascii: ".") }
            self = isNothing ? .withoutName : .path(name)
        }
    }

    /// Whether a component begins with `.wh.`.
    static func isWhiteout(_ text: [UInt8], _ range: Range<Int>) -> Bool {
        range.count >= 4 && text[range.lowerBound] == prefix[0] && text[range.lowerBound + 1] == prefix[1]
            && text[range.lowerBound + 2] == prefix[2] && text[range.lowerBound + 3] == prefix[3]
    }
}
