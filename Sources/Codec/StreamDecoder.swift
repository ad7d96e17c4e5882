// layerverify: decoders of compressed streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Decodes one compressed stream: all gzip members or zstd frames of a blob, one after another.
///
/// A decoder belongs to one blob and is used from one thread at a time. It reads no file and hashes nothing.
package protocol StreamDecoder: AnyObject {
    /// Decodes as much as input and room allow.
    ///
    /// Shape: `input` is the next part of the blob, of any length below 2 GiB, including zero; `output` is filled from
    /// its current end. The decoded bytes do not depend on how input and output are split.
    ///
    /// Returns: how much of the input was consumed and why decoding stopped. After `.trailing` or `.failed` the decoder
    /// must not be used again.
    func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep

    /// True where the blob may end: between two members or frames, after at least one, with no output pending.
    ///
    /// False after bytes that may begin another member but are too few to decide, such as a single 0x1f: a blob that
    /// ends there is truncated.
    var isAtBoundary: Bool { get }

    /// The first member or frame that this decoder accepts and others refuse; see `Dispute`.
    var dispute: Dispute? { get }

    /// The offset in the blob, in bytes, of the last boundary, where the last intact member or frame ended; zero before
    /// the first. After `.trailing`, the offset of the first trailing byte.
    var boundaryOffset: UInt64 { get }

    /// Frees the memory that only decoding needs. The decoder must not decode after that.
    func releaseMemory()
}

extension StreamDecoder {
    package func releaseMemory() {}
}

/// The result of one call of a decoder.
package struct DecodeStep: Equatable, Sendable {
    /// The number of input bytes that are used up. For `.trailing`, the bytes before the first one that begins no
    /// member; zero if that byte was in an earlier input, see `StreamDecoder.boundaryOffset`.
    package var consumedByteCount: Int
    package var status: DecodeStatus

    package init(consumedByteCount: Int, status: DecodeStatus) {
        self.consumedByteCount = consumedByteCount
        self.status = status
    }
}

/// Why a decoder stopped.
package enum DecodeStatus: Equatable, Sendable {
    /// All input is consumed and no output is pending.
    case needsInput
    /// The output is full; input may be left.
    case outputFull
    /// At a boundary, the next bytes begin no member or frame.
    case trailing
    /// The stream is damaged.
    case failed(StreamFault)
    /// A zstd frame needs a larger window than the options allow.
    case windowTooLarge
    /// Other decoders hold too much of `CodecOptions.windowBudget`. Try again after one of them has released memory.
    case needsMemory
}

/// Limits for a decoder.
package struct CodecOptions: Sendable {
    /// The largest zstd window in bytes; at most `largestWindowByteCount`.
    package let maximumWindowByteCount: UInt64
    /// The limit for the windows of all decoders together; nil for none.
    package var windowBudget: WindowBudget?

    /// Makes options. A maximum above `largestWindowByteCount` is reduced to that.
    package init(maximumWindowByteCount: UInt64 = CodecOptions.standardWindowByteCount) {
        self.maximumWindowByteCount = min(maximumWindowByteCount, Self.largestWindowByteCount)
    }

    /// The largest window in bytes that libzstd accepts on 64-bit systems, the upper bound of ZSTD_d_windowLogMax.
    package static let largestWindowByteCount: UInt64 = 2 << 30

    /// 128 MiB: what `zstd -d` allows by default and what `zstd --ultra -22` writes.
    package static let standardWindowByteCount: UInt64 = 128 << 20
}

/// A way to decode a compression; an entry of `Codecs.all`.
package struct Codec: Sendable {
    /// The name that `--version` and `LAYERVERIFY_DISABLE` use: `inflate-lanes`, `zlib`, `zstd`.
    package let name: String
    package let compression: Compression
    /// The name with which `LAYERVERIFY_DISABLE` turns off hashing in the gaps of decoding.
    package static let hashingName = "sha-interleaved"
    /// The number of streams that one call of `decode` decodes best.
    package let teamSize: Int
    /// Begins decoding a stream.
    package let begin: @Sendable (CodecOptions) -> any StreamDecoder
    /// The number of streams that one call decodes best if it also hashes in the gaps; nil if the codec does not hash.
    package var hashingTeamSize: Int? { hashing() }
    private let hashing: @Sendable () -> Int?
    private let decodeTeam: TeamDecoding

    /// Advances a team of streams, and pairs of hashes in the gaps.
    package typealias TeamDecoding =
        @Sendable (UnsafeMutableBufferPointer<DecodeLane>, UnsafeMutableBufferPointer<HashPair>) -> Void

    /// Makes a codec that decodes its streams one after another.
    package init(
        name: String, compression: Compression, begin: @escaping @Sendable (CodecOptions) -> any StreamDecoder
    ) {
        self.init(name: name, compression: compression, teamSize: 1, begin: begin) { team, _ in
            for index in team.indices { team[index].decodeAlone() }
        }
    }

    /// Makes a codec that decodes several streams together and, if `hashingTeamSize` is given, hashes pairs in the
    /// gaps.
    package init(
        name: String, compression: Compression, teamSize: Int,
        begin: @escaping @Sendable (CodecOptions) -> any StreamDecoder,
        hashingTeamSize: @escaping @Sendable () -> Int? = { nil },
        decodeTeam: @escaping TeamDecoding
    ) {
        self.name = name
        self.compression = compression
        self.teamSize = teamSize
        self.begin = begin
        hashing = hashingTeamSize
        self.decodeTeam = decodeTeam
    }

    /// Advances all lanes of a team until one of them cannot continue.
    ///
    /// Shape: at most `teamSize` lanes, each with a decoder that `begin` of this codec made. A lane that could
    /// continue, and stopped only because another one did, has the status `.needsInput` and input left.
    package func decode(_ team: UnsafeMutableBufferPointer<DecodeLane>) {
        unsafe decodeTeam(team, UnsafeMutableBufferPointer(start: nil, count: 0))
    }

    /// Advances all lanes in the same way, and advances pairs of hashes as far as that does not make decoding much
    /// slower. Without `hashingTeamSize` the pairs do not advance. The pairs must not point into the buffers of the
    /// lanes.
    package func decode(
        _ team: UnsafeMutableBufferPointer<DecodeLane>, hashing pairs: UnsafeMutableBufferPointer<HashPair>
    ) { unsafe decodeTeam(team, pairs) }
}

/// One stream of a team.
package struct DecodeLane {
    package let decoder: any StreamDecoder
    /// The unused part of the input block.
    package var input: UnsafeRawBufferPointer
    /// The unused part of the output block.
    package var output: UnsafeMutableRawBufferPointer
    /// Why the lane stopped.
    package var status: DecodeStatus

    package init(
        decoder: any StreamDecoder, input: UnsafeRawBufferPointer, output: UnsafeMutableRawBufferPointer,
        status: DecodeStatus = .needsInput
    ) {
        self.decoder = decoder
        self.input = input
        self.output = output
        self.status = status
    }

    /// Decodes this lane alone, and advances its input and output.
    package mutating func decodeAlone() {
        // SAFETY: the caller of `Codec.decode` owns both buffers until the call returns; the spans do not outlive it.
        let span = unsafe input.bytes
        var room = unsafe OutputRawSpan(buffer: output, initializedCount: 0)
        let step = decoder.decode(span, into: &room)
        let producedByteCount = unsafe room.finalize(for: output)
        unsafe input = UnsafeRawBufferPointer(rebasing: input[step.consumedByteCount...])
        unsafe output = UnsafeMutableRawBufferPointer(rebasing: output[producedByteCount...])
        status = step.status
    }
}
