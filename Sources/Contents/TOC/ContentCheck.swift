// layerverify: the content of a file and what a table of contents says of it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
import LayerModel
import Tar

/// Compares the content of one file with its digests and chunks in a TOC.
struct ContentCheck {
    let path: [UInt8]
    let headerOffset: UInt64
    private let dataOffset: UInt64
    private let entry: TOCEntry
    private let whole = Hashing()
    private var chunk: Chunk?
    /// The entry of the TOC that is the chunk.
    private var place: Int
    /// In the file, in bytes.
    private var offset: Int64 = 0
    /// Whether no chunk was without a digest.
    private var hasChunkDigests = true
    private var hasStopped = false
    /// At most as many as are kept of one layer.
    private(set) var faults: [TOCFault] = []

    private struct Chunk {
        var toc: TOCChunk
        var end: Int64
        var hashing: Hashing
        var isZero = true
    }

    init(_ member: TarMember, _ entry: TOCEntry, at place: Int) {
        path = member.name
        headerOffset = member.headerOffset
        dataOffset = member.dataOffset
        self.entry = entry
        self.place = place
    }

    /// The offset of the end of the file as stored; 0 if the TOC does not give it.
    var endOffset: UInt64 { entry.chunk.endOffset }

    /// The offsets of the end in the uncompressed layer: that of the file, and of the first chunk.
    var endPositions: [UInt64] {
        let byteCounts =
            entry.chunk.byteCount == 0 ? [entry.size] : [entry.size, min(entry.chunk.byteCount, entry.size)]
        return byteCounts.map { dataOffset + UInt64($0) }
    }

    /// Takes the next bytes of the content. The positions of all offsets up to their beginning are known.
    mutating func take(_ bytes: RawSpan, _ index: TOCIndex, _ positions: StoredPositions) {
        whole.add(bytes)
        var start = 0
        while start < bytes.byteCount {
            guard let found = chunk ?? beginChunk(index, positions) else {
                offset += Int64(bytes.byteCount - start)
                return
            }
            var current = found
            let count = min(bytes.byteCount - start, Int(clamping: current.end - offset))
            let part = bytes.extracting(start..<start + count)
            current.hashing.add(part)
            if current.toc.isZeros { current.isZero = current.isZero && part.isZero }
            start += count
            offset += Int64(count)
            chunk = current
            if offset == current.end { endChunk(current) }
        }
    }

    /// Ends the content.
    mutating func finish(_ index: TOCIndex) {
        compare(entry.digest, whole, property: "digest")
        if !hasChunkDigests { add(.digestMissing, .warning, "chunkDigest", "", "") }
        if !hasStopped, (try? index.chunk(after: place)) != nil {
            add(.offsetDiffers, "chunkOffset", "more chunks", "\(entry.size) bytes")
        }
    }

    // One chunk

    /// Finds the chunk that begins at the offset; nil if the chunks do not fit together, from then on.
    private mutating func beginChunk(_ index: TOCIndex, _ positions: StoredPositions) -> Chunk? {
        guard !hasStopped else { return nil }
        var toc = entry.chunk
        if offset > 0 {
            guard let next = try? index.chunk(after: place) else {
                return stop("chunkSize", "no chunk after byte \(offset)", "\(entry.size) bytes")
            }
            toc = next
            place += 1
        }
        guard toc.start == offset else { return stop("chunkOffset", "\(toc.start)", "\(offset)") }
        let rest = entry.size - offset
        guard toc.byteCount <= rest else { return stop("chunkSize", "\(toc.byteCount)", "\(rest)") }
        comparePosition(of: toc, positions)
        return Chunk(toc: toc, end: toc.byteCount == 0 ? entry.size : offset + toc.byteCount, hashing: Hashing())
    }

    private mutating func comparePosition(of toc: TOCChunk, _ positions: StoredPositions) {
        let expected = dataOffset + UInt64(offset)
        guard let position = positions.position(of: toc.offset) else {
            return add(.offsetDiffers, "offset", "\(toc.offset)", "not the beginning of a gzip member or zstd frame")
        }
        let (sum, overflows) = position.addingReportingOverflow(toc.innerOffset)
        guard overflows || sum != expected else { return }
        add(.offsetDiffers, "offset", "\(toc.offset)", "byte \(sum) of the tar, the content is at \(expected)")
    }

    private mutating func endChunk(_ ended: Chunk) {
        chunk = nil
        if ended.toc.isZeros, !ended.isZero {
            add(.contentDiffers, "chunkType", "zeros", "other bytes")
        }
        if ended.toc.digest.isEmpty {
            // A digest of the whole is enough for a file in one piece.
            let isWhole = ended.toc.start == 0 && ended.end == entry.size && !entry.digest.isEmpty
            hasChunkDigests = hasChunkDigests && (isWhole || ended.toc.isZeros)
        }
        compare(ended.toc.digest, ended.hashing, property: "chunkDigest")
    }

    private mutating func compare(_ claimed: String, _ hashing: Hashing, property: String) {
        guard !claimed.isEmpty else { return }
        guard let digest = try? ContentDigest(parsing: claimed), digest.algorithm == .sha256 else {
            return add(.digestMissing, .warning, property, claimed, "")
        }
        let actual = hashing.finish()
        if actual != digest { add(.contentDiffers, property, claimed, actual.description) }
    }

    private mutating func stop(_ property: String, _ expected: String, _ actual: String) -> Chunk? {
        hasStopped = true
        add(.offsetDiffers, property, expected, actual)
        return nil
    }

    private mutating func add(_ kind: TOCFault.Kind, _ property: String, _ expected: String, _ actual: String) {
        add(kind, .refute, property, expected, actual)
    }

    private mutating func add(
        _ kind: TOCFault.Kind, _ severity: TOCFault.Severity, _ property: String, _ expected: String, _ actual: String
    ) {
        guard faults.count < TOCFaults.keptCount else { return }
        faults.append(
            TOCFault(
                kind, severity, path: path, property: property, expected: expected, actual: actual,
                headerOffset: headerOffset))
    }
}

/// A SHA-256 by the reference method, begun with the first bytes.
final class Hashing {
    private let digest = referenceDigestMethod(for: .sha256).begin()
    private var result: ContentDigest?

    func add(_ bytes: RawSpan) { digest.update(bytes) }

    func finish() -> ContentDigest {
        let result = result ?? digest.finish()
        self.result = result
        return result
    }
}

extension RawSpan {
    /// Whether all bytes are zero.
    fileprivate var isZero: Bool {
        unsafe withUnsafeBytes { unsafe $0.allSatisfy { $0 == 0 } }
    }
}
