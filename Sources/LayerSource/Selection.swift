// layerverify: what the user wants to see checked.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// What of an image store is to be checked.
package struct Selection: Hashable, Sendable {
    /// Only images for this platform; nil for all.
    package var platform: Platform?
    /// Only images that go by one of these names; empty for all.
    package var references: [String]
    /// Whether a platform that an index lists must be here.
    package var requiresAllPlatforms: Bool

    package init(platform: Platform? = nil, references: [String] = [], requiresAllPlatforms: Bool = false) {
        self.platform = platform
        self.references = references
        self.requiresAllPlatforms = requiresAllPlatforms
    }

    /// True where nothing is left out.
    var isEverything: Bool { platform == nil && references.isEmpty }

    /// True where something is asked for by its digest.
    var namesDigests: Bool {
        references.contains { reference in
            do throws(ContentDigest.GrammarError) {
                _ = try ContentDigest(parsing: reference)
                return true
            } catch {
                return false
            }
        }
    }

    /// Whether an image for `candidate` is wanted. One whose platform is not known yet may be.
    func accepts(_ candidate: Platform?) -> Bool {
        guard let platform, let candidate else { return true }
        return platform.accepts(candidate)
    }

    /// Whether something that goes by `names` is wanted.
    ///
    /// `alpine:3` is content with `docker.io/library/alpine:3`, and `3` with the bare tag that layouts use.
    func accepts(names: [String]) -> Bool {
        references.isEmpty || references.contains { Self.matches($0, names) }
    }

    /// Those of the wanted names that something that goes by `names` is.
    func references(matching names: [String]) -> [String] { references.filter { Self.matches($0, names) } }

    private static func matches(_ wanted: String, _ names: [String]) -> Bool {
        names.contains { $0 == wanted || $0 == "docker.io/library/" + wanted || $0 == "docker.io/" + wanted }
    }
}
