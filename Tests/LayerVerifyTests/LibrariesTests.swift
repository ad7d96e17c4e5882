// layerverify: tests of the versions that `--version` prints.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LayerVerify

@Suite struct LibrariesTests {
    /// Without /proc no feature of the CPU is known.
    @Test func featuresThatCannotBeReadAreUnknown() {
        #expect(Libraries.text(ofFeatures: []) == "unknown")
        #expect(Libraries.text(ofFeatures: ["avx2", "sha_ni"]) == "avx2 sha_ni")
        #expect(Libraries.entries.allSatisfy { !$0.value.isEmpty })
        #expect(Libraries.entries.last?.name == "CPU")
    }
}
