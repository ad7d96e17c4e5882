// layerverify: a small image layout for the tests of the facade.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerDigest
import LayerModel
import LayerVerify
import TestSupport

/// An image layout with one image, or a further image in the layout of another.
final class SmallImage: Sendable {
    let folder: ScratchFolder
    /// The bytes of the config.
    let config: [UInt8]
    /// The paths of the layers' blobs below the folder.
    let layerPaths: [String]
    private let manifests: [String]

    var path: String { folder.url.path }

    /// Creates an image whose layers are these blobs; its diffIDs are the digests of `diffIDs`, or of the blobs.
    ///
    /// - Parameter annotations: those of each layer, a JSON object.
    init(
        _ layers: [[UInt8]], diffIDs: [[UInt8]]? = nil, history: String = "[]", annotations: String? = nil,
        in other: SmallImage? = nil
    ) throws {
        folder = try other?.folder ?? ScratchFolder()
        let ids = (diffIDs ?? layers).map { "\"\(ContentDigest.of($0, .sha256))\"" }.joined(separator: ",")
        let platform = #""os":"linux","architecture":"amd64""#
        let rootfs = #""rootfs":{"type":"layers","diff_ids":[\#(ids)]}"#
        config = Array("{\(platform),\(rootfs),\"history\":\(history)}".utf8)
        let type = "application/vnd.oci.image.layer.v1.tar"
        let descriptors = layers.map {
            Self.descriptor($0, type + ($0.starts(with: [0x1f, 0x8b]) ? "+gzip" : ""), annotations: annotations)
        }
        let configDescriptor = Self.descriptor(config, "application/vnd.oci.image.config.v1+json")
        let list = descriptors.joined(separator: ",")
        let manifest = Array(#"{"schemaVersion":2,"config":\#(configDescriptor),"layers":[\#(list)]}"#.utf8)
        manifests =
            (other?.manifests ?? []) + [Self.descriptor(manifest, "application/vnd.oci.image.manifest.v1+json")]
        layerPaths = layers.map(Self.path)
        for blob in layers + [config, manifest] { try write(blob, to: Self.path(blob)) }
        try write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: "oci-layout")
        let index = #"{"schemaVersion":2,"manifests":[\#(manifests.joined(separator: ","))]}"#
        try write(Array(index.utf8), to: "index.json")
    }

    /// A gzip member with one stored block.
    static let gzipLayer = TestTar.storedGzip(gzipContent)
    static let gzipContent = TestTar.holding("hello")

    func verify(
        _ verifier: Verifier, cancellation: Verifier.Cancellation? = nil, progress: ProgressObserver? = nil
    ) -> Verification {
        withExtendedLifetime(self) { verifier.verify([path], cancellation: cancellation, progress: progress) }
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = folder.url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(at: folder.url.appending(path: name)) }

    private static func path(_ blob: [UInt8]) -> String { "blobs/sha256/" + ContentDigest.of(blob, .sha256).encoded }

    private static func descriptor(_ blob: [UInt8], _ mediaType: String, annotations: String? = nil) -> String {
        let digest = ContentDigest.of(blob, .sha256)
        let more = annotations.map { #","annotations":\#($0)"# } ?? ""
        return #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(blob.count)\#(more)}"#
    }
}
