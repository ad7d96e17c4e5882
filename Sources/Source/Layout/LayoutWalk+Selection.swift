// layerverify: the selected entries of indexes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension LayoutWalk {
    /// Whether an entry is selected, or may lead to one that is.
    func isWanted(_ parsed: ParsedDescriptor, _ context: Context, _ builder: InventoryBuilder) -> Bool {
        let selection = builder.selection
        guard !selection.isEverything, let descriptor = parsed.descriptor else { return true }
        switch descriptor.mediaType.kind {
        // A nested index may have the digest of a reference.
        case .index: return context.isNamed || builder.descends(into: parsed.place)
        default:
            // Tools that know nothing of attestations select an entry by its platform alone.
            return context.isNamed
                && !(context.isAttestation && descriptor.platform == nil && selection.platform != nil)
                && selection.accepts(descriptor.platform)
        }
    }

    /// Records the images that an entry led to.
    func note(
        _ images: [Int], by descriptor: Descriptor, _ context: Context, _ builder: inout InventoryBuilder
    ) {
        if builder.observer != nil { return observe(descriptor, context, images, &builder) }
        if !images.isEmpty { builder.noteSelected(at: context.place) }
        builder.compareDigest(of: descriptor, leadingTo: images, in: tree)
    }

    /// Whether a walk follows an entry. A survey goes only as deep as necessary.
    func isFollowed(_ descriptor: Descriptor, _ observer: StoreSurvey.Observer?) -> Bool {
        switch observer?.depth {
        case .names: false
        case .indexes: descriptor.mediaType.kind == .index
        case .images, nil: true
        }
    }

    /// Passes an entry to a survey. Only names in `index.json` select entries.
    func observe(
        _ descriptor: Descriptor, _ context: Context, _ images: [Int], _ builder: inout InventoryBuilder
    ) {
        let isTop = indexesAbove.isEmpty
        var entry = SelectableEntry(
            view: .layout, place: context.place, way: entriesAbove, names: isTop ? context.references : [],
            inheritedNames: isTop ? [] : context.references, digest: descriptor.digest, platform: context.platform)
        if descriptor.mediaType.kind == .manifest, let image = images.first {
            let record = builder.inventory.images.withoutLists(image)
            entry.imageID = record.imageID
            entry.platform = record.platform
        }
        builder.observer?.note(entry)
    }
}
