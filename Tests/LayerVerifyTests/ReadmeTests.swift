// layerverify: the library example of README.md, compiled and run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import TestSupport
import Testing

// README.md shows everything between the two lines of dashes.
// ----
func isGood(_ path: String) async throws -> Bool {
    let verification = try await Verifier().verify(imagesIn: [.path(path)])
    for finding in verification.findings { print(finding.code, finding.message) }
    return verification.outcome == .verified
}

func badLayers(in path: String) throws -> [BlobDigest] {
    let verifier = try Verifier(Verifier.Options(jobs: 2, platform: .linuxAMD64))
    let verification = verifier.verifyBlocking(
        imagesIn: [.path(path)],
        progress: { progress in print(progress.doneByteCount, "of", progress.totalByteCount, "bytes") })
    return verification.images.flatMap { $0.layers }.filter { $0.outcome == .refuted }.compactMap { $0.digest }
}
// ----

@Suite("README") struct ReadmeTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private func corpus(_ name: String) -> String { Self.root.appending(path: "corpus/\(name)/image").path }

    @Test func theExampleIsThisCode() throws {
        let source = try String(contentsOf: URL(filePath: #filePath), encoding: .utf8)
        let example = source.components(separatedBy: "// ----\n")
        try #require(example.count == 3)
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        #expect(readme.components(separatedBy: "```swift\nimport ").count == 2, "README has one example")
        #expect(readme.contains("```swift\nimport LayerVerify\n\n\(example[1])```\n"))
    }

    /// SwiftPM derives the name of a package from the last component of its path, unless the dependency names it.
    @Test func theManifestWorksForACloneOfAnyName() throws {
        let readme = try String(contentsOf: Self.root.appending(path: "README.md"), encoding: .utf8)
        let blocks = readme.components(separatedBy: "```swift\n")
        let manifest = try #require(blocks.first { $0.hasPrefix("let package") }).components(separatedBy: "```")[0]
        let folder = try ScratchFolder()
        let (clone, app) = (folder.url.appending(path: "a clone"), folder.url.appending(path: "app"))
        for place in [clone.appending(path: "Sources/Verify"), app.appending(path: "Sources/App")] {
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            try Data("// nothing\n".utf8).write(to: place.appending(path: "Nothing.swift"))
        }
        // Only the names of the package and the product matter here, and they are those of our manifest.
        let ours = try String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8)
        let product = #".library(name: "LayerVerify", targets: ["LayerVerify"])"#
        try #require(ours.contains("name: \"layerverify\",\n") && ours.contains(product))
        let head = "// swift-tools-version: 6.2\nimport PackageDescription\n\n"
        try Data(
            (head + "let package = Package(name: \"layerverify\", products: [\(product)], "
                + "targets: [.target(name: \"LayerVerify\")])\n").utf8
        ).write(to: clone.appending(path: "Package.swift"))
        try Data((head + manifest.replacing("../layerverify", with: clone.path)).utf8)
            .write(to: app.appending(path: "Package.swift"))
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["swift", "package", "--package-path", app.path, "show-dependencies"]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func theExampleDistinguishesGoodFromBad() async throws {
        #expect(try await isGood(corpus("good/oci-gzip")))
        #expect(try await !isGood(corpus("bad/layer-byte-flipped")))
    }

    @Test func theBlockingExampleNamesTheBadLayer() throws {
        #expect(try badLayers(in: corpus("good/oci-gzip")).isEmpty)
        let bad = try badLayers(in: corpus("bad/layer-byte-flipped"))
        #expect(
            bad.map { $0.description } == ["sha256:1f7cb141e3a6790fa5b25de14cf687570d574f5b59c217b5e3bddcd964e4ea73"])
    }
}
