// layerverify: the checks of an image, for formats of test results.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// One test in a report of tests: a layer, the documents of an image, a path, or a platform that is not here.
struct Check {
    enum Result: Hashable {
        case passed
        /// Nothing was checked, as the documents allow.
        case skipped
        case undetermined
        case failed
    }

    enum Subject {
        case documents
        /// The number of the layer, from 1.
        case layer(Int)
        /// A path by itself, without the images in it.
        case path
        /// A platform that an index lists and that is not here; not escaped.
        case platform(String)
        case run
    }

    var subject: Subject
    var result: Result
    /// The findings that decide the result, those that refute first; may be empty.
    var faults: [Int] = []
    /// The findings that do not count, and warnings.
    var remarks: [Int] = []
    /// Why it was skipped, or why it did not pass if there are no faults; without text from an image.
    var reason: String?
}

/// The checks of one image, or of a path without its images.
///
/// The result of a check is never better than the outcome of its layer, image or path.
struct CheckGroup {
    let report: Report
    /// The index of the root; nil for what belongs to no root.
    let root: RootIndex?
    /// The image, and its number in the root, from 1; nil for the path itself.
    let image: (report: ImageReport, number: Int)?
    /// The findings that belong to none of the images.
    private let findings: [Int]
    /// Those of `findings` that are about absent platforms.
    private let platforms: [Int]
    /// The outcome of the path itself if its findings do not imply it.
    private let leastOutcome: Outcome
    /// Whether nothing was checked if there are no findings: the path has no image.
    private let isSkippable: Bool

    init(_ image: ImageReport, number: Int, of report: Report) {
        self.report = report
        root = image.record.root
        self.image = (image, number)
        findings = image.findings.filter { report.findings.indices.contains($0) }
        platforms = []
        isSkippable = false
        leastOutcome = .verified
    }

    /// The checks of a path.
    init(path findings: [Int], root: RootIndex, hasImages: Bool, of report: Report) {
        self.init(findings, root: root, isSkippable: !hasImages, leastOutcome: .verified, of: report)
    }

    /// The check of the run itself.
    init(run findings: [Int], leastOutcome: Outcome, of report: Report) {
        self.init(findings, root: nil, isSkippable: false, leastOutcome: leastOutcome, of: report)
    }

    private init(
        _ findings: [Int], root: RootIndex?, isSkippable: Bool, leastOutcome: Outcome, of report: Report
    ) {
        self.report = report
        self.root = root
        image = nil
        self.findings = findings
        platforms = findings.filter {
            report.findings[$0].code == .platformAbsent && report.findings[$0].outcome == .verified
        }
        self.isSkippable = isSkippable
        self.leastOutcome = leastOutcome
    }

    /// The number of checks, at least one.
    var count: Int { 1 + (image?.report.layers.count ?? platforms.count) }

    /// Complexity: linear in the findings of the check.
    subscript(index: Int) -> Check {
        guard index > 0 else { return first }
        if let image {
            let layer = image.report.layers[index - 1]
            return check(.layer(index), layer.findings, leastOutcome: layer.outcome)
        }
        let finding = platforms[index - 1]
        let platform = report.findings[finding].expected ?? ""
        return Check(subject: .platform(platform), result: .skipped, reason: "listed, but missing and not checked")
    }

    /// The check of the documents of the image, or of the path itself.
    private var first: Check {
        if let image = image?.report {
            let own = check(.documents, findings, leastOutcome: .verified)
            let known = image.layers.reduce(outcome(of: image.findings)) { $0.joined(with: $1.outcome) }
            // The outcome of the image must not be lost if no finding implies it.
            return known == image.outcome ? own : check(.documents, findings, leastOutcome: image.outcome)
        }
        var own = check(root == nil ? .run : .path, findings, leastOutcome: leastOutcome)
        if isSkippable, own.result == .passed, own.remarks.isEmpty {
            own.result = .skipped
            own.reason = "no image was checked"
        }
        return own
    }

    private func outcome(of findings: [Int]) -> Outcome {
        findings.reduce(.verified) {
            report.findings.indices.contains($1) ? $0.joined(with: report.findings[$1].outcome) : $0
        }
    }

    private func check(_ subject: Check.Subject, _ findings: [Int], leastOutcome: Outcome) -> Check {
        var outcome = leastOutcome
        var refutations: [Int] = []
        var doubts: [Int] = []
        var remarks: [Int] = []
        for index in findings where report.findings.indices.contains(index) {
            let finding = report.findings[index]
            outcome = outcome.joined(with: finding.outcome)
            switch (finding.outcome, finding.severity) {
            case (.refuted, _): refutations.append(index)
            case (.undetermined, _): doubts.append(index)
            case (.verified, .error), (.verified, .warning): remarks.append(index)
            case (.verified, .note): if finding.waiver != nil { remarks.append(index) }
            }
        }
        let result: Check.Result =
            switch outcome {
            case .verified: .passed
            case .undetermined: .undetermined
            case .refuted: .failed
            }
        var check = Check(subject: subject, result: result, faults: refutations + doubts, remarks: remarks)
        if result != .passed, check.faults.isEmpty { check.reason = "\(outcome.rawValue); see the other findings" }
        return check
    }
}
