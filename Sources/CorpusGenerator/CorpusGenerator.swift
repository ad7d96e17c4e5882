// layerverify: makes the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

@main
enum CorpusGenerator {
    static func main() {}
}
