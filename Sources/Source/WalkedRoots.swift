// layerverify: what a run keeps of its roots.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// What is kept of all roots so far, for findings about the whole run and for its limits.
struct WalkedRoots {
    /// The number of roots that were begun.
    private(set) var count = 0
    /// The number of documents that were parsed for earlier roots, and the bytes that these leave in the report.
    private(set) var documentCount = 0
    private(set) var reportByteCount = 0
    /// False once an earlier root was not read completely.
    private(set) var areComplete = true
    /// Whether a finding of a root that has ended is undetermined; not known if no digest is expected.
    private(set) var hasUndetermined = false
    /// The indexes in the selection of the references that matched, and the roots in which anything was selected.
    var selectedReferences: Set<Int> = []
    var withImages: Set<RootIndex> = []
    /// The different images so far, up to `minimumImageCount`.
    var imageIdentities: Set<InventoryBuilder.ImageIdentity> = []
    let minimumImageCount: Int
    /// The state of the comparison with expected digests.
    var digestCheck = DigestCheck()

    init(minimumImageCount: Int) { self.minimumImageCount = minimumImageCount }

    /// Begins a root after `earlier`, the one before.
    mutating func begin(after earlier: CurrentRoot) {
        count += 1
        areComplete = areComplete && earlier.notes.isComplete
        documentCount += earlier.budget.documentCount
    }

    /// Counts the inventory of a root that has ended.
    mutating func end(_ inventory: Inventory, expectsDigests: Bool) {
        reportByteCount += inventory.reportedByteCount
        guard expectsDigests, !hasUndetermined else { return }
        hasUndetermined = inventory.findings.contains { $0.finding.outcome == .undetermined }
    }
}
