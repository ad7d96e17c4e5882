// layerverify: explanations of findings as text, JSON and Markdown.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel

/// Renders the explanations of finding codes for `layerverify explain` and `docs/findings/`.
package enum FindingExplanations {
    /// The explanations for people, separated by empty lines.
    package static func text(of codes: [FindingCode], in style: ReportStyle) -> String {
        joined(codes) { code in
            let explanation = code.explanation
            var page = TextPage(style: style)
            page.paragraph(
                lead: label(code, on: page) + " ", leadWidth: width(code) + 1, hanging: 2, effect(of: code))
            page.line()
            page.fill(lead: "  ", leadWidth: 2, hanging: 2, page.pieces(explanation.meaning))
            page.write("Causes", explanation.causes)
            page.write("What to do", explanation.remedies)
            page.write("Sources", explanation.sources.map { $0.title }) { page, index in
                explanation.sources[index].address.map { page.line("    " + $0) }
            }
            return page.rest
        }
    }

    /// One line for each code: its label as in reports, and the sentence of `docs/findings.md`.
    package static func list(of codes: [FindingCode], in style: ReportStyle) -> String {
        var page = TextPage(style: style)
        let column = (codes.map(width).max() ?? 0) + 2
        for code in codes {
            let gap = String(repeating: " ", count: column - width(code))
            page.paragraph(
                lead: label(code, on: page) + gap, leadWidth: column, hanging: 4, code.meaning.summary)
        }
        return page.rest
    }

    /// One JSON document: `findings` has the codes in the order given.
    package static func json(of codes: [FindingCode]) -> String {
        var json = JSONText()
        json.object { json in
            json.member("schemaVersion", 1)
            json.open("findings", "[")
            for code in codes {
                let explanation = code.explanation
                json.object { json in
                    json.member("code", code.rawValue)
                    json.member("severity", code.severity.rawValue)
                    json.member("outcome", code.outcome.rawValue)
                    json.member("summary", code.meaning.summary)
                    json.member("meaning", explanation.meaning)
                    json.member("causes", explanation.causes)
                    json.member("remedies", explanation.remedies)
                    json.open("sources", "[")
                    for source in explanation.sources {
                        json.object { json in
                            json.member("title", source.title)
                            json.member("address", source.address)
                        }
                    }
                    json.close("]")
                }
            }
            json.close("]")
        }
        var text = ""
        json.flush { text += $0 }
        return text
    }

    /// The explanations in Markdown, one heading of the first level for each code.
    package static func markdown(of codes: [FindingCode]) -> String {
        joined(codes) { markdown(of: $0, isInDocs: false) }
    }

    /// The page `docs/findings/CODE.md`: links lead to other pages of `docs/`.
    package static func page(of code: FindingCode) -> String {
        markdown(of: code, isInDocs: true) + "\n[All findings](../findings.md)\n"
    }

    private static func markdown(of code: FindingCode, isInDocs: Bool) -> String {
        let explanation = code.explanation
        func list(_ title: String, _ items: [String]) -> String {
            "\n## \(title)\n\n" + items.map { "- \($0)\n" }.joined()
        }
        let sources = explanation.sources.map { source in
            if let address = source.address { return "[\(source.title)](\(address))" }
            guard isInDocs, source.title.hasPrefix("docs/"), let end = source.title.firstIndex(of: ",") else {
                return source.title
            }
            let page = source.title[..<end]
            return "[\(page)](../\(page.dropFirst("docs/".count)))\(source.title[end...])"
        }
        return "# \(code.rawValue)\n\n\(effect(of: code))\n\n\(explanation.meaning)\n"
            + list("Causes", explanation.causes) + list("What to do", explanation.remedies)
            + list("Sources", sources)
    }

    /// What the code means for the exit status.
    private static func effect(of code: FindingCode) -> String {
        switch (code.severity, code.outcome) {
        case _ where code == .fastPathDisagrees: "An error of layerverify or of the machine: exit status 70."
        case (.error, .refuted): "An error that refutes: exit status 1."
        case (.error, _):
            "An error that leaves something undetermined: exit status 2, or 1 if something else is refuted."
        case (.warning, _): "A warning: the exit status stays the same, but is 1 with `--strict`."
        case (.note, _): "A note: the exit status stays the same."
        }
    }

    private static func joined(_ codes: [FindingCode], _ render: (FindingCode) -> String) -> String {
        codes.map(render).joined(separator: "\n")
    }

    /// `error[blob-missing]`, coloured as in reports.
    private static func label(_ code: FindingCode, on page: TextPage) -> String {
        let ink: TextPage.Ink =
            switch code.severity {
            case .error: .red
            case .warning: .yellow
            case .note: .cyan
            }
        return page.paint("\(code.severity.rawValue)[\(code.rawValue)]", ink)
    }

    private static func width(_ code: FindingCode) -> Int { code.severity.rawValue.count + code.rawValue.count + 2 }
}

extension TextPage {
    /// A heading, and a list below it; `after` writes what follows an item.
    fileprivate mutating func write(
        _ title: String, _ items: [String], after: (inout TextPage, Int) -> Void = { _, _ in }
    ) {
        line()
        line(paint(title, .bold))
        for (index, item) in items.enumerated() {
            fill(lead: "  - ", leadWidth: 4, hanging: 4, pieces(item))
            after(&self, index)
        }
    }

    /// One piece for each word, and one for each command in backquotes that fits into a line, so that it can be copied.
    fileprivate func pieces(_ text: String) -> [Piece] {
        let room = (style.width ?? .max) - 4
        var pieces: [Piece] = []
        var command: [Substring] = []
        for word in text.split(separator: " ") {
            let isInside = !command.isEmpty
            let hasOddCount = word.count { $0 == "`" } % 2 == 1
            guard isInside || hasOddCount else {
                pieces.append(Piece(String(word)))
                continue
            }
            command.append(word)
            guard isInside, hasOddCount else { continue }
            let whole = command.joined(separator: " ")
            pieces += whole.count <= room ? [Piece(whole)] : command.map { Piece(String($0)) }
            command = []
        }
        return pieces + command.map { Piece(String($0)) }
    }

    /// The text that was not passed on.
    fileprivate var rest: String {
        var page = self
        var text = ""
        page.flush { text += $0 }
        return text
    }
}
