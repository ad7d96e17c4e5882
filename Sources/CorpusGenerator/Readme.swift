// layerverify: the corpus's README.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The text of `corpus/README.md`.
func readme(_ cases: [CorpusCase]) -> String {
    let good = cases.filter { $0.group == "good" }
    let bad = cases.filter { $0.group == "bad" }
    return """
        # The corpus

        Small images, \(good.count) good and \(bad.count) bad, each a folder with the image and what must be said about it.
        Nothing here is written by hand: `swift run CorpusGenerator corpus` makes all of it, this page too, from
        `Sources/CorpusGenerator`; `scripts/corpus-check` tells whether what lies here is what the generator makes.

        A case has

        - `image` (a folder), `image.tar` (an archive) or `images` (a folder of several images);
        - `expect.json`: `about`, one sentence; `arguments`, if the command gets more than the path; `status`, the exit
          status (0 verified, 1 refuted, 2 undetermined); `findings`, all of them, notes too, sorted by `code` and then
          `digest`. `digest` is the digest that names the blob concerned, as the image claims it: the document's for a
          fault in a document's text, the config's for a fault of an image as a whole, the descriptor's for the rest;
          null where no digest is claimed. `follows` is the code of the finding on the same blob from which this one
          follows.

        In `good` every case has the status 0, in `bad` none has.

        ## Adding a case

        Add a few lines to the family that fits (`Sources/CorpusGenerator/*Cases.swift`), run the generator, look at
        what it wrote, commit both. The tests find the case by its folder. A case that no generator can make (a pipe, a
        device, a file that cannot be read) belongs in the tests instead.

        The compressed streams depend on the versions of zlib and libzstd, which `libraries.txt` names; with other
        versions the same cases have other bytes and other digests, and mean the same.

        ## good

        \(table(good))

        ## bad

        \(table(bad))

        """
}

private func table(_ cases: [CorpusCase]) -> String {
    let rows = cases.map { item in
        let codes = Set(item.image.expected.map(\.code)).sorted().map { "`\($0)`" }.joined(separator: " ")
        return "| `\(item.name)` | \(item.verdict.rawValue) | \(codes) | \(item.about) |"
    }
    return (["| case | status | findings | what it is |", "|---|---|---|---|"] + rows).joined(separator: "\n")
}
