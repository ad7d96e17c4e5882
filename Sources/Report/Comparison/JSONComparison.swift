// layerverify: a comparison as JSON.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Writes the comparison of two images for programs, as `docs/json.md` describes it.
package struct JSONComparison {
    private let report: ComparisonReport

    package init(_ report: ComparisonReport) { self.report = report }

    /// Writes the document piece by piece.
    ///
    /// Throws: errors of `sink`, immediately.
    package func write<Failure: Error>(to sink: (String) throws(Failure) -> Void) throws(Failure) {
        var json = JSONText()
        json.open(nil, "{")
        JSONReport.writeHead(to: &json)
        json.member("outcome", report.outcome.rawValue)
        json.member("statement", ComparisonStatement(report).text)
        json.member("isDifferent", report.isDifferent)
        json.member("ignored", report.ignored.names)
        write("first", report.first, to: &json)
        write("second", report.second, to: &json)
        json.open("layers", "[")
        for layer in report.layers {
            json.open(nil, "{")
            json.member("relation", layer.relation.rawValue)
            json.member("moved", layer.isMoved)
            json.member("same", report.isSame(layer))
            write("first", layer.first, to: &json)
            write("second", layer.second, to: &json)
            json.member("message", layer.fault ?? layer.note)
            if let files = layer.files {
                try write(files, to: &json, sink)
            } else {
                json.member("files", nil as String?)
            }
            json.close("}")
            try json.pass(to: sink)
        }
        json.close("]")
        try write("config", report.config, to: &json, sink)
        try write("manifest", report.manifest, to: &json, sink)
        json.member("seconds", seconds: report.seconds)
        json.close("}")
        try json.flush(to: sink)
    }

    private func write(_ name: String, _ image: ComparedImage, to json: inout JSONText) {
        json.object(name) { json in
            json.member("path", image.path)
            json.member("form", image.form.rawValue)
            json.member("references", image.references)
            json.member("platform", image.platform?.description)
            json.member("imageID", image.imageID?.description)
            json.member("manifestDigest", image.manifestDigest?.description)
            json.member("troubles", image.troubles)
        }
    }

    private func write(_ name: String, _ layer: ComparedLayer?, to json: inout JSONText) {
        guard let layer else { return json.member(name, nil as String?) }
        json.object(name) { json in
            json.member("index", layer.index)
            json.member("digest", layer.digest?.description)
            json.member("diffID", layer.diffID?.description)
            json.member("mediaType", layer.mediaType?.description)
            json.member("compression", layer.compression?.rawValue)
            json.member("size", layer.byteCount)
            json.member("uncompressedSize", layer.uncompressedByteCount)
            json.member("createdBy", layer.createdBy)
        }
    }

    private func write<Failure: Error>(
        _ name: String, _ document: DocumentComparison, to json: inout JSONText,
        _ sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        json.open(name, "{")
        json.member("first", document.first?.description)
        json.member("second", document.second?.description)
        json.member("isWrittenDifferently", document.isEncodedDifferently)
        json.member("message", document.fault)
        json.open("members", "[")
        for member in document.members {
            json.object { json in
                json.member("pointer", member.pointer)
                json.member("first", member.first)
                json.member("second", member.second)
            }
            try json.pass(to: sink)
        }
        json.close("]")
        json.close("}")
    }

    private func write<Failure: Error>(
        _ files: FileComparison, to json: inout JSONText, _ sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        json.open("files", "{")
        json.member("firstCount", files.first.count)
        json.member("secondCount", files.second.count)
        json.member("added", files.counts.added)
        json.member("removed", files.counts.removed)
        json.member("changed", files.counts.changed)
        json.member("metadataOnly", files.counts.metadataOnly)
        json.member("headerOnly", files.counts.headerOnly)
        json.member("ignored", files.counts.ignored)
        json.member("movedEntries", files.movedCount)
        json.member("differsOutsideEntries", files.differsOutsideEntries)
        json.open("differences", "[")
        for difference in files.differences {
            write(difference, files, to: &json)
            try json.pass(to: sink)
        }
        json.close("]")
        json.close("}")
    }

    private func write(_ difference: EntryDifference, _ files: FileComparison, to json: inout JSONText) {
        let first = difference.first.map { files.first[$0] }
        let second = difference.second.map { files.second[$0] }
        guard let entry = second ?? first else { return }
        json.object { json in
            json.member("path", EntryText.plainPath(entry.path))
            if !EntryText.isUTF8(entry.path) { json.member("pathBytes", ContentDigest.hexadecimal(entry.path)) }
            json.member("change", first == nil ? "added" : second == nil ? "removed" : "changed")
            json.member("aspects", difference.aspects.names)
            write("first", first, to: &json)
            write("second", second, to: &json)
        }
    }

    private func write(_ name: String, _ entry: LayerEntry?, to json: inout JSONText) {
        guard let entry else { return json.member(name, nil as String?) }
        json.object(name) { json in
            json.member("type", EntryText.type(entry))
            json.member("mode", EntryText.mode(entry))
            json.member("uid", Int(entry.userID))
            json.member("gid", Int(entry.groupID))
            json.member("size", UInt64(max(0, entry.byteCount)))
            json.member("time", EntryText.time(entry, as: .dateTime))
            json.member("linkTarget", entry.linkTarget.isEmpty ? nil : EntryText.plainPath(entry.linkTarget))
            json.member("contentHash", entry.content.isEmpty ? nil : ContentDigest.hexadecimal(entry.content))
            json.member("xattrs", entry.attributes.map { EntryText.plainPath($0.name) })
            json.member("userName", EntryText.plainPath(entry.userName))
            json.member("groupName", EntryText.plainPath(entry.groupName))
            json.member("format", EntryText.format(entry))
        }
    }
}

extension EntryText {
    /// A name as it is, with U+FFFD in place of bytes that are not UTF-8.
    static func plainPath(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    static func isUTF8(_ bytes: [UInt8]) -> Bool { plainPath(bytes).utf8.elementsEqual(bytes) }
}
