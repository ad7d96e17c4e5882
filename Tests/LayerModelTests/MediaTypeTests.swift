// layerverify: tests of media types, platforms and compressions.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import Testing

@Suite struct MediaTypeTests {
    static let layer = "application/vnd.oci.image.layer.v1.tar"
    static let absent = "application/vnd.oci.image.layer.nondistributable.v1.tar"
    static let docker = "application/vnd.docker.image.rootfs.diff.tar"
    static let foreign = "application/vnd.docker.image.rootfs.foreign.diff.tar"

    static let kinds: [(text: String, kind: MediaType.Kind)] = [
        ("application/vnd.oci.image.index.v1+json", .index),
        ("application/vnd.docker.distribution.manifest.list.v2+json", .index),
        ("application/vnd.oci.image.manifest.v1+json", .manifest),
        ("application/vnd.docker.distribution.manifest.v2+json", .manifest),
        ("application/vnd.oci.image.config.v1+json", .imageConfig),
        ("application/vnd.docker.container.image.v1+json", .imageConfig), ("application/vnd.oci.empty.v1+json", .empty),
        (layer, .layer(Compression.none)), (layer + "+gzip", .layer(.gzip)), (layer + "+zstd", .layer(.zstd)),
        (absent, .nondistributableLayer(Compression.none)), (absent + "+gzip", .nondistributableLayer(.gzip)),
        (absent + "+zstd", .nondistributableLayer(.zstd)), (docker, .layer(Compression.none)),
        (docker + ".gzip", .layer(.gzip)), (docker + ".zstd", .layer(.zstd)),
        (foreign + ".gzip", .nondistributableLayer(.gzip)),
        (layer + "+encrypted", .layer(nil)), (layer + "+gzip+encrypted", .layer(nil)), (layer + "+", .layer(nil)),
        (layer + "+GZIP", .layer(.gzip)), (absent + "+foo", .nondistributableLayer(nil)), (layer + "x", .other),
        ("application/vnd.oci.image.index.v1+json ", .other), ("application/json", .other), ("", .other),
        ("Application/vnd.oci.image.index.v1+json", .index),
    ]

    @Test(arguments: kinds.indices)
    func kindOfMediaTypes(_ place: Int) {
        let (text, kind) = Self.kinds[place]
        #expect(MediaType(text).kind == kind)
        switch kind {
        case .layer, .nondistributableLayer: #expect(MediaType(text).isLayer)
        case .index, .manifest, .imageConfig, .empty, .other: #expect(!MediaType(text).isLayer)
        }
        #expect(MediaType(text).isInOtherCase == (text != text.lowercased()))
    }

    @Test func caseOfUnknownTypesIsNotChecked() {
        #expect(!MediaType("application/vnd.Example").isInOtherCase)
    }

    static let longest = String(repeating: "a", count: 127)

    @Test(arguments: ["a/b", "0/9", "application/vnd.oci+json", "a!#$&-^_.+/b!#$&-^_.+", longest + "/" + longest])
    func acceptsTypesThatRFC6838Allows(_ text: String) { #expect(MediaType(text).isWellFormed) }

    @Test(arguments: [
        "", "a", "/", "a/", "/b", "a/b/c", "a/b; c=d", "a/ b", "-a/b", "a/.b", "é/b", "a/bé", "a*/b", "a/b\n",
        longest + "a/b", "a/" + longest + "a",
    ])
    func refusesOtherTypes(_ text: String) { #expect(!MediaType(text).isWellFormed) }
}

@Suite struct PlatformTests {
    static let normal: [(text: String, normalized: String)] = [
        ("linux/amd64", "linux/amd64"), ("Linux/x86_64", "linux/amd64"), ("linux/x86-64", "linux/amd64"),
        ("linux/amd64/v1", "linux/amd64"), ("linux/amd64/v2", "linux/amd64/v2"), ("linux/aarch64", "linux/arm64"),
        ("linux/arm64/v8", "linux/arm64"), ("linux/arm64/8", "linux/arm64"), ("linux/arm64/v9", "linux/arm64/v9"),
        ("linux/arm", "linux/arm/v7"), ("linux/arm/7", "linux/arm/v7"), ("linux/arm/v6", "linux/arm/v6"),
        ("linux/armhf", "linux/arm/v7"), ("linux/armel", "linux/arm/v6"), ("linux/i686", "linux/386"),
        ("linux/386", "linux/386"), ("linux/RISCV64", "linux/riscv64"), ("windows/amd64", "windows/amd64"),
    ]

    @Test(arguments: normal.indices)
    func platformsAreNormalized(_ place: Int) throws {
        let (text, normalized) = Self.normal[place]
        let platform = try #require(Platform(parsing: text)?.normalized)
        #expect(platform.description == normalized)
        #expect(platform.normalized == platform)
    }

    @Test(arguments: ["", "linux", "/", "linux/", "/amd64", "linux//v7", "a/b/c/d", "linux/arm/"])
    func otherTextsAreNotPlatforms(_ text: String) { #expect(Platform(parsing: text) == nil) }

    static let accepted: [(wanted: String, offered: String, isAccepted: Bool)] = [
        ("linux/amd64", "linux/amd64", true), ("linux/x86_64", "linux/amd64", true),
        ("linux/amd64", "linux/arm64", false), ("linux/amd64", "windows/amd64", false),
        ("linux/amd64", "linux/amd64/v3", true), ("linux/amd64/v3", "linux/amd64", false),
        ("linux/arm64", "linux/arm64/v8", true), ("linux/arm64/v8", "linux/arm64", true),
        ("linux/arm64/v8", "linux/arm64/v9", false), ("linux/arm", "linux/arm/v6", true),
        ("linux/arm/v7", "linux/arm", true), ("linux/arm/v7", "linux/arm/v6", false),
        ("linux/arm/7", "linux/arm/v7", true),
    ]

    @Test(arguments: accepted.indices)
    func requestsAcceptMatchingPlatforms(_ place: Int) throws {
        let (wanted, offered, isAccepted) = Self.accepted[place]
        let (left, right) = try (#require(Platform(parsing: wanted)), #require(Platform(parsing: offered)))
        #expect(left.accepts(right) == isAccepted, "\(wanted) and \(offered)")
    }

    @Test func onlyUnknownUnknownIsUnknown() {
        #expect(Platform(os: "unknown", architecture: "unknown").isUnknown)
        #expect(!Platform(os: "linux", architecture: "unknown").isUnknown)
    }
}

@Suite struct CompressionTests {
    static let prefixes: [(bytes: [UInt8], compression: Compression)] = [
        ([], .none), ([0x1f], .none), ([0x1f, 0x8b], .gzip), ([0x1f, 0x8b, 8, 0], .gzip), ([0x8b, 0x1f], .none),
        ([0x28, 0xb5, 0x2f], .none), ([0x28, 0xb5, 0x2f, 0xfd], .zstd), ([0x50, 0x2a, 0x4d, 0x18], .zstd),
        ([0x5f, 0x2a, 0x4d, 0x18, 1], .zstd), ([0x60, 0x2a, 0x4d, 0x18], .none), ([0x5f, 0x2a, 0x4d], .none),
        ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], .xz), ([0xfd, 0x37, 0x7a, 0x58, 0x5a], .none),
        (Array("BZh9".utf8), .bzip2), (Array("BZh0".utf8), .none), (Array("BZh".utf8), .none),
        ([0x04, 0x22, 0x4d, 0x18], .lz4), (Array("usr/bin/".utf8), .none), ([0, 0, 0, 0, 0, 0, 0, 0], .none),
    ]

    @Test(arguments: prefixes.indices)
    func detectsTheCompression(_ place: Int) {
        let (bytes, compression) = Self.prefixes[place]
        #expect(Compression.detect(prefix: bytes) == compression)
        // A slice whose indexes do not begin with zero gives the same result.
        #expect(Compression.detect(prefix: ([7, 7] + bytes)[2...]) == compression)
    }
}
