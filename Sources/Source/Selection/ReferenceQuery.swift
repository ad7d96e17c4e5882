// layerverify: parsing and matching a reference.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The full name of an image.
///
/// Spec: distribution reference grammar, normalize.go: `app` is `docker.io/library/app`, `index.docker.io` is
/// `docker.io`.
struct FullImageName: Hashable {
    /// Domain and path: `docker.io/library/app`.
    let repository: String
    /// Nil if the text has no tag.
    let tag: String?
    /// The text after an `@`; nil if there is none.
    let digest: String?

    init(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        var name = parts.first ?? ""
        digest = parts.count == 2 ? String(parts[1]) : nil
        let lastComponent = name[(name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex)...]
        if let colon = lastComponent.firstIndex(of: ":") {
            tag = String(name[name.index(after: colon)...])
            name = name[..<colon]
        } else {
            tag = nil
        }
        repository = ReferenceGrammar.fullName(of: String(name))
    }

    /// Whether `other` names the same image in another spelling. A name without a tag has the tag `latest`.
    func isSame(as other: FullImageName) -> Bool {
        repository == other.repository && (tag ?? "latest") == (other.tag ?? "latest")
    }

    /// Whether a text is only a tag, without a repository, as `org.opencontainers.image.ref.name` often is.
    static func isTag(_ text: String) -> Bool { !text.utf8.contains { "/:@".utf8.contains($0) } }
}

/// An entry of `index.json`, of a nested index, of `manifest.json` or of `repositories` that a reference may match.
struct SelectableEntry {
    /// The documents that list images. Docker spells a name differently in its two documents.
    enum View: Hashable {
        case layout
        case dockerManifest
        case repositories
    }

    var view: View
    var place: Place
    /// The index entries that lead here from `index.json`.
    var way: [Place] = []
    /// The names in the entry, and in the entries that lead to it.
    var names: [String]
    var inheritedNames: [String] = []
    /// The digest of the manifest or index.
    var digest: ContentDigest?
    /// The digest of the config; nil if it was not read.
    var imageID: ContentDigest?
    var platform: Platform?

    var allNames: [String] { names + inheritedNames }
}

/// A parsed reference.
struct ReferenceQuery {
    /// The quality of a match. Only the best matches count.
    enum Rank: Int, Comparable {
        /// The name, as it is written or in another spelling.
        case name
        case digest
        /// The tag of the reference; the entry does not name a repository.
        case tag

        static func < (one: Rank, other: Rank) -> Bool { one.rawValue < other.rawValue }
    }

    /// A match, and the digest that matched, if one did.
    struct Match {
        var rank: Rank
        var digest: ContentDigest?
    }

    let text: String
    /// Nil for a digest alone.
    private let name: FullImageName?
    /// The full digest of the reference, alone or after a name.
    let digest: ContentDigest?
    /// The first digits of a sha256 digest.
    private let prefix: String?

    /// Fewer digits are parsed as a name; as digits they would be ambiguous in large stores.
    static let minimumPrefixLength = 12

    init(_ text: String) {
        self.text = text
        if let digest = Self.digest(text) {
            (name, self.digest, prefix) = (nil, digest, nil)
            return
        }
        let name = FullImageName(text)
        self.name = name
        digest = name.digest.flatMap { Self.digest($0) }
        let digits = text.hasPrefix("sha256:") ? String(text.dropFirst("sha256:".count)) : text
        let isPrefix =
            (Self.minimumPrefixLength...64).contains(digits.utf8.count)
            && digits.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
        prefix = isPrefix ? digits : nil
    }

    /// Whether this is `name@digest`.
    var isPinnedName: Bool { name != nil && digest != nil }
    /// Whether the match may depend on digests within documents.
    var isDigest: Bool { digest != nil || prefix != nil }
    /// Whether several digests may match.
    var isPrefix: Bool { prefix != nil }

    /// True of a name with an `@` and what is not a digest behind it: only an entry of this very name matches.
    private var hasMalformedDigest: Bool { digest == nil && name?.digest != nil }

    /// How an entry matches; nil if it does not.
    func match(_ entry: SelectableEntry) -> Match? {
        if hasMalformedDigest { return entry.names.contains(text) ? Match(rank: .name) : nil }
        if let digest {
            guard name != nil else {
                guard entry.digest == digest || entry.imageID == digest else { return nil }
                return Match(rank: .digest, digest: digest)
            }
            if entry.names.contains(text) { return Match(rank: .name) }
            guard entry.digest == digest, let rank = rank(among: entry.allNames, anyTag: true) else { return nil }
            return Match(rank: rank, digest: digest)
        }
        let rank = rank(among: entry.names, anyTag: false)
        if let rank, rank < .digest { return Match(rank: rank) }
        if let prefix {
            for digest in [entry.digest, entry.imageID] {
                guard let digest, digest.algorithm == .sha256, digest.encoded.hasPrefix(prefix) else { continue }
                return Match(rank: .digest, digest: digest)
            }
        }
        return rank.map { Match(rank: $0, digest: entry.digest ?? entry.imageID) }
    }

    /// - Parameter anyTag: whether a reference without a tag matches every tag, because its digest identifies the
    ///   image.
    private func rank(among names: [String], anyTag: Bool) -> Rank? {
        guard let name else { return nil }
        let bare = text.prefix { $0 != "@" }
        if names.contains(where: { $0 == text || anyTag && $0 == bare }) { return .name }
        let full = names.filter { !FullImageName.isTag($0) }.map { FullImageName($0) }
        for other in full {
            if name.isSame(as: other) { return .name }
            if anyTag, name.tag == nil, name.repository == other.repository { return .name }
        }
        guard full.isEmpty, let tag = name.tag, names.contains(tag) else { return nil }
        return .tag
    }

    private static func digest(_ text: String) -> ContentDigest? {
        do throws(ContentDigest.GrammarError) {
            let digest = try ContentDigest(parsing: text)
            // By the grammar of digests, `app:1` is a digest of an algorithm `app`.
            return digest.algorithm == nil && digest.algorithmName != "blake3" ? nil : digest
        } catch {
            return nil
        }
    }
}
