// layerverify: the verdict on the claims about one blob.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Judges the claims about one blob that was read.
struct BlobVerdict {
    let judge: Judge
    let blob: BlobIndex
    let facts: BlobFacts
    let summary: ClaimSummary
    /// Nil if each claim is judged by itself.
    let exchanges: LayerExchanges?

    /// The faults of a claim; empty if it is true.
    func findings(for claim: Claim) -> [Finding] {
        if summary.isDigestRefuted, let exchange = exchanges?.files(of: claim) {
            if case .digest = claim.assertion { return [exchange.finding] }
            // What else is claimed must hold for the bytes that belong here.
            guard let facts = judge.facts[exchange.rightBlob] else { return [] }
            let right = BlobVerdict(
                judge: judge, blob: exchange.rightBlob, facts: facts, summary: ClaimSummary(), exchanges: nil)
            return right.findings(for: claim)
        }
        return switch claim.assertion {
        case .size(let size): size == facts.byteCount ? [] : [sizeMismatch(size, claim)]
        case .digest(let digest): digestMismatch(digest, claim)
        case .name(let digest): nameMismatch(digest, claim)
        case .diffID(let digest): diffIDMismatch(digest, claim) + contentsFindings(for: claim)
        case .compression(let promised, let mediaType): compressionMismatch(promised, mediaType, claim)
        case .intactStream: streamFault(claim) + contentsFindings(for: claim)
        case .layerSource(let descriptor): layerSourceMismatch(descriptor, claim)
        }
    }

    // The stored bytes

    private func sizeMismatch(_ claimed: UInt64, _ claim: Claim) -> Finding {
        var finding = Finding(
            .blobSizeMismatch, "\(subject(of: claim)) has \(facts.byteCount) bytes, its descriptor claims \(claimed)",
            at: claim.place,
            expected: "\(claimed)", actual: "\(facts.byteCount)")
        finding.hint = judge.hints.size(claimed, facts, summary)
        return finding
    }

    func subject(of claim: Claim) -> String { judge.subject(of: claim) }

    private func digestMismatch(_ claimed: ContentDigest, _ claim: Claim) -> [Finding] {
        guard let actual = facts.digest(like: claimed) else { return unchecked(claimed, claim) }
        guard actual != claimed else { return [] }
        var finding = Finding(
            .blobDigestMismatch,
            "\(subject(of: claim)) is damaged: its \(claimed.algorithmName) does not match",
            at: claim.place, digest: claimed, expected: claimed.description, actual: actual.description)
        if summary.isSizeRefuted { finding.follows = .blobSizeMismatch }
        finding.hint = judge.hints.digest(summary, facts)
        return [finding]
    }

    private func nameMismatch(_ claimed: ContentDigest, _ claim: Claim) -> [Finding] {
        guard let actual = facts.digest(like: claimed) else { return unchecked(claimed, claim) }
        guard actual != claimed else { return [] }
        return [
            Finding(
                .dockerConfigNameMismatch, "the config is named \(claimed), its bytes give \(actual)", at: claim.place,
                digest: claimed, expected: claimed.description, actual: actual.description)
        ]
    }

    /// A claim that was not compared never counts as verified. An unknown algorithm has a finding of its own.
    private func unchecked(_ claimed: ContentDigest, _ claim: Claim) -> [Finding] {
        guard claimed.algorithm != nil else { return [] }
        return [
            Finding(
                .claimUnchecked, "\(claimed) was not compared with anything", at: claim.place,
                expected: claimed.description)
        ]
    }

    // The stream

    private func compressionMismatch(
        _ promised: Compression, _ mediaType: MediaType, _ claim: Claim
    ) -> [Finding] {
        guard let actual = facts.compression ?? emptyCompression else {
            return [Finding(.claimUnchecked, "the compression was not looked at", at: claim.place)]
        }
        guard actual != promised else { return [] }
        guard !summary.isStreamMissing else { return [] }
        var finding = Finding(
            .mediaTypeMismatch, "\(mediaType) says \(promised.title), but the bytes are \(actual.title)",
            at: claim.place,
            expected: promised.rawValue, actual: actual.rawValue)
        finding.follows = summary.causeOfStreamFault
        return [finding]
    }

    /// An empty blob is an empty uncompressed layer, and not a gzip or zstd stream.
    private var emptyCompression: Compression? { facts.byteCount == 0 ? Compression.none : nil }

    private func streamFault(_ claim: Claim) -> [Finding] {
        guard !summary.isStreamMissing else {
            var finding = Finding(
                .streamTruncated, "the blob has no bytes, the media type promises a compressed stream", at: claim.place,
                actual: "0", hint: summary.isSizeRefuted ? "the file is empty" : nil)
            finding.follows = summary.causeOfStreamFault
            return [finding]
        }
        guard let stream = facts.uncompressed else {
            guard facts.compression != Compression.none, facts.byteCount > 0 else { return [] }
            return [Finding(.claimUnchecked, "the \(title) stream was not decoded", at: claim.place)]
        }
        var finding: Finding
        switch stream.ending {
        case .complete:
            return []
        case .truncated(let atByte):
            finding = Finding(
                .streamTruncated, "the blob ends at byte \(atByte), in the middle of the \(title) stream",
                at: claim.place, actual: "\(atByte)")
            finding.hint = summary.isDigestRefuted ? nil : "the stream was cut before its digest was taken"
            if summary.isSizeRefuted { finding.hint = "the file was cut at byte \(facts.byteCount)" }
        case .corrupt(let atByte, .decoder):
            // For example, no memory was left. That is not a fault of the stream.
            return [
                Finding(
                    .claimUnchecked, "the \(title) stream was not decoded beyond byte \(atByte): the decoder failed",
                    at: claim.place)
            ]
        case .corrupt(let atByte, let fault):
            finding = Finding(
                .streamCorrupt, "the \(title) stream is damaged before byte \(atByte): \(fault.rawValue)",
                at: claim.place, actual: "\(atByte)")
        case .trailingBytes(let atByte, let areZero):
            let byteCount = facts.byteCount - min(atByte, facts.byteCount)
            let what = areZero ? "zero bytes" : "bytes"
            finding = Finding(
                .streamTrailingBytes,
                "\(byteCount) \(what) follow the \(title) stream, which ends at byte \(atByte)", at: claim.place,
                expected: "\(atByte)", actual: "\(facts.byteCount)")
        case .disputed(let atByte, let dispute):
            finding = disputedStream(atByte, dispute, claim)
        case .windowTooLarge(let limitByteCount):
            finding = Finding(
                .windowTooLarge, "a zstd frame wants a window of more than \(limitByteCount) bytes", at: claim.place,
                expected: "at most \(limitByteCount)", hint: "--max-window allows more")
        case .expansionLimit(let limitByteCount):
            finding = Finding(
                .expansionLimit,
                "\(facts.byteCount) bytes decode to more than \(limitByteCount); decoding stopped there",
                at: claim.place, expected: "at most \(limitByteCount)", hint: "--max-expansion allows more")
        case .unsupported(let compression):
            finding = Finding(
                .compressionUnsupported, "\(compression.title) is not decoded here, so the diffID was not checked",
                at: claim.place, actual: compression.rawValue)
        case .unread:
            return [Finding(.claimUnchecked, "the \(title) stream was not decoded", at: claim.place)]
        }
        finding.follows = summary.causeOfStreamFault
        return [finding]
    }

    private func disputedStream(_ atByte: UInt64, _ dispute: StreamDispute, _ claim: Claim) -> Finding {
        Finding(
            .streamDisputed,
            "decoders disagree on the \(title) stream from byte \(atByte) on: \(dispute.rawValue)", at: claim.place,
            actual: "\(atByte)")
    }

    private var title: String { (facts.compression ?? .none).title }

    private func diffIDMismatch(_ claimed: ContentDigest, _ claim: Claim) -> [Finding] {
        guard !summary.isStreamMissing else { return [] }
        guard let stream = facts.uncompressed else { return unchecked(claimed, claim) }
        guard let actual = stream.digest(like: claimed) else {
            // A fault that kept the stream from being decoded has a finding of its own.
            let faults = streamFault(claim)
            if faults.isEmpty { return unchecked(claimed, claim) }
            return summary.isStreamClaimed ? [] : faults
        }
        if let exchange = exchanges?.contents(of: claim) { return [exchange] }
        // A correct diffID does not excuse a stream that some readers refuse.
        guard actual != claimed else { return summary.isStreamClaimed ? [] : streamFault(claim) }
        var finding = Finding(
            .diffIDMismatch, "\(subject(of: claim)) has another diffID than the config claims",
            at: claim.place, expected: claimed.description, actual: actual.description)
        finding.follows = summary.causeOfStreamFault
        finding.hint = judge.hints.diffID(claimed, actual, claim, facts)
        // Without a digest of the file nothing else says that it changed.
        if finding.hint == nil, summary.name == nil {
            finding.hint = "the layer or the config changed: save or pull the image again"
        }
        return [finding]
    }

    /// `LayerSources` describes the layer as it is in a registry, where it may have another compression than the file
    /// here.
    private func layerSourceMismatch(_ descriptor: Descriptor, _ claim: Claim) -> [Finding] {
        guard case .layer(let promised?) = descriptor.mediaType.kind, promised == facts.compression else { return [] }
        var findings: [Finding] = []
        if let size = descriptor.size, size != facts.byteCount {
            findings.append(
                Finding(
                    .dockerLayerSourceMismatch, "LayerSources claims \(size) bytes, the layer has \(facts.byteCount)",
                    at: claim.place.appending("size"), digest: descriptor.digest, expected: "\(size)",
                    actual: "\(facts.byteCount)"))
        }
        guard let actual = facts.digest(like: descriptor.digest) else {
            let code: FindingCode = descriptor.digest.algorithm == nil ? .digestUnsupported : .claimUnchecked
            findings.append(
                Finding(
                    code, "\(descriptor.digest) was not compared with anything", at: claim.place.appending("digest"),
                    digest: descriptor.digest, expected: descriptor.digest.description))
            return findings
        }
        if actual != descriptor.digest {
            findings.append(
                Finding(
                    .dockerLayerSourceMismatch, "LayerSources claims \(descriptor.digest), the bytes give \(actual)",
                    at: claim.place.appending("digest"), digest: descriptor.digest,
                    expected: descriptor.digest.description, actual: actual.description))
        }
        for index in findings.indices { findings[index].follows = summary.causeOfStreamFault }
        return findings
    }
}

extension Compression {
    /// The usual spelling of the name.
    var title: String {
        switch self {
        case .none: "uncompressed"
        case .gzip: "gzip"
        case .zstd: "zstd"
        case .xz: "xz"
        case .bzip2: "bzip2"
        case .lz4: "lz4"
        }
    }
}
