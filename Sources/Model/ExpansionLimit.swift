// layerverify: a limit for what a layer decodes to.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How much a layer may expand when it is decoded.
package struct ExpansionLimit: Hashable, Sendable {
    /// The allowed number of uncompressed bytes per compressed byte.
    package var ratio: UInt64
    /// Layers with at most this many uncompressed bytes are always allowed.
    package var freeByteCount: UInt64

    package init(ratio: UInt64, freeByteCount: UInt64) {
        self.ratio = ratio
        self.freeByteCount = freeByteCount
    }

    /// 200 times the compressed size, and always up to 4 GiB. Layers of programs and text expand 2 to 10 times;
    /// DEFLATE's maximum is 1032 times.
    package static let standard = ExpansionLimit(ratio: 200, freeByteCount: 4 << 30)
    package static let unlimited = ExpansionLimit(ratio: .max, freeByteCount: .max)

    /// The largest number of uncompressed bytes allowed for a blob of `byteCount` bytes.
    package func limit(forCompressed byteCount: UInt64) -> UInt64 {
        let product = byteCount.multipliedReportingOverflow(by: ratio)
        return max(freeByteCount, product.overflow ? .max : product.partialValue)
    }
}
