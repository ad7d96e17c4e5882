// layerverify: applying the selection.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A given path, and the image stores found there.
package struct SearchedPath: Sendable {
    package var path: String
    package var roots: [RootIndex]

    package init(path: String, roots: [RootIndex] = []) {
        self.path = path
        self.roots = roots
    }
}

extension InventoryBuilder {
    /// Whether an entry of a document of the current root is selected by reference, or no reference was given.
    func isSelected(_ place: Place) -> Bool { selection.selects(place, in: observer?.root ?? root) }

    /// Whether the index of an entry of the current root may lead to a selected image.
    func descends(into place: Place) -> Bool { selection.descends(into: place, in: observer?.root ?? root) }

    /// Records that a selected entry of the current root led to an image.
    mutating func noteSelected(at place: Place) {
        guard run.selectedReferences.count < selection.references.count else { return }
        run.selectedReferences.formUnion(selection.matches?.references(at: place, in: root) ?? [])
    }

    // Selections that match nothing

    /// Adds findings about references that matched nothing, and about paths at which nothing was selected.
    ///
    /// - Parameters:
    ///   - paths: the given paths.
    ///   - survey: lists the names or platforms that exist.
    package mutating func noteNothingSelected(at paths: [SearchedPath], _ survey: StoreSurvey) {
        let paths = paths.filter { !$0.roots.isEmpty }
        guard !selection.isEverything, !paths.isEmpty else { return }
        defer { root = max(0, run.count - 1) }
        let roots = paths.flatMap { $0.roots }
        let missing = selection.references.indices.filter { !run.selectedReferences.contains($0) }
        root = roots.count == 1 ? roots[0] : run.count
        var seen: Set<String> = []
        for reference in missing where seen.insert(selection.references[reference]).inserted {
            add(missingReference(reference, roots, isOnePath: paths.count == 1, survey))
        }
        // If no reference matched, the findings about the references explain it.
        guard selection.references.isEmpty || missing.count < selection.references.count else { return }
        for path in paths where run.withImages.isDisjoint(with: path.roots) {
            root = path.roots.count == 1 ? path.roots[0] : run.count
            add(nothingSelected(at: path, survey))
        }
    }

    /// Adds a finding to an image store whose names or digests could not all be read: other images may match the
    /// references.
    mutating func noteIncompleteRoot() {
        guard !watch.isOver, selection.matches?.incompleteRoots.contains(root) == true else { return }
        // The walk may have reported the same fault.
        guard !inventory.findings.contains(where: { $0.finding.outcome == .undetermined }) else { return }
        add(
            Finding(
                .blobUnreadable, "not all documents could be read when --ref was resolved: other images may match",
                at: Place("")))
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

    /// Adds the finding that the current root lists no image, if nothing else keeps it from being verified. An empty
    /// store would be "verified" otherwise.
    package mutating func noteNothingListed() {
        guard selection.isEverything, imagesOfRoot.isEmpty, current.notes.isVerifiable else { return }
        add(
            Finding(
                .nothingVerified, "the documents list no image: nothing was verified", at: Place(""),
                hint: "--allow-empty lets such an image store pass"))
    }

    // The number of images

    /// The identity of an image, independent of its location.
    enum ImageIdentity: Hashable {
        case manifest(ContentDigest)
        case config(ContentDigest)
        /// For an image without digests.
        case layers([String])
    }

    /// Counts the images of the current root. An image that was found several times counts once.
    mutating func noteImageIdentities() {
        for image in inventory.images.indices {
            guard run.imageIdentities.count < run.minimumImageCount else { return }
            let record = inventory.images.withoutLists(image)
            guard record.kind == .image else { continue }
            if let digest = record.manifestDigest {
                run.imageIdentities.insert(.manifest(digest))
            } else if let digest = record.imageID {
                run.imageIdentities.insert(.config(digest))
            } else {
                run.imageIdentities.insert(.layers(inventory.images.withoutNames(image).layers.map { $0.path }))
            }
        }
    }

    /// Adds the finding that all roots together have too few images.
    package mutating func noteTooFewImages() {
        let (minimum, count) = (run.minimumImageCount, run.imageIdentities.count)
        guard count < minimum, run.count > 0 else { return }
        defer { root = run.count - 1 }
        root = run.count
        add(
            Finding(
                .tooFewImages,
                "there must be \(minimum) different image\(minimum == 1 ? "" : "s"), "
                    + "\(count) \(count == 1 ? "was" : "were") found",
                at: Place(""), expected: "\(minimum)", actual: "\(count)"))
    }
}
