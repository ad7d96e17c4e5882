// layerverify: listing the files of a layer by its table of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
package import Tar

extension LayerTOC {
    /// The result of reading a TOC without the layer.
    package enum Listing {
        /// All entries were listed; with what is wrong around the TOC.
        case listed([TOCFault])
        /// The TOC is not there, is not the one that the annotations describe, or is malformed.
        case fault(TOCFault)
        case cancelled
    }

    /// Reads the TOC, compares it with the digest in the annotations, and lists the files that it claims. The layer is not read, so
    /// nothing says that it has these files.
    ///
    /// Names that are not UTF-8 have U+FFFD in place of such bytes, since the TOC has it.
    ///
    /// - Parameter body: receives the files in the order of the TOC, without places in a tar, and the digests of their contents.
    ///
    /// Throws: `ReadFault` if the layer cannot be read.
    package func list(_ body: (TarMember, ContentDigest?) -> Void) throws(ReadFault) -> Listing {
        switch try find() {
        case .cancelled: return .cancelled
        case .fault(let fault): return .fault(fault)
        case .document(let bytes, let faults):
            do throws(TOCDocumentFault) {
                let document = try TOCDocument(parsing: bytes)
                for index in 0..<document.entryCount {
                    let entry = try document.entry(index)
                    if let member = entry.member { body(member, try? ContentDigest(parsing: entry.digest)) }
                }
                return .listed(faults)
            } catch {
                return .fault(fault(of: error))
            }
        }
    }
}

extension TOCEntry {
    /// The entry as one of a tar; nil for a chunk.
    fileprivate var member: TarMember? {
        guard let typeFlag = kind.typeFlag else { return nil }
        let prefix = Array("SCHILY.xattr.".utf8)
        return .outsideOfArchive(
            name: name, linkName: linkName, typeFlag: typeFlag, mode: mode, size: kind == .file ? size : 0,
            owner: TarOwner(userID: owner.user, groupID: owner.group),
            time: TarTime(seconds: modificationTime?.seconds ?? 0),
            device: TarDevice(major: device.major, minor: device.minor),
            records: PaxRecords(attributes.map { (prefix + $0.name, $0.value) }))
    }
}

extension TOCEntry.Kind {
    /// As in the header of a tar; nil for a chunk.
    fileprivate var typeFlag: UInt8? {
        switch self {
        case .file: UInt8(ascii: "0")
        case .hardLink: UInt8(ascii: "1")
        case .symbolicLink: UInt8(ascii: "2")
        case .characterDevice: UInt8(ascii: "3")
        case .blockDevice: UInt8(ascii: "4")
        case .directory: UInt8(ascii: "5")
        case .fifo: UInt8(ascii: "6")
        case .chunk: nil
        }
    }
}
