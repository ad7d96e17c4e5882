// layerverify: reads tar archives as they go by, as strictly as container runtimes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Reads a tar archive in blocks of any size, and accepts and refuses what Go's archive/tar does: every container runtime reads
/// layers with it.
package struct TarStreamReader {
    /// What was unusual in headers that no entry follows.
    package private(set) var endingOddities: TarOddities = []

    package init() {}

    /// True once nothing further is read as entries: after an error, or the end of the archive.
    package var isOver: Bool { false }

    /// Reads the next bytes, in order.
    ///
    /// Shape: `bytes` is of any length. After the end of the archive only `TrailingContent` is looked for.
    package mutating func take(_ bytes: RawSpan, _ visitor: some TarStreamVisitor) {}

    /// Ends the stream, and says how it ended.
    package mutating func finish() -> TarStreamEnding { .empty }
}
