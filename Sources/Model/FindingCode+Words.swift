// layerverify: codes of findings as people write them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension FindingCode {
    /// A code as people write it in the form that codes have: in lower case, without `error[` and `]`, and with hyphens. The result
    /// need not be a code.
    package static func normalized(_ word: String) -> String {
        var inner = Substring(word)
        if let open = inner.lastIndex(of: "[") {
            inner = inner[inner.index(after: open)...].prefix { $0 != "]" }
        }
        return String(inner.filter { !$0.isWhitespace }.map { $0 == "_" ? "-" : $0 }).lowercased()
    }

    /// A sentence about a word that is no code: the nearest code, or those that contain the word, or the command that lists all.
    package static func suggestion(for word: String) -> String {
        let offer = "'layerverify explain' lists all codes."
        // A long word is no misspelled code, and comparing it would take long.
        guard word.utf8.count <= 80 else { return offer }
        let code = normalized(word)
        let codes = allCases.map { $0.rawValue }
        if let near = EditDistance.nearest(to: code, among: codes) { return "Did you mean '\(near)'?" }
        let alike = code.utf8.count < 3 ? [] : codes.filter { $0.contains(code) }
        return alike.isEmpty ? offer : "Codes with this word: " + alike.joined(separator: ", ") + "."
    }
}
