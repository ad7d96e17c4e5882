// layerverify: where images are read from.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerSystem
public import SystemPackage

extension Verifier {
    /// Where images, or layer files, are read from.
    ///
    /// A string literal is a path. Kinds of sources may be added.
    public struct Source: Hashable, Sendable, CustomStringConvertible {
        package let path: GivenPath

        /// A file or a folder, whose name need not be UTF-8.
        ///
        /// - Parameter path: The path. Reports show it with U+FFFD in place of what is not UTF-8.
        /// - Returns: The source.
        public static func path(_ path: FilePath) -> Source { Source(path: GivenPath(path)) }

        /// A file or a folder.
        ///
        /// - Parameter path: The path. Reports show it as it is given.
        /// - Returns: The source.
        public static func path(_ path: String) -> Source { Source(path: GivenPath(path)) }

        /// The text that reports show.
        public var description: String { path.text }
    }
}

extension Verifier.Source: ExpressibleByStringLiteral {
    /// Creates a source for a path.
    ///
    /// - Parameter path: The path of a file or a folder.
    public init(stringLiteral path: String) { self = .path(path) }
}
