// layerverify: faults in the tar of a layer, in words.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension LayerFault {
    /// The message of the finding: the layer, the entry, and where its header is.
    ///
    /// - Parameter layer: the subject, such as `layer 2`.
    func message(about layer: String) -> String {
        let words: String
        switch kind.scope {
        case .archive: words = archiveMessage(layer)
        case .entry: words = entryMessage(layer)
        case .layer, .stack: words = "\(layer): \(treeMessage)"
        }
        guard furtherCount > 0 else { return words }
        return words + "; \(furtherCount) more like it"
    }

    private var name: String { path.isEmpty ? "an entry without a name" : "'\(Self.text(path))'" }
    private var otherName: String { "'\(Self.text(other))'" }
    private var otherWords: String { Self.text(other) }
    private var at: String { "at byte \(headerOffset)" }

    private func archiveMessage(_ layer: String) -> String {
        switch kind {
        case .notATar:
            return other.isEmpty
                ? "\(layer) is not a tar archive" : "\(layer) is not a tar archive: it begins with \(otherName)"
        case .tarCut: return "the tar in \(layer) ends within \(otherWords), \(at)\(of)"
        case .headerInvalid: return "a header in \(layer) does not parse, \(at): \(otherWords)"
        case .extendedHeaderInvalid: return "an extended header in \(layer) does not parse, \(at): \(otherWords)"
        case .sparseMapInvalid: return "the map of a sparse file in \(layer) does not hold, \(at)\(of): \(otherWords)"
        case .zeroBlockAmongEntries: return "one block of zeros lies among the entries of \(layer), \(at)"
        case .bytesAfterEnd: return "bytes follow the end of the tar in \(layer), \(at)"
        case .entriesAfterEnd: return "entries follow the end of the tar in \(layer), \(at)"
        case .paddingMissing: return "the padding behind the last content of \(layer) is missing, \(at)"
        case .endBlocksMissing: return "the tar in \(layer) has not both blocks of zeros at its end"
        case .emptyStream: return "\(layer) has no bytes"
        case .extendedHeaderWithoutEntry: return "an extended header in \(layer) has no entry behind it, \(at)"
        case .globalHeader: return "a global pax header in \(layer) sets more than a comment, \(at)"
        case .globalComment: return "a global pax header in \(layer) holds a comment, \(at)"
        case .unknownMagic: return "\(layer): the header of \(name) has an unknown magic, \(at)"
        case .blankNumber: return "\(layer): a number in the header of \(name) is blank, \(at)"
        case .paxRecordTwice: return "\(layer): a key occurs twice in the pax header of \(name), \(at)"
        case .extendedHeaderIgnored:
            return "\(layer): of two extended headers before \(name) the first is ignored, \(at)"
        case .namesDiffer: return "\(layer): GNU's and pax's names differ for \(name), \(at)"
        case .sizeWithoutData: return "\(layer): \(name) has a size (\(otherWords)) and no data, \(at)"
        default: preconditionFailure("another scope")
        }
    }

    /// The entry, if there is one.
    private var of: String { path.isEmpty ? "" : ", of '\(Self.text(path))'" }

    private func entryMessage(_ layer: String) -> String {
        "\(layer): \(name) \(entryPredicate), \(at)"
    }

    private var entryPredicate: String {
        switch kind {
        case .typeUnsupported: "has the type \(otherName), which no runtime unpacks"
        case .nameTooLong: "is a longer name than Linux allows"
        case .nameNearLimit: "is a path near the limit of Linux"
        case .pathOutsideRoot: "leads out of the root"
        case .parentComponent: "has '..' in its name, and stays inside the root"
        case .linkTargetRefused: other.isEmpty ? "is a link without a target" : "is a link with too long a target"
        case .entryOverRoot: "is an entry for the root that is not a folder"
        case .rootReplaced: "replaces the root"
        case .rootAttributes: "gives the root other attributes than 0755 and 0:0: \(otherWords)"
        case .whiteoutWithoutName: "is a whiteout without the name of what it deletes"
        case .whiteoutNotEmptyFile: "is a whiteout and not an empty regular file"
        case .whiteoutDirectoryUsed: "lies below a folder that is named as a whiteout"
        case .whiteoutMetadata: "is a file of aufs, which runtimes ignore"
        case .overlayDevice: "is a device 0/0, a whiteout of overlay"
        case .overlayAttribute, .userOverlayAttribute: "has overlay's own attribute \(otherName)"
        case .attributeRefused: "has the attribute \(otherName), which Linux refuses"
        case .attributeNamespace: "has the attribute \(otherName), which Linux does not know"
        case .attributeDropped: "has the attribute \(otherName), which containerd leaves out"
        case .ownerOutOfRange: "has an owner that is out of range: \(otherWords)"
        case .timeOutOfRange: "has a time that is out of range: \(otherWords) s"
        case .deviceNumberCut: "has a device number that Linux cuts: \(otherWords)"
        case .sparseFile: "is a sparse file"
        case .nameEndsInSlash: "is a regular file, and its name ends in a slash"
        case .nameNotUTF8: "is not UTF-8"
        case .nameHasControls: "has control characters in its name"
        case .linkTargetLong: "is a link with a target of more than 1023 bytes"
        default: preconditionFailure("another scope")
        }
    }

    private var treeMessage: String {
        switch kind {
        case .pathTwice: return "\(name) has two entries, at bytes \(otherOffset ?? 0) and \(headerOffset)"
        case .hardLinkTargetMissing:
            return "the hard link \(name) leads to \(otherName), which does not come before it in the layer, \(at)"
        case .hardLinkToDirectory: return "the hard link \(name) leads to the folder \(otherName), \(at)"
        case .parentNotDirectory: return "\(name) lies below \(otherName), which is not a folder, \(at)"
        case .parentLinkBroken: return "\(name) lies below the link \(otherName), which leads to no folder, \(at)"
        case .parentLinkFollowed: return "\(name) is written through the link \(otherName), \(at)"
        case .entriesReplaced: return "\(name) replaces a folder and the entries in it, \(at)"
        case .whiteoutAfterEntry:
            return "the whiteout \(name) comes behind what it names, \(at)"
        case .whiteoutInOpaque: return "the whiteout \(name) is in a folder that is opaque anyway, \(at)"
        case .pathLimit: return "there are too many entries to compare all paths; \(entries)"
        case .lowerLinkReplaced:
            return "\(name) has no entry and lies over a link to \(otherName) of a lower layer, \(at)"
        case .lowerLinkLoop:
            return "\(name) has no entry and lies over a link to \(otherName), which loops, of a lower layer, \(at)"
        case .lowerFileReplaced:
            return "\(name) has no entry and lies over something other than a folder of a lower layer, \(at)"
        case .parentAttributesLost: return "\(name) has no entry and lies over a folder with other attributes, \(at)"
        case .opaqueRoot: return "\(name) is an opaque marker at the root, \(at)"
        case .whiteoutReplaced: return "\(name) has a whiteout, and then a folder, \(at)"
        case .whiteoutWithoutParent: return "the whiteout \(name) lies in a folder that no lower layer has, \(at)"
        case .whiteoutOfNothing: return "the whiteout \(name) names what no lower layer has, \(at)"
        default: preconditionFailure("another scope")
        }
    }

    private var entries: String { "those behind byte \(headerOffset) were not compared" }

    /// Bytes as text, shortened to 256 bytes. What is not UTF-8 becomes `\xe9`.
    static func text(_ bytes: [UInt8]) -> String {
        let limit = 256
        var part = bytes[...]
        if part.count > limit {
            // Not within a character.
            var end = limit
            while end > limit - 4, bytes[end] & 0xc0 == 0x80 { end -= 1 }
            part = bytes[..<end]
        }
        var result = ""
        while !part.isEmpty {
            let valid = String(validating: part, as: UTF8.self)
            if let valid {
                result += valid
                break
            }
            // The longest valid beginning: scalars one after another.
            var decoder = UTF8()
            var iterator = part.makeIterator()
            var goodByteCount = 0
            scalars: while true {
                switch decoder.decode(&iterator) {
                case .scalarValue(let scalar):
                    result.unicodeScalars.append(scalar)
                    goodByteCount += UTF8.width(scalar)
                case .emptyInput, .error: break scalars
                }
            }
            part = part.dropFirst(goodByteCount)
            guard let bad = part.popFirst() else { break }
            let digits = String(bad, radix: 16)
            result += "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits
        }
        return bytes.count > limit ? result + "…" : result
    }
}
