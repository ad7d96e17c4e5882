// layerverify: the layout of reports.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport

extension Verification {
    /// The layout of text reports, and the folders that formats for servers relate paths to.
    public struct Style: Hashable, Sendable {
        /// The amount of detail.
        public enum Verbosity: Hashable, Sendable {
            /// Errors only, one line per error; empty if everything is verified.
            case quiet
            /// One line per layer.
            case normal
            /// Full digests and all notes.
            case verbose
        }

        /// Whether ANSI escape sequences are used.
        public enum Colour: Hashable, Sendable {
            /// Plain text.
            case off
            /// Coloured marks and words.
            case on
        }

        /// The amount of detail.
        public var verbosity: Verbosity
        /// Whether ANSI escape sequences are used.
        public var colour: Colour
        /// The width in columns at which long lines are wrapped; nil for no wrapping.
        public var width: Int?
        /// The folder that relative paths belong to, absolute. `sarif`, `gitlab` and `github` write paths relative to
        /// ``projectDirectory``; nil for paths as they were given.
        public var workingDirectory: String?
        /// The folder of the project, absolute; nil for the working directory.
        public var projectDirectory: String?

        /// Creates a style. The defaults suit a report in a file.
        ///
        /// - Parameters:
        ///   - verbosity: The amount of detail.
        ///   - colour: Whether ANSI escape sequences are used.
        ///   - width: The width in columns at which long lines are wrapped; nil for no wrapping.
        public init(verbosity: Verbosity = .normal, colour: Colour = .off, width: Int? = nil) {
            self.verbosity = verbosity
            self.colour = colour
            self.width = width
        }

        var reportStyle: ReportStyle {
            let verbosity: ReportStyle.Verbosity =
                switch verbosity {
                case .quiet: .quiet
                case .normal: .normal
                case .verbose: .verbose
                }
            let colour: ReportStyle.Colour =
                switch colour {
                case .off: .off
                case .on: .on
                }
            var style = ReportStyle(verbosity: verbosity, colour: colour, width: width)
            style.paths = ReportPaths(workingDirectory: workingDirectory, project: projectDirectory)
            return style
        }
    }
}
