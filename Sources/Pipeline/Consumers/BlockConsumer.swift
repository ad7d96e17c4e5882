// layerverify: what is done with the bytes of a blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerDigest
package import LayerModel

/// One of the two sequences of bytes of a blob.
package enum BlobSide: Sendable {
    /// The bytes as stored.
    case compressed
    /// What they decode to; the bytes as stored for a blob that is not compressed.
    case uncompressed
}

/// Takes the bytes of one side of one blob, in order and without a gap, and ends with facts.
///
/// Digests are one kind. `PipelineOptions.consumers` attaches others to every blob that is read, in chunks or in sequence,
/// in a stream as well. A blob that is read a second time by the reference path has new consumers, and the facts of those
/// replace the first ones.
///
/// It is used from one thread at a time, but from several threads one after another. It may be released without a call of
/// `finish`, and its facts may be discarded: in a stream it is not known which blobs are layers, so every file has
/// consumers for both sides.
package protocol BlockConsumer: AnyObject {
    /// Takes the next bytes. They are valid only during the call.
    func consume(_ bytes: RawSpan)

    /// Adds its facts to those of the blob. No bytes follow.
    ///
    /// It is called once, if the side was read to its end: not if the blob could not be read or changed, and on the
    /// uncompressed side not if the stream is damaged. The digests of the blob are known.
    func finish(into facts: inout BlobFacts)
}

/// A side of a blob that is about to be read.
package struct ConsumedSide: Sendable {
    package let side: BlobSide
    /// The compression that the first bytes of the blob show.
    package let compression: Compression
    /// Nil for a blob of a stream: which claims are about it is known only when the stream has ended.
    package let blob: BlobIndex?
}

/// Makes the consumers of one side of a blob; called once for each side whose bytes are read, before the first of them.
package typealias ConsumerFactory = @Sendable (ConsumedSide) -> [any BlockConsumer]

/// Computes one digest of one side of a blob.
///
/// The scheduler knows this kind: it hashes several of them in one call, and interleaves them with decoding.
final class DigestConsumer: BlockConsumer {
    let method: DigestMethod
    let digest: any StreamDigest
    private let side: BlobSide

    init(_ method: DigestMethod, _ side: BlobSide) {
        self.method = method
        self.side = side
        digest = method.begin()
    }

    func consume(_ bytes: RawSpan) { digest.update(bytes) }

    func finish(into facts: inout BlobFacts) {
        let result = digest.finish()
        switch side {
        case .compressed: facts.digests.append(result)
        case .uncompressed: facts.uncompressed?.digests.append(result)
        }
    }
}

/// The consumers of a blob, by side. An uncompressed blob has only those of `compressed`, which include the consumers of
/// its uncompressed side.
struct BlobConsumers {
    var compressed: [any BlockConsumer] = []
    var uncompressed: [any BlockConsumer] = []

    /// No consumers.
    init() {}

    /// Those that are not digests.
    var others: BlobConsumers {
        var others = BlobConsumers()
        others.compressed = compressed.filter { !($0 is DigestConsumer) }
        others.uncompressed = uncompressed.filter { !($0 is DigestConsumer) }
        return others
    }

    /// Makes the consumers of a blob whose compression is known. This is the one place where they are chosen.
    ///
    /// - Parameter isDecoded: whether its uncompressed side will be read by a decoder.
    init(
        _ wanted: WantedFacts, _ compression: Compression, isDecoded: Bool, path: DecodingPath, options: PipelineOptions
    ) {
        func digests(_ algorithms: [DigestAlgorithm], _ side: BlobSide) -> [any BlockConsumer] {
            algorithms.map { DigestConsumer(path.digestMethod(for: $0, options), side) }
        }
        func others(_ side: BlobSide) -> [any BlockConsumer] {
            options.consumers(ConsumedSide(side: side, compression: compression, blob: wanted.blob))
        }
        compressed = digests(wanted.compressedAlgorithms(for: compression), .compressed) + others(.compressed)
        guard let algorithms = wanted.diffIDAlgorithms else { return }
        if compression == .none {
            compressed += others(.uncompressed)
        } else if isDecoded {
            uncompressed = digests(algorithms, .uncompressed) + others(.uncompressed)
        }
    }
}

extension BlobFacts {
    /// Adds the facts of the consumers after the whole blob was read, those of digests first.
    ///
    /// - Parameter stream: how decoding ended, and the number of bytes that were decoded; nil if nothing was decoded.
    mutating func finish(
        _ compressed: [any BlockConsumer], _ uncompressed: [any BlockConsumer], wanted: WantedFacts,
        stream: (ending: StreamEnding, byteCount: UInt64)?
    ) {
        for consumer in compressed where consumer is DigestConsumer { consumer.finish(into: &self) }
        let isIntact = stream?.ending.leavesDigestsValid == true
        self.uncompressed = stream.map { UncompressedFacts(byteCount: $0.byteCount, ending: $0.ending) }
        for consumer in uncompressed where isIntact && consumer is DigestConsumer { consumer.finish(into: &self) }
        self.uncompressed = wanted.uncompressedFacts(blob: self, stream: self.uncompressed)
        for consumer in compressed where !(consumer is DigestConsumer) { consumer.finish(into: &self) }
        for consumer in uncompressed where isIntact && !(consumer is DigestConsumer) { consumer.finish(into: &self) }
    }
}
