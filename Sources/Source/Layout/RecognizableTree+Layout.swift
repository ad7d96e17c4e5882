// layerverify: the marks of image layouts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import StrictJSON

extension RecognizableTree {
    /// Recognises `oci-layout`, or a layout without it: `index.json` next to `blobs/`.
    ///
    /// Other software uses the same names. `oci-layout` counts next to another part of a layout, or if it begins as the
    /// document does. `index.json` counts next to `blobs/` of a known algorithm, or next to another `blobs/` if it
    /// lists manifests.
    var hasLayout: Recognition { once("layout") { findLayout() } }

    private func findLayout() -> Recognition {
        hasFile("oci-layout").then(
            hasFile("index.json").or(hasFolder("blobs")).or(beginsAsObject("oci-layout"))
        ).or(
            hasFile("index.json").and(hasFolder("blobs")).and(
                hasAlgorithmFolder.and(mayBeIndex("index.json")).or(listsManifests("index.json"))))
    }

    /// The same, or an `index.json` with a schema version, which is enough next to docker-save's view.
    var hasLayoutView: Recognition {
        hasLayout.or(
            once("version") { hasFile("index.json").and(names("schemaVersion", in: "index.json")) })
    }

    /// Recognises the index of a layout without any other file of it.
    var hasIndexAlone: Recognition {
        kind(of: "index.json") { $0 == .regular }.then(

            document("index.json") { _, root in
                root?.member(ignoringCase: "manifests")?.array?.first { $0.member(ignoringCase: "digest") != nil }
                    != nil
            })
    }

    /// The same, with an entry that is a descriptor of a manifest or an index. At a given path this is an image layout
    /// without all its other files.
    var hasIndexOfManifests: Recognition {
        kind(of: "index.json") { $0 == .regular }.then(
            document("index.json") { _, root in
                root?.member(ignoringCase: "manifests")?.array?.contains { entry in
                    let parsed = ParsedDescriptor(entry, at: Place("index.json"), missing: .indexInvalid)
                    guard let descriptor = parsed.descriptor, descriptor.size != nil else { return false }
                    return [.manifest, .index].contains(descriptor.mediaType.kind)
                } == true
            })
    }

    private var hasAlgorithmFolder: Recognition {
        DigestAlgorithm.allCases.reduce(.no) { $0.or(hasFolder("blobs/" + $1.rawValue)) }
    }

    /// False for a JSON document without members of an index. A damaged document may be one, so that damage does not
    /// make an image unrecognisable.
    private func mayBeIndex(_ path: String) -> Recognition {
        document(path) { _, root in
            guard let root, root.object != nil else { return true }
            return ["schemaVersion", "manifests", "mediaType"].contains { root.member(ignoringCase: $0) != nil }
        }
    }

    private func listsManifests(_ path: String) -> Recognition {
        document(path) { _, root in
            guard let entries = root?.member(ignoringCase: "manifests") else { return false }
            // Of an index whose list is damaged nothing more can be told.
            guard let array = entries.array, array.contains(where: { _ in true }) else { return true }
            return array.contains {
                $0.member(ignoringCase: "digest") != nil || $0.member(ignoringCase: "mediaType") != nil
            }
        }
    }
}
