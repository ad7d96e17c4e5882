// layerverify: tests of the memory of the paths of an image store.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerVerify
import TestSupport
import Testing

@Suite struct KeptPathsTests {
    /// Which layers are compared must not depend on which of them was read first.
    @Test func theFirstBlobsKeepTheirPathsWhateverTheOrder() {
        let sizes = [40, 10, 30, 25, 5, 60]
        var generator = SplitMix(state: 5)
        for _ in 0..<200 {
            var paths = KeptPaths(maximumByteCount: 100)
            var kept: Set<Int> = []
            for blob in sizes.indices.shuffled(using: &generator) {
                kept.insert(blob)
                kept.subtract(paths.add(blob, byteCount: sizes[blob]))
                #expect(kept.reduce(0) { $0 + sizes[$1] } <= 100)
            }
            // 40, 10 and 30 fit; 25 does not, so neither does what comes after it.
            #expect(kept == [0, 1, 2])
        }
    }
}
