// layerverify: benchmarks of the decoders.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Benchmark
import LayerCodec
import LayerModel

/// The length of input and output blocks, as in the pipeline.
let blockByteCount = 128 << 10

/// Registers every codec of the registry: with one stream, and with the number that is best for it.
func registerCodecs() {
    for codec in Codecs.all {
        for teamSize in Set([1, codec.teamSize]).sorted() {
            Benchmark("codec \(codec.name), \(codec.compression.rawValue), streams at once: \(teamSize)") { benchmark in
                let streams = Streams.all(codec.compression)
                guard !streams.isEmpty else { return benchmark.error("nothing here writes \(codec.compression)") }
                let team = DecodingTeam(codec, streams: (0..<teamSize).map { streams[$0 % streams.count] })
                var producedByteCount = 0
                benchmark.measure(byteCount: teamSize * Sample.byteCount) { producedByteCount = team.decode() }
                precondition(producedByteCount == teamSize * Sample.byteCount, "all of every stream was decoded")
            }
        }
    }
}

/// The compressed samples, made on first use.
private enum Streams {
    private static let gzip = Sample.compressed(.gzip)
    private static let zstd = Sample.compressed(.zstd)

    static func all(_ compression: Compression) -> [[UInt8]] {
        switch compression {
        case .gzip: gzip
        case .zstd: zstd
        case .none, .xz, .bzip2, .lz4: []
        }
    }
}

/// Streams that are decoded together, block by block.
private final class DecodingTeam {
    private let codec: Codec
    private let streams: [UnsafeMutableRawBufferPointer]
    private let rooms: [UnsafeMutableRawBufferPointer]

    init(_ codec: Codec, streams: [[UInt8]]) {
        self.codec = codec
        self.streams = streams.map { bytes in
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 4096)
            copy.copyBytes(from: bytes)
            return copy
        }
        rooms = streams.map { _ in .allocate(byteCount: blockByteCount, alignment: 4096) }
    }

    deinit { for buffer in streams + rooms { buffer.deallocate() } }

    /// Decodes every stream to its end. Returns the number of uncompressed bytes.
    func decode() -> Int {
        var producedByteCount = 0
        // SAFETY: the lanes point into buffers of this object, which outlives them.
        var members = streams.indices.map { ($0, UnsafeRawBufferPointer(streams[$0])) }
        var lanes = streams.indices.map { place in
            DecodeLane(decoder: codec.begin(CodecOptions()), input: nextBlock(&members[place].1), output: rooms[place])
        }
        while !lanes.isEmpty {
            let roomBefore = lanes.reduce(0) { $0 + $1.output.count }
            lanes.withUnsafeMutableBufferPointer { codec.decode($0) }
            producedByteCount += roomBefore - lanes.reduce(0) { $0 + $1.output.count }
            for place in lanes.indices.reversed() {
                switch lanes[place].status {
                case .needsInput where !lanes[place].input.isEmpty:
                    // Another lane of the team could not continue; this one can.
                    break
                case .needsInput:
                    lanes[place].input = nextBlock(&members[place].1)
                    guard lanes[place].input.isEmpty else { break }
                    precondition(lanes[place].decoder.isAtBoundary, "the stream ends where its bytes do")
                    lanes.remove(at: place)
                    members.remove(at: place)
                case .outputFull:
                    lanes[place].output = rooms[members[place].0]
                case .trailing, .failed, .windowTooLarge, .needsMemory, .paused:
                    preconditionFailure("the stream is sound")
                }
            }
        }
        return producedByteCount
    }

    private func nextBlock(_ rest: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let block = UnsafeRawBufferPointer(rebasing: rest.prefix(blockByteCount))
        rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(block.count))
        return block
    }
}
