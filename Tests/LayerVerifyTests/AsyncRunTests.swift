// layerverify: tests of the asynchronous form of the facade.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerSystem
import LayerVerify
import TestSupport
import Testing

@Suite struct AsyncRunTests {
    @Test func theProgressOfARunIsASequenceThatEndsWithIt() async throws {
        let image = try SmallImage([VerifierTests.bigLayer, TestTar.holding("top")])
        let updates = Verifier.ProgressUpdates()
        let verifier = try Verifier(Verifier.Options(jobs: 1, maximumBytesPerSecond: 1_500_000))
        let path = image.path
        async let verification = verifier.verify(imagesIn: [.path(path)], progress: updates)
        var heard: [Verifier.Progress] = []
        for await progress in updates { heard.append(progress) }
        #expect(await verification.outcome == .verified)
        #expect(heard.count > 1, "500 KB at 1.5 MB/s take more than one tenth of a second")
        #expect(heard.last?.doneByteCount == 503_808)
        #expect(heard.last?.doneBlobCount == 2)
        withExtendedLifetime(image) {}
    }

    @Test func theProgressOfReadingDocumentsIsTold() async throws {
        let image = try SmallImage([TestTar.holding("base")])
        let updates = Verifier.ProgressUpdates()
        // The documents are read at 2 KB per second.
        let verifier = try Verifier(Verifier.Options(maximumBytesPerSecond: 2000))
        let path = image.path
        async let verification = verifier.inspect(imagesIn: [.path(path)], progress: updates)
        var documentCounts: [Int] = []
        for await progress in updates { documentCounts.append(progress.documentCount) }
        #expect(await verification.outcome == .verified)
        #expect(documentCounts.contains { $0 > 0 })
        withExtendedLifetime(image) {}
    }

    @Test func aSequenceOfARunThatIsOverEndsAtOnce() async throws {
        let updates = Verifier.ProgressUpdates()
        _ = await (try Verifier()).computeDigests(of: ["/no/such/file"], progress: updates)
        var count = 0
        for await _ in updates { count += 1 }
        #expect(count <= 1, "at most the last value is left")
    }

    @Test func aCancelledTaskEndsInspectionsAndDigests() async throws {
        let image = try SmallImage([VerifierTests.bigLayer])
        let (path, layer) = (image.path, image.path + "/" + image.layerPaths[0])
        let verifier = try Verifier()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            // A cancelled run may still look at 64 files and documents.
            let many = [Verifier.Source](repeating: .path(path), count: 100)
            let inspected = await verifier.inspect(imagesIn: many)
            return (inspected.outcome, await verifier.computeDigests(of: [.path(layer)]).outcome)
        }
        task.cancel()
        #expect(await task.value == (.undetermined, .undetermined))
        withExtendedLifetime(image) {}
    }
}
