// layerverify: tests of the plan.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerAudit
import LayerModel
import Testing

@Suite struct PlanTests {
    private func planned(_ assertions: [Claim.Assertion], facts: BlobFacts? = nil) -> [BlobRequest] {
        var inventory = inventory()
        inventory.blobs[0].facts = facts
        inventory.claims = ClaimList(assertions.map { claim($0) })
        return Plan(inventory).requests
    }

    @Test func nothingIsPlannedWithoutClaims() {
        #expect(planned([]).isEmpty)
        #expect(Plan(Inventory()).requests.isEmpty)
    }

    @Test func aBlobWithManyClaimsIsReadOnceWithAllTheirAlgorithms() {
        let requests = planned([
            .digest(digest("a")), .size(10), .digest(digest("b", .sha512)), .digest(digest("c")), .diffID(digest("d")),
            .diffID(digest("e", .sha384)), .diffID(digest("f")), .intactStream,
        ])
        #expect(requests.count == 1)
        #expect(requests.first?.digestAlgorithms == [.sha256, .sha512])
        #expect(requests.first?.diffIDAlgorithms == [.sha256, .sha384])
        #expect(requests.first?.location == .file(root: 0, path: "blobs/0"))
        #expect(requests.first?.expectedByteCount == 10)
    }

    @Test func aStreamWithoutClaimsIsNotDecoded() {
        #expect(planned([.digest(digest("a")), .size(10)]).first?.diffIDAlgorithms == nil)
        #expect(planned([.compression(.gzip, mediaType: MediaType("a/b"))]).first?.diffIDAlgorithms == nil)
    }

    @Test func anIntactStreamIsDecodedWithoutADigest() {
        #expect(planned([.intactStream]).first?.diffIDAlgorithms == [])
    }

    @Test func theDigestThatNamesABlobIsAlwaysComputed() throws {
        #expect(planned([.size(10)]).first?.digestAlgorithms == [.sha256])
        #expect(planned([.digest(try unknownDigest())]).first?.digestAlgorithms == [.sha256])
        #expect(planned([.diffID(digest("d"))]).first?.digestAlgorithms == [.sha256])
    }

    @Test func theDigestOfALayerSourceIsComputed() {
        let source = Descriptor(mediaType: MediaType("a/b"), digest: digest("a", .sha512), size: 1)
        #expect(planned([.layerSource(source)]).first?.digestAlgorithms.contains(.sha512) == true)
    }

    @Test func aDocumentThatWasReadIsNotReadAgain() {
        let read = BlobFacts(byteCount: 2, digests: [digest("a")], reading: .complete)
        #expect(planned([.digest(digest("b")), .size(2)], facts: read).isEmpty)
        #expect(planned([.digest(digest("b", .sha512))], facts: read).count == 1)
        #expect(planned([.digest(digest("b")), .intactStream], facts: read).count == 1)
        #expect(planned([.digest(digest("b")), .diffID(digest("d"))], facts: soundFacts).isEmpty)
    }

    @Test(arguments: [ReadEnding.missing, .outsideImage, .changed, .unreadable(errno: 5, atByte: 0)])
    func anUnreadableDocumentIsNotReadAgain(_ ending: ReadEnding) {
        #expect(planned([.digest(digest("a")), .intactStream], facts: BlobFacts(reading: ending)).isEmpty)
    }

    @Test func bytesInMemoryAreNotRead() {
        var inventory = inventory()
        inventory.blobs[0].location = .memory
        inventory.claims = [claim(.digest(digest("a")))]
        #expect(Plan(inventory).requests.isEmpty)
    }

    @Test func requestsHaveTheOrderOfTheBlobs() {
        var inventory = inventory(layers: 5)
        inventory.claims = ClaimList([3, 1, 4, 1, 0].map { claim(.size(1), about: $0) })
        #expect(Plan(inventory).requests.map { $0.blob } == [0, 1, 3, 4])
    }
}
