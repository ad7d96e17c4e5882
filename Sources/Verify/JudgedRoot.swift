// layerverify: the verdict on one image store.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerModel
internal import LayerPipeline

/// An image store whose blobs were read and compared with the claims about them.
struct JudgedRoot {
    let inventory: Inventory
    let facts: FactsList
    /// All findings, not yet sorted.
    var findings: FindingList

    /// Judges an image store of which only the documents were read.
    init(documentsOf inventory: Inventory, findingByteCount: Int) {
        self.inventory = inventory
        facts = inventory.knownFacts
        findings = inventory.findings
        findings.maximumByteCount = findingByteCount
        Judge(inventory, facts: facts).addFindings(to: &findings, readsLayers: false)
        Consequences.mark(&findings, in: inventory, facts: facts)
    }

    /// Judges an image store whose blobs were read.
    ///
    /// - Parameters:
    ///   - reference: reads again what is refuted, or what the fast path could not decode.
    ///   - tables: checks tables of contents.
    ///   - findingByteCount: the limit in bytes for the findings.
    init(_ root: OpenRoot, confirming reference: ReferenceRun, tables: TOCRun, findingByteCount: Int) {
        inventory = root.inventory
        findings = inventory.findings
        findings.maximumByteCount = findingByteCount
        var judge = Judge(inventory, facts: root.takeFacts())
        let disagreements = Self.confirm(root.takeRequests { judge.wantsReference($0) }, reference, &judge)
        judge.addFindings(to: &findings)
        tables.addFindings(judge, to: &findings)
        for finding in disagreements {
            findings.append(
                findings.intern(finding.finding), root: finding.finding.root, image: finding.image,
                layer: finding.layer, order: .max)
        }
        Consequences.mergeTruncation(&findings)
        Consequences.mark(&findings, in: inventory, facts: judge.facts)
        facts = judge.facts
    }

    /// Reads doubtful blobs again with the reference decoders, one blob at a time in each job.
    ///
    /// Returns: a finding about each blob in which the reference path finds no fault.
    private static func confirm(
        _ requests: BlobRequests, _ reference: ReferenceRun, _ judge: inout Judge
    ) -> [LocatedFinding] {
        var disagreements: [LocatedFinding] = []
        let batchCount = 512
        for start in stride(from: 0, to: requests.count, by: batchCount) {
            let batch = (start..<min(start + batchCount, requests.count)).map { requests[$0] }
            let wereRefuted = batch.map { judge.isRefuted($0.blob) }
            for (request, read) in zip(batch, reference.facts(of: batch)) {
                let first = judge.facts[request.blob]
                let again = (first.map { $0.replaced(by: read) } ?? read).disputed(by: first?.uncompressed?.ending)
                judge.facts[request.blob] = again.merged(into: judge.inventory.blobs[request.blob].facts)
            }
            for (request, wasRefuted) in zip(batch, wereRefuted) where wasRefuted {
                if let finding = disagreement(about: request.blob, judge) { disagreements.append(finding) }
            }
        }
        return disagreements
    }

    /// The finding about a blob that the fast path refuted; nil if the reference path refutes it as well.
    private static func disagreement(about index: BlobIndex, _ judge: Judge) -> LocatedFinding? {
        guard let facts = judge.facts[index], facts.reading == .complete, !judge.isRefuted(index),
            !facts.isDisputedZstd
        else { return nil }
        let blob = judge.inventory.blobs[index]
        let claim = judge.firstClaim(about: index)
        var finding = Finding(
            .fastPathDisagrees,
            "the fast path refuted \(blob.path), the reference path finds nothing wrong with it",
            at: Place(blob.path),
            digest: facts.digests.first,
            hint: "LAYERVERIFY_DISABLE turns a fast path off; please report this with the output of --version")
        finding.root = blob.root
        return LocatedFinding(finding, image: claim?.image, layer: claim?.layer)
    }
}
