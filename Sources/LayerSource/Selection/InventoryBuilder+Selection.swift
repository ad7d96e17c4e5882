// layerverify: what is selected, and what of it is not there.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A path that the user gave, and the image stores found there.
package struct SearchedPath: Sendable {
    package var path: String
    package var roots: [RootIndex]

    package init(path: String, roots: [RootIndex] = []) {
        self.path = path
        self.roots = roots
    }
}

extension InventoryBuilder {
    /// Whether an entry of a document of the present root is selected by reference, or everything is.
    func isSelected(_ place: Place) -> Bool { selection.selects(place, in: observer?.root ?? root) }

    /// Whether the index that an entry of the present root leads to may lead to a selected image.
    func descends(into place: Place) -> Bool { selection.descends(into: place, in: observer?.root ?? root) }

    /// Notes that a selected entry of the present root led to an image.
    mutating func noteSelected(at place: Place) {
        guard selectedReferences.count < selection.references.count else { return }
        selectedReferences.formUnion(selection.matches?.references(at: place, in: root) ?? [])
    }

    // What is not there

    /// Says which of the references led to nothing, and at which paths nothing was selected at all.
    ///
    /// - Parameters:
    ///   - paths: those that the user gave.
    ///   - survey: is asked what there is in place of it.
    package mutating func noteNothingSelected(at paths: [SearchedPath], _ survey: StoreSurvey) {
        let paths = paths.filter { !$0.roots.isEmpty }
        guard !selection.isEverything, !paths.isEmpty else { return }
        defer { root = max(0, inventory.roots.count - 1) }
        noteIncompleteRoots()
        let roots = paths.flatMap { $0.roots }
        let missing = selection.references.indices.filter { !selectedReferences.contains($0) }
        root = roots.count == 1 ? roots[0] : inventory.roots.count
        var seen: Set<String> = []
        for reference in missing where seen.insert(selection.references[reference]).inserted {
            add(missingReference(reference, roots, isOnePath: paths.count == 1, survey))
        }
        // Where no reference matched anything, that is why.
        guard selection.references.isEmpty || missing.count < selection.references.count else { return }
        for path in paths where rootsWithImages.isDisjoint(with: path.roots) {
            root = path.roots.count == 1 ? path.roots[0] : inventory.roots.count
            add(nothingSelected(at: path, survey))
        }
    }

    /// Says of which image stores not all could be read that references are compared with: other images may match them.
    private mutating func noteIncompleteRoots() {
        guard let incomplete = selection.matches?.incompleteRoots, !incomplete.isEmpty else { return }
        // Where the walk has met the same fault, it said so.
        let undetermined = Set(
            inventory.findings.lazy.map { $0.finding }.filter { $0.outcome == .undetermined }.map { $0.root })
        for incomplete in incomplete where !undetermined.contains(incomplete) {
            root = incomplete
            add(
                Finding(
                    .blobUnreadable, "not all documents could be read when --ref was resolved: other images may match",
                    at: Place("")))
        }
    }

    private func missingReference(
        _ reference: Int, _ roots: [RootIndex], isOnePath: Bool, _ survey: StoreSurvey
    ) -> Finding {
        let text = selection.references[reference]
        let place = Place("")
        if let candidates = selection.matches?.ambiguous[reference] {
            let listed = NearestNames.list(candidates, nearestTo: [])
            return Finding(
                .referenceAmbiguous, "--ref \(text) is ambiguous: it matches \(candidates.count) digests", at: place,
                actual: listed, hint: "give more of the digest, or a whole name")
        }
        if let names = selection.matches?.otherNames[reference] {
            guard !names.isEmpty else {
                return Finding(
                    .nothingSelected, "the digest of --ref \(text) is here, but without a name to compare", at: place,
                    hint: "give the digest alone: the image store does not say what the image is called")
            }
            return Finding(
                .nothingSelected, "the digest of --ref \(text) is present, but under other names", at: place,
                actual: NearestNames.list(names, nearestTo: [text]))
        }
        if let platform = selection.platform, selection.matches?.isMatched(reference) == true {
            return Finding(
                .nothingSelected, "no image that matches --ref \(text) is for \(platform)", at: place,
                actual: Self.listed(survey.platforms(in: roots, selection)))
        }
        let end = isOnePath ? "" : " at any of the paths"
        return Finding(
            .nothingSelected, "no image matches --ref \(text)\(end)", at: place,
            actual: Self.listed(survey.names(in: roots, nearestTo: text)))
    }

    private func nothingSelected(at path: SearchedPath, _ survey: StoreSurvey) -> Finding {
        let these = path.roots.count == 1 ? "here" : "below \(path.path)"
        let references = selection.references.map { "--ref \($0)" }.joined(separator: " or ")
        guard let platform = selection.platform else {
            return Finding(
                .nothingSelected, "none of the images \(these) matches \(references)", at: Place(""),
                actual: Self.listed(survey.names(in: path.roots, nearestTo: selection.references.first ?? "")))
        }
        let which = references.isEmpty ? "" : " that match \(references)"
        let platforms = survey.platforms(in: path.roots, selection)
        guard platforms.isEmpty, !references.isEmpty else {
            return Finding(
                .nothingSelected, "none of the images \(these)\(which) is for \(platform)", at: Place(""),
                actual: Self.listed(platforms))
        }
        return Finding(
            .nothingSelected, "none of the images \(these) matches \(references)", at: Place(""),
            actual: Self.listed(survey.names(in: path.roots, nearestTo: selection.references.first ?? "")))
    }

    private static func listed(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// Says that the present root lists no image, if nothing else keeps it from being verified. Without this the verdict would
    /// be "verified", of nothing.
    package mutating func noteNothingListed() {
        guard selection.isEverything, imagesOfRoot.isEmpty, isRootVerifiable else { return }
        add(
            Finding(
                .nothingVerified, "the documents list no image: nothing was verified", at: Place(""),
                hint: "--allow-empty lets such an image store pass"))
    }

    // How many there are

    /// What tells one image from another, wherever it lies.
    private enum ImageIdentity: Hashable {
        case manifest(ContentDigest)
        case config(ContentDigest)
        /// Of an image without digests.
        case layers([String])
    }

    /// Says that fewer images were found at all paths together than there must be. An image that was found several times
    /// counts once.
    package mutating func noteTooFewImages(minimum: Int) {
        guard minimum > 0, !inventory.roots.isEmpty else { return }
        var images: Set<ImageIdentity> = []
        for image in inventory.images.indices {
            let record = inventory.images.withoutLists(image)
            guard record.kind == .image else { continue }
            if let digest = record.manifestDigest {
                images.insert(.manifest(digest))
            } else if let digest = record.imageID {
                images.insert(.config(digest))
            } else {
                images.insert(.layers(inventory.images.withoutNames(image).layers.map { $0.path }))
            }
            guard images.count < minimum else { return }
        }
        let count = images.count
        defer { root = inventory.roots.count - 1 }
        root = inventory.roots.count
        add(
            Finding(
                .tooFewImages,
                "there must be \(minimum) different image\(minimum == 1 ? "" : "s"), "
                    + "\(count) \(count == 1 ? "was" : "were") found",
                at: Place(""), expected: "\(minimum)", actual: "\(count)"))
    }
}
