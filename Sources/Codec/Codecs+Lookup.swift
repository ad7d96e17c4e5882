// layerverify: codecs by compression.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

extension Codecs {
    /// The codec to decode with: the fastest one that is not disabled. Nil if no codec decodes the compression.
    ///
    /// Where there is no faster one, it is the reference itself (their names are equal).
    package static func fast(for compression: Compression) -> Codec? {
        fast(for: compression, disabled: DisabledPaths.names)
    }

    /// The codec that decides when another one finds a fault: zlib or libzstd. It cannot be disabled.
    package static func reference(for compression: Compression) -> Codec? {
        all.last { $0.compression == compression }
    }

    /// The codec to decode with, where `disabled` has the names of codecs that must not be used.
    package static func fast(for compression: Compression, disabled: Set<Substring>) -> Codec? {
        all.first { $0.compression == compression && !disabled.contains($0.name[...]) }
            ?? reference(for: compression)
    }
}

extension Codecs {
    /// The first bytes that a compressed file decodes to: at most `byteCount`, fewer if `prefix` decodes to fewer, and
    /// none if no codec decodes the compression.
    ///
    /// Shape: `prefix` is the beginning of the file.
    package static func decodedPrefix(_ prefix: [UInt8], byteCount: Int) -> [UInt8] {
        guard let codec = reference(for: Compression.detect(prefix: prefix)) else { return [] }
        let decoder = codec.begin(CodecOptions())
        return [UInt8](unsafeUninitializedCapacity: byteCount) { room, initializedCount in
            initializedCount = unsafe prefix.withUnsafeBytes { input in
                // SAFETY: both buffers outlive the lane, which does not leave the closure.
                var lane = unsafe DecodeLane(
                    decoder: decoder, input: input, output: UnsafeMutableRawBufferPointer(room))
                var isDone = false
                while !isDone {
                    let before = (lane.input.count, lane.output.count)
                    lane.decodeAlone()
                    isDone = lane.status != .needsInput && lane.status != .outputFull
                    isDone = isDone || lane.output.isEmpty || before == (lane.input.count, lane.output.count)
                }
                return byteCount - lane.output.count
            }
        }
    }
}
