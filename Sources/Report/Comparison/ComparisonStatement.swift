// layerverify: the result of a comparison in one sentence.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Says in one sentence in what two images differ: the answer to "why is my build not reproducible".
package struct ComparisonStatement {
    private let report: ComparisonReport
    private let counts: DifferenceCounts
    /// The pairs of layers that differ in something that counts.
    private let different: [LayerComparison]

    package init(_ report: ComparisonReport) {
        self.report = report
        counts = report.counts
        different = report.layers.filter { $0.relation == .different && !report.isSame($0) }
    }

    /// The sentence, without a full stop.
    package var text: String {
        switch report.outcome {
        case .same: return "same: " + sameness
        case .different: return "different: " + differences.joined(separator: "; ")
        case .trouble:
            let known = report.isDifferent ? "; as far as they were read: " + differences.joined(separator: "; ") : ""
            if report.first.isInterrupted || report.second.isInterrupted {
                return "not compared: the run was interrupted" + known
            }
            return "not comparable: \(troubled)" + known
        }
    }

    private var troubled: String {
        let images = [("the first", report.first), ("the second", report.second)]
        let parts = images.filter { !$0.1.troubles.isEmpty }.map { name, image in
            image.isChosen
                ? "\(name) image is damaged or cannot be read" : "\(name) path does not lead to exactly one image"
        }
        return parts.isEmpty ? "a part of an image cannot be read" : parts.joined(separator: "; ")
    }

    private var sameness: String {
        if let digest = report.first.manifestDigest, digest == report.second.manifestDigest {
            guard report.readsLayers else { return "one manifest (layers were not read)" }
            let layers = report.layers.allSatisfy(\.isKnown) ? "every layer" : "every layer that is there"
            return "one manifest, and \(layers) has the bytes that it claims"
        }
        var text = "config and layers are equal"
        if report.first.manifestDigest == nil || report.second.manifestDigest == nil {
            text += ", and \(report.first.manifestDigest == nil ? "the first" : "the second") image has no manifest"
        }
        if !report.ignored.isEmpty { text = "nothing differs but what is ignored (" + ignored + ")" }
        return text + (report.readsLayers ? "" : "; layers were not read")
    }

    private var ignored: String { report.ignored.names.joined(separator: ", ") }

    private var differences: [String] {
        var parts = fileParts
        let recompressed = report.layers.count { $0.relation == .recompressed && !report.isSame($0) }
        if recompressed > 0 {
            let isAll = parts.isEmpty && report.layers.allSatisfy { [.identical, .recompressed].contains($0.relation) }
            let verb = recompressed == 1 ? "is" : "are"
            parts.append(
                (isAll ? "the same files; " : "")
                    + "\(HumanUnits.count(recompressed, "layer")) \(verb) compressed differently")
        }
        let moved = report.layers.count { $0.isMoved }
        if moved > 0 { parts.append("\(HumanUnits.count(moved, "layer")) at another position") }
        for (relation, word) in [(LayerComparison.Relation.added, "added"), (.removed, "removed")] {
            let count = report.layers.count { $0.relation == relation }
            if count > 0 { parts.append("\(HumanUnits.count(count, "layer")) \(word)") }
        }
        if parts.isEmpty, !report.layers.isEmpty { parts.append("the same layers") }
        parts += documentParts
        return parts
    }

    // Files

    private var fileParts: [String] {
        guard !different.isEmpty else { return [] }
        var parts: [String] = []
        let compared = different.filter { $0.files != nil }
        let place = "in \(HumanUnits.count(compared.count, "layer"))"
        let substance = counts.added + counts.removed + counts.changed
        let isOnlyLayer = report.layers.allSatisfy { ![.added, .removed].contains($0.relation) }
        if substance > 0 {
            parts.append("other files \(place): " + fileCounts)
        } else if counts.metadataOnly > 0 {
            let intro = isOnlyLayer ? "the same files" : "the same files in the layers that both have"
            parts.append("\(intro), but other \(metadata(counts.aspects)) of \(entries(counts.metadataOnly)) \(place)")
        } else if counts.headerOnly > 0 {
            parts.append("the same files, but other tar headers of \(entries(counts.headerOnly)) \(place)")
        }
        if substance + counts.metadataOnly > 0, counts.headerOnly > 0 {
            parts.append("other tar headers of \(entries(counts.headerOnly)) more")
        }
        let moved = compared.count { ($0.files?.movedCount ?? 0) > 0 }
        if moved > 0 {
            let intro = parts.isEmpty ? "the same files in another order" : "another order of entries"
            parts.append("\(intro) in \(HumanUnits.count(moved, "layer"))")
        }
        let ends = compared.count { $0.files?.differsOutsideEntries == true }
        if ends > 0 {
            let intro = parts.isEmpty ? "the same entries, but another padding or end" : "another padding or end"
            parts.append("\(intro) of the tar in \(HumanUnits.count(ends, "layer"))")
        }
        let unknown = different.count - compared.count
        if unknown > 0 {
            let verb = unknown == 1 ? "differs" : "differ"
            let rest = report.readsLayers ? ", whose files were not compared" : ""
            parts.append("\(HumanUnits.count(unknown, "layer")) \(verb)" + rest)
        }
        return parts
    }

    private var fileCounts: String {
        var parts: [String] = []
        if counts.changed > 0 { parts.append("\(counts.changed) changed") }
        if counts.added > 0 { parts.append("\(counts.added) added") }
        if counts.removed > 0 { parts.append("\(counts.removed) removed") }
        if counts.metadataOnly > 0 {
            parts.append("\(counts.metadataOnly) with other \(metadata(counts.aspects))")
        }
        return parts.joined(separator: ", ")
    }

    private func entries(_ count: Int) -> String { HumanUnits.count(count, "entry", "entries") }

    private func metadata(_ aspects: EntryAspects) -> String {
        let words: [(EntryAspects, String)] = [
            (.time, "times"), (.mode, "modes"), (.owner, "owners"), (.attributes, "extended attributes"),
        ]
        let present = words.filter { aspects.contains($0.0) }.map { $0.1 }
        guard present.count > 1 else { return present.first ?? "metadata" }
        return present.dropLast().joined(separator: ", ") + " and " + (present.last ?? "")
    }

    // Documents

    private var isRecompressed: Bool {
        report.layers.contains { $0.relation == .recompressed && !report.isSame($0) }
    }

    private var documentParts: [String] {
        [("config", report.config), ("manifest", report.manifest)].compactMap { name, document in
            if document.isEncodedDifferently {
                return "the \(name) is written differently (white space or order of members)"
            }
            guard !document.members.isEmpty else { return nil }
            var names: [String] = []
            // Another compression has another media type.
            for member in document.members where !(isRecompressed && member.pointer.hasPrefix("/layers/")) {
                let name = Self.shortName(member.pointer)
                if !names.contains(name) { names.append(name) }
            }
            guard !names.isEmpty else { return nil }
            let shown = names.prefix(4).joined(separator: ", ") + (names.count > 4 ? ", …" : "")
            return "the \(name) differs in \(shown)"
        }
    }

    /// The first member of a pointer that says something: `Env` of `/config/Env/1`.
    private static func shortName(_ pointer: String) -> String {
        let parts = pointer.split(separator: "/")
        guard let first = parts.first else { return "everything" }
        let name = parts.count > 1 && first == "config" ? parts[1] : first
        return VisibleText.escaping(String(name))
    }

    // Advice

    /// What makes builds differ in this way, and what helps. Empty if files differ in more than metadata: then the cause is there.
    package var advice: [String] {
        guard report.outcome == .different, counts.added + counts.removed + counts.changed == 0,
            !report.layers.contains(where: { [.added, .removed].contains($0.relation) })
        else { return [] }
        var advice: [String] = []
        let hasTimesInConfig = report.config.members.contains { $0.pointer.hasSuffix("/created") }
        if counts.aspects.contains(.time) {
            advice.append(
                "times: set SOURCE_DATE_EPOCH and use --output …,rewrite-timestamp=true (BuildKit), or --timestamp (buildah)"
            )
        } else if hasTimesInConfig {
            advice.append("times in the config: set SOURCE_DATE_EPOCH (BuildKit), or --timestamp (buildah)")
        }
        if report.layers.contains(where: { ($0.files?.movedCount ?? 0) > 0 }) {
            advice.append("order: give files to tar in a sorted order (tar --sort=name)")
        }
        if counts.aspects.contains(.owner) {
            advice.append("owners: give them as numbers (COPY --chown=0:0, tar --owner=0 --group=0 --numeric-owner)")
        }
        if counts.aspects.contains(.mode) {
            advice.append("modes: they follow the umask of the checkout; set them (COPY --chmod=…, tar --mode=…)")
        }
        if isRecompressed {
            advice.append(
                "compression: use the same tool, version and level, or compare with --ignore compression")
        }
        return advice
    }
}

extension LayerComparison {
    /// Both images have the layer. Layers that are not distributed need not be there.
    fileprivate var isKnown: Bool {
        [first, second].allSatisfy { $0.map { $0.hasClaimedDigest || $0.hasClaimedDiffID } ?? false }
    }
}
