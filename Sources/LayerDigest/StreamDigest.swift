// layerverify: running digests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// One running digest. Its owner uses it from one thread at a time.
package protocol StreamDigest: AnyObject {
    var algorithm: DigestAlgorithm { get }

    /// Hashes `bytes` next, any number of them including none.
    func update(_ bytes: RawSpan)

    /// The digest of everything hashed so far. The digest takes no more bytes after that.
    func finish() -> ContentDigest
}

/// A way to compute a digest algorithm; an entry of `DigestAlgorithms.all`.
package struct DigestMethod: Sendable {
    /// What computes it: `OpenSSL`, or the name that `LAYERVERIFY_DISABLE` uses.
    package let name: String
    package let algorithm: DigestAlgorithm
    /// How many messages one call of `update` hashes to its advantage.
    package let teamSize: Int
    /// Begins a digest.
    package let begin: @Sendable () -> any StreamDigest
    private let updateTeam: @Sendable (UnsafeMutableBufferPointer<DigestLane>) -> Void
    /// How its messages may be hashed in the gaps of other work; nil if they may not.
    package let pairing: DigestPairing?

    /// Makes a method that hashes its messages one after another.
    package init(
        name: String, algorithm: DigestAlgorithm, begin: @escaping @Sendable () -> any StreamDigest
    ) {
        self.init(name: name, algorithm: algorithm, teamSize: 1, begin: begin) { team in
            // SAFETY: the caller of `update` owns the bytes until the call returns.
            for lane in team { lane.digest.update(lane.bytes.bytes) }
        }
    }

    /// Makes a method that hashes several messages in one go.
    package init(
        name: String, algorithm: DigestAlgorithm, teamSize: Int,
        begin: @escaping @Sendable () -> any StreamDigest,
        updateTeam: @escaping @Sendable (UnsafeMutableBufferPointer<DigestLane>) -> Void,
        pairing: DigestPairing? = nil
    ) {
        self.name = name
        self.algorithm = algorithm
        self.teamSize = teamSize
        self.begin = begin
        self.updateTeam = updateTeam
        self.pairing = pairing
    }

    /// Hashes the next bytes of several messages.
    ///
    /// Shape: at most `teamSize` lanes, each with a digest of its own that `begin` of this method made.
    package func update(_ team: UnsafeMutableBufferPointer<DigestLane>) { updateTeam(team) }
}

/// How the next bytes of messages are hashed in the gaps of other work: between the two calls others may move the pairs on.
///
/// Shape: a team as for `DigestMethod.update`; the digests are used for nothing else meanwhile.
package struct DigestPairing: Sendable {
    /// Adds pairs of the team's messages, the first and the second, the third and the fourth.
    package let lend: @Sendable (UnsafeMutableBufferPointer<DigestLane>, inout [HashPair]) -> Void
    /// Hashes what is left of the pairs, and of the team.
    package let takeBack: @Sendable (UnsafeMutableBufferPointer<DigestLane>, [HashPair]) -> Void

    package init(
        lend: @escaping @Sendable (UnsafeMutableBufferPointer<DigestLane>, inout [HashPair]) -> Void,
        takeBack: @escaping @Sendable (UnsafeMutableBufferPointer<DigestLane>, [HashPair]) -> Void
    ) {
        self.lend = lend
        self.takeBack = takeBack
    }
}

/// One message's part in a call for several.
package struct DigestLane {
    package let digest: any StreamDigest
    /// The next bytes of the message.
    package var bytes: UnsafeRawBufferPointer

    package init(digest: any StreamDigest, bytes: UnsafeRawBufferPointer) {
        self.digest = digest
        self.bytes = bytes
    }
}
