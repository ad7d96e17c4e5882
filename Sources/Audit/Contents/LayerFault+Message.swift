// layerverify: faults in the tar of a layer, in words.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension LayerFault {
    /// The message of the finding: the layer, the entry, and where its header is.
    ///
    /// - Parameter layer: the subject, such as `layer 2`.
    func message(about layer: String) -> String {
        let words = words(about: layer)
        return furtherCount > 0 ? words + "; \(furtherCount) more like it" : words
    }

    private var name: String { path.isEmpty ? "an entry without a name" : "'\(Self.text(path))'" }
    private var otherName: String { "'\(Self.text(other))'" }
    private var otherWords: String { Self.text(other) }
    private var at: String { "at byte \(headerOffset)" }

    private func words(about layer: String) -> String {
        switch kind {
        // The archive
        case .notATar:
            return other.isEmpty
                ? "\(layer) is not a tar archive" : "\(layer) is not a tar archive: it begins with \(otherName)"
        case .tarCut:
            let end = otherOffset ?? headerOffset
            return "the tar in \(layer) ends at byte \(end), within \(otherWords)\(of); the entry begins \(at)"
        case .headerInvalid: return "a header in \(layer) does not parse, \(at): \(otherWords)"
        case .extendedHeaderInvalid: return "an extended header in \(layer) does not parse, \(at): \(otherWords)"
        case .sparseMapInvalid: return "the map of a sparse file in \(layer) does not hold, \(at)\(of): \(otherWords)"
        case .sparseMapTooLong: return "the map of a sparse file in \(layer) has more than 1 MiB, \(at)"
        case .zeroBlockAmongEntries: return "one block of zeros is between entries of \(layer), \(at)"
        case .bytesAfterEnd: return "bytes follow the end of the tar in \(layer), \(at)"
        case .indexAfterEnd: return "the table of contents of eStargz follows the end of the tar in \(layer), \(at)"
        case .entriesAfterEnd: return "entries follow the end of the tar in \(layer), \(at)"
        case .paddingMissing: return "the padding behind the last content of \(layer) is missing, \(at)"
        case .endBlocksMissing: return "the tar in \(layer) has not both blocks of zeros at its end"
        case .emptyStream: return "\(layer) has no bytes"
        case .extendedHeaderWithoutEntry: return "an extended header in \(layer) has no entry behind it, \(at)"
        case .globalHeader: return "a global pax header in \(layer) \(otherWords), \(at)"
        case .globalComment: return "a global pax header in \(layer) holds a comment, \(at)"
        case .globalWhiteout: return "a global pax header in \(layer) is named as a whiteout, \(name), \(at)"
        case .unknownMagic: return "\(layer): the header of \(name) has an unknown magic, \(at)"
        case .blankNumber: return "\(layer): a number in the header of \(name) is blank, \(at)"
        case .paxRecordTwice: return "\(layer): a key occurs twice in the pax header of \(name), \(at)"
        case .extendedHeaderIgnored:
            return "\(layer): of two extended headers before \(name) the first is ignored, \(at)"
        case .namesDiffer: return "\(layer): GNU's and pax's names differ for \(name), \(at)"
        case .sizeWithoutData: return "\(layer): \(name) has a size (\(otherWords)) and no data, \(at)"
        // One entry
        case .typeUnsupported: return entry(layer, "has the type \(otherName), which no runtime unpacks")
        case .nameTooLong: return entry(layer, "is a longer name than Linux allows")
        case .nameNearLimit: return entry(layer, "is a path near the limit of Linux")
        case .pathOutsideRoot: return entry(layer, "leads out of the root")
        case .parentComponent: return entry(layer, "has '..' in its name, and stays inside the root")
        case .linkTargetRefused:
            return entry(layer, other.isEmpty ? "is a link without a target" : "is a link with too long a target")
        case .entryOverRoot: return entry(layer, "is an entry for the root that is not a folder")
        case .rootReplaced: return entry(layer, "replaces the root")
        case .rootAttributes: return entry(layer, "gives the root unusual attributes: \(otherWords)")
        case .whiteoutWithoutName: return entry(layer, "is a whiteout without the name of what it deletes")
        case .whiteoutNotEmptyFile: return entry(layer, "is a whiteout and not an empty regular file")
        case .whiteoutDirectoryUsed: return entry(layer, "is below a folder that is named as a whiteout")
        case .whiteoutMetadata: return entry(layer, "is a file of aufs, which runtimes ignore")
        case .notFoundAgain: return entry(layer, "\(otherWords), so Docker cannot save it again")
        case .overlayDevice: return entry(layer, "is a device 0/0, a whiteout of overlay")
        case .overlayAttribute, .userOverlayAttribute: return entry(layer, "has overlay's own attribute \(otherName)")
        case .attributeRefused:
            return entry(layer, "has the attribute \(otherName), whose name or size Linux refuses")
        case .attributeMalformed: return entry(layer, "has the attribute \(otherName), whose value is malformed")
        case .attributeMisplaced:
            return entry(layer, "has the attribute \(otherName), which files of its type cannot have")
        case .attributeTooLong:
            return entry(layer, "has the attribute \(otherName) with more than 4044 bytes, which ext4 does not store")
        case .attributeNamespace: return entry(layer, "has the attribute \(otherName), which Linux does not know")
        case .attributeDropped: return entry(layer, "has the attribute \(otherName), which containerd leaves out")
        case .ownerOutOfRange: return entry(layer, "has an owner that is out of range: \(otherWords)")
        case .timeOutOfRange: return entry(layer, "has a time that is out of range: \(otherWords) s")
        case .deviceNumberCut: return entry(layer, "has a device number that Linux cuts: \(otherWords)")
        case .sparseFile: return entry(layer, "is a sparse file")
        case .nameEndsInSlash: return entry(layer, "is a regular file, and its name ends in a slash")
        case .nameNotUTF8: return entry(layer, "is not UTF-8")
        case .nameHasControls: return entry(layer, "has control characters in its name")
        case .linkTargetLong: return entry(layer, "is a link with a target of more than 1023 bytes")
        // The entries of the layer, and the layers below
        case .pathTwice: return "\(layer): \(name) has two entries, at bytes \(otherOffset ?? 0) and \(headerOffset)"
        case .hardLinkTargetMissing:
            return
                "\(layer): the hard link \(name) leads to \(otherName), which does not come before it in the layer, \(at)"
        case .hardLinkToDirectory: return "\(layer): the hard link \(name) leads to the folder \(otherName), \(at)"
        case .hardLinkThroughLink:
            return "\(layer): the hard link \(name) leads to \(otherName), a symbolic link to a file, \(at)"
        case .parentNotDirectory: return "\(layer): \(name) is below \(otherName), which is not a folder, \(at)"
        case .parentLinkBroken:
            return "\(layer): \(name) is below the link \(otherName), which does not lead to a folder, \(at)"
        case .parentLinkFollowed: return "\(layer): \(name) is written through the link \(otherName), \(at)"
        case .entriesReplaced: return "\(layer): \(name) replaces a folder and the entries in it, \(at)"
        case .whiteoutAfterEntry:
            return "\(layer): the whiteout \(name) comes behind what it names, \(at)"
        case .whiteoutInOpaque: return "\(layer): the whiteout \(name) is in a folder that is opaque anyway, \(at)"
        case .pathLimit: return "\(layer): there are too many paths to compare all of them; \(entries)"
        case .lowerLinkReplaced:
            return
                "\(layer): \(name) has no entry \(first), and replaces a link of a lower layer to \(otherName), \(at)"
        case .whiteoutBelowLink:
            return
                "\(layer): \(name) has no entry before the whiteouts in it, and replaces a link of a lower layer to \(otherName), \(at)"
        case .lowerLinkLoop:
            return
                "\(layer): \(name) has no entry \(first), and replaces a link of a lower layer to \(otherName), which leads through too many links, \(at)"
        case .lowerFileReplaced:
            return
                "\(layer): \(name) has no entry \(first), and replaces something other than a folder of a lower layer, \(at)"
        case .parentAttributesLost:
            return "\(layer): \(name) has no entry, and a lower layer has the folder with other attributes, \(at)"
        case .opaqueRoot: return "\(layer): \(name) is an opaque marker at the root, \(at)"
        case .whiteoutReplaced: return "\(layer): \(name) has a whiteout, and then a folder, \(at)"
        case .whiteoutWithoutParent:
            return "\(layer): the whiteout \(name) is in a folder that no lower layer has, \(at)"
        case .whiteoutOfNothing: return "\(layer): the whiteout \(name) names what no lower layer has, \(at)"
        case .stackLimit:
            return
                "\(layer) was not compared with the layers below and above: those of this image store have too many paths"
        }
    }

    private func entry(_ layer: String, _ predicate: String) -> String { "\(layer): \(name) \(predicate), \(at)" }

    /// The entry, if there is one.
    private var of: String { path.isEmpty ? "" : " of '\(Self.text(path))'" }

    private var first: String { "before those below it" }

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
        let result = NameText.text(part)
        return bytes.count > limit ? result + "..." : result
    }
}
