// layerverify: the formats of reports.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport

/// A format in which reports are written.
public struct OutputFormat: Hashable, Sendable, CustomStringConvertible {
    /// What `--format` calls it.
    public let name: String

    /// The format of a name; nil for a name that no format has.
    public init?(_ name: String) {
        guard ReportFormats.all.contains(where: { $0.name == name }) else { return nil }
        self.name = name
    }

    private init(known name: String) { self.name = name }

    /// For people.
    public static let text = OutputFormat(known: TextFormat().name)
    /// For programs; see `docs/json.md`.
    public static let json = OutputFormat(known: JSONFormat().name)

    /// Every format there is, the default first.
    public static var all: [OutputFormat] { ReportFormats.all.map { OutputFormat(known: $0.name) } }

    /// The name.
    public var description: String { name }

    var renderer: any ReportFormat { ReportFormats.all.first { $0.name == name } ?? TextFormat() }
}

/// How a report for people looks; formats for programs ignore it.
public struct OutputStyle: Hashable, Sendable {
    /// How much is said.
    public enum Verbosity: Hashable, Sendable {
        /// Errors only, one line each, and nothing if all is verified.
        case quiet
        /// One line a layer.
        case normal
        /// Every digest in full, and every note.
        case verbose
    }

    /// Whether ANSI escape sequences may be used.
    public enum Colour: Hashable, Sendable {
        /// Plain text.
        case off
        /// Marks and words are coloured.
        case on
    }

    /// How much is said.
    public var verbosity: Verbosity
    /// Whether ANSI escape sequences may be used.
    public var colour: Colour
    /// The columns to wrap long lines at; nil for not wrapping.
    public var width: Int?

    /// Makes a style; the default is for a file.
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
        return ReportStyle(verbosity: verbosity, colour: colour, width: width)
    }
}
