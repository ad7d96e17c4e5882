// layerverify: what opening a blob means for its facts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
import LayerSystem
import SystemPackage

/// A blob as it was opened: a reader if there is anything to read, and how reading ends if nothing goes wrong.
struct BlobOpening {
    let reader: (any BlobReader)?
    let ending: ReadEnding

    /// True if one worker may read it from beginning to end; by what the file says, and not what is claimed of it.
    var isSmall: Bool { (reader?.byteCount ?? 0) <= PipelineState.smallByteCount }

    /// Opens the blob of a request, unless it is larger than the request wants.
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
    /// The facts about uncompressed bytes of a blob that could not be read: nil if nobody asked.
    var unread: UncompressedFacts? { diffIDAlgorithms.map { _ in UncompressedFacts(ending: .unread) } }

    /// The algorithms to hash the bytes with as they lie: for a plain layer those of its diffIDs too, since both are one.
    package func compressedAlgorithms(for compression: Compression) -> [DigestAlgorithm] {
        guard compression == .none, let diffIDAlgorithms else { return digestAlgorithms }
        return digestAlgorithms + diffIDAlgorithms.filter { !digestAlgorithms.contains($0) }
    }

    /// What is known of the uncompressed bytes, once the whole blob was read.
    ///
    /// `stream` is nil where there was nothing to decode: a plain blob, or a compression without a codec.
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
