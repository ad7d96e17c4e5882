// layerverify: the data with which kernels are measured.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerModel
import LayerSystem
package import LayerVerify
package import SystemPackage

/// Data from the image, because the speed of a decoder depends on its data: the compressed blobs, complete if they have
/// at most 1 GiB in total, otherwise the beginnings of the largest.
///
/// For a compression that the image does not contain, the uncompressed data are compressed as image builders do, so
/// that every kernel can be compared on the same data.
package struct DataSample: Sendable {
    /// A compressed stream, or the beginning of one.
    enum Stream: Sendable {
        case bytes([UInt8])
        case blob(any BlobReader, byteCount: UInt64)
    }

    /// The streams, the largest first.
    private(set) var streams: [Compression: [Stream]] = [:]
    /// The uncompressed beginnings of the largest blobs.
    private(set) var uncompressed: [UInt8] = []
    /// The blobs for measuring reads.
    let readers: [any BlobReader]

    /// The limit for all streams of a compression. The beginning of a layer is not typical: of eight layers of /usr,
    /// 113 MiB each, ISA-L decodes the first 3 MiB at 707 MiB/s and all of them at 611 (2 cores of Zen 3, 2026-11-24).
    private static let streamByteCount: UInt64 = 1 << 30
    /// The maximum number of blobs, each of which keeps a file open.
    private static let streamCount = 128
    private static let uncompressedByteCount = 16 << 20

    /// Makes a sample that has only streams.
    init(streams: [Compression: [Stream]]) {
        self.streams = streams
        readers = []
    }

    /// Takes a sample of the blobs of a run.
    ///
    /// Throws: the `Errno` of opening or reading a blob that the run has read before.
    package init(_ work: RunWork) throws(Errno) {
        let blobs = work.blobs.filter { $0.byteCount > 0 }.sorted { $0.byteCount > $1.byteCount }
        var readers: [any BlobReader] = []
        for blob in blobs.prefix(Self.streamCount) { readers.append(try Self.open(blob, work)) }
        self.readers = readers
        var chosen: [Compression: [any BlobReader]] = [:]
        for (blob, reader) in zip(blobs, readers) where blob.uncompressedByteCount != nil {
            chosen[blob.compression, default: []].append(reader)
        }
        streams = chosen.mapValues { Self.shared($0) }
        let share = Self.uncompressedByteCount / max(min(blobs.count, 4), 1)
        for (blob, reader) in zip(blobs, readers).prefix(4) {
            let beginning = try Self.beginning(of: reader, byteCount: share)
            uncompressed +=
                blob.uncompressedByteCount == nil
                ? beginning : Codecs.decodedPrefix(beginning, byteCount: share)
        }
        if uncompressed.isEmpty { uncompressed = SyntheticLayer.sample(byteCount: 1 << 20) }
        addMissingStreams()
    }

    /// Divides the available bytes among the blobs; what small ones do not need goes to larger ones.
    private static func shared(_ readers: [any BlobReader]) -> [Stream] {
        var left = streamByteCount
        var streams: [Stream] = []
        for (index, reader) in readers.enumerated().reversed() {
            let share = min(reader.byteCount, left / UInt64(index + 1))
            left -= share
            streams.append(.blob(reader, byteCount: share))
        }
        return streams.reversed()
    }

    private mutating func addMissingStreams() {
        for compression in Set(Codecs.all.map { $0.compression }) where streams[compression] == nil {
            guard let compressor = LayerCompressor.Kind(compression) else { continue }
            let share = max(uncompressed.count / 4, 1)
            streams[compression] = stride(from: 0, to: uncompressed.count, by: share).compactMap { start in
                let part = uncompressed[start..<min(start + share, uncompressed.count)]
                return LayerCompressor.compress(part, compressor).map { .bytes($0) }
            }
        }
    }

    private static func open(_ blob: RunWork.Blob, _ work: RunWork) throws(Errno) -> any BlobReader {
        switch work.opener.open(blob.location) {
        case .opened(let reader), .cutOff(let reader): return reader
        case .failed(let errno): throw errno
        case .missing, .outsideImage, .linkNotFollowed, .notRegularFile, .changed: throw .noSuchFileOrDirectory
        }
    }

    private static func beginning(of reader: any BlobReader, byteCount: Int) throws(Errno) -> [UInt8] {
        do throws(ReadFault) {
            return try reader.bytes(at: 0, upTo: byteCount)
        } catch {
            switch error {
            case .failed(let errno): throw errno
            case .changed: throw .staleNFSFileHandle
            }
        }
    }
}

extension DataSample.Stream {
    var byteCount: UInt64 {
        switch self {
        case .bytes(let bytes): UInt64(byteCount: bytes.count)
        case .blob(_, let byteCount): byteCount
        }
    }

    /// Reads from `offset` on until the room is full or the sample ends. Returns: the number of bytes read.
    ///
    /// Throws: the `Errno` of pread.
    func read(into room: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(Errno) -> Int {
        let count = ByteMath.clamp(byteCount - min(offset, byteCount), to: room.count)
        // SAFETY: the caller owns the room; `count` is at most its size, and at most the number of bytes left.
        let part = UnsafeMutableRawBufferPointer(rebasing: room[..<count])
        switch self {
        case .bytes(let bytes):
            part.copyBytes(from: bytes[Int(offset)..<Int(offset) + count])
            return count
        case .blob(let reader, _):
            return try reader.read(into: part, at: offset)
        }
    }
}
