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
        /// Whether it is standard input, and not the path.
        package var isStandardInput = false

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

        /// The standard input of the process, which may be a pipe. Reports show it as `-`.
        ///
        /// Unless it is a file, it is read once, from its beginning to its end, without a temporary file. It may occur once
        /// among the sources of a run. The path `/dev/stdin` is read in the same way if it is a pipe.
        public static let standardInput = Source(path: GivenPath("-"), isStandardInput: true)

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
