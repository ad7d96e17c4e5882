// layerverify: how a report looks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How a report for people looks. Formats for programs ignore it.
package struct ReportStyle: Hashable, Sendable {
    /// How much is said.
    package enum Verbosity: String, Hashable, Sendable, CaseIterable {
        /// Errors only, one line each; nothing at all if everything is verified.
        case quiet
        case normal
        /// Every digest in full, and every note.
        case verbose
    }

    /// Whether marks and words are coloured with ANSI escape sequences.
    package enum Colour: Hashable, Sendable {
        case off
        case on
    }

    package var verbosity: Verbosity
    package var colour: Colour
    /// The columns of the terminal; nil if the text goes elsewhere and is not to be wrapped.
    package var width: Int?
    /// Whether `digest` prints chainIDs.
    package var showsChainIDs: Bool

    package init(
        verbosity: Verbosity = .normal, colour: Colour = .off, width: Int? = nil, showsChainIDs: Bool = false
    ) {
        self.verbosity = verbosity
        self.colour = colour
        self.width = width
        self.showsChainIDs = showsChainIDs
    }
}
