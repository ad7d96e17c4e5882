// layerverify: the files of an image as the library gives them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerTree

/// The file system of one image: what an overlay mount of its layers shows, and what the layers hide.
///
/// ```swift
/// let files = await Verifier().readFiles(in: "alpine/")
/// try files.list("/etc") { print($0.path, $0.size ?? 0) }
/// ```
///
/// It is a snapshot. The layers were verified while they were read: look at ``outcome`` before you rely on the files.
///
/// Where runtimes differ, it is the result of the specification as containerd applies it: a layer is unpacked by itself, whiteouts
/// and opaque directories hide what is below, an opaque marker at the root hides nothing, and a directory without an entry of its
/// own leaves the attributes of the one below as they are.
public struct ImageFiles: Sendable {
    /// The verdict on the image.
    public let verification: Verification
    /// The image; nil if the options did not select exactly one. No layers were read then, and ``verification`` is about the
    /// documents.
    public let image: Verification.Image?
    /// Whether the options selected more than one image.
    public let hasSeveralImages: Bool
    /// Whether the files are those that the tables of contents of the layers list. The layers were not read, so nothing says that
    /// they have these files: ``outcome`` is never verified.
    public let isFromTables: Bool
    let layers: [Layer]

    struct Layer: Sendable {
        /// Nil if the layer was not read to its end, or has no table of contents that can be used.
        var tree: LayerTree?
        var bytes: LayerBytes?
        var history: String?
        /// About its table of contents.
        var troubles: [Trouble] = []
    }

    init(
        _ verification: Verification, image: Int?, layers: [Layer], isSeveral: Bool, isFromTables: Bool = false
    ) {
        self.isFromTables = isFromTables
        self.verification = verification
        self.image = image.map { verification.images[$0] }
        hasSeveralImages = isSeveral
        self.layers = layers
    }

    /// The number of layers.
    public var layerCount: Int { layers.count }

    /// The outcome of the verification, and of reading the files: refuted if a layer is not a tar that runtimes accept,
    /// undetermined if there is no image, or if not all files could be read.
    public var outcome: Verification.Outcome {
        guard image != nil else {
            return verification.outcome == .verified ? .undetermined : verification.outcome
        }
        var outcome = verification.report.outcome
        if isFromTables { outcome = outcome.joined(with: .undetermined) }
        for layer in layers {
            for trouble in layer.troubles { outcome = outcome.joined(with: trouble.outcome) }
            guard let tree = layer.tree else {
                outcome = outcome.joined(with: .undetermined)
                continue
            }
            if tree.fault != nil { outcome = outcome.joined(with: .refuted) }
            if hasReachedLimit { outcome = outcome.joined(with: .undetermined) }
        }
        return Verification.Outcome(outcome)
    }

    /// What keeps the listing from being complete, one line each: layers that are not tars or could not be read, and entries that
    /// make no file. Text from the image is escaped.
    public var problems: [String] {
        guard image != nil else { return [] }
        var lines: [String] = []
        if isFromTables {
            lines.append(
                "the files are those that tables of contents list: the layers were not read, and may have other files")
        }
        for (number, layer) in layers.enumerated() {
            lines += layer.troubles.map { TerminalText.escaped($0.message) }
            guard let tree = layer.tree else {
                guard layer.troubles.isEmpty else { continue }
                lines.append("layer \(number + 1) was not read to its end, so its files are not known")
                continue
            }
            switch tree.fault {
            case .notATar: lines.append("layer \(number + 1) is not a tar archive")
            case .invalid(let atByte):
                lines.append(
                    "layer \(number + 1): the tar is damaged at byte \(atByte); entries after it are not listed")
            case .cut(let atByte):
                lines.append("layer \(number + 1): the tar ends at byte \(atByte), in the middle of an entry")
            case nil: break
            }
            lines += Self.lines(about: tree.omissions, ofLayer: number + 1)
        }
        return lines
    }

    /// Whether the layers have more files than are kept in memory. Which ones are missing may depend on the order in which the
    /// layers were read, so none are listed.
    var hasReachedLimit: Bool { layers.contains { $0.tree?.omissions.hasReachedLimit == true } }

    private static func lines(about omissions: TreeOmissions, ofLayer number: Int) -> [String] {
        var lines = omissions.entries.map {
            "layer \(number): '\(TerminalText.shortened($0.name))' is not listed: \($0.reason.rawValue)"
        }
        let rest = omissions.count - omissions.entries.count
        if rest > 0 { lines.append("layer \(number): \(rest) more entries are not listed") }
        return lines
    }
}
