// layerverify: the rules of a SARIF log.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// A code as a rule of SARIF, with its help.
///
/// Spec: SARIF 2.1.0 §3.49; GitHub limits descriptions to 1024 characters.
struct SARIFRule {
    private let code: FindingCode
    private let explanation: Explanation

    init(_ code: FindingCode) {
        self.code = code
        explanation = code.explanation
    }

    func write(to json: inout JSONText) {
        json.object { json in
            json.member("id", code.rawValue)
            json.member("name", name)
            Self.text("shortDescription", Self.limited(code.meaning.summary), to: &json)
            Self.text("fullDescription", Self.limited(explanation.meaning), to: &json)
            json.object("help") { json in
                json.member("text", help(isMarkdown: false))
                json.member("markdown", help(isMarkdown: true))
            }
            json.object("defaultConfiguration") { $0.member("level", level) }
            json.object("properties") { json in
                json.member("tags", ["container-image", level == "error" ? code.outcome.rawValue : level])
                json.member("precision", "very-high")
                json.member("problem.severity", level == "note" ? "recommendation" : level)
            }
        }
    }

    /// `BlobDigestMismatch` for `blob-digest-mismatch`.
    private var name: String {
        code.rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private var level: String { code.severity.rawValue }

    private func help(isMarkdown: Bool) -> String {
        var parts = [isMarkdown ? "**\(code.rawValue)**: \(explanation.meaning)" : explanation.meaning]
        func add(_ title: String, _ lines: [String]) {
            guard !lines.isEmpty else { return }
            parts.append(
                (isMarkdown ? "## \(title)\n\n" : title + ":\n") + lines.map { "- " + $0 }.joined(separator: "\n"))
        }
        add("Causes", explanation.causes)
        add("What to do", explanation.remedies)
        add(
            "Sources",
            explanation.sources.map { source in
                guard let address = source.address else { return source.title }
                return isMarkdown ? "[\(source.title)](\(address))" : "\(source.title): \(address)"
            })
        let text = parts.joined(separator: "\n\n")
        return text.replacing("{", with: "{{").replacing("}", with: "}}")
    }

    private static func text(_ name: String, _ text: String, to json: inout JSONText) {
        json.object(name) { $0.member("text", text.replacing("{", with: "{{").replacing("}", with: "}}")) }
    }

    private static func limited(_ text: String) -> String {
        text.count <= 1000 ? text : text.prefix(999) + "…"
    }
}
