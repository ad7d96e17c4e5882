// layerverify: tests of the limit for the memory of all windows of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CZstd
import LayerModel
import LayerSystem
import Testing

@testable import LayerCodec
@testable import LayerPipeline

@Suite struct WindowMemoryTests {
    /// A frame whose header declares a window of `windowLog` bits, of which the content uses little.
    private static func frame(_ content: [UInt8], windowLog: UInt8) -> [UInt8] {
        var bytes: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0, (windowLog - 10) << 3]
        for start in stride(from: 0, to: content.count, by: 100_000) {
            let piece = content[start..<min(content.count, start + 100_000)]
            let header = UInt32(piece.count) << 3 | (start + piece.count == content.count ? 1 : 0)
            bytes += (0..<3).map { UInt8(truncatingIfNeeded: header >> (8 * UInt32($0))) } + piece
        }
        return bytes
    }

    /// Large blobs and small blobs, each with a window of 128 MiB.
    @Test(arguments: [1, 3, 8], [300_000, 30_000])
    func windowsOfARunStayWithinTheBudget(jobs: Int, byteCount: Int) throws {
        let contents = (0..<UInt64(24)).map { content(byteCount, seed: $0) }
        let store = MemoryStore(blobs: contents.map { Self.frame($0, windowLog: 27) })
        let most = Locked<UInt64>(0)
        let options = PipelineOptions(
            jobCount: jobs, fastCodec: { compression in Self.watched(Codecs.fast(for: compression), most) })
        let budget = try #require(options.codecOptions.windowBudget)
        #expect(budget.byteCount == 512 << 20)
        let result = run(store.requests(), store, options)
        expectSound(result, blobCount: contents.count)
        #expect(result.facts.map { $0.uncompressed?.digests } == contents.map { [oneShot($0)] })
        #expect(result.facts.allSatisfy { $0.uncompressed?.ending == .complete })
        #expect(most.withLock { $0 } <= budget.byteCount)
        #expect(most.withLock { $0 } >= 128 << 20)
        #expect(budget.heldByteCount == 0, "every decoder gave its window back")
    }

    /// Windows that grow from frame to frame, so that decoders that already hold memory need more.
    @Test func decodersThatNeedMoreDoNotWaitForEachOther() {
        let contents = (0..<UInt64(16)).map { content(120_000, seed: $0) }
        let blobs = contents.map { content in
            ([20, 25, 27] as [UInt8]).flatMap { Self.frame(content, windowLog: $0) }
        }
        let store = MemoryStore(blobs: blobs)
        let result = run(store.requests(), store, PipelineOptions(jobCount: 8))
        expectSound(result, blobCount: blobs.count)
        #expect(result.facts.map { $0.uncompressed?.digests } == contents.map { [oneShot($0 + $0 + $0)] })
    }

    @Test func largestWindowIsThatOfLibzstd() {
        let bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax)
        let largest = CodecOptions.largestWindowByteCount
        #expect(largest == 1 << UInt64(bounds.upperBound))
        #expect(CodecOptions(maximumWindowByteCount: .max).maximumWindowByteCount == largest)
    }

    /// Frames that declare more content than any machine has memory for.
    @Test(arguments: [20 << 30, 10 << 40, UInt64.max])
    func windowAboveTheLimitOfLibzstdIsTooLarge(_ byteCount: UInt64) {
        let size = (0..<8).map { UInt8(truncatingIfNeeded: byteCount >> (8 * UInt64($0))) }
        let blob = [0x28, 0xb5, 0x2f, 0xfd, 0b1110_0000] + size + [0x01, 0, 0]
        for facts in bothPaths(blob, window: .max) {
            #expect(
                facts.uncompressed?.ending
                    == .windowTooLarge(limitByteCount: CodecOptions.largestWindowByteCount))
        }
    }

    /// A codec that records the maximum of the memory that is held when one of its decoders is called.
    private static func watched(_ codec: Codec?, _ most: Locked<UInt64>) -> Codec? {
        guard let codec else { return nil }
        return Codec(name: codec.name, compression: codec.compression) { options in
            WatchedDecoder(codec.begin(options), options.windowBudget, most)
        }
    }

    private final class WatchedDecoder: StreamDecoder {
        private let decoder: any StreamDecoder
        private let budget: WindowBudget?
        private let most: Locked<UInt64>

        init(_ decoder: any StreamDecoder, _ budget: WindowBudget?, _ most: Locked<UInt64>) {
            (self.decoder, self.budget, self.most) = (decoder, budget, most)
        }

        func decode(_ input: RawSpan, into output: inout OutputRawSpan) -> DecodeStep {
            let step = decoder.decode(input, into: &output)
            let held = budget?.heldByteCount ?? 0
            most.withLock { $0 = max($0, held) }
            return step
        }
        var isAtBoundary: Bool { decoder.isAtBoundary }
        var boundaryOffset: UInt64 { decoder.boundaryOffset }
        func releaseMemory() { decoder.releaseMemory() }
    }
}
