// layerverify: an entry of a table of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import StrictJSON

/// An entry of a TOC, as written: a file, or a further chunk of the content of the file before it.
///
/// eStargz and zstd:chunked have the same members, except that only eStargz has `innerOffset` and only zstd:chunked
/// `endOffset` and `chunkType`. Numbers are 0 where they are absent, as in Go.
///
/// Sources: stargz-snapshotter docs/estargz.md §TOCEntry, containers/storage pkg/chunked/internal/minimal.
struct TOCEntry {
    enum Kind: String {
        case directory = "dir"
        case file = "reg"
        case symbolicLink = "symlink"
        case hardLink = "hardlink"
        case characterDevice = "char"
        case blockDevice = "block"
        case fifo
        case chunk
    }

    var kind: Kind
    var name: [UInt8]
    var linkName: [UInt8]
    var size: Int64
    var mode: Int64
    var owner: (user: Int64, group: Int64)
    /// Nil if it is absent, or the zero of Go's time.
    var modificationTime: TOCTime?
    var device: (major: Int64, minor: Int64)
    /// The extended attributes, without the prefix that they have in a tar.
    var attributes: [(name: [UInt8], value: [UInt8])]
    /// The digest of the content of a file; empty if there is none.
    var digest: String
    var chunk: TOCChunk

    static let names = KeyComparison.ignoringCase(
        of: [
            "name", "type", "size", "modtime", "linkName", "mode", "uid", "gid", "devMajor", "devMinor", "xattrs",
            "digest",
            "offset", "innerOffset", "endOffset", "chunkSize", "chunkOffset", "chunkDigest", "chunkType",
        ], maps: ["xattrs"])

    /// Throws: `TOCDocumentFault.malformed` if a reader in Go would not accept the entry.
    init(_ value: JSONValue) throws(TOCDocumentFault) {
        guard value.kind == .object else { throw .malformed("an entry is not an object") }
        let members = TOCMembers(value: value)
        let type = try members.text("type")
        guard let kind = Kind(rawValue: type) else {
            throw .malformed("an entry is of an unknown type \(value.rawText)")
        }
        self.kind = kind
        name = Array(try members.text("name").utf8)
        linkName = Array(try members.text("linkName").utf8)
        size = try members.naturalNumber("size")
        mode = try members.number("mode")
        owner = (try members.number("uid"), try members.number("gid"))
        modificationTime = try members.time("modtime")
        device = (try members.number("devMajor"), try members.number("devMinor"))
        attributes = try members.attributes("xattrs")
        digest = try members.text("digest")
        chunk = TOCChunk(
            offset: UInt64(try members.naturalNumber("offset")),
            innerOffset: UInt64(try members.naturalNumber("innerOffset")),
            endOffset: UInt64(try members.naturalNumber("endOffset")),
            start: try members.naturalNumber("chunkOffset"), byteCount: try members.naturalNumber("chunkSize"),
            digest: try members.text("chunkDigest"), isZeros: try members.text("chunkType") == "zeros")
    }
}

/// Where a part of the content of a file is.
struct TOCChunk: Equatable {
    /// The offset of the gzip member or zstd frame in the layer, in bytes as stored.
    var offset: UInt64
    /// The offset in what is decoded from there, in bytes.
    var innerOffset: UInt64
    /// The offset after the last frame of the file, in bytes as stored; 0 if it is not given.
    var endOffset: UInt64
    /// The offset in the file, in bytes.
    var start: Int64
    /// In bytes; 0 stands for all that is left.
    var byteCount: Int64
    /// Empty if there is none.
    var digest: String
    /// The part is a hole.
    var isZeros: Bool
}

/// Reads the members of an entry as Go's `encoding/json` does: null is absent, and an absent member is 0 or empty.
private struct TOCMembers {
    let value: JSONValue

    private func member(_ name: String) -> JSONValue? {
        guard let member = value.member(ignoringCase: name), !member.isNull else { return nil }
        return member
    }

    func text(_ name: String) throws(TOCDocumentFault) -> String {
        guard let member = member(name) else { return "" }
        guard let text = member.string else { throw .malformed("\(name) is not a string: \(member.rawText)") }
        return text
    }

    func number(_ name: String) throws(TOCDocumentFault) -> Int64 {
        guard let member = member(name) else { return 0 }
        guard let number = member.int64 else { throw .malformed("\(name) is not an integer: \(member.rawText)") }
        return number
    }

    func naturalNumber(_ name: String) throws(TOCDocumentFault) -> Int64 {
        let number = try number(name)
        guard number >= 0 else { throw .malformed("\(name) is less than 0") }
        return number
    }

    func time(_ name: String) throws(TOCDocumentFault) -> TOCTime? {
        let text = try text(name)
        return text.isEmpty ? nil : TOCTime(text)
    }

    func attributes(_ name: String) throws(TOCDocumentFault) -> [(name: [UInt8], value: [UInt8])] {
        guard let member = member(name) else { return [] }
        guard let object = member.object else { throw .malformed("\(name) is not an object") }
        var result: [(name: [UInt8], value: [UInt8])] = []
        for (key, value) in object {
            guard let bytes = value.isNull ? [] : value.string.flatMap(Base64.decode) else {
                throw .malformed("an attribute is not base64: \(value.rawText)")
            }
            result.append((Array(key.utf8), bytes))
        }
        return result
    }
}
