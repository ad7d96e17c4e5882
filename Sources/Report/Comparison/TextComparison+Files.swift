// layerverify: files that differ, as text.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

extension TextComparison {
    /// Writes how many entries of two layers differ, and some of them, or all.
    mutating func writeFiles<Failure: Error>(
        _ files: FileComparison, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        for line in summary(of: files) { page.line("      " + page.paint(line, .faint)) }
        let limit = isWhole ? Int.max : Self.shownCount
        var shownCount = 0
        // Files that are not the same come first, metadata after them.
        for isSubstance in [true, false] {
            for difference in files.differences {
                guard shownCount < limit else { break }
                let isNew = difference.aspects.isEmpty || !difference.aspects.isDisjoint(with: .substance)
                guard isNew == isSubstance else { continue }
                writeDifference(difference, files)
                shownCount += 1
                try page.pass(to: sink)
            }
        }
        writeMore(files.differences.count - shownCount, "entry", "entries", indent: 6)
    }

    private func summary(of files: FileComparison) -> [String] {
        var lines: [String] = []
        let counts = files.counts
        var parts: [String] = []
        if counts.changed > 0 { parts.append("\(counts.changed) changed") }
        if counts.added > 0 { parts.append("\(counts.added) added") }
        if counts.removed > 0 { parts.append("\(counts.removed) removed") }
        if counts.metadataOnly > 0 { parts.append("\(counts.metadataOnly) in metadata only") }
        if counts.headerOnly > 0 { parts.append("\(counts.headerOnly) in the header only") }
        if !parts.isEmpty {
            lines.append(
                "\(HumanUnits.count(files.second.count, "entry", "entries")), of them " + parts.joined(separator: ", "))
        }
        if files.movedCount > 0 {
            let path = files.firstMoved.map { ", such as " + EntryText.path($0) } ?? ""
            lines.append(
                "another order: \(HumanUnits.count(files.movedCount, "entry", "entries")) at another place\(path)")
        }
        if files.differsOutsideEntries {
            let (one, other) = (files.first.endByteCount, files.second.endByteCount)
            let sizes = one == other ? "" : ": \(one) → \(other) bytes after the last entry"
            lines.append("another padding or end of the tar\(sizes)")
        }
        return lines
    }

    private mutating func writeDifference(_ difference: EntryDifference, _ files: FileComparison) {
        switch (difference.first, difference.second) {
        case (nil, let place?): writeEntry(files.second[place], mark: "+")
        case (let place?, nil): writeEntry(files.first[place], mark: "-")
        case (let one?, let other?):
            let change = EntryChange(first: files.first[one], second: files.second[other], aspects: difference.aspects)
            page.line("      " + paint("!", "!") + " \(EntryText.path(change.second.path))  \(change.text)")
        case (nil, nil): break
        }
    }

    private mutating func writeEntry(_ entry: LayerEntry, mark: String) {
        var text = EntryText.path(entry.path)
        switch entry.typeFlag {
        case UInt8(ascii: "5"): text += "/"
        case UInt8(ascii: "1"), UInt8(ascii: "2"): text += " → " + VisibleText.escaping(entry.linkTarget)
        default: if entry.byteCount > 0 { text += "  \(HumanUnits.bytes(UInt64(entry.byteCount)))" }
        }
        if let hidden = Self.hidden(by: entry.path) { text += "  " + page.paint("(hides \(hidden))", .faint) }
        page.line("      " + paint(mark, mark) + " " + text)
    }

    /// What a whiteout hides of the layers below; nil for another entry. Spec: OCI image-spec v1.1.1 layer.md §Whiteouts.
    private static func hidden(by path: [UInt8]) -> String? {
        let start = path.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
        let (mark, opaque) = (Array(".wh.".utf8), Array(".wh..wh..opq".utf8))
        guard path[start...].starts(with: mark) else { return nil }
        if path[start...].elementsEqual(opaque) {
            return "what other layers have in " + EntryText.path(Array(path[..<max(0, start - 1)]))
        }
        return EntryText.path(Array(path[..<start] + path[start...].dropFirst(mark.count)))
    }
}
