// layerverify: the file of a finding, packed.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The file that a finding is about, without what the image says about it.
///
/// Memory: about 12 bytes, since the digest in the path is a number.
package struct FindingFile: Packable {
    package let path: String
    package let offsetBytes: UInt64?
    package let role: FileRole
    /// Whether the file is the layer that the finding belongs to, or the blob of an entry that is no manifest.
    package let isLayerOfImage: Bool

    package init(path: String, offsetBytes: UInt64?, role: FileRole, isLayerOfImage: Bool = false) {
        self.path = path
        self.offsetBytes = offsetBytes
        self.role = role
        self.isLayerOfImage = isLayerOfImage
    }

    package func pack(into writer: inout PackedWriter) {
        writer.text(path)
        writer.number(offsetBytes)
        writer.phrase(role.rawValue)
        writer.flag(isLayerOfImage)
    }

    package init(unpacking reader: inout PackedReader) {
        self.init(
            path: reader.text(), offsetBytes: reader.optionalNumber(),
            role: FileRole(rawValue: reader.phrase() ?? "") ?? .blob, isLayerOfImage: reader.flag())
    }
}
