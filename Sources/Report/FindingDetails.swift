// layerverify: what a service shows about a finding besides its message.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// The message of a finding and its details, for services that show one text for each.
struct FindingDetails {
    /// The message after `undetermined: ` or `ignored: ` where that applies.
    let title: String
    /// Names and values in the order of the text report.
    let fields: [(name: String, value: String)]

    /// - Parameter image: the image that the finding belongs to; see `FindingOwners`.
    init(_ number: Int, of report: Report, image: (title: String, others: Int)?) {
        let finding = report.findings[number]
        let file = report.files[number]
        switch finding.rank {
        case .ignored: title = "ignored: " + finding.message
        case .refuting, .warning, .note: title = finding.message
        case .undetermined: title = "undetermined: " + finding.message
        case .consequence: title = (finding.outcome == .undetermined ? "undetermined: " : "") + finding.message
        }
        var fields: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String?) {
            if let value, !value.isEmpty { fields.append((name, value)) }
        }
        add("image", image.map { $0.title + ($0.others > 0 ? " and \(HumanUnits.count($0.others, "other"))" : "") })
        if let layer = file?.layer, let count = file?.layerCount { add("layer", "\(layer + 1) of \(count)") }
        // Of a file by itself the service shows the path.
        if report.location(of: number)?.archive != nil { add("file", report.pathOfFile(number)) }
        add("built by", file?.createdBy)
        // The same as in the text report, where what follows from another finding is short.
        if finding.follows == nil {
            if file?.path != finding.place.path || !finding.place.pointer.isEmpty {
                add(file?.path == finding.place.path ? "at" : "claim", finding.place.description)
            }
            add("expected", finding.expected)
            add("actual", finding.actual)
        }
        add("follows from", finding.follows?.rawValue)
        add("hint", finding.hint)
        add("ignored", finding.waiver?.words)
        self.fields = fields
    }

    /// The title and the fields, each escaped by `escape`, with `separator` between them.
    func joined(by separator: String, _ escape: (String) -> String) -> String {
        ([escape(title)] + fields.map { $0.name + ": " + escape($0.value) }).joined(separator: separator)
    }
}
