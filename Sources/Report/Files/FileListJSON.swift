// layerverify: lists of files as JSON.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// A JSON document with one line for each file.
struct FileListJSON: FileListWriter {
    private let image: ListedImage
    private var isFirst = true

    init(_ image: ListedImage) { self.image = image }

    mutating func begin(_ bytes: inout [UInt8]) {
        let record = image.record
        var head = JSONText()
        head.open(nil, "{")
        JSONReport.writeHead(to: &head)
        head.flush { bytes += $0.utf8 }
        var line = Members()
        line.add("references", "[" + record.references.map { JSONText.quoted($0) }.joined(separator: ", ") + "]")
        line.add("platform", record.platform.map { JSONText.quoted($0.description) })
        line.add("manifestDigest", record.manifestDigest.map { JSONText.quoted($0.description) })
        line.add("imageID", record.imageID.map { JSONText.quoted($0.description) })
        line.add("outcome", JSONText.quoted(image.outcome.rawValue))
        bytes += ",\n  \"source\": \"\(image.isFromTables ? "tables" : "layers")\"".utf8
        bytes += ",\n  \"image\": \(line.text),\n  \"layers\": [".utf8
        for (number, layer) in record.layers.enumerated() {
            var line = Members()
            line.add("number", "\(number + 1)")
            line.add("digest", layer.digest.map { JSONText.quoted($0.description) })
            line.add("diffID", layer.diffID.map { JSONText.quoted($0.description) })
            line.add("size", layer.size.map { "\($0)" })
            line.add("createdBy", layer.createdBy.map { JSONText.quoted($0) })
            bytes += "\(number == 0 ? "" : ",")\n    \(line.text)".utf8
        }
        bytes += "\(record.layers.isEmpty ? "" : "\n  ")],\n  \"files\": [".utf8
    }

    mutating func add(_ file: ListedFile, to bytes: inout [UInt8]) {
        var line = Members()
        line.add("path", JSONText.quoted(String(decoding: file.path, as: UTF8.self)))
        // What is not UTF-8 cannot be in JSON.
        if String(validating: file.path, as: UTF8.self) == nil { line.add("pathBytes", Self.hexadecimal(file.path)) }
        line.add("type", JSONText.quoted(file.kind.rawValue))
        line.add("layer", "\(file.layer + 1)")
        if let layer = file.hiddenBy { line.add("hiddenBy", "\(layer + 1)") }
        if let attributes = file.attributes {
            line.add("mode", JSONText.quoted(Self.octal(attributes.mode)))
            line.add("uid", "\(attributes.userID)")
            line.add("gid", "\(attributes.groupID)")
            line.add("mtime", Self.time(attributes).map { JSONText.quoted($0) })
            if attributes.hasExtendedAttributes { line.add("hasXattrs", "true") }
        }
        if let size = file.byteCount { line.add("size", "\(size)") }
        if let device = file.device { line.add("device", "[\(device.major), \(device.minor)]") }
        if let target = file.target { line.add("target", JSONText.quoted(String(decoding: target, as: UTF8.self))) }
        if let link = file.hardLink { line.add("hardLink", JSONText.quoted(String(decoding: link, as: UTF8.self))) }
        if let digest = file.sha256 { line.add("sha256", Self.hexadecimal(digest)) }
        if let offset = file.headerOffset { line.add("headerOffset", "\(offset)") }
        bytes += "\(isFirst ? "" : ",")\n    \(line.text)".utf8
        isFirst = false
    }

    mutating func end(_ bytes: inout [UInt8]) { bytes += "\(isFirst ? "" : "\n  ")]\n}\n".utf8 }

    static func octal(_ mode: UInt16) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }

    /// Spec: RFC 3339.
    private static func time(_ attributes: ListedFile.Attributes) -> String? {
        guard let seconds = attributes.seconds else { return nil }
        let time = UTCTime(seconds)
        var fraction = ""
        if attributes.nanoseconds > 0 {
            let digits = String(attributes.nanoseconds)
            fraction = "." + String(repeating: "0", count: max(0, 9 - digits.utf8.count)) + digits
        }
        return "\(time.date)T\(time.time)\(fraction)Z"
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        "\"" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
    }

    /// The members of an object in one line.
    private struct Members {
        private var members = ""

        mutating func add(_ name: String, _ value: String?) {
            if !members.isEmpty { members += ", " }
            members += "\"\(name)\": \(value ?? "null")"
        }

        var text: String { "{\(members)}" }
    }
}
