// layerverify: an archive that was read in one pass, as a tree.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The entries of an archive that was read in one pass, with the facts of its files.
struct StreamTree: ImageTree {
    private let archive: StreamedArchive
    private let tree: TarTree

    init(_ archive: StreamedArchive, root: RootIndex) {
        self.archive = archive
        tree = TarTree(archive.index, root: root)
    }

    func locate(_ path: String) -> LocatedFile { tree.locate(path) }

    func kind(of path: String) -> Lookup<FileKind> { tree.kind(of: path) }

    func list(_ path: String) -> Lookup<[(name: String, kind: FileKind)]> { tree.list(path) }

    func forEachName(in path: String, _ body: (String) -> Bool) -> Lookup<Bool> { tree.forEachName(in: path, body) }

    func facts(at location: BlobLocation) -> BlobFacts? {
        guard case .range(_, let offset, _) = location else { return nil }
        return archive.facts(at: offset)
    }

    var hasFacts: Bool { archive.hasFacts }

    var byteCount: Int { archive.byteCount }

    var findings: [Finding] {
        guard !archive.isInterrupted else {
            return [
                Finding(.interrupted, "the run was interrupted before the archive was read to its end", at: Place(""))
            ]
        }
        guard !archive.hasChanged else { return [.unread(.changed)] }
        guard let cause = archive.streamFinding else { return tree.findings }
        return [cause]
            + tree.findings.map { finding in
                // A damaged stream decodes to a damaged archive.
                var finding = finding
                if cause.outcome == .refuted, finding.outcome != .verified || finding.code == .archiveWithoutEnd {
                    finding.follows = cause.code
                }
                return finding
            }
    }

    /// No image in a damaged stream is verified, even if all of its files are as they should be.
    var findingsOfImages: [Finding] {
        guard !archive.hasChanged, !archive.isInterrupted else { return findings }
        return findings.filter { $0.outcome != .verified && $0.code == archive.streamFinding?.code }
    }
}
