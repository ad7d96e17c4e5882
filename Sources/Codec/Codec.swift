// layerverify: a way to decode a compression.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

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
    /// How the codec cuts streams inside a member; nil if it cannot.
    package let cuts: BlockCuts?
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
        cuts: BlockCuts? = nil,
        decodeTeam: @escaping TeamDecoding
    ) {
        self.name = name
        self.compression = compression
        self.teamSize = teamSize
        self.begin = begin
        self.cuts = cuts
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
