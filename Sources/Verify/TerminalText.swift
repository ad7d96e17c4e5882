// layerverify: untrusted text on a terminal.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport

/// Untrusted text for a terminal.
package enum TerminalText {
    /// The text in which every character is escaped that a terminal would interpret or hide.
    package static func escaped(_ text: String) -> String { VisibleText.escaping(text) }

    /// A name from an image in the same form. Bytes that are not UTF-8 become `\xff`.
    package static func escaped(_ bytes: [UInt8]) -> String { VisibleText.escaping(bytes) }

    /// As `escaped`, of at most 256 bytes: a name in an image may have megabytes.
    static func shortened(_ bytes: [UInt8]) -> String {
        bytes.count <= 256 ? escaped(bytes) : escaped(Array(bytes.prefix(256))) + "..."
    }
}
