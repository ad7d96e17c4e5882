// layerverify: help with typical mistakes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerVerify

/// Hints for paths that do not exist and look like something else.
enum PathHints {
    /// Says how an image gets to disk, if a path is the name of one in a registry. The report tells that it is missing.
    static func complain(about paths: [String]) {
        for path in paths where access(path, F_OK) != 0 && isReference(path) {
            let name = path.split(separator: "/", omittingEmptySubsequences: true).last ?? "image"
            let folder = name.prefix { $0 != ":" && $0 != "@" }
            StandardStreams.complain(
                """
                '\(ReferenceDocs.visible(path))' looks like the name of an image in a registry, and layerverify reads \
                images on disk. Fetch it first:
                  skopeo copy \(ReferenceDocs.visible(source(path))) oci:\(ReferenceDocs.visible(String(folder)))
                """)
        }
    }

    /// Whether a path is rather `host/name:tag`, `name@sha256:…` or `docker://…`.
    static func isReference(_ path: String) -> Bool {
        if path.hasPrefix("docker://") || path.hasPrefix("docker-daemon:") { return true }
        guard let first = path.first, first != "/", first != ".", !path.hasSuffix("/") else { return false }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last else { return false }
        if last.contains(":") || last.contains("@sha256") { return true }
        return parts.count > 1 && (parts[0].contains(".") || parts[0].hasPrefix("localhost"))
    }

    private static func source(_ path: String) -> String {
        path.hasPrefix("docker://") || path.hasPrefix("docker-daemon:") ? path : "docker://" + path
    }
}
