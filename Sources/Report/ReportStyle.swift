// layerverify: the layout of a report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The layout of text reports. Formats for programs ignore it, except for `paths`.
package struct ReportStyle: Hashable, Sendable {
    /// The amount of detail.
    package enum Verbosity: String, Hashable, Sendable, CaseIterable {
        /// Errors only, one line per error; empty if everything is verified.
        case quiet
        case normal
        /// Full digests and all notes.
        case verbose
    }

    /// Whether marks and words are coloured with ANSI escape sequences.
    package enum Colour: Hashable, Sendable {
        case off
        case on
    }

    package var verbosity: Verbosity
    package var colour: Colour
    /// The width of the terminal in columns; nil for text that is not wrapped.
    package var width: Int?
    /// Whether `digest` prints chainIDs.
    package var showsChainIDs: Bool
    /// What paths are written relative to in formats for servers of source code; the others write them as they were given.
    package var paths = ReportPaths()

    package init(
        verbosity: Verbosity = .normal, colour: Colour = .off, width: Int? = nil, showsChainIDs: Bool = false
    ) {
        self.verbosity = verbosity
        self.colour = colour
        self.width = width
        self.showsChainIDs = showsChainIDs
    }
}
