// layerverify: streams decoded in lockstep in pieces of all sizes, for fuzzers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import TestSupport

/// Decodes streams as the scheduler does, up to four of them in one call of the codec, but with pieces of input and
/// room of any size.
struct TeamDecoding {
    private var generator: SplitMix

    init(seed: UInt64) { generator = SplitMix(state: seed) }

    /// The facts of each stream; nil for those whose compression has no codec for several streams.
    ///
    /// `contentByteCounts` are the expected lengths of the contents, so that a large one is not decoded byte by byte.
    mutating func decode(_ blobs: [[UInt8]], contentByteCounts: [UInt64]) -> [UncompressedFacts?] {
        var result = [UncompressedFacts?](repeating: nil, count: blobs.count)
        var groups: [String: [Int]] = [:]
        for index in blobs.indices {
            let compression = Compression.detect(prefix: blobs[index].prefix(Compression.prefixByteCount))
            guard let codec = Codecs.fast(for: compression), codec.teamSize > 1 else { continue }
            groups[codec.name, default: []].append(index)
        }
        for (name, indices) in groups {
            guard let codec = Codecs.all.first(where: { $0.name == name }) else { continue }
            var rest = indices[...]
            while !rest.isEmpty {
                let members = rest.prefix(1 + Int(generator.next() % UInt64(codec.teamSize)))
                rest = rest.dropFirst(members.count)
                let longest = (
                    members.map { blobs[$0].count }.max() ?? 0, members.map { Int(contentByteCounts[$0]) }.max() ?? 0
                )
                for (index, facts) in zip(members, decode(members.map { blobs[$0] }, longest, with: codec)) {
                    result[index] = facts
                }
            }
        }
        return result
    }

    private mutating func decode(
        _ blobs: [[UInt8]], _ longest: (byteCount: Int, contentByteCount: Int), with codec: Codec
    ) -> [UncompressedFacts] {
        let pieceLimit = max(Self.sizes[Int(generator.next() % UInt64(Self.sizes.count))], longest.byteCount / 100)
        let roomLimit = max(
            Self.sizes[Int(generator.next() % UInt64(Self.sizes.count))], longest.contentByteCount / 100)
        let streams = blobs.map { TeamStream($0, codec) }
        defer { for stream in streams { stream.deallocate() } }
        var active = streams
        while !active.isEmpty {
            var lanes = active.map { stream in
                stream.lane(
                    pieceByteCount: 1 + Int(generator.next() % UInt64(pieceLimit)),
                    roomByteCount: 1 + Int(generator.next() % UInt64(roomLimit)))
            }
            lanes.withUnsafeMutableBufferPointer { codec.decode($0) }
            for (stream, lane) in zip(active, lanes) { stream.absorb(lane) }
            active.removeAll { $0.ending != nil }
        }
        return streams.map { stream in
            let ending = stream.ending ?? .unread
            let digests: [ContentDigest] =
                switch ending {
                case .complete, .trailingBytes, .disputed: [stream.digest.finish()]
                default: []
                }
            return UncompressedFacts(byteCount: stream.producedByteCount, digests: digests, ending: ending)
        }
    }

    private static let sizes = [2, 7, 40, 300, 5_000, 70_000, PipelineBlock.byteCount]
}

private enum PipelineBlock {
    static let byteCount = 128 << 10
}

/// One stream of a team.
private final class TeamStream {
    private let bytes: UnsafeMutableRawBufferPointer
    private let room = UnsafeMutableRawBufferPointer.allocate(byteCount: PipelineBlock.byteCount, alignment: 64)
    private let decoder: any StreamDecoder
    let digest = digestMethod(for: .sha256).begin()
    private var position = 0
    private var given = 0
    private(set) var producedByteCount: UInt64 = 0
    private(set) var ending: StreamEnding?

    init(_ blob: [UInt8], _ codec: Codec) {
        bytes = .allocate(byteCount: blob.count, alignment: 1)
        bytes.copyBytes(from: blob)
        decoder = codec.begin(CodecOptions())
    }

    func deallocate() {
        bytes.deallocate()
        room.deallocate()
    }

    func lane(pieceByteCount: Int, roomByteCount: Int) -> DecodeLane {
        if given == position { given = min(position + pieceByteCount, bytes.count) }
        return DecodeLane(
            decoder: decoder, input: UnsafeRawBufferPointer(rebasing: bytes[position..<given]),
            output: UnsafeMutableRawBufferPointer(rebasing: room[..<min(roomByteCount, room.count)]))
    }

    func absorb(_ lane: DecodeLane) {
        guard let start = room.baseAddress, let end = lane.output.baseAddress ?? room.baseAddress else { return }
        let produced = UnsafeRawBufferPointer(rebasing: room[..<(end - start)])
        digest.update(produced.bytes)
        producedByteCount += UInt64(produced.count)
        position = given - lane.input.count
        switch lane.status {
        case .needsInput:
            guard position == bytes.count else { return }
            guard decoder.isAtBoundary else { return ending = .truncated(atByte: UInt64(position)) }
            ending = decoder.dispute.map { .disputed(atByte: $0.offsetBytes, $0.reason) } ?? .complete
        case .outputFull, .needsMemory, .paused: return
        case .trailing: ending = .trailingBytes(atByte: decoder.boundaryOffset, areZero: false)
        case .failed(let fault): ending = .corrupt(atByte: UInt64(position), fault)
        case .windowTooLarge: ending = .windowTooLarge(limitByteCount: 0)
        }
    }
}
