// layerverify: the file that each finding is about.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Finds the file that a finding of one inventory is about, and the role of the file in the images.
///
/// Memory: 1 byte for each blob, and about 40 bytes for each document that findings are about.
struct FindingFiles: Sendable {
    private let inventory: Inventory
    /// The role of each blob in its first claim; empty if there are no findings about documents.
    private var roles: [FileRole] = []
    /// The documents that findings are about, by root and path.
    private var blobs = HashIndex()

    init(_ inventory: Inventory, _ findings: FindingList) {
        self.inventory = inventory
        guard !findings.isEmpty else { return }
        roles = Self.roles(inventory)
        var documents: Set<Int> = []
        for finding in findings.pool where finding.blob == nil && !finding.place.path.isEmpty {
            documents.insert(Self.hash(finding.root, finding.place.path))
        }
        guard !documents.isEmpty else { return }
        for (index, blob) in inventory.blobs.enumerated() {
            let hash = Self.hash(blob.root, blob.path)
            guard documents.contains(hash), find(blob.root, blob.path, hash) == nil else { continue }
            blobs.insert(index, hash: hash)
        }
    }

    /// The file, or nil for a finding about a whole root.
    ///
    /// - Parameter entry: the first image and layer of the finding.
    func file(of finding: Finding, at entry: FindingList.Entry) -> FindingFile? {
        guard let blob = finding.blob else {
            let path = finding.place.path
            guard !path.isEmpty else { return nil }
            guard let blob = find(finding.root, path, Self.hash(finding.root, path)) else {
                return FindingFile(path: path, offsetBytes: nil, role: Self.role(ofDocument: path))
            }
            return file(blob, as: roles[blob])
        }
        if let image = entry.image, let layer = entry.layer, inventory.images.layer(layer, of: image)?.blob == blob {
            return FindingFile(
                path: inventory.blobs[blob].path, offsetBytes: offset(of: blob), role: .layer, isLayerOfImage: true)
        }
        return file(blob, as: roles.indices.contains(blob) ? roles[blob] : .blob)
    }

    private func file(_ blob: BlobIndex, as role: FileRole) -> FindingFile {
        FindingFile(path: inventory.blobs[blob].path, offsetBytes: offset(of: blob), role: role)
    }

    private func offset(of blob: BlobIndex) -> UInt64? {
        guard case .range(_, let offset, _) = inventory.blobs[blob].location else { return nil }
        return offset
    }

    private func find(_ root: RootIndex, _ path: String, _ hash: Int) -> BlobIndex? {
        blobs.find(hash) { blob in
            let record = inventory.blobs[blob]
            return record.root == root && record.path == path
        }
    }

    private static func hash(_ root: RootIndex, _ path: String) -> Int {
        var hasher = Hasher()
        hasher.combine(root)
        hasher.combine(path)
        return hasher.finalize()
    }

    private static func roles(_ inventory: Inventory) -> [FileRole] {
        var roles = [FileRole](repeating: .blob, count: inventory.blobs.count)
        for (index, blob) in inventory.blobs.enumerated() {
            let role = role(ofDocument: blob.path)
            if role != .blob { roles[index] = role }
        }
        // An image names its manifest. Only the index above it names an index.
        for claim in inventory.claims where claim.image == nil {
            if case .digest = claim.assertion, claim.place.pointer.contains("/manifests/") {
                roles[claim.blob] = .index
            }
        }
        for image in inventory.images.indices {
            for layer in 0..<inventory.images.layerCount(of: image) {
                if let blob = inventory.images.layer(layer, of: image)?.blob { roles[blob] = .layer }
            }
            let record = inventory.images.withoutLists(image)
            if let config = record.configBlob { roles[config] = .config }
            if record.kind != .blob, let manifest = record.manifestBlob { roles[manifest] = .manifest }
        }
        return roles
    }

    private static func role(ofDocument path: String) -> FileRole {
        switch path {
        case "index.json": .index
        case "oci-layout", "manifest.json", "repositories": .document
        default: .blob
        }
    }
}

extension FindingFile {
    /// The file with what its image says about it.
    func report(at position: FindingPlaces.Position, in images: ImageList) -> FileReport {
        guard isLayerOfImage, let image = position.image, let layer = position.layer else {
            return FileReport(path: path, offsetBytes: offsetBytes, role: role)
        }
        let isBlob = images.withoutLists(image).kind == .blob
        return FileReport(
            path: path, offsetBytes: offsetBytes, role: isBlob ? .blob : .layer, layer: isBlob ? nil : layer,
            layerCount: isBlob ? nil : images.layerCount(of: image),
            createdBy: images.layer(layer, of: image)?.createdBy)
    }
}
