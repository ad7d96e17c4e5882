// layerverify: media types and what they promise.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A media type, and what it promises about the content of a descriptor.
///
/// Spec: OCI image-spec v1.1.1 media-types.md; distribution manifest-v2-2.md for Docker's types.
package struct MediaType: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) { description = text }

    /// The kind of document or blob that a media type names.
    package enum Kind: Hashable, Sendable {
        case index
        case manifest
        /// The config of an image that can be run: it has a `rootfs` with diffIDs that can be checked.
        case imageConfig
        /// The two bytes `{}`.
        case empty
        /// A layer of a root file system; the compression is nil if the type has an unknown suffix, such as another
        /// compression or encryption.
        case layer(Compression?)
        /// A layer that may be absent; deprecated since version 1.1.
        case nondistributableLayer(Compression?)
        /// Any other type: its bytes are opaque.
        case other
    }

    package var kind: Kind {
        // Spec: RFC 6838 §4.2: names are case-insensitive.
        let name = isLowerCase ? description : description.lowercased()
        return switch name {
        case "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.list.v2+json":
            .index
        case "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json":
            .manifest
        case "application/vnd.oci.image.config.v1+json",
            "application/vnd.docker.container.image.v1+json":
            .imageConfig
        case "application/vnd.oci.empty.v1+json":
            .empty
        default:
            Self.layerKind(name)
        }
    }

    /// True for types other than `Kind.imageConfig` that Docker accepts as the type of an image config when it pulls,
    /// because old registries and clients wrote them.
    ///
    /// Spec: none; Docker's distribution package, since its issues 22378 and 31199.
    package var isImageConfigToDocker: Bool {
        ["application/octet-stream", "application/json", "text/html"].contains(
            isLowerCase ? description : description.lowercased())
    }

    /// True for a known type that is not in the case of the specifications.
    package var isInOtherCase: Bool { !isLowerCase && kind != .other }

    private var isLowerCase: Bool {
        !description.utf8.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }
    }

    /// True for types whose blob is a layer, whether or not it must be present.
    package var isLayer: Bool {
        switch kind {
        case .layer, .nondistributableLayer: true
        case .index, .manifest, .imageConfig, .empty, .other: false
        }
    }

    private static func layerKind(_ name: String) -> Kind {
        let families: [(prefix: String, isDistributable: Bool)] = [
            ("application/vnd.oci.image.layer.v1.tar", true),
            ("application/vnd.oci.image.layer.nondistributable.v1.tar", false),
            ("application/vnd.docker.image.rootfs.diff.tar", true),
            ("application/vnd.docker.image.rootfs.foreign.diff.tar", false),
        ]
        for family in families where name.hasPrefix(family.prefix) {
            let suffix = name.dropFirst(family.prefix.count)
            guard suffix.isEmpty || suffix.hasPrefix("+") || suffix.hasPrefix(".") else { return .other }
            let compression = Self.compression(suffix: suffix)
            return family.isDistributable ? .layer(compression) : .nondistributableLayer(compression)
        }
        return .other
    }

    /// The suffix is `+gzip` in OCI's types and `.gzip` in Docker's. Nothing is known about other suffixes, such as
    /// `+encrypted`.
    private static func compression(suffix: Substring) -> Compression? {
        switch suffix {
        case "": Compression.none
        case "+gzip", ".gzip": .gzip
        case "+zstd", ".zstd": .zstd
        default: nil
        }
    }

    /// Whether the text is a valid media type.
    ///
    /// Spec: RFC 6838 §4.2, as the schemas of the image-spec restrict it.
    package var isWellFormed: Bool {
        let parts = description.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        return parts.allSatisfy { part in
            guard let first = part.first, part.count <= 127, Self.isAlphanumeric(first) else { return false }
            return part.allSatisfy { Self.isAlphanumeric($0) || "!#$&-^_.+".utf8.contains($0) }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
