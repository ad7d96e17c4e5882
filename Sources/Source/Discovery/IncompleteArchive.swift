// layerverify: archives of images without their documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem

extension ImageSource {
    /// A tar archive that has layers of an image and none of the documents that list them. All common writers put the
    /// documents after the layers, so an archive that is truncated, or whose end was overwritten with zeros, has none.
    ///
    /// Its files are compared with the digests in their names. It is not an entry of `ImageSources.supported`, because only
    /// the search knows that the documents are missing.
    static let withoutDocuments = ImageSource(
        folderForm: .unknown, archiveForm: .incompleteArchive, marks: "", files: FormFiles(),
        recognizes: { _ in .no },
        walk: { tree, builder in
            // If a part of the archive could not be read, the documents may be there.
            guard !tree.findings.contains(where: { $0.outcome == .undetermined }) else { return }
            var finding = Finding(
                .documentsMissing, "the archive has layers of an image, and no document that lists them", at: Place(""),
                hint: "the archive is incomplete: download or write it again")
            let causes = tree.findings.map { $0.code }
            finding.follows = causes.first { $0 == .archiveTruncated || $0 == .archiveCorrupt }
            builder.add(finding)
            NamedBlobs(tree: tree).claim(&builder)
        })
}

/// Claims that the names of files in an archive are the digests of their bytes.
private struct NamedBlobs {
    let tree: any ImageTree

    func claim(_ builder: inout InventoryBuilder) {
        for algorithm in DigestAlgorithm.allCases {
            let folder = "blobs/" + algorithm.rawValue
            guard claim(in: folder, &builder, digest: { algorithm.rawValue + ":" + $0 }) else { return }
        }
        _ = claim(in: "", &builder, digest: Self.digest(named:))
    }

    /// The digest in a name at the top of an archive: `<hex>.json` (config of Docker, Podman and skopeo), `<hex>.tar`
    /// (layer of Podman and skopeo, uncompressed), `<hex>.tar.gz` and `sha256:<hex>` (layer and config of crane and
    /// kaniko). The folders of Docker's layers are named by identifiers, which are not digests of files.
    private static func digest(named name: String) -> String {
        if name.hasPrefix("sha256:") { return name }
        for suffix in [".json", ".tar.gz", ".tar"] where name.hasSuffix(suffix) {
            return "sha256:" + name.dropLast(suffix.count)
        }
        return ""
    }

    /// Returns: false once a limit is reached.
    private func claim(
        in folder: String, _ builder: inout InventoryBuilder, digest: (String) -> String
    ) -> Bool {
        var hasRoom = true
        _ = tree.forEachName(in: folder) { name in
            let path = folder.isEmpty ? name : folder + "/" + name
            guard let digest = Self.parsed(digest(name)) else { return true }
            hasRoom = builder.countDescriptor(at: Place(path))
            guard hasRoom else { return false }
            for blob in builder.blobs(at: path, in: tree, expectedByteCount: 0) {
                // The truncated last file is the reason for the missing documents, and has a finding.
                if builder.isWhole(blob) { builder.add(Claim(.digest(digest), about: blob, at: Place(path))) }
            }
            return true
        }
        return hasRoom
    }

    private static func parsed(_ text: String) -> ContentDigest? {
        do throws(ContentDigest.GrammarError) {
            return try ContentDigest(parsing: text)
        } catch {
            return nil
        }
    }
}

extension InventoryBuilder {
    /// False for a file that the end of the archive truncates.
    fileprivate func isWhole(_ blob: BlobIndex) -> Bool {
        switch opener.open(inventory.blobs[blob].location) {
        case .cutOff: false
        case .opened, .missing, .outsideImage, .linkNotFollowed, .notRegularFile, .failed, .changed: true
        }
    }
}
