// layerverify: platforms.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The platform that an image is built for.
///
/// Spec: OCI image-spec v1.1.1 image-index.md §platform.
package struct Platform: Hashable, Sendable, CustomStringConvertible {
    package var os: String
    package var architecture: String
    package var variant: String?
    package var osVersion: String?

    package init(os: String, architecture: String, variant: String? = nil, osVersion: String? = nil) {
        self.os = os
        self.architecture = architecture
        self.variant = variant
        self.osVersion = osVersion
    }

    /// Parses `os/architecture[/variant]`, the form of `--platform`; nil for any other text.
    package init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(os: parts[0], architecture: parts[1], variant: parts.count == 3 ? parts[2] : nil)
    }

    /// `os/architecture[/variant]`.
    package var description: String {
        os + "/" + architecture + (variant.map { "/" + $0 } ?? "")
    }

    /// True for the platform that BuildKit gives to index entries without a platform: attestations.
    package var isUnknown: Bool { os == "unknown" && architecture == "unknown" }

    /// The same platform with normalized names: `aarch64` becomes `arm64`, `arm64/v8` becomes `arm64`, `arm` becomes
    /// `arm/v7`.
    package var normalized: Platform {
        var result = self
        result.os = os.lowercased() == "macos" ? "darwin" : os.lowercased()
        switch architecture.lowercased() {
        case "x86_64", "x86-64", "amd64":
            result.architecture = "amd64"
            if variant == "v1" { result.variant = nil }
        case "aarch64", "arm64":
            result.architecture = "arm64"
            if variant == "8" || variant == "v8" { result.variant = nil }
        case "armhf":
            result.architecture = "arm"
            result.variant = "v7"
        case "armel":
            result.architecture = "arm"
            result.variant = "v6"
        case "arm":
            result.architecture = "arm"
            result.variant = variant.map { $0.hasPrefix("v") ? $0 : "v" + $0 } ?? "v7"
        case "i386", "i486", "i586", "i686", "386":
            result.architecture = "386"
        case let other:
            result.architecture = other
        }
        return result
    }

    /// Whether an image for `candidate` satisfies a request for `self`.
    ///
    /// A request without a variant accepts any variant, except that `arm` means `arm/v7` on both sides, as in
    /// containerd's platforms.
    package func accepts(_ candidate: Platform) -> Bool {
        let wanted = normalized
        let offered = candidate.normalized
        guard wanted.os == offered.os, wanted.architecture == offered.architecture else { return false }
        return variant == nil && wanted.variant == nil || wanted.variant == offered.variant
    }
}
