// layerverify: findings.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A place in the metadata of an image where something is claimed.
package struct Place: Hashable, Sendable, CustomStringConvertible {
    /// The path of the document below the root; for a fault of the bytes themselves the path of the blob; empty for the
    /// root.
    package var path: String
    /// The JSON pointer (RFC 6901) in the document; empty for the whole document.
    package var pointer: String

    package init(_ path: String, _ pointer: String = "") {
        self.path = path
        self.pointer = pointer
    }

    /// The place of a member or an element below this place; `component` is escaped as RFC 6901 §3 requires.
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

/// The importance of a finding.
package enum Severity: String, Hashable, Sendable, CaseIterable {
    /// A claim is refuted or could not be checked.
    case error
    /// Nothing that is claimed is false, but it is likely to cause problems. With `--strict` it refutes.
    case warning
    /// Information only.
    case note
}

/// A fault, a failed check, or a piece of information.
package struct Finding: Hashable, Sendable {
    package var code: FindingCode
    package var severity: Severity
    /// The outcome that the finding causes for its image; `.verified` for warnings and notes.
    package var outcome: Outcome
    /// One line for people: lower case, without a full stop, with the expected and the actual value.
    package var message: String
    /// The claimed digest of the blob that the finding is about.
    package var digest: ContentDigest?
    /// The blob that is damaged, missing or not known. Nil for a finding about a document itself or about a whole root: then
    /// `place` names the document.
    package var blob: BlobIndex?
    /// Where the claim is made.
    package var place: Place
    package var expected: String?
    package var actual: String?
    /// The probable cause, if the values fit a known mistake.
    package var hint: String?
    /// The code of the finding on the same blob that caused this one.
    package var follows: FindingCode?
    /// The root that the finding belongs to.
    package var root: RootIndex
    /// Why the finding does not count; nil if it counts. Not packed with the finding: `ReportBuilder` sets it.
    package var waiver: Waiver?

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

    /// The same finding as one that does not count: it keeps its severity, and its image may be verified.
    package func waived(by waiver: Waiver) -> Finding {
        var result = self
        result.waiver = waiver
        result.outcome = .verified
        return result
    }

    /// The same finding as a refutation, for a policy that is stricter than the code's own.
    package func refuting() -> Finding {
        var result = self
        result.severity = .error
        result.outcome = .refuted
        return result
    }
}
