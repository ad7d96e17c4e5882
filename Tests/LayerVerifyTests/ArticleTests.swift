// layerverify: the code of the articles, compiled and run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerVerify
import Testing

/// ArticleFunctions.swift is a link to the code of the example package.
@Suite struct ArticleTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized

    private func corpus(_ name: String) -> String { Self.root.appending(path: "corpus/\(name)/image").path }

    @Test func theArticlesShowTheCodeOfTheExample() throws {
        let example = Self.root.appending(path: "Examples/VerifyImages/Sources/VerifyImages/Functions.swift")
        let code = try String(contentsOf: example, encoding: .utf8)
        var shown: [String] = []
        for name in ["GettingStarted", "CancellingAndProgress"] {
            let file = Self.root.appending(path: "Sources/Verify/LayerVerify.docc/\(name).md")
            let parts = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "```")
            shown += parts.filter { $0.hasPrefix("swift\nfunc ") }.map { String($0.dropFirst("swift\n".count)) }
        }
        #expect(shown.count == 7)
        #expect(code.hasSuffix("\n\n" + shown.joined(separator: "\n")))
    }

    @Test func theFunctionsOfTheArticlesTellGoodFromBad() async throws {
        let (good, bad) = (corpus("good/oci-gzip"), corpus("bad/layer-byte-flipped"))
        #expect(try await check(good))
        #expect(try await !check(bad))
        let refuted = try await checkWithProgress(bad)
        let layer = try BlobDigest("sha256:1f7cb141e3a6790fa5b25de14cf687570d574f5b59c217b5e3bddcd964e4ea73")
        #expect(damagedLayers(refuted) == [layer: [.blobDigestMismatch, .streamCorrupt]])
        #expect(try makeReports(refuted).page.contains("<html"))
        #expect(try makeReports(refuted).json == refuted.json())
        #expect(try checkOldImages([good]).outcome == .verified)
        #expect(try await checkForAtMost(60, good).outcome == .verified)
        #expect(try await check(good, is: layer.description) != .verified, "another digest, and another platform")
    }

    /// The file imports nothing, not even the standard library, so other platforms need not be installed.
    @Test(arguments: [
        "arm64-apple-macosx14", "x86_64-unknown-windows-msvc", "x86_64-swift-linux-musl", "x86_64-unknown-linux-gnu",
    ])
    func otherPlatformsAreRefusedWithASentence(_ target: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        let file = Self.root.appending(path: "Sources/Model/SupportedPlatforms.swift").path
        process.arguments = ["swiftc", "-frontend", "-typecheck", "-parse-stdlib", "-target", target, file]
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let isOurs = target.contains("linux-gnu")
        #expect(text.contains("LayerVerify supports only Linux with glibc") == !isOurs)
        #expect((process.terminationStatus == 0) == isOurs, "\(text)")
    }
}
