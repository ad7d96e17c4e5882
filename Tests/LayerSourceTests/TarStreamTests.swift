// layerverify: tests of tar archives that go by once.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerSource
import Tar
import Testing

@Suite struct TarStreamTests {
    /// The archives of the corpus.
    private static let archives: [[UInt8]] = {
        let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../corpus")
        return ["good", "bad"].flatMap { group in
            let folder = corpus.appending(path: group).standardizedFileURL
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            return names.sorted().compactMap { name in
                (try? Data(contentsOf: folder.appending(path: name + "/image.tar"))).map { Array($0) }
            }
        }
    }()

    /// Receives the content of files.
    private final class Contents: TarContentReader {
        var files: [(place: Int, bytes: [UInt8], ending: TarContentEnding?)] = []

        func begin(_ entry: TarEntry, place: Int) { files.append((place, [], nil)) }

        func take(_ bytes: RawSpan) { bytes.withUnsafeBytes { files[files.count - 1].bytes += $0 } }

        func end(_ ending: TarContentEnding) { files[files.count - 1].ending = ending }
    }

    private func read(
        _ bytes: [UInt8], pieces pieceByteCount: Int, failingAfter limit: Int = .max, _ contents: Contents
    ) -> TarIndex {
        var position = 0
        let input = TarStreamInput(bufferByteCount: 1_000) { buffer throws(TarFault) in
            guard position < limit else { throw .failed(errno: 5) }
            let count = min(buffer.count, pieceByteCount, bytes.count - position)
            buffer.copyBytes(from: bytes[position..<position + count])
            position += count
            return count
        }
        return TarIndex.read(input, content: contents)
    }

    private func expect(_ streamed: TarIndex, equals index: TarIndex) {
        #expect(streamed.entries == index.entries)
        #expect(streamed.ending == index.ending)
        #expect(streamed.doubts == index.doubts)
        #expect(streamed.bytesAfterEnd == index.bytesAfterEnd)
        #expect(streamed.contradictions == index.contradictions)
    }

    @Test(arguments: [7, 512, 100_000])
    func anArchiveHasTheSameEntriesAndContentsWhenItGoesBy(_ pieceByteCount: Int) throws {
        try #require(Self.archives.count > 100)
        for bytes in Self.archives {
            let index = TarIndex.read(MemoryReader(bytes))
            let contents = Contents()
            expect(read(bytes, pieces: pieceByteCount, contents), equals: index)
            #expect(contents.files.map(\.place) == index.entries.indices.filter { index.entries.kind(of: $0) == .file })
            for file in contents.files {
                let entry = index.entries[file.place]
                let expected = bytes.dropFirst(Int(entry.dataOffset)).prefix(Int(entry.byteCount))
                #expect(file.bytes == Array(expected))
                #expect(file.ending == (expected.count == Int(entry.byteCount) ? .complete : .cutOff))
            }
        }
    }

    @Test func aCutArchiveEndsInTheSamePlace() {
        let bytes =
            [UInt8].pax("path=folder/name") + .entry("a", String(repeating: "x", count: 700)) + .entry("b") + .end
        for count in 0...bytes.count {
            let part = Array(bytes.prefix(count))
            expect(read(part, pieces: 100, Contents()), equals: TarIndex.read(MemoryReader(part)))
        }
    }

    @Test func aFaultWithinAFileIsReportedForTheFile() {
        let bytes = [UInt8].entry("a", String(repeating: "x", count: 5_000)) + .entry("b") + .end
        let contents = Contents()
        let index = read(bytes, pieces: 512, failingAfter: 2_048, contents)
        #expect(index.ending == .unreadable(.failed(errno: 5), atByte: 512))
        #expect(contents.files.map(\.ending) == [.unreadable(.failed(errno: 5))])
        #expect(index.resolve("b") == .unindexed)
    }

    @Test func bytesAfterTheEndAreFoundInBothWays() {
        for tail in [[UInt8].zeros(70_000) + [9], .zeros(3_000), .entry("c") + .end, .zeros(1 << 17) + .entry("c")] {
            let bytes = [UInt8].entry("a", "x") + .end + tail
            expect(read(bytes, pieces: 900, Contents()), equals: TarIndex.read(MemoryReader(bytes)))
        }
    }
}
