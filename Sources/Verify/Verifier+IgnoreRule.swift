// layerverify: rules that waive findings, as the library takes them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerSystem
public import SystemPackage

extension Verifier {
    /// A rule that waives the findings of a code, or those of a code about one blob.
    ///
    /// `docs/policy.md` lists which codes need a digest, and which cannot be waived.
    public struct IgnoreRule: Hashable, Sendable {
        let rule: ToleranceRule

        private init(_ rule: ToleranceRule) { self.rule = rule }

        /// Creates a rule from the form of the command line.
        ///
        /// - Parameters:
        ///   - rule: `CODE` or `CODE:DIGEST`, where the digest is the claimed one of the blob.
        ///   - reason: Why the findings do not count.
        ///   - until: The last day, in UTC, on which the rule applies, `YYYY-MM-DD`; nil without a limit.
        /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/invalidIgnoreRule`` for an unknown code, a malformed digest or
        ///   day, and a code that cannot be waived like that.
        public init(_ rule: String, reason: String? = nil, until: String? = nil) throws(Error) {
            let day = try until.map { text throws(Error) in
                guard let day = CalendarDay(parsing: text) else {
                    throw Error(.invalidIgnoreRule, "'\(text)' is not a date such as 2026-12-31")
                }
                return day
            }
            do throws(ToleranceRule.Fault) {
                self.rule = try ToleranceRule(parsing: rule, source: .option, reason: reason, until: day)
            } catch {
                throw Error(.invalidIgnoreRule, error.message)
            }
        }

        /// Creates a rule.
        ///
        /// - Parameters:
        ///   - code: The code of the findings.
        ///   - digest: The claimed digest of the blob; nil for findings about every blob.
        ///   - reason: Why the findings do not count.
        ///   - until: The last day, in UTC, on which the rule applies, `YYYY-MM-DD`; nil without a limit.
        /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/invalidIgnoreRule`` for an unknown code, a malformed day, and a
        ///   code that cannot be waived like that.
        public init(
            _ code: Verification.Finding.Code, of digest: BlobDigest? = nil, reason: String? = nil, until: String? = nil
        ) throws(Error) {
            try self.init(code.rawValue + (digest.map { ":\($0)" } ?? ""), reason: reason, until: until)
        }

        /// Reads the rules of an ignore file.
        ///
        /// The file has one rule per line, `CODE[:DIGEST] [until=YYYY-MM-DD] REASON`. Empty lines and lines that begin with `#`
        /// are skipped.
        ///
        /// - Parameter path: The path of a file of at most 4 MiB. It may be a pipe.
        /// - Returns: The rules, in the order of the lines.
        /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/invalidIgnoreRule`` if the file cannot be read, and for the
        ///   first line that is wrong.
        public static func rules(inFile path: FilePath) throws(Error) -> [IgnoreRule] {
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
                throw Error(
                    .invalidIgnoreRule,
                    "the ignore file '\(path)' cannot be read: \(ErrorText.describe(error.rawValue))")
            }
            do throws(ToleranceRule.Fault) {
                return try ToleranceRule.rules(inFile: bytes, named: path.string).map { IgnoreRule($0) }
            } catch {
                throw Error(.invalidIgnoreRule, error.message)
            }
        }

        private static let maximumByteCount = 4 << 20

        /// The code of the findings.
        public var code: Verification.Finding.Code { Verification.Finding.Code(rule.code) }
        /// The claimed digest of the blob; nil for findings about every blob.
        public var digest: BlobDigest? { rule.digest.map { BlobDigest($0) } }
        /// Why the findings do not count.
        public var reason: String? { rule.reason }
        /// The last day on which the rule applies, `YYYY-MM-DD`; nil without a limit.
        public var until: String? { rule.until?.description }
    }
}
