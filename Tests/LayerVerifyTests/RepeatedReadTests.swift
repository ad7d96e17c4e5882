// layerverify: blobs that are read twice.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import LayerVerify
import Testing

/// A blob that is about to be refuted is read twice.
@Suite struct RepeatedReadTests {
    private func facts(_ text: String, _ algorithms: [DigestAlgorithm] = [.sha256]) -> BlobFacts {
        BlobFacts(
            byteCount: UInt64(text.utf8.count), digests: algorithms.map { .of(Array(text.utf8), $0) },
            reading: .complete)
    }

    private static let unread = BlobFacts(reading: .unreadable(errno: 5, atByte: 0))

    @Test func aBlobThatAppearsOrDisappearsBetweenTwoReadsHasChanged() {
        let missing = BlobFacts(reading: .missing)
        #expect(facts("x").replaced(by: missing).reading == .changed)
        #expect(missing.replaced(by: facts("x")).reading == .changed)
        #expect(missing.replaced(by: missing) == missing)
        // The second read decides the content.
        #expect(facts("x").replaced(by: facts("y")) == facts("y"))
        #expect(facts("x").replaced(by: Self.unread) == Self.unread)
    }
}
