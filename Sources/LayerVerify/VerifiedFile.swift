// layerverify: the file that a finding is about, as the library gives it.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The file that a finding is about. It may hold names from the image as they are: escape them before showing them.
public struct VerifiedFile: Hashable, Sendable {
    /// The path on disk; of an entry of an archive, its name.
    public let path: String
    /// The path of the archive that the file is an entry of; nil of a file by itself.
    public let archive: String?
    /// The bytes before the entry in the archive; nil of a file by itself, and of an entry that is not there.
    public let offset: UInt64?
    /// `layer`, `config`, `manifest`, `index`, `document` or `blob`.
    public let kind: String
    /// The number of the layer, from 1, base first; nil of anything else.
    public let layerNumber: Int?
    /// How many layers the image has; nil of anything else than a layer.
    public let layerCount: Int?
    /// The command that made the layer, as the config's history says, perhaps cut.
    public let createdBy: String?

    init(_ file: FileReport, at index: Int, of report: Report) {
        let root = report.findings[index].root
        let record = report.roots.indices.contains(root) ? report.roots[root] : nil
        let isEntry = record?.form.isArchive == true && !file.path.isEmpty
        path = isEntry ? file.path : report.pathOfFile(index) ?? file.path
        archive = isEntry ? record?.path : nil
        offset = file.offsetBytes
        kind = file.role.rawValue
        layerNumber = file.layer.map { $0 + 1 }
        layerCount = file.layerCount
        createdBy = file.createdBy
    }
}
