// layerverify: what the docs and the command line take from below the facade.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerReport

/// Text that is generated, or made fit to be shown, for the command line and the docs.
package enum ReferenceDocs {
    /// `docs/findings.md`.
    package static var findings: String { FindingTable.markdown }

    /// Untrusted text with everything escaped that a terminal would obey or hide.
    package static func visible(_ text: String) -> String { VisibleText.escaping(text) }

    /// The text as one word of a POSIX shell, quoted if it has to be.
    package static func shellWord(_ text: String) -> String { ShellWord.quoting(text) }
}

/// Numbers as people read them, for the progress of the command line.
package enum HumanText {
    /// `3.41 MiB`.
    package static func bytes(_ count: UInt64) -> String { HumanUnits.bytes(count) }
    /// `3.41 MiB/s`; nil if that cannot be told.
    package static func rate(_ byteCount: UInt64, seconds: Double) -> String? {
        HumanUnits.rate(byteCount, seconds: seconds)
    }
    /// `2 min 05 s`.
    package static func duration(_ seconds: Double) -> String { HumanUnits.duration(seconds) }
}
