// layerverify: the corpus's README.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The text of `corpus/README.md`.
func readme(_ cases: [CorpusCase]) -> String {
    let good = cases.filter { $0.group == "good" }
    let bad = cases.filter { $0.group == "bad" }
    return """
        # The corpus

        Small images, \(good.count) good and \(bad.count) bad, each a folder with the image and its expected findings.
        `swift run CorpusGenerator corpus` generates all of it, including this page, from `Sources/Tools/Corpus`.
        `scripts/corpus-check` compares the committed files with the output of the generator.

        A case has

        - `image` (a folder), `image.tar` (an archive) or `images` (a folder of several images);
        - `expect.json`: `about`, one sentence; `arguments`, if the command has more than the path; `status`, the exit
          status (0 verified, 1 refuted, 2 undetermined); `findings`, all of them, including notes, sorted by `code` and
          then `digest`. `digest` names the blob of the finding, as the image claims it: for a fault in the text of a
          document the digest of the document, for a fault of an image as a whole that of the config, otherwise that of
          the descriptor; null if no digest is claimed. `follows` is the code of the finding on the same blob from which
          this one follows. `ignored` is the option that makes it not count: `option` (`--ignore`), `file`
          (`--ignore-file`) or `baseline`;
        - the files that `arguments` name, relative to the folder of the case.

        All cases in `good` have the status 0; no case in `bad` has it.

        ## Adding a case

        Add a few lines to the family that fits (`Sources/Tools/Corpus/*Cases.swift`), run the generator, review its
        output, and commit both. The tests find the case by its folder. A case that the generator cannot make (a pipe, a
        device, a file that cannot be read) belongs in the tests instead.

        The compressed streams depend on the versions of zlib and libzstd, which `libraries.txt` names. With other
        versions the same cases have other bytes and other digests, and the same expected findings.

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
    return (["| case | status | findings | about |", "|---|---|---|---|"] + rows).joined(separator: "\n")
}
