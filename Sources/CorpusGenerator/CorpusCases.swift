// layerverify: every case of the corpus.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Every case, family by family.
let corpusCases: [CorpusCase] =
    goodLayoutCases + goodDocumentCases + goodStreamCases + goodDockerCases
    + badBlobCases + badLayerCases + badDocumentCases + badJSONCases + badStructureCases + badDockerCases
    + badArchiveCases + entryCases + readerCases + badShapeCases + goodShapeCases
    + disputedCases + dockerConfigCases + searchCases
