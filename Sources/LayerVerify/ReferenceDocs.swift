// layerverify: generated pages and escaped text for the command line.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerReport

/// Generated text, and text that is escaped for display, for the command line and the docs.
package enum ReferenceDocs {
    /// The content of `docs/findings.md`.
    package static var findings: String { FindingTable.markdown }

    /// Untrusted text in which every character is escaped that a terminal would interpret or hide.
    package static func visible(_ text: String) -> String { VisibleText.escaping(text) }

    /// The text as one word for a POSIX shell, quoted if necessary.
    package static func shellWord(_ text: String) -> String { ShellWord.quoting(text) }
}

/// Formatted numbers for the progress display of the command line.
package enum HumanText {
    /// A number of bytes, such as `3.41 MiB`.
    package static func bytes(_ count: UInt64) -> String { HumanUnits.bytes(count) }
    /// A rate, such as `3.41 MiB/s`; nil if it cannot be computed.
    package static func rate(_ byteCount: UInt64, seconds: Double) -> String? {
        HumanUnits.rate(byteCount, seconds: seconds)
    }
    /// A duration, such as `2 min 05 s`.
    package static func duration(_ seconds: Double) -> String { HumanUnits.duration(seconds) }
}
