// layerverify: a run from its sources to its report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerModel

extension Verifier {
    /// Runs source, plan, pipeline and verdict.
    func runVerification(
        of paths: [String], cancellation: Cancellation?, progress: ProgressObserver?
    ) -> Report {
        Self.unrecognised(paths)
    }

    /// Runs the source alone.
    func runInspection(of paths: [String]) -> Report { Self.unrecognised(paths) }

    /// Runs the pipeline over files of which nothing is claimed.
    func runDigest(
        of files: [String], chaining: Chaining, cancellation: Cancellation?, progress: ProgressObserver?
    ) -> LayerDigestReport {
        LayerDigestReport(records: files.map { LayerDigestRecord(path: $0, finding: Self.finding($0, root: 0)) })
    }

    private static func unrecognised(_ paths: [String]) -> Report {
        var summary = Summary()
        summary.errorCount = paths.count
        return Report(
            outcome: .undetermined, roots: paths.map { RootRecord(path: $0, form: .unknown) }, images: [],
            findings: paths.enumerated().map { finding($1, root: $0) }, summary: summary)
    }

    private static func finding(_ path: String, root: RootIndex) -> Finding {
        access(path, F_OK) == 0
            ? Finding(.notAnImage, "is no form of image that is known here", at: Place(""), root: root)
            : Finding(.pathMissing, "no such file or directory", at: Place(""), root: root)
    }
}
