// layerverify: two images, compared.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The result of comparing two images.
package struct ComparisonReport: Sendable {
    package var first: ComparedImage
    package var second: ComparedImage
    package var manifest = DocumentComparison()
    package var config = DocumentComparison()
    /// The layers of both images, base first: those of the second in its order, with removed ones before the layer that
    /// follows them in the first.
    package var layers: [LayerComparison] = []
    package var ignored: IgnoredDifferences = []
    /// Whether the layers were read. If not, they are compared by their claimed digests.
    package var readsLayers = true
    package var seconds = 0.0
    /// Whether the fast path and the reference path disagree on a blob.
    package var hasInternalError = false

    package init(_ first: ComparedImage, _ second: ComparedImage) {
        self.first = first
        self.second = second
    }

    /// What the comparison found.
    package enum Outcome: String, Hashable, Sendable {
        /// Nothing differs that counts.
        case same
        case different
        /// An image could not be read, is damaged, or is not one image: the comparison proves nothing.
        case trouble
    }

    package var outcome: Outcome {
        if hasTrouble { return .trouble }
        return isDifferent ? .different : .same
    }

    package var hasTrouble: Bool {
        !first.troubles.isEmpty || !second.troubles.isEmpty || manifest.fault != nil || config.fault != nil
            || layers.contains { $0.fault != nil }
    }

    /// Whether something differs that counts.
    package var isDifferent: Bool {
        !manifest.isSame || !config.isSame || layers.contains { !isSame($0) }
    }

    /// Whether nothing differs between two layers that counts.
    package func isSame(_ layer: LayerComparison) -> Bool {
        guard !layer.isMoved else { return false }
        switch layer.relation {
        case .identical: return true
        case .recompressed: return ignored.contains(.compression)
        case .different: return layer.files?.isSame ?? false
        case .added, .removed: return false
        }
    }

    /// The numbers of all entries that differ.
    package var counts: DifferenceCounts {
        layers.reduce(into: DifferenceCounts()) { counts, layer in
            if let files = layer.files { counts.add(files.counts) }
        }
    }
}

/// One of two images that are compared.
package struct ComparedImage: Hashable, Sendable {
    /// The path as it was given.
    package var path: String
    package var form: ImageForm = .unknown
    package var references: [String] = []
    package var platform: Platform?
    package var imageID: ContentDigest?
    package var manifestDigest: ContentDigest?
    package var layerCount = 0
    /// The reasons for which the image cannot be trusted or compared: lines of the form `message [code]`.
    package var troubles: [String] = []
    /// Whether exactly one image was found.
    package var isChosen = false
    /// Whether the run ended before the image was read.
    package var isInterrupted = false

    package init(path: String) { self.path = path }
}
