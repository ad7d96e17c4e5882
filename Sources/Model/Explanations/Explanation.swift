// layerverify: the explanation of a finding code.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What a finding means, how it comes about, and what to do.
///
/// Texts are Markdown without blocks: words, and `code` in backquotes. They are constants, never text from an image.
package struct Explanation: Hashable, Sendable {
    /// What it means, one to three sentences. (`meaning.summary` is the form of one sentence.)
    package let meaning: String
    /// How it comes about: the usual causes, the most frequent first; one sentence each.
    package let causes: [String]
    /// What to do, one sentence or command each (commands in backquotes).
    package let remedies: [String]
    /// The paragraphs of specifications or the behaviour of tools that it rests on.
    package let sources: [Source]

    /// A document, or a section of one.
    package struct Source: Hashable, Sendable {
        package let title: String
        /// The address of the section; nil for behaviour of tools that is not documented at a stable address.
        package let address: String?

        package init(_ title: String, _ address: String? = nil) {
            self.title = title
            self.address = address
        }
    }

    init(_ meaning: String, causes: [String], remedies: [String], sources: [Source] = []) {
        self.meaning = meaning
        self.causes = causes
        self.remedies = remedies
        self.sources = sources
    }
}
