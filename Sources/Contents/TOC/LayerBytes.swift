// layerverify: reading a layer by position.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

/// The bytes of a stored layer.
struct LayerBytes {
    let reader: any BlobReader
    let isCancelled: () -> Bool

    private static let blockByteCount = 128 << 10

    var byteCount: UInt64 { reader.byteCount }

    /// The last `count` bytes; all if there are fewer.
    ///
    /// Throws: `ReadFault`.
    func tail(_ count: Int) throws(ReadFault) -> [UInt8] {
        try reader.bytes(at: byteCount - min(byteCount, UInt64(byteCount: count)), upTo: count)
    }

    /// Reads a range in blocks, as long as `take` returns true. The range may not exceed the layer.
    ///
    /// Returns: false if the run was cancelled. Throws: `ReadFault`.
    func read(_ range: Range<UInt64>, to take: (RawSpan) -> Bool) throws(ReadFault) -> Bool {
        var offset = range.lowerBound
        while offset < range.upperBound {
            guard !isCancelled() else { return false }
            let count = ByteMath.clamp(range.upperBound - offset, to: Self.blockByteCount)
            let block = try reader.bytes(at: offset, upTo: count)
            guard block.count == count else { throw .changed }
            offset += UInt64(byteCount: count)
            guard unsafe take(block.span.bytes) else { return true }
        }
        return true
    }
}
