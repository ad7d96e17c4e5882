// layerverify: tests of runs over many image stores.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerCodec
import LayerDigest
import LayerModel
import LayerVerify
import TestSupport
import Testing

/// More image stores than are open at a time, sound and damaged ones of several kinds.
@Suite struct ManyRootsTests {
    /// A folder with this many image stores.
    private final class Stores {
        let folder: ScratchFolder
        let paths: [String]

        init(_ count: Int) throws {
            folder = try ScratchFolder()
            var paths: [String] = []
            for number in 0..<count {
                let content = TestTar.holding(
                    [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 100 * number + 1))
                let image = try SmallImage(
                    [content, TestTar.holding("shared"), SmallImage.gzipLayer],
                    diffIDs: [content, TestTar.holding("shared"), SmallImage.gzipContent])
                switch number % 5 {
                case 1: try image.write(Array("damaged".utf8), to: image.layerPaths[0])
                case 2: try image.write(Array("unknown".utf8), to: "blobs/sha256/" + String(repeating: "b", count: 64))
                case 3: try FileManager.default.removeItem(atPath: image.path + "/" + image.layerPaths[1])
                case 4: try image.write(Array("[".utf8), to: "index.json")
                default: break
                }
                let path = folder.url.appending(path: String(1000 + number)).path
                try FileManager.default.copyItem(atPath: image.path, toPath: path)
                paths.append(path)
            }
            self.paths = paths
        }

        var path: String { folder.url.path }
    }

    /// A report without its times.
    private func lines(_ report: Verification) -> [Substring] {
        String(decoding: report.json(), as: UTF8.self).split(separator: "\n").filter { !$0.contains("econd") }
    }

    private func verifier(jobs: Int) throws -> Verifier {
        var options = Verifier.Options()
        options.jobs = jobs
        return try Verifier(options)
    }

    @Test func theReportDoesNotDependOnTheNumberOfJobs() throws {
        let stores = try Stores(150)
        let one = lines(try verifier(jobs: 1).verify([stores.path]))
        for jobs in [2, 8] { #expect(lines(try verifier(jobs: jobs).verify([stores.path])) == one, "\(jobs) jobs") }
    }

    /// Everything that the report of a run over all stores says about a store is what a run over the store says.
    @Test func eachStoreHasTheReportOfARunOfItsOwn() throws {
        let stores = try Stores(80)
        let verifier = try verifier(jobs: 2)
        let all = verifier.verify([stores.path])
        func text(_ finding: Verification.Finding) -> String {
            "\(finding.code) \(finding.message) \(finding.path) \(finding.pointer) \(finding.file?.path ?? "-") "
                + "\(finding.follows?.rawValue ?? "-") \(finding.digest?.description ?? "-")"
        }
        func text(_ image: Verification.Image) -> String {
            let layers = image.layers.map {
                "\($0.digest?.description ?? "") \($0.size ?? 0) \($0.uncompressedSize ?? 0) \(String(describing: $0.compression)) \($0.outcome) "
                    + $0.findings.map(text).joined(separator: ";")
            }
            return "\(image.imageID?.description ?? "") \(image.outcome) \(layers) \(image.findings.map(text))"
        }
        var blobCount = 0
        for path in stores.paths {
            let alone = verifier.verify([path])
            #expect(all.images.filter { $0.path == path }.map(text) == alone.images.map(text))
            #expect(all.findings.filter { $0.root == path }.map(text) == alone.findings.map(text))
            blobCount += alone.summary.blobCount
        }
        #expect(all.summary.blobCount == blobCount)
        #expect(all.findings.compactMap(\.root) == all.findings.compactMap(\.root).sorted())
        withExtendedLifetime(stores) {}
    }

    @Test func everyStoreOfACancelledRunIsReported() throws {
        let stores = try Stores(100)
        let cancellation = Verifier.Cancellation()
        var verifier = try verifier(jobs: 2)
        // The first compressed layer is read after the search, while documents of later stores are unread.
        verifier.fastCodec = { compression in
            cancellation.cancel()
            return Codecs.fast(for: compression)
        }
        let report = verifier.verify([stores.path], cancellation: cancellation)
        #expect(report.outcome != .verified)
        let reported = Set(report.images.map(\.path)).union(report.findings.compactMap(\.root))
        #expect(reported == Set(stores.paths), "\(Set(stores.paths).subtracting(reported).count) are not reported")
        #expect(report.findings.filter { $0.root == stores.paths.last }.map(\.code) == ["interrupted"])
        withExtendedLifetime(stores) {}
    }

    /// What another store lacks says nothing about the digest of an image that was read completely.
    @Test func anUnreadableStoreDoesNotExcuseTheImagesOfOthers() throws {
        let sound = try SmallImage([TestTar.holding("a")])
        let unread = try SmallImage([TestTar.holding("b")])
        try unread.write(Array("{}".utf8), to: "index.json")
        try FileManager.default.removeItem(atPath: unread.path + "/index.json")
        try FileManager.default.createSymbolicLink(
            atPath: unread.path + "/index.json", withDestinationPath: "index.json")
        let digest = ContentDigest.of([], .sha256).description
        for paths in [[sound.path, unread.path], [unread.path, sound.path]] {
            let report = try Verifier(Verifier.Options(expectedDigests: [try BlobDigest(digest)])).verify(paths)
            let codes = report.findings.filter { $0.root == sound.path }.map(\.code)
            #expect(codes == ["digest-unexpected"], "\(report.findings.map(\.code))")
        }
        withExtendedLifetime((sound, unread)) {}
    }

    /// A finding that follows from the whole run may be about an earlier store.
    @Test func aFindingAboutTheRunIsListedWithItsStore() throws {
        let image = try SmallImage([TestTar.holding("a")])
        var options = Verifier.Options()
        options.references = [try ImageReference("gone")]
        let report = try Verifier(options).verify([image.path, "/no/such/path"])
        #expect(report.findings.map(\.code) == ["nothing-selected", "path-missing"])
        #expect(report.findings.map(\.root) == [image.path, "/no/such/path"])
        withExtendedLifetime(image) {}
    }
}
