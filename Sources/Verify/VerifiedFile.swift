// layerverify: the file that a finding is about, as the library gives it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The file that a finding is about. It may contain unescaped names from the image: escape them before display.
public struct VerifiedFile: Hashable, Sendable {
    /// The path on disk, or the name of the entry if the file is in an archive.
    public let path: String
    /// The path of the archive that contains the file; nil for a file that is not in an archive.
    public let archive: String?
    /// The offset of the entry in the archive in bytes; nil for a file that is not in an archive, and for a missing
    /// entry.
    public let offset: UInt64?
    /// `layer`, `config`, `manifest`, `index`, `document` or `blob`.
    public let kind: String
    /// The number of the layer, from 1, base first; nil for other files.
    public let layerNumber: Int?
    /// The number of layers in the image; nil for files that are not layers.
    public let layerCount: Int?
    /// The command that made the layer, from the history in the config; long ones are truncated.
    public let createdBy: String?

    init(_ file: FileReport, at index: Int, of report: Report) {
        let location = report.location(of: index)
        path = location?.path ?? file.path
        archive = location?.archive
        offset = file.offsetBytes
        kind = file.role.rawValue
        layerNumber = file.layer.map { $0 + 1 }
        layerCount = file.layerCount
        createdBy = file.createdBy
    }
}
