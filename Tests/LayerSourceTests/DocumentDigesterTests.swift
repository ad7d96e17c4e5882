// layerverify: tests of hashing documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerSource
import LayerSystem
import Testing

@Suite struct DocumentDigesterTests {
    /// Returns the digest of other bytes.
    static let lie: DocumentDigester.Method = { _, algorithm in .reference(of: [1, 2, 3], algorithm) }
    static let truth: DocumentDigester.Method = { .reference(of: $0, $1) }

    @Test func aWrongFastMethodRefutesNothing() throws {
        let inventory = try gather(fast: Self.lie)
        #expect(inventory.codes.contains(.fastPathDisagrees))
        #expect(inventory.codes.allSatisfy { $0 == .fastPathDisagrees })
        for blob in inventory.blobs where blob.path.hasPrefix("blobs/") {
            guard let digest = blob.facts?.digests.first else { continue }
            #expect(blob.path == "blobs/sha256/\(digest.encoded)")
        }
    }

    @Test func aCorrectFastMethodIsAccepted() throws {
        let inventory = try gather(fast: Self.truth)
        #expect(!inventory.codes.contains(.fastPathDisagrees))
    }

    @Test func theReferenceIsNotUsedIfTheDigestMatches() throws {
        let asked = Locked(0)
        let inventory = try gather(fast: Self.truth) { bytes, algorithm in
            asked.withLock { $0 += 1 }
            return .reference(of: bytes, algorithm)
        }
        #expect(!inventory.codes.contains(.fastPathDisagrees))
        #expect(asked.withLock { $0 } == 0)
    }

    private func gather(
        fast: @escaping DocumentDigester.Method, reference: @escaping DocumentDigester.Method = truth
    ) throws -> Inventory {
        let folder = try ImageFolder()
        try folder.writeIndex([try folder.addImage(["base"])])
        var finder = ImageFinder()
        finder.find(folder.path)
        return withExtendedLifetime(folder) {
            LayerSourceTests.gather(finder, digester: DocumentDigester(fast: fast, reference: reference))
        }
    }
}
