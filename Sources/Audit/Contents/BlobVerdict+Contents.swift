// layerverify: the verdict on what is in a layer.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension BlobVerdict {
    /// The faults of the tar in a layer, one for each kind; empty if the claim is not about a layer of an image.
    ///
    /// The same for each claim about the layer, so that it is reported once for each place in an image.
    func contentsFindings(for claim: Claim) -> [Finding] {
        guard let contents = facts.uncompressed?.contents, !contents.faults.isEmpty,
            let image = claim.image, let layer = claim.layer,
            let role = LayerRole(image: image, layer: layer, in: judge.inventory)
        else { return [] }
        return LayerFault.firstOfEachKind(contents.faults).compactMap { fault in
            guard role.counts(fault) else { return nil }
            // Of wrong bytes it is enough to know what they would break.
            let cause = summary.causeOfContents
            guard cause == nil || fault.severity == .refute else { return nil }
            var finding = Finding(
                fault, about: subject(of: claim), at: Place(judge.inventory.blobs[blob].path), blob: blob)
            finding.follows = cause
            return finding
        }
    }
}

/// What a layer is to its image: which faults of its tar count.
struct LayerRole {
    private let isOfWindows: Bool

    /// Nil for a blob of something other than an image, whose bytes may be anything, and for one of another type than a
    /// layer's.
    init?(image: Int, layer: Int, in inventory: Inventory) {
        self.init(image: inventory.images.withoutLists(image), inventory.images.layer(layer, of: image))
    }

    init?(image: ImageRecord, _ layer: LayerRecord?) {
        guard image.kind == .image, let layer, layer.mediaType?.isLayer ?? true else { return nil }
        isOfWindows = image.platform?.os == "windows"
    }

    /// Layers for Windows are tars with other names and attributes.
    func counts(_ fault: LayerFault) -> Bool { !isOfWindows || fault.kind.scope == .archive }

    /// Whether the rules for layers on top of each other apply.
    var isStacked: Bool { !isOfWindows }
}

extension LayerFault {
    /// What the layer is instead of a tar, by its first bytes; nil if they tell nothing.
    fileprivate var builderFault: String? {
        guard kind == .notATar else { return nil }
        func begins(_ bytes: [UInt8]) -> Bool { other.starts(with: bytes) }
        let first = other.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") { return "a JSON document was pushed as a layer" }
        if begins([0x1f, 0x8b]) || begins([0x28, 0xb5, 0x2f, 0xfd]) || begins([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])
            || begins(Array("BZh".utf8))
        {
            return "the layer was compressed twice: what it decodes to is compressed again"
        }
        if first == UInt8(ascii: "<") {
            return "a web page or XML document was pushed as a layer, perhaps an error of a proxy"
        }
        if begins(Array("PK\u{3}\u{4}".utf8)) { return "a zip archive was pushed as a layer" }
        if begins([0x7f] + Array("ELF".utf8)) { return "a program was pushed as a layer" }
        return nil
    }
}

extension Finding {
    /// The finding about a fault in the tar of a layer.
    ///
    /// - Parameters:
    ///   - layer: the subject, such as `layer 2`.
    ///   - place: the blob.
    init(_ fault: LayerFault, about layer: String, at place: Place, blob: BlobIndex?) {
        let rule = fault.kind.rule
        self.init(rule.code, fault.message(about: layer), at: place, blob: blob)
        actual = fault.path.isEmpty ? "byte \(fault.headerOffset)" : LayerFault.text(fault.path)
        if severity != .note { hint = fault.builderFault ?? rule.reason.filter { $0 != "`" } }
    }
}
