// layerverify: comparing the documents of two images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
import StrictJSON

/// The same document of two images: both manifests, or both configs.
package struct DocumentPair {
    /// Which documents they are.
    package enum Kind: Hashable, Sendable {
        case manifest
        case config
    }

    private let kind: Kind
    private let first: [UInt8]
    private let second: [UInt8]

    package init(_ kind: Kind, _ first: [UInt8], _ second: [UInt8]) {
        self.kind = kind
        self.first = first
        self.second = second
    }

    /// Compares the documents.
    ///
    /// Digests and sizes of other blobs are left out: what these blobs are compared to says more. Layers of the manifest are compared
    /// in their pairs.
    ///
    /// - Parameters:
    ///   - comparison: has the digests of the documents.
    ///   - layers: the indexes of the layers that are paired; a pair is left out if a layer has no counterpart.
    package func compare(
        _ comparison: DocumentComparison, pairing layers: [(first: Int, second: Int)],
        ignoring ignored: IgnoredDifferences
    ) -> DocumentComparison {
        var result = comparison
        guard !first.elementsEqual(second) else { return result }
        let (one, other): (JSONDocument, JSONDocument)
        do throws(JSONFault) {
            one = try JSONDocument(parsing: first)
            other = try JSONDocument(parsing: second)
        } catch {
            result.fault = "a document is not valid JSON: \(error.message)"
            return result
        }
        let parts = parts(one.root, other.root, layers)
        let all = parts.flatMap { $0.members }
        result.members = all.filter { !isIgnored($0, ignored) }
        result.ignoredCount = all.count - result.members.count
        if result.members.isEmpty, parts.contains(where: { $0.isCut }) {
            result.fault = "a document has too many differences to tell which of them count"
        }
        let isSameButForBlobs = all.isEmpty && hasSameBlobs(one.root, other.root)
        result.isEncodedDifferently = isSameButForBlobs && !ignored.contains(.encoding)
        return result
    }

    /// The differences of the document as a whole, and of the descriptors of its layers.
    private func parts(_ one: JSONValue, _ other: JSONValue, _ layers: [(first: Int, second: Int)])
        -> [JSONDifference]
    {
        switch kind {
        case .config:
            var difference = JSONDifference(history: "/history") { $0 == "/rootfs/diff_ids" }
            difference.compare(one, other)
            return [difference]
        case .manifest:
            var difference = JSONDifference {
                $0 == "/layers" || $0 == "/config/digest" || $0 == "/config/size"
            }
            difference.compare(one, other)
            let (firsts, seconds) = (one["layers"]?.array.map { Array($0) }, other["layers"]?.array.map { Array($0) })
            guard let firsts, let seconds else { return [difference] }
            var ofLayers = JSONDifference {
                let parts = $0.split(separator: "/", omittingEmptySubsequences: false)
                return parts.count == 4 && (parts[3] == "digest" || parts[3] == "size")
            }
            for pair in layers where pair.first < firsts.count && pair.second < seconds.count {
                ofLayers.compare(firsts[pair.first], seconds[pair.second], at: "/layers/\(pair.first)")
            }
            return [difference, ofLayers]
        }
    }

    /// Whether the members that are left out are equal as well.
    private func hasSameBlobs(_ one: JSONValue, _ other: JSONValue) -> Bool {
        var difference = JSONDifference { _ in false }
        difference.compare(one, other)
        return difference.members.isEmpty
    }

    private func isIgnored(_ member: MemberDifference, _ ignored: IgnoredDifferences) -> Bool {
        let pointer = member.pointer
        let name = pointer.utf8.lastIndex(of: UInt8(ascii: "/")).map { pointer[pointer.utf8.index(after: $0)...] }
        if ignored.contains(.times), name == "created" || name == "org.opencontainers.image.created" { return true }
        if ignored.contains(.history), kind == .config, pointer.hasPrefix("/history") { return true }
        let parts = pointer.split(separator: "/")
        if ignored.contains(.annotations), kind == .manifest, parts.contains("annotations") { return true }
        let isMediaTypeOfLayer = parts.count == 3 && parts[0] == "layers" && parts[2] == "mediaType"
        return ignored.contains(.compression) && kind == .manifest && isMediaTypeOfLayer
    }
}
