// layerverify: benchmarks of reading documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Benchmark
import LayerDigest
import LayerModel
import LayerSource
import LayerVerify
import StrictJSON

private let layerType = "application/vnd.oci.image.layer.v1.tar+gzip"

/// Registers parsing JSON, walking an image layout, and a whole run over a tiny image.
func registerDocuments() {
    let descriptorCount = 20_000
    // As many as fit into a document of 4 MiB.
    Benchmark("JSON, a descriptor of \(descriptorCount)", configuration: countingThings()) { benchmark in
        let text = Array(index((0..<descriptorCount).map { descriptor(layerType, number: $0) }).utf8)
        var document: JSONDocument?
        benchmark.measure(count: descriptorCount) {
            document = try? JSONDocument(parsing: text)
        }
        precondition(document != nil, "the document is sound")
    }
    registerInspection(imageCount: 100, layerCount: 1000)
    registerTinyRun()
}

/// Registers what `layerverify inspect` does with a layout without layers: documents are read, hashed and walked.
private func registerInspection(imageCount: Int, layerCount: Int) {
    let scratch = Scratch()
    Benchmark(
        "walk, a descriptor of \(imageCount * layerCount)", configuration: countingThings(maximumSeconds: 15),
        closure: { benchmark in
            let verifier = try Verifier()
            var report = verifier.inspectBlocking(imagesIn: [])
            benchmark.measure(count: imageCount * layerCount) {
                report = verifier.inspectBlocking(imagesIn: [.path(scratch.path)])
            }
            precondition(report.images.count == imageCount, "every image was found")
        },
        setup: { try scratch.writeLayout(imageCount: imageCount, layerCount: layerCount) },
        teardown: { try scratch.remove() })
}

/// Registers the fixed costs of a run, in a process that has run before.
private func registerTinyRun() {
    let scratch = Scratch()
    Benchmark(
        "whole run, an image of one layer of 5 bytes", configuration: .init(metrics: [.wallClock]),
        closure: { benchmark in
            let verifier = try Verifier()
            benchmark.startMeasurement()
            let report = verifier.verifyBlocking(imagesIn: [.path(scratch.path)])
            benchmark.stopMeasurement()
            precondition(report.outcome == .verified, "the image is sound")
        },
        setup: { try scratch.writeTinyLayout() }, teardown: { try scratch.remove() })
}

private func descriptor(_ mediaType: String, number: Int) -> String {
    #"{"mediaType":"\#(mediaType)","digest":"sha256:\#(hexDigits(of: UInt64(number)))","size":12345}"#
}

private func index(_ manifests: [String]) -> String {
    #"{"schemaVersion":2,"manifests":[\#(manifests.joined(separator: ","))]}"#
}

extension Scratch {
    fileprivate func writeLayout(imageCount: Int, layerCount: Int) throws {
        let manifests = try (0..<imageCount).map { image in
            let numbers = (0..<layerCount).map { image * layerCount + $0 }
            return try addImage(
                layers: numbers.map { descriptor(layerType, number: $0) },
                diffIDs: numbers.map { "sha256:" + hexDigits(of: UInt64($0 + 1 << 32)) })
        }
        try finishLayout(manifests)
    }

    fileprivate func writeTinyLayout() throws {
        let layer = try addBlob("layer", "application/vnd.oci.image.layer.v1.tar")
        let diffID = ContentDigest.of(Array("layer".utf8), .sha256).description
        try finishLayout([try addImage(layers: [layer], diffIDs: [diffID])])
    }

    private func addImage(layers: [String], diffIDs: [String]) throws -> String {
        let list = diffIDs.map { "\"\($0)\"" }.joined(separator: ",")
        let config = try addBlob(
            #"{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":[\#(list)]}}"#,
            "application/vnd.oci.image.config.v1+json")
        return try addBlob(
            #"{"schemaVersion":2,"config":\#(config),"layers":[\#(layers.joined(separator: ","))]}"#,
            "application/vnd.oci.image.manifest.v1+json")
    }

    /// Writes a blob under its digest. Returns its descriptor.
    private func addBlob(_ text: String, _ mediaType: String) throws -> String {
        let digest = ContentDigest.of(Array(text.utf8), .sha256)
        try write(Array(text.utf8), to: "blobs/sha256/" + digest.encoded)
        return #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(text.utf8.count)}"#
    }

    private func finishLayout(_ manifests: [String]) throws {
        try write(Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8), to: "oci-layout")
        try write(Array(index(manifests).utf8), to: "index.json")
    }
}
