// layerverify: the digests of files.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerDigest
internal import LayerModel
internal import LayerPipeline
internal import LayerSystem

extension Verifier {
    /// Runs the pipeline over files without claims.
    func runDigest(
        of files: [Source], chaining: Chaining, cancellation: Cancellation?, progress: ProgressObserver?,
        trace sink: TraceSink?
    ) -> LayerDigestReport {
        let clock = ContinuousClock()
        let start = clock.now
        let trace = RunTrace(sink, start: start, workerCount: jobCount, recordsTimeline: false)
        defer { trace?.finish() }
        var inventory = Inventory()
        for (index, file) in files.enumerated() {
            let path = file.description
            inventory.roots.append(RootRecord(path: path, form: .unknown))
            inventory.blobs.append(
                BlobRecord(
                    root: index, path: path, location: .range(root: index, offset: 0, byteCount: .max),
                    expectedByteCount: file.isStandardInput ? 0 : file.path.fileByteCount ?? 0))
            inventory.claims.append(Claim(.intactStream, about: index, at: Place(path)))
        }
        let pace = readingPace(cancellation)
        if let index = files.firstIndex(where: { $0.isStandardInput }) {
            readStandardInput(index, of: &inventory, pace, cancellation, progress, start: start)
        }
        let store = paced(BlobStore(roots: files.map { .file($0.path) }), pace)
        let run = BlobRun(
            self, opener: store, cancellation: cancellation, progress: progress, start: start, trace: trace)
        run.add(inventory, requests: Self.digestRequests(inventory))
        guard var judged = run.next(isEnd: true, findingByteCount: FindingList.standardByteCount) else {
            preconditionFailure("what was added is judged")
        }
        judged.findings.finish()
        judged.findings.sort()
        // The first error of each file.
        var errors: [RootIndex: Finding] = [:]
        for located in judged.findings
        where located.finding.severity == .error && errors[located.finding.root] == nil {
            errors[located.finding.root] = located.finding
        }
        var records = files.indices.map { Self.record(files[$0].description, judged.facts[$0], errors[$0]) }
        if chaining == .layersOfOneImage {
            var chain: ContentDigest?
            for index in records.indices {
                guard let diffID = records[index].diffID else { break }
                chain = ChainID.next(parent: chain, diffID: diffID)
                records[index].chainID = chain
            }
        }
        return LayerDigestReport(records: records, seconds: (clock.now - start).seconds)
    }

    private static func digestRequests(_ inventory: Inventory) -> [BlobRequest] {
        inventory.blobs.enumerated().compactMap { index, blob in
            // The facts of standard input are known already.
            guard blob.facts == nil else { return nil }
            return BlobRequest(
                blob: index, location: blob.location, expectedByteCount: blob.expectedByteCount,
                digestAlgorithms: [.sha256], diffIDAlgorithms: [.sha256])
        }
    }

    private static func record(_ path: String, _ facts: BlobFacts?, _ finding: Finding?) -> LayerDigestRecord {
        var record = LayerDigestRecord(path: path, finding: finding)
        guard let facts, facts.reading == .complete else { return record }
        record.size = facts.byteCount
        record.digest = facts.digests.first
        record.compression = facts.compression
        if let stream = facts.uncompressed, let diffID = stream.digests.first {
            record.uncompressedSize = stream.byteCount
            record.diffID = diffID
        }
        record.outcome = finding?.outcome ?? (record.diffID == nil ? .undetermined : .verified)
        return record
    }
}
