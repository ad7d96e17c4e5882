// layerverify: follows symbolic links within one layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Follows paths in the table of one layer as Linux does in a process whose root is the layer: `..` does not leave the root.
///
/// A layer can have links that take many steps each, so the steps of all calls are counted.
package struct PathResolver: Sendable {
    /// The number of steps that may still be taken. A step is a component, or 16 bytes of the target of a link.
    package var remainingSteps: Int
    /// The rest of the path, and of the targets of links in it, the innermost last.
    private var texts: [(bytes: [UInt8], place: Int)] = []
    private var linkCount = 0
    private let maximumLinkCount: Int

    /// The number of links that Linux follows in one path.
    package static let linuxLinkCount = 40
    /// The number of links that containerd follows in one path, where it does so by itself.
    package static let containerdLinkCount = 255

    /// Where a path leads.
    package enum End: Hashable, Sendable {
        /// To what the layer has. It is a symbolic link only if the last component was not to be followed.
        case found(PathNode)
        /// To nothing that the layer has.
        case missing
        /// Through what is not a directory.
        case notDirectory(PathNode)
        /// Nowhere: there are too many links.
        case loop
        /// Not known: there were not enough steps left.
        case unknown
    }

    package init(steps: Int, links: Int = linuxLinkCount) {
        remainingSteps = steps
        maximumLinkCount = links
    }

    /// Follows a symbolic link.
    package mutating func follow(_ link: PathNode, in table: PathTable) -> End {
        linkCount = 1
        return walk(Array(table.linkTarget(of: link) ?? []), from: table.parent(of: link), in: table, followsLast: true)
    }

    /// Follows a path from a directory; from the root if it begins with a slash.
    package mutating func resolve(
        _ path: [UInt8], from directory: PathNode, in table: PathTable, followsLast: Bool
    ) -> End {
        linkCount = 0
        return walk(path, from: directory, in: table, followsLast: followsLast)
    }

    private mutating func walk(
        _ path: [UInt8], from directory: PathNode, in table: PathTable, followsLast: Bool
    ) -> End {
        texts.removeAll(keepingCapacity: true)
        var place = push(path, directory)
        while let component = nextComponent() {
            let text = texts[texts.count - 1].bytes
            remainingSteps -= 1
            guard remainingSteps > 0 else { return .unknown }
            guard table.kind(of: place) == .directory else {
                return table.kind(of: place) == .whiteout ? .missing : .notDirectory(place)
            }
            if text[component].elementsEqual([.dot, .dot]) {
                place = table.parent(of: place)
                continue
            }
            guard let next = table.find(text, component, in: place) else { return .missing }
            guard table.kind(of: next) == .symbolicLink, followsLast || !isAtEnd else {
                place = next
                continue
            }
            linkCount += 1
            guard linkCount <= maximumLinkCount else { return .loop }
            place = push(Array(table.linkTarget(of: next) ?? []), place)
        }
        return table.kind(of: place) == .whiteout ? .missing : .found(place)
    }

    /// Begins to follow a text. Returns: where it begins.
    private mutating func push(_ text: [UInt8], _ directory: PathNode) -> PathNode {
        remainingSteps -= text.count / 16
        texts.append((text, 0))
        return text.first == .slash ? .root : directory
    }

    /// Whether nothing but slashes and dots follows.
    private var isAtEnd: Bool {
        texts.allSatisfy { text in text.bytes[text.place...].allSatisfy { $0 == .slash || $0 == .dot } }
    }

    /// The next component of the innermost text that is not at its end; nil at the end of all. Empty ones and `.` are left out.
    private mutating func nextComponent() -> Range<Int>? {
        while let (text, start) = texts.last {
            guard let first = text[start...].firstIndex(where: { $0 != .slash }) else {
                texts.removeLast()
                continue
            }
            let end = text[first...].firstIndex(of: .slash) ?? text.count
            texts[texts.count - 1].place = end
            if end - first == 1, text[first] == .dot { continue }
            return first..<end
        }
        return nil
    }
}

extension UInt8 {
    fileprivate static let slash = UInt8(ascii: "/")
    fileprivate static let dot = UInt8(ascii: ".")
}
