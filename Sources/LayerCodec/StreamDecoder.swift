// layerverify: decoders of compressed streams.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Decodes one compressed stream: all its gzip members or zstd frames, one after another, to the end of the blob.
///
/// A decoder belongs to one blob and is used from one thread at a time. It reads no file and hashes nothing.
package protocol StreamDecoder: AnyObject {
    /// Decodes as much as input and room allow.
    ///
    /// Shape: `input` is the next part of the blob, any length including zero and less than 2 GiB; `output` is filled
    /// from its current end. Splitting the input or the output otherwise gives the same bytes.
    ///
    /// Returns: how much of the input was consumed and why decoding stopped. After `.trailing` or `.failed` the decoder
    /// is not used again.
    func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep

    /// True where the blob may end: between two members or frames, after at least one, with nothing left to put out.
    ///
    /// False after bytes that may begin a further member but are too few to tell, such as a lone 0x1f: a blob that
    /// ends there is truncated.
    var isAtBoundary: Bool { get }

    /// The first member or frame that this decoder takes and others refuse, by the offset where it begins; see `Dispute`.
    var dispute: Dispute? { get }

    /// The offset from the beginning of the blob of the last boundary, where the last intact member or frame ended;
    /// zero before the first. After `.trailing`, the offset of the first trailing byte.
    var boundaryOffset: UInt64 { get }

    /// Frees what decoding alone needs. The decoder is not asked to decode any more.
    func releaseMemory()
}

extension StreamDecoder {
    package func releaseMemory() {}
}

/// What one call of a decoder did.
package struct DecodeStep: Equatable, Sendable {
    /// Bytes of the input that are used up. For `.trailing` those before the first byte that begins no member, or zero
    /// if that byte was in an earlier input and only this one told; see `StreamDecoder.boundaryOffset`.
    package var consumedByteCount: Int
    package var status: DecodeStatus

    package init(consumedByteCount: Int, status: DecodeStatus) {
        self.consumedByteCount = consumedByteCount
        self.status = status
    }
}

/// Why a decoder stopped.
package enum DecodeStatus: Equatable, Sendable {
    /// All input is consumed and nothing is left to put out.
    case needsInput
    /// The output is full; input may be left.
    case outputFull
    /// At a boundary, the next bytes begin no member or frame.
    case trailing
    /// The stream is damaged.
    case failed(StreamFault)
    /// A zstd frame wants a larger window than the options allow.
    case windowTooLarge
    /// Other decoders hold too much of `CodecOptions.windowBudget` now. Ask again after one has released some.
    case needsMemory
}

/// Limits that a decoder obeys.
package struct CodecOptions: Sendable {
    /// The largest zstd window in bytes; at most `largestWindowByteCount`.
    package let maximumWindowByteCount: UInt64
    /// What the windows of several decoders may take together; nil for no limit.
    package var windowBudget: WindowBudget?

    /// A window above `largestWindowByteCount` is taken for that.
    package init(maximumWindowByteCount: UInt64 = CodecOptions.standardWindowByteCount) {
        self.maximumWindowByteCount = min(maximumWindowByteCount, Self.largestWindowByteCount)
    }

    /// The most that libzstd decodes with on 64-bit systems, the upper bound of ZSTD_d_windowLogMax.
    package static let largestWindowByteCount: UInt64 = 2 << 30

    /// 128 MiB, what `zstd -d` itself allows and what `zstd --ultra -22` writes.
    package static let standardWindowByteCount: UInt64 = 128 << 20
}

/// A way to decode a compression; an entry of `Codecs.all`.
package struct Codec: Sendable {
    /// The name that `--version` and `LAYERVERIFY_DISABLE` use: `inflate-lanes`, `zlib`, `zstd`.
    package let name: String
    package let compression: Compression
    /// The name by which `LAYERVERIFY_DISABLE` turns hashing beside decoding off.
    package static let hashingName = "sha-beside"
    /// How many streams one call of `decode` takes to its advantage.
    package let teamSize: Int
    /// Begins a stream.
    package let begin: @Sendable (CodecOptions) -> any StreamDecoder
    /// How many streams one call takes to its advantage that hashes in their gaps; nil where that is not done.
    package var hashingTeamSize: Int? { hashing() }
    private let hashing: @Sendable () -> Int?
    private let decodeTeam: TeamDecoding

    /// Advances a team, and pairs of hashes in its gaps.
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

    /// Makes a codec that decodes several streams in one go, and with `hashingTeamSize` also hashes pairs in the gaps.
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

    /// Advances every lane of a team until one of them cannot go on.
    ///
    /// Shape: at most `teamSize` lanes, each with a decoder that `begin` of this codec made. A lane that could go on, and
    /// stopped only because another one did, has the status `.needsInput` and input left.
    package func decode(_ team: UnsafeMutableBufferPointer<DecodeLane>) {
        unsafe decodeTeam(team, UnsafeMutableBufferPointer(start: nil, count: 0))
    }

    /// The same, and moves pairs on as far as it goes without making decoding much slower; not at all without
    /// `hashingTeamSize`. What they point to must not be what is decoded.
    package func decode(
        _ team: UnsafeMutableBufferPointer<DecodeLane>, hashing pairs: UnsafeMutableBufferPointer<HashPair>
    ) { unsafe decodeTeam(team, pairs) }
}

/// One stream's part in a step of a team.
package struct DecodeLane {
    package let decoder: any StreamDecoder
    /// What is left of the input block.
    package var input: UnsafeRawBufferPointer
    /// What is left of the output block.
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

    /// Decodes this lane by itself, and moves its input and output on.
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
