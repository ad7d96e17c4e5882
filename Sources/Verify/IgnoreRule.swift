// layerverify: rules that waive findings, as the library takes them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerSystem
internal import SystemPackage

/// A rule that waives the findings of a code, or those of a code about one blob.
///
/// `docs/policy.md` lists which codes need a digest, and which cannot be waived.
public struct IgnoreRule: Hashable, Sendable {
    let rule: ToleranceRule

    private init(_ rule: ToleranceRule) { self.rule = rule }

    /// Makes a rule.
    ///
    /// Shape: `rule` is `CODE` or `CODE:DIGEST`, where the digest is the claimed one of the blob. `until` is the last day, in UTC,
    /// on which the rule applies, `YYYY-MM-DD`.
    ///
    /// Throws: `VerifyError` with `.invalidIgnoreRule` for an unknown code, a malformed digest or day, and a code that cannot be
    /// waived like that.
    public init(_ rule: String, reason: String? = nil, until: String? = nil) throws(VerifyError) {
        let day = try until.map { text throws(VerifyError) in
            guard let day = CalendarDay(parsing: text) else {
                throw VerifyError(.invalidIgnoreRule, "'\(text)' is not a date such as 2026-12-31")
            }
            return day
        }
        do throws(ToleranceRule.Fault) {
            self.rule = try ToleranceRule(parsing: rule, source: .option, reason: reason, until: day)
        } catch {
            throw VerifyError(.invalidIgnoreRule, error.message)
        }
    }

    /// Reads the rules of an ignore file.
    ///
    /// Shape: one rule per line, `CODE[:DIGEST] [until=YYYY-MM-DD] REASON`. Empty lines and lines that begin with `#` are
    /// skipped. At most 4 MiB.
    ///
    /// Throws: `VerifyError` with `.invalidIgnoreRule` if the file cannot be read, and for the first line that is wrong.
    public static func rules(inFile path: String) throws(VerifyError) -> [IgnoreRule] {
        var bytes: [UInt8] = []
        do throws(Errno) {
            let file = try InputFile(path)
            while true {
                let piece = try file.next()
                if piece.isEmpty { break }
                bytes += piece
                guard bytes.count <= maximumByteCount else { throw .fileTooLarge }
            }
        } catch {
            throw VerifyError(
                .invalidIgnoreRule, "the ignore file '\(path)' cannot be read: \(ErrorText.describe(error.rawValue))")
        }
        do throws(ToleranceRule.Fault) {
            return try ToleranceRule.rules(inFile: bytes, named: path).map { IgnoreRule($0) }
        } catch {
            throw VerifyError(.invalidIgnoreRule, error.message)
        }
    }

    private static let maximumByteCount = 4 << 20

    /// The code of the findings.
    public var code: String { rule.code.rawValue }
    /// The claimed digest of the blob; nil for findings about every blob.
    public var digest: String? { rule.digest?.description }
    /// Why the findings do not count.
    public var reason: String? { rule.reason }
    /// The last day on which the rule applies, `YYYY-MM-DD`; nil without a limit.
    public var until: String? { rule.until?.description }
}
