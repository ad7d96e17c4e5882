// layerverify: reports for GitLab's merge requests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// A code quality report of GitLab: one object for each finding.
///
/// Spec: GitLab documentation, Code Quality, "Code Quality report format".
package struct GitLabFormat: VerdictFormat {
    package let name = "gitlab"

    package init() {}

    package func write<Failure: Error>(
        _ report: Report, in style: ReportStyle, to sink: (String) throws(Failure) -> Void
    ) throws(Failure) {
        var json = JSONText()
        var fingerprints = Fingerprints()
        var owners = FindingOwners(report)
        json.open(nil, "[")
        for (number, finding) in report.findings.enumerated() {
            let details = FindingDetails(number, of: report, image: owners.image(of: number))
            let path = style.paths.relative(report.pathOnDisk(number))
            json.object { json in
                json.member("description", details.joined(by: "; ") { VisibleText.escaping($0) })
                json.member("check_name", finding.code.rawValue)
                // The file is a part of the fingerprint: GitLab shows one finding for each.
                json.member("fingerprint", fingerprints.next(finding, path: path))
                json.member("severity", Self.severity(of: finding.rank))
                json.object("location") { json in
                    json.member("path", path)
                    // Files of images have no lines; the line is required.
                    json.object("lines") { $0.member("begin", 1) }
                }
            }
            try json.pass(to: sink)
        }
        json.close("]")
        try json.flush(to: sink)
    }

    private static func severity(of rank: FindingRank) -> String {
        switch rank {
        case .refuting: "critical"
        case .undetermined, .consequence: "major"
        case .warning: "minor"
        case .ignored, .note: "info"
        }
    }
}
