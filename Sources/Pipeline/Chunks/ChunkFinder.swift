// layerverify: where a stream may be cut.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
package import LayerModel

/// Finds boundaries at which the compressed stream of a blob may be cut into chunks, without decoding what is before them.
///
/// A boundary is a guess: whether a decoder can really begin there is known when everything before it is decoded.
protocol ChunkFinder: Sendable {
    /// The number of bytes that are searched at a time.
    var searchByteCount: Int { get }

    /// The number of bytes before and after a range that must be given with it, unless the blob has fewer.
    var contextByteCounts: (before: Int, after: Int) { get }

    /// The first boundary that begins in a range of `bytes`.
    ///
    /// Returns: its offset from the beginning of `bytes`, in bits; nil if there is none.
    func firstBoundary(in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64?

    /// Makes the stream of the chunk that begins at a boundary; nil if the codec cannot begin there.
    func begin(_ stream: ChunkStream, _ options: CodecOptions, atBit bit: UInt64) -> ChunkStream?
}

/// Finds further gzip members.
struct GzipMemberFinder: ChunkFinder {
    private let search: MemberSearch

    /// - Parameter prefix: the first bytes of the blob. Returns nil if the blob cannot have further members.
    init?(_ compression: Compression, prefix: UnsafeRawBufferPointer) {
        guard let search = unsafe MemberSearch(compression, prefix: prefix) else { return nil }
        self.search = search
    }

    /// They are read again by the chunk that they belong to, and BGZF's members have about 20 KiB.
    let searchByteCount = 16 << 10

    var contextByteCounts: (before: Int, after: Int) { (0, search.signature.count - 1) }

    func firstBoundary(in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64? {
        unsafe search.firstMember(in: bytes).map { UInt64($0) * 8 }
    }

    func begin(_ stream: ChunkStream, _ options: CodecOptions, atBit bit: UInt64) -> ChunkStream? {
        ChunkStream(stream.codec, options, limits: stream.limits, atByte: bit / 8)
    }
}

/// Finds blocks inside a gzip member.
struct GzipBlockFinder: ChunkFinder {
    private let cuts: BlockCuts
    let cutting: BlockCutting

    /// Returns nil if the codec cannot cut.
    init?(_ codec: Codec, _ cutting: BlockCutting) {
        guard let cuts = codec.cuts else { return nil }
        self.cuts = cuts
        self.cutting = cutting
    }

    let searchByteCount = 64 << 10

    /// The last 256 bytes of what is given are not searched.
    var contextByteCounts: (before: Int, after: Int) { (BlockCuts.contextByteCount, BlockCuts.contextByteCount + 256) }

    func firstBoundary(in bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> UInt64? {
        let bits = UInt64(byteCount: range.lowerBound) * 8..<UInt64(byteCount: range.upperBound) * 8
        guard let found = unsafe cuts.find(bytes, bits) else { return nil }
        guard let divisor = cutting.falsifiedDivisor, found % divisor == 0 else { return found }
        return (found / divisor).isMultiple(of: 2) ? found + 3 : found - 3
    }

    func begin(_ stream: ChunkStream, _ options: CodecOptions, atBit bit: UInt64) -> ChunkStream? {
        cuts.begin(Int(bit % 8)).map {
            ChunkStream(stream.codec, decoder: $0, limits: stream.limits, atByte: bit / 8)
        }
    }
}

/// How streams are cut at blocks inside a member.
package struct BlockCutting: Sendable {
    /// The distance in compressed bytes between the beginnings of two chunks.
    package var chunkByteCount: UInt64
    /// The same for a stream that is read in one pass, whose parts are kept with their content. At least 64 KiB, since what is
    /// before a boundary makes guesses right.
    package var streamedByteCount: Int
    /// For tests: nothing limits how much is searched and decoded in vain.
    package var hasNoBudget = false
    /// For tests: every guess whose number of bits is a multiple of this is moved by three bits, to one that is no boundary.
    package var falsifiedDivisor: UInt64?

    /// The lengths that were fastest (docs/performance.md). Longer chunks are for a smaller part in two planes, but with several
    /// workers those that are ahead have to wait more often until the memory for what is kept has room.
    package init(jobCount: Int) {
        chunkByteCount = jobCount > 2 ? 1 << 20 : jobCount == 2 ? 1408 << 10 : 2 << 20
        streamedByteCount = jobCount <= 2 ? 320 << 10 : 192 << 10
    }

    /// The largest number of chunks of one blob that are decoded at once.
    package static let maximumChunkCount = SplitState.maximumCutCount

    /// The least length in bytes of what is cut off.
    package var leastRestByteCount: UInt64 { chunkByteCount / 2 }

    /// True if a blob is long enough for more than one chunk, and of a compression whose members are cut.
    package func mayCut(_ compression: Compression, _ compressedByteCount: UInt64) -> Bool {
        compression == .gzip && compressedByteCount > chunkByteCount + leastRestByteCount
    }
}
