// layerverify: tests of the versions that `--version` prints.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import LayerVerify

@Suite struct LibrariesTests {
    /// Without /proc no feature of the CPU is known.
    @Test func featuresThatCannotBeReadAreUnknown() {
        #expect(Verifier.VersionInfo.text(ofFeatures: []) == "unknown")
        #expect(Verifier.VersionInfo.text(ofFeatures: ["avx2", "sha_ni"]) == "avx2 sha_ni")
        #expect(Verifier.VersionInfo.entries.allSatisfy { !$0.value.isEmpty })
        #expect(Verifier.VersionInfo.entries.last?.name == "CPU")
    }
}
