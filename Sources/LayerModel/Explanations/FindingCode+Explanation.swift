// layerverify: the explanation of each finding code.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension FindingCode {
    /// The explanation of the code: the text of `layerverify explain`, of `docs/findings/` and of reports with help.
    package var explanation: Explanation {
        switch self {
        case .blobDigestMismatch:
            Explanation(
                "The bytes of the blob do not have the digest that refers to them. At least one byte differs from what was hashed when the image was built.",
                causes: ["A copy or a download was cut off or changed."],
                remedies: ["Pull or copy the image again: `skopeo copy docker://NAME oci:DIRECTORY`."],
                sources: [
                    Explanation.Source(
                        "OCI image-spec v1.1.1, descriptor.md, Digests",
                        "https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests")
                ])
        default:
            Explanation(meaning.summary, causes: [], remedies: [])
        }
    }
}
