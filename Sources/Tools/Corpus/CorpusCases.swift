// layerverify: every case of the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// All cases, by family.
let corpusCases: [CorpusCase] =
    goodLayoutCases + goodDocumentCases + goodStreamCases + goodDockerCases
    + badBlobCases + badLayerCases + badDocumentCases + badJSONCases + badStructureCases + badDockerCases
    + badArchiveCases + entryCases + readerCases + linkCases + platformCases + badShapeCases + goodShapeCases
    + disputedCases + dockerConfigCases + selectionCases + expectedDigestCases + searchCases
    + incompleteArchiveCases + gateCases + toleranceCases + badContentsCases + oddContentsCases + tableCases
