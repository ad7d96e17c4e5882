// layerverify: the result of opening a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
import LayerSystem
import SystemPackage

/// The result of opening a blob: a reader if there is anything to read, and how reading ends if no error follows.
struct BlobOpening {
    let reader: (any BlobReader)?
    let ending: ReadEnding

    /// True if one worker may read the blob from beginning to end. The size of the file decides, not the claimed size.
    var isSmall: Bool { (reader?.byteCount ?? 0) <= WaitingBlobs.smallByteCount }

    /// Opens the blob of a request, unless it is larger than the request allows.
    init(_ request: BlobRequest, from opener: any BlobOpener) {
        switch opener.open(request.location) {
        case .opened(let reader) where reader.byteCount > request.maximumByteCount:
            (self.reader, ending) = (nil, .oversized(byteCount: reader.byteCount))
        case .opened(let reader): (self.reader, ending) = (reader, .complete)
        case .cutOff(let reader): (self.reader, ending) = (reader, .cutOff(atByte: reader.byteCount))
        case .missing: (reader, ending) = (nil, .missing)
        case .outsideImage: (reader, ending) = (nil, .outsideImage)
        case .linkNotFollowed(let target): (reader, ending) = (nil, .linkNotFollowed(target: target))
        case .notRegularFile(let kind): (reader, ending) = (nil, .notRegularFile(kind))
        case .failed(let errno): (reader, ending) = (nil, .unreadable(errno: errno.rawValue, atByte: 0))
        case .changed: (reader, ending) = (nil, .changed)
        }
    }
}

extension BlobRequest {
    /// The facts about the uncompressed bytes of a blob that could not be read; nil if they were not requested.
    var unread: UncompressedFacts? { diffIDAlgorithms.map { _ in UncompressedFacts(ending: .unread) } }

    /// The facts about a blob that a cancelled run did not finish.
    package var cancelledFacts: BlobFacts { BlobFacts(reading: .cancelled, uncompressed: unread) }

    /// The algorithms for the bytes as stored. For an uncompressed layer they include those of its diffIDs, because
    /// both digests are of the same bytes.
    package func compressedAlgorithms(for compression: Compression) -> [DigestAlgorithm] {
        guard compression == .none, let diffIDAlgorithms else { return digestAlgorithms }
        return digestAlgorithms + diffIDAlgorithms.filter { !digestAlgorithms.contains($0) }
    }

    /// The facts about the uncompressed bytes, after the whole blob was read.
    ///
    /// `stream` is nil if nothing was decoded: for an uncompressed blob, or a compression without a codec.
    func uncompressedFacts(blob: BlobFacts, stream: UncompressedFacts?) -> UncompressedFacts? {
        guard diffIDAlgorithms != nil else { return nil }
        if let stream { return stream }
        switch blob.compression {
        case nil, .some(.none):
            return UncompressedFacts(byteCount: blob.byteCount, digests: blob.digests, ending: .complete)
        case .some(let compression):
            return UncompressedFacts(ending: .unsupported(compression))
        }
    }
}
