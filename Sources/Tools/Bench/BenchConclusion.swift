// layerverify: the result of a benchmark in one sentence.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
internal import LayerReport

/// What a benchmark says about the machine: the speed of the number of jobs with the shortest median.
package struct BenchConclusion: Hashable, Sendable {
    package var jobCount: Int
    /// Uncompressed bytes, those of the tar files, by the median time.
    package var bytesPerSecond: Double
    /// The same bytes by the time that the kernels of all cores need; nil if a kernel was not measured.
    package var coreLimitBytesPerSecond: Double?
    /// The compressions of the image, sorted by name.
    package var compressions: [Compression]
    /// The same bytes by the time that the largest blob needs, if that and not the cores limits the runs; otherwise nil.
    package var largestBlobBytesPerSecond: Double?
    /// The work that limits the largest blob is the digest of its bytes.
    package var isLimitedByDigest: Bool

    /// The time for 10⁹ uncompressed bytes.
    package var secondsPerGigabyte: Double { 1e9 / bytesPerSecond }

    /// The sentence, without a newline.
    package var sentence: String {
        let names = compressions.map { $0 == .none ? "uncompressed" : $0.rawValue }
        let kinds =
            names.count < 2
            ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
        var text =
            "This machine verifies \(kinds) images at \(HumanUnits.rate(bytesPerSecond)) of uncompressed "
            + "layers with \(HumanUnits.count(jobCount, "job")), about \(HumanUnits.duration(secondsPerGigabyte)) for "
            + "1 GB of them"
        if let limit = coreLimitBytesPerSecond {
            text += "; its cores could do at most \(HumanUnits.rate(limit))"
            if let largest = largestBlobBytesPerSecond {
                text +=
                    ", but at most \(HumanUnits.rate(largest)) with this image, because several cores cannot share "
                    + (isLimitedByDigest ? "the digest of its largest blob" : "its largest blob")
            }
        }
        return text + "."
    }
}

extension BenchReport {
    /// Nil if nothing was measured, or if the image has no blobs.
    package var conclusion: BenchConclusion? {
        guard let image, image.uncompressedByteCount > 0, !image.compressions.isEmpty,
            let best = scaling.min(by: { $0.seconds.median < $1.seconds.median }), best.seconds.median > 0
        else { return nil }
        let byteCount = Double(image.uncompressedByteCount)
        let limit = best.roofline.flatMap { $0.sharedSeconds > 0 ? byteCount / $0.sharedSeconds : nil }
        return BenchConclusion(
            jobCount: best.jobCount, bytesPerSecond: byteCount / best.seconds.median, coreLimitBytesPerSecond: limit,
            compressions: image.compressions,
            largestBlobBytesPerSecond: best.roofline.flatMap {
                $0.limit == .largestBlob ? byteCount / $0.seconds : nil
            },
            isLimitedByDigest: best.roofline?.longestChain.map { if case .hash = $0.work { true } else { false } }
                ?? false)
    }
}
