// layerverify: the documents that explanations refer to.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation.Source {
    /// A section of a page of the OCI image specification.
    ///
    /// - Parameter anchor: the anchor of the section's heading.
    static func image(_ page: String, _ section: String, _ anchor: String) -> Self {
        Self(
            "OCI image-spec v1.1.1, \(page).md, \(section)",
            "https://github.com/opencontainers/image-spec/blob/v1.1.1/\(page).md#\(anchor)")
    }

    /// A section of the OCI distribution specification.
    static func distribution(_ section: String, _ anchor: String) -> Self {
        Self(
            "OCI distribution-spec v1.1.1, \(section)",
            "https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#\(anchor)")
    }

    /// A section of an RFC.
    static func rfc(_ number: Int, _ section: String, _ title: String) -> Self {
        Self(
            "RFC \(number), section \(section): \(title)",
            "https://www.rfc-editor.org/rfc/rfc\(number)#section-\(section)")
    }

    /// An issue of a tool.
    static func issue(_ repository: String, _ number: Int, _ title: String) -> Self {
        Self("\(repository) issue \(number): \(title)", "https://github.com/\(repository)/issues/\(number)")
    }

    /// A section of the decisions of this project, for cases that no specification decides.
    static func policy(_ section: String) -> Self { Self("docs/policy.md, \(section)") }

    static var dockerArchive: Self {
        Self(
            "Docker Image Specification v1.3.1, Combined Image JSON + Filesystem Changeset Format",
            "https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format"
        )
    }

    static var dockerConfig: Self {
        Self(
            "Docker Image Specification v1.3.1, Image JSON Field Descriptions",
            "https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#image-json-field-descriptions")
    }

    static var dockerTerminology: Self {
        Self(
            "Docker Image Specification v1.3.1, Terminology",
            "https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#terminology")
    }

    static var pax: Self {
        Self(
            "POSIX.1-2024, pax, ustar Interchange Format and pax Interchange Format",
            "https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html")
    }

    static var gnuTar: Self {
        Self(
            "GNU tar manual, Basic Tar Format",
            "https://www.gnu.org/software/tar/manual/html_node/Standard.html")
    }

    static var gnuSparse: Self {
        Self(
            "GNU tar manual, Storing Sparse Files",
            "https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html")
    }

    static var pathLimits: Self {
        Self(
            "GNU C Library manual, Limits on File System Capacity",
            "https://www.gnu.org/software/libc/manual/html_node/Limits-for-Files.html")
    }

    static var typeConfusion: Self {
        Self(
            "CVE-2021-41190: a manifest and an index in one document",
            "https://nvd.nist.gov/vuln/detail/CVE-2021-41190")
    }

    static var goJSON: Self {
        Self("Go, encoding/json, Unmarshal", "https://pkg.go.dev/encoding/json#Unmarshal")
    }

    static var skopeoCopy: Self {
        Self(
            "skopeo-copy(1)",
            "https://github.com/containers/skopeo/blob/main/docs/skopeo-copy.1.md")
    }
}
