// layerverify: measuring the kernels of chunks inside a member.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
import SystemPackage

extension KernelBench {
    /// A block inside a member of the sample.
    struct CutPlace {
        let source: DataSample.Stream
        /// The first bit of its header, from the beginning of the stream.
        let bit: UInt64
        /// Where the input of a decoder that begins there ends, unless its planes become one before.
        let endOffset: UInt64
    }

    /// The distance in compressed bytes between two places, and the length of what is decoded from one: that of chunks.
    private static let cutByteCount: UInt64 = 1 << 20
    /// The maximum number of places, which are distributed over all streams.
    private static let maximumCutCount = 64
    private static let searchByteCount: UInt64 = 256 << 10
    private static let contextByteCount = UInt64(byteCount: BlockCuts.contextByteCount)
    /// The last bytes that a search is given are not searched.
    private static let unsearchedByteCount: UInt64 = 256

    /// Looks for blocks at many places of the sample.
    ///
    /// Returns: those that were found, and the number of compressed bytes that were looked through.
    func findCuts(_ codec: Codec) throws(Errno) -> (places: [CutPlace], pass: Pass) {
        guard let cuts = codec.cuts else { return ([], Pass()) }
        var pass = Pass()
        var found: [CutPlace] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Int(Self.searchByteCount + 2 * Self.contextByteCount + Self.unsearchedByteCount), alignment: 64)
        defer { buffer.deallocate() }
        for (source, offset) in cutOffsets(codec) {
            let start = offset - min(offset, Self.contextByteCount)
            let count = try source.read(into: buffer, at: start)
            let first = (offset - start) * 8
            let last = min(first + Self.searchByteCount * 8, UInt64(byteCount: count) * 8)
            guard first < last else { continue }
            let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            let begin = ContinuousClock.now
            let bit = cuts.find(bytes, first..<last)
            pass.duration += ContinuousClock.now - begin
            pass.byteCount += Int(((bit ?? last) - first) / 8)
            guard let bit else { continue }
            found.append(
                CutPlace(
                    source: source, bit: start * 8 + bit,
                    endOffset: min(start + bit / 8 + Self.cutByteCount, source.byteCount)))
        }
        return (found, pass)
    }

    /// The places that were found when they were first needed.
    func places(_ codec: Codec) throws(Errno) -> [CutPlace] {
        if let cutPlaces { return cutPlaces }
        let places = try findCuts(codec).places
        cutPlaces = places
        return places
    }

    /// Where blocks are looked for: at each MiB, or in the middle of a stream that is shorter than two.
    private func cutOffsets(_ codec: Codec) -> [(source: DataSample.Stream, offset: UInt64)] {
        let all = (sample.streams[codec.compression] ?? []).flatMap { source -> [(DataSample.Stream, UInt64)] in
            guard source.byteCount >= 2 * Self.cutByteCount else { return [(source, source.byteCount / 2)] }
            return stride(from: Self.cutByteCount, to: source.byteCount, by: Int(Self.cutByteCount)).map {
                (source, $0)
            }
        }
        let step = max(1, (all.count + Self.maximumCutCount - 1) / Self.maximumCutCount)
        return stride(from: 0, to: all.count, by: step).map { all[$0] }
    }

    /// Makes content known that was decoded in two planes. Only that is timed.
    func resolve(_ codec: Codec, _ isCancelled: () -> Bool) throws(Errno) -> Pass {
        var pass = Pass()
        guard let beginning = sample.streams[codec.compression]?.first else { return pass }
        // Which window it is does not matter, but it must be whole.
        let (before, _) = try decodeAlone(codec, Stream(beginning), atMost: 1)
        guard let previous = before as? any CutDecoder, previous.hasWholeWindow else { return pass }
        for place in try places(codec) where !isCancelled() {
            let (decoder, planes) = try decodeAlone(codec, Stream(place), atMost: Self.ringCount - 2)
            guard let next = decoder as? any CutDecoder, next.isUnconfirmed, !planes.isEmpty else { continue }
            let begin = ContinuousClock.now
            next.continueMember(after: previous, resolving: planes)
            pass.duration += ContinuousClock.now - begin
            pass.byteCount += planes.reduce(0) { $0 + $1.first.count }
        }
        return pass
    }

    /// Decodes one stream until it ends, its planes become one, or some blocks are full.
    ///
    /// Returns: the decoder, and what was output in two planes, which stays until as many other blocks were taken.
    private func decodeAlone(
        _ codec: Codec, _ beginning: Stream, atMost blockCount: Int
    ) throws(Errno) -> (decoder: any StreamDecoder, planes: [OutputPlanes]) {
        var stream = beginning
        var lane = begin(codec, stream)
        var planes: [OutputPlanes] = []
        var isGoingOn = true
        for _ in 0..<blockCount where isGoingOn {
            let (first, second) = takePlanes()
            let isInPlanes = (lane.decoder as? any CutDecoder)?.isInPlanes == true
            (lane.output, lane.secondOutput) = (first, isInPlanes ? second.baseAddress : nil)
            lane.status = .needsInput
            while isGoingOn, !lane.output.isEmpty, lane.status == .needsInput {
                isGoingOn = try prepare(&lane, &stream, slot: 0)
                guard isGoingOn else { break }
                withUnsafeMutablePointer(to: &lane) { codec.decode(UnsafeMutableBufferPointer(start: $0, count: 1)) }
                isGoingOn = lane.status == .needsInput || lane.status == .outputFull
            }
            let count = first.count - lane.output.count
            guard isInPlanes, count > 0 else { continue }
            planes.append(
                OutputPlanes(
                    first: UnsafeMutableRawBufferPointer(rebasing: first[..<count]),
                    second: UnsafeRawBufferPointer(rebasing: second[..<count])))
        }
        return (lane.decoder, planes)
    }
}
