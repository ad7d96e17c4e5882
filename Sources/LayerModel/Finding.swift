// layerverify: findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Where in the metadata of an image something is said.
package struct Place: Hashable, Sendable, CustomStringConvertible {
    /// The document, as a path below the root; the blob's own path for a fault of the bytes themselves; empty for the root.
    package var path: String
    /// The place in the document. Spec: RFC 6901. Empty for the whole document.
    package var pointer: String

    package init(_ path: String, _ pointer: String = "") {
        self.path = path
        self.pointer = pointer
    }

    /// A member or element below this place; `component` is escaped as RFC 6901 §3 wants.
    package func appending(_ component: String) -> Place {
        let escaped = component.utf8.reduce(into: [UInt8]()) { bytes, byte in
            switch byte {
            case UInt8(ascii: "~"): bytes.append(contentsOf: "~0".utf8)
            case UInt8(ascii: "/"): bytes.append(contentsOf: "~1".utf8)
            default: bytes.append(byte)
            }
        }
        return Place(path, pointer + "/" + String(decoding: escaped, as: UTF8.self))
    }

    package func appending(_ index: Int) -> Place { Place(path, pointer + "/" + String(index)) }

    /// `path#pointer`, or the path alone.
    package var description: String { pointer.isEmpty ? path : path + "#" + pointer }
}

/// How much a finding matters.
package enum Severity: String, Hashable, Sendable, CaseIterable {
    /// A claim is refuted or could not be checked.
    case error
    /// Nothing claimed is false, but somebody will stumble over it. `--strict` makes it refute.
    case warning
    /// Worth knowing, no more.
    case note
}

/// One thing that is wrong, could not be checked, or is worth knowing.
package struct Finding: Hashable, Sendable {
    package var code: FindingCode
    package var severity: Severity
    /// What the finding makes of its image; `.verified` for warnings and notes.
    package var outcome: Outcome
    /// One line for people: lower case, no full stop, both sides named.
    package var message: String
    /// The digest that names the blob concerned, as claimed.
    package var digest: ContentDigest?
    /// The blob that is damaged, missing or not known. Nil for a finding about a document itself or about a whole root: then
    /// `place` names the document.
    package var blob: BlobIndex?
    /// Where the claim is made.
    package var place: Place
    package var expected: String?
    package var actual: String?
    /// What probably happened, where a known mistake fits.
    package var hint: String?
    /// The code of the finding on the same blob that this one follows from.
    package var follows: FindingCode?
    /// The root concerned.
    package var root: RootIndex

    /// Makes a finding with its code's usual severity and outcome.
    package init(
        _ code: FindingCode, _ message: String, at place: Place, root: RootIndex = 0, digest: ContentDigest? = nil,
        blob: BlobIndex? = nil, expected: String? = nil, actual: String? = nil, hint: String? = nil,
        follows: FindingCode? = nil
    ) {
        self.code = code
        severity = code.severity
        outcome = code.outcome
        self.message = message
        self.digest = digest
        self.blob = blob
        self.place = place
        self.expected = expected
        self.actual = actual
        self.hint = hint
        self.follows = follows
        self.root = root
    }

    /// The same finding, refuting; for a policy that is stricter than the code's.
    package func refuting() -> Finding {
        var result = self
        result.severity = .error
        result.outcome = .refuted
        return result
    }
}
