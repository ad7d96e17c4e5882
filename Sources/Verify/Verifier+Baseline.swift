// layerverify: the findings of an earlier run, as the library takes them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerSystem
public import SystemPackage

extension Verifier {
    /// The findings of an earlier run, which do not count in a later one.
    ///
    /// Two baselines are equal if one is a copy of the other.
    public struct Baseline: Hashable, Sendable {
        /// Gives the value an identity: comparing all findings would take as long as reading them.
        private final class Content: Sendable {
            let known: KnownFindings

            init(_ known: KnownFindings) { self.known = known }
        }

        private let content: Content

        /// Reads a report that `--format json` wrote, of any size.
        ///
        /// Findings that a rule waived are left out, so that a baseline does not outlive the rule. Notes are read and never waived.
        ///
        /// - Parameter path: The path of the report. It may be a pipe.
        /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/invalidBaseline`` if the file cannot be read, or is not a
        ///   whole report.
        public init(report path: FilePath) throws(Error) {
            var reader = BaselineReader()
            do throws(Errno) {
                let file = try InputFile(path)
                while !reader.hasFault {
                    let piece = try file.next()
                    if piece.isEmpty { break }
                    reader.read(piece)
                }
            } catch {
                throw Error(
                    .invalidBaseline, "the baseline '\(path)' cannot be read: \(ErrorText.describe(error.rawValue))")
            }
            do throws(BaselineReader.Fault) {
                content = Content(try reader.finish())
            } catch {
                throw Error(
                    .invalidBaseline, "the baseline '\(path)' is not a JSON report of layerverify: \(error.message)")
            }
        }

        var known: KnownFindings { content.known }

        /// The number of findings that the report lists and that no rule waived.
        public var findingCount: Int { known.count }

        /// Compares the identity of two baselines.
        ///
        /// - Parameters:
        ///   - one: A baseline.
        ///   - other: Another one.
        /// - Returns: Whether one is a copy of the other.
        public static func == (one: Baseline, other: Baseline) -> Bool { one.content === other.content }

        /// Hashes the identity of the baseline.
        ///
        /// - Parameter hasher: What computes the hash.
        public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(content)) }
    }
}
