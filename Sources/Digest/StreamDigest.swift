// layerverify: running digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A running digest. It is used from one thread at a time.
package protocol StreamDigest: AnyObject {
    var algorithm: DigestAlgorithm { get }

    /// Hashes the next bytes of the message; `bytes` may be empty.
    func update(_ bytes: RawSpan)

    /// The digest of all bytes so far. No bytes may follow.
    func finish() -> ContentDigest
}

/// A way to compute a digest algorithm; an entry of `DigestAlgorithms.all`.
package struct DigestMethod: Sendable {
    /// The name of the implementation: `OpenSSL`, or the name that `LAYERVERIFY_DISABLE` uses.
    package let name: String
    package let algorithm: DigestAlgorithm
    /// The number of messages that one call of `update` hashes best.
    package let teamSize: Int
    /// Begins a digest.
    package let begin: @Sendable () -> any StreamDigest
    private let updateTeam: @Sendable (UnsafeMutableBufferPointer<DigestLane>) -> Void
    /// How messages may be hashed in the gaps of other work; nil if they may not.
    package let interleaved: InterleavedDigests?

    /// Makes a method that hashes its messages one after another.
    package init(
        name: String, algorithm: DigestAlgorithm, begin: @escaping @Sendable () -> any StreamDigest
    ) {
        self.init(name: name, algorithm: algorithm, teamSize: 1, begin: begin) { team in
            // SAFETY: the caller of `update` owns the bytes until the call returns.
            for lane in team { lane.digest.update(lane.bytes.bytes) }
        }
    }

    /// Makes a method that hashes several messages together.
    package init(
        name: String, algorithm: DigestAlgorithm, teamSize: Int,
        begin: @escaping @Sendable () -> any StreamDigest,
        updateTeam: @escaping @Sendable (UnsafeMutableBufferPointer<DigestLane>) -> Void,
        interleaved: InterleavedDigests? = nil
    ) {
        self.name = name
        self.algorithm = algorithm
        self.teamSize = teamSize
        self.begin = begin
        self.updateTeam = updateTeam
        self.interleaved = interleaved
    }

    /// Hashes the next bytes of several messages.
    ///
    /// Shape: at most `teamSize` lanes, each with its own digest that `begin` of this method made.
    package func update(_ team: UnsafeMutableBufferPointer<DigestLane>) { updateTeam(team) }
}

/// How the next bytes of messages are hashed in the gaps of other work, which advances the pairs between the two calls.
///
/// Shape: a team as for `DigestMethod.update`. The digests must not be used for anything else in the meantime.
package struct InterleavedDigests: Sendable {
    /// Appends pairs of the team's messages: the first and the second, the third and the fourth.
    package let begin: @Sendable (UnsafeMutableBufferPointer<DigestLane>, inout [HashPair]) -> Void
    /// Hashes what is left of the pairs and of the team.
    package let end: @Sendable (UnsafeMutableBufferPointer<DigestLane>, [HashPair]) -> Void

    package init(
        begin: @escaping @Sendable (UnsafeMutableBufferPointer<DigestLane>, inout [HashPair]) -> Void,
        end: @escaping @Sendable (UnsafeMutableBufferPointer<DigestLane>, [HashPair]) -> Void
    ) {
        self.begin = begin
        self.end = end
    }
}

/// One message of a team.
package struct DigestLane {
    package let digest: any StreamDigest
    /// The next bytes of the message.
    package var bytes: UnsafeRawBufferPointer

    package init(digest: any StreamDigest, bytes: UnsafeRawBufferPointer) {
        self.digest = digest
        self.bytes = bytes
    }
}
