// layerverify: the expected digests of images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// The expected digests. Every selected image must have one of them, and each of them must be found.
///
/// An image has the digests of its manifest and of each index that leads to it from `index.json`. Each of them fixes
/// all bytes of the image, since the run checks every digest below it. An image that `manifest.json` of a docker-save
/// archive lists also has its image ID, the digest of its config, which fixes the layers by their diffIDs.
package struct ExpectedDigests: Sendable {
    package let digests: [ContentDigest]
    /// Whether the run compares the digests in descriptors with the bytes. If not, they are compared here.
    package let areClaimsChecked: Bool

    package init(_ digests: [ContentDigest], areClaimsChecked: Bool) {
        var seen: Set<ContentDigest> = []
        self.digests = digests.filter { seen.insert($0).inserted }
        self.areClaimsChecked = areClaimsChecked
    }

    /// The algorithms with which documents are hashed in addition to those of their descriptors.
    var algorithms: [DigestAlgorithm] {
        DigestAlgorithm.allCases.filter { digests.compactMap(\.algorithm).contains($0) }
    }
}

/// The state of the comparison with the expected digests.
struct DigestCheck {
    /// The expected digests that were found.
    fileprivate var found: Set<ContentDigest> = []
    /// Whether an image of a root that has ended has none of them, or a digest that could not be compared.
    fileprivate var hasUnexpected = false
    fileprivate var hasOpen = false
    /// The images of the current root that have one, and those with a digest that could not be compared.
    fileprivate var matching: Set<Int> = []
    fileprivate var open: Set<Int> = []
    /// The digest in the `index.json` entry of each image.
    fileprivate var topDigests: [Int: ContentDigest] = [:]
    /// The images that manifest.json of a docker-save archive lists.
    fileprivate var dockerImages: Set<Int> = []

    /// Keeps what a later root needs.
    fileprivate mutating func endRoot() {
        hasOpen = hasOpen || !open.isEmpty
        matching = []
        open = []
        topDigests = [:]
        dockerImages = []
    }

    fileprivate enum Comparison {
        case equal
        case different
        /// The bytes were not hashed by that algorithm.
        case open
    }
}

extension InventoryBuilder {
    /// Compares the digest of an index entry, which led to `images`, with the expected ones.
    mutating func compareDigest(of descriptor: Descriptor, leadingTo images: [Int], in tree: any ImageTree) {
        // What is absent was not compared with anything.
        guard let expected = selection.expectedDigests, !images.isEmpty else { return }
        let blobs = blobs(
            at: LayoutWalk.path(of: descriptor.digest), in: tree, expectedByteCount: descriptor.size ?? 0)
        for digest in expected.digests {
            switch comparison(of: digest, claimed: descriptor.digest, blobs) {
            case .equal:
                run.digestCheck.found.insert(digest)
                run.digestCheck.matching.formUnion(images)
            case .open: run.digestCheck.open.formUnion(images)
            case .different: break
            }
        }
        // The entry of index.json is the last call for each image.
        for image in images { run.digestCheck.topDigests[image] = descriptor.digest }
    }

    /// Compares the image ID of an image that manifest.json lists with the expected digests.
    ///
    /// - Parameter isPartial: whether the archive has an image layout as well, and the image is not known to be in it.
    mutating func compareImageID(
        _ imageID: ContentDigest?, config blobs: [BlobIndex], of image: Int, isPartial: Bool
    ) {
        guard let expected = selection.expectedDigests else { return }
        run.digestCheck.dockerImages.insert(image)
        if isPartial { run.digestCheck.open.insert(image) }
        for digest in expected.digests {
            guard let imageID, digest.algorithm == .sha256 else {
                run.digestCheck.open.insert(image)
                continue
            }
            switch comparison(of: digest, claimed: imageID, blobs) {
            case .equal:
                run.digestCheck.found.insert(digest)
                run.digestCheck.matching.insert(image)
            case .open: run.digestCheck.open.insert(image)
            case .different: break
            }
        }
    }

    private func comparison(
        of expected: ContentDigest, claimed: ContentDigest, _ blobs: [BlobIndex]
    ) -> DigestCheck.Comparison {
        let isAlike = expected.algorithmName == claimed.algorithmName
        if isAlike, expected != claimed { return .different }
        if isAlike, selection.expectedDigests?.areClaimsChecked == true { return .equal }
        guard !blobs.isEmpty else { return .open }
        for blob in blobs {
            guard let facts = facts(of: blob), facts.reading == .complete, let actual = facts.digest(like: expected)
            else { return .open }
            // Bytes that do not have the claimed digest are a finding of the claim.
            guard isAlike || actual == expected else { return .different }
        }
        return .equal
    }

    // Findings

    /// Adds findings about images of the current root without an expected digest.
    mutating func noteUnexpectedDigests() {
        guard let expected = selection.expectedDigests else { return }
        let list = NearestNames.list(expected.digests.map(\.description), nearestTo: [])
        for image in inventory.images.indices where !run.digestCheck.matching.contains(image) {
            run.digestCheck.hasUnexpected = true
            noteUnexpectedDigest(of: image, expected: list)
        }
        run.digestCheck.endRoot()
    }

    /// Adds findings about expected digests that no root has.
    ///
    /// - Parameter isOver: whether the run was interrupted, so that further images may exist.
    package mutating func noteMissingDigests(isOver: Bool) {
        guard let expected = selection.expectedDigests, run.count > 0 else { return }
        defer { root = run.count - 1 }
        // The finding would add nothing: each image was found to have another digest.
        guard !run.digestCheck.hasUnexpected || !run.digestCheck.found.isEmpty else { return }
        // A digest that was not found may be in a part that was not read or not selected.
        let isComplete =
            !isOver && areRootsWhole && !run.digestCheck.hasOpen && !run.hasUndetermined
            && inventory.findings.allSatisfy { $0.finding.outcome != .undetermined }
        root = run.count
        for digest in expected.digests where !run.digestCheck.found.contains(digest) {
            var finding = Finding(
                .expectedDigestMissing, "no image has the expected digest \(digest)", at: Place(""),
                expected: digest.description)
            if !isComplete {
                finding.outcome = .undetermined
                finding.message += " among those that could be examined"
            }
            add(finding)
        }
    }

    private mutating func noteUnexpectedDigest(of image: Int, expected: String) {
        let record = inventory.images.withoutLists(image)
        let top = run.digestCheck.topDigests[image]
        let isDocker = run.digestCheck.dockerImages.contains(image)
        let actual = top ?? record.imageID
        // An image of which one view could not be read, or was not selected, may have a digest in that view.
        guard let actual, !run.digestCheck.open.contains(image), current.notes.isComplete else {
            add(
                Finding(
                    .claimUnchecked, "the image has no digest that could be compared with the expected one",
                    at: record.place, digest: record.manifestDigest, expected: expected, actual: actual?.description),
                image: image)
            return
        }
        let what = top == nil ? "image ID" : "digest"
        var finding = Finding(
            .digestUnexpected, "the image has another \(what) than expected", at: record.place,
            digest: record.manifestDigest ?? record.imageID, expected: expected, actual: actual.description)
        if top == nil {
            finding.hint =
                "the archive has no manifest, so the image ID, which is the digest of the config, is compared"
        } else if !isDocker, let imageID = record.imageID, selection.expectedDigests?.digests.contains(imageID) == true
        {
            finding.hint = "the digest given is the image ID; give that of the manifest or index"
        }
        add(finding, image: image)
    }
}
