// layerverify: data to measure kernels with.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
package import LayerModel
package import LayerSystem
package import LayerVerify
package import SystemPackage

/// Data from the image itself, since the speed of a decoder is that of its data: the beginnings of its largest blobs.
///
/// For a compression that the image does not have, the sample is what it decodes to, compressed as image builders do, so
/// that every kernel can be compared on the same data.
package struct DataSample: Sendable {
    /// The beginnings of compressed blobs, the largest blob first.
    package private(set) var streams: [Compression: [[UInt8]]] = [:]
    /// What the largest blobs decode to, from the beginning of each.
    package private(set) var uncompressed: [UInt8] = []
    /// The blobs to read from.
    package let readers: [any BlobReader]

    /// So much of the compressed blobs, a second of the slowest decoder. The beginning of a layer is not like the rest: of
    /// eight layers of /usr, 113 MiB each, ISA-L decodes the first 3 MiB at 707 MiB/s and the first 50 at 615 (2 cores of
    /// Zen 5, 2026-11-24).
    private static let streamByteCount: UInt64 = 96 << 20
    /// Blobs that share in it. A part of each, since layers differ, and none so small that its beginning is all it shows.
    private static let streamCount = 12
    private static let uncompressedByteCount = 16 << 20

    /// Takes a sample.
    ///
    /// Throws: the `Errno` of reading; `.badFileDescriptor` of a blob that was there in the run before and cannot be opened.
    package init(_ work: RunWork) throws(Errno) {
        let blobs = work.blobs.filter { $0.byteCount > 0 }.sorted { $0.byteCount > $1.byteCount }
        var readers: [any BlobReader] = []
        for blob in blobs.prefix(Self.streamCount) { readers.append(try Self.open(blob, work)) }
        self.readers = readers
        for compression in Set(blobs.filter { $0.uncompressedByteCount != nil }.map { $0.compression }) {
            let chosen = blobs.filter { $0.compression == compression && $0.uncompressedByteCount != nil }
                .prefix(Self.streamCount)
            let share = Int(Self.streamByteCount) / chosen.count
            for blob in chosen {
                let beginning = try Self.open(blob, work).bytes(at: 0, upTo: share)
                streams[compression, default: []].append(beginning)
            }
        }
        let share = Self.uncompressedByteCount / max(min(blobs.count, 4), 1)
        for (blob, reader) in zip(blobs, readers).prefix(4) {
            let beginning = try reader.bytes(at: 0, upTo: share)
            uncompressed +=
                blob.uncompressedByteCount == nil
                ? beginning : Codecs.decodedPrefix(beginning, byteCount: share)
        }
        if uncompressed.isEmpty { uncompressed = SyntheticLayer.sample(byteCount: 1 << 20) }
        addMissingStreams()
    }

    private mutating func addMissingStreams() {
        for compression in Set(Codecs.all.map { $0.compression }) where streams[compression] == nil {
            guard let compressor = LayerCompressor.Kind(compression) else { continue }
            let share = max(uncompressed.count / 4, 1)
            streams[compression] = stride(from: 0, to: uncompressed.count, by: share).compactMap { start in
                LayerCompressor.compress(uncompressed[start..<min(start + share, uncompressed.count)], compressor)
            }
        }
    }

    private static func open(_ blob: RunWork.Blob, _ work: RunWork) throws(Errno) -> any BlobReader {
        switch work.opener.open(blob.location) {
        case .opened(let reader), .cutOff(let reader): return reader
        case .failed(let errno): throw errno
        case .missing, .outsideImage, .notRegularFile: throw .noSuchFileOrDirectory
        }
    }
}
