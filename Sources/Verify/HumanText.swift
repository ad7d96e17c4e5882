// layerverify: numbers as text for the command line.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport

/// Formatted numbers for the progress display of the command line.
package enum HumanText {
    /// A number of bytes, such as `3.41 MiB`.
    package static func bytes(_ count: Int) -> String { HumanUnits.bytes(UInt64(clamping: count)) }
    /// A rate, such as `3.41 MiB/s`; nil if it cannot be computed.
    package static func rate(_ byteCount: Int, seconds: Double) -> String? {
        HumanUnits.rate(UInt64(clamping: byteCount), seconds: seconds)
    }
    /// A duration, such as `2 min 05 s`.
    package static func duration(_ seconds: Double) -> String { HumanUnits.duration(seconds) }
}
