// layerverify: small inventories for the tests of verdicts.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerAudit
import LayerModel

/// A digest whose digits are all the same.
func digest(_ digit: Character, _ algorithm: DigestAlgorithm = .sha256) -> ContentDigest {
    let byte = UInt8(String([digit, digit]), radix: 16) ?? 0
    return ContentDigest(algorithm, bytes: [UInt8](repeating: byte, count: algorithm.byteCount))
}

/// A digest of an unsupported algorithm.
func unknownDigest() throws -> ContentDigest {
    try ContentDigest(parsing: "blake3:" + String(repeating: "a", count: 64))
}

/// An inventory of one image with layers, each a blob of its own; claims are added by the test.
func inventory(layers: Int = 1, kind: ImageKind = .image, diffIDs: [ContentDigest?] = []) -> Inventory {
    var result = Inventory()
    result.roots = [RootRecord(path: "image", form: .ociLayout)]
    for index in 0..<layers {
        let path = "blobs/\(index)"
        result.blobs.append(
            BlobRecord(root: 0, path: path, location: .file(root: 0, path: path), expectedByteCount: 10))
    }
    let records = (0..<layers).map { index in
        LayerRecord(
            blob: index, digest: digest("a"), size: 10, diffID: index < diffIDs.count ? diffIDs[index] : nil,
            path: "blobs/\(index)")
    }
    result.images.append(
        ImageRecord(root: 0, kind: kind, layers: records, place: Place("index.json", "/manifests/0")))
    return result
}

let manifestPlace = Place("manifest", "/layers/0")

func claim(_ assertion: Claim.Assertion, about blob: BlobIndex = 0, layer: Int? = 0) -> Claim {
    Claim(assertion, about: blob, at: manifestPlace, image: 0, layer: layer)
}

/// Facts of an intact gzip layer of 10 bytes: digest `a`, diffID `d`.
let soundFacts = BlobFacts(
    byteCount: 10, digests: [digest("a")], compression: .gzip, reading: .complete,
    uncompressed: UncompressedFacts(byteCount: 40, digests: [digest("d")], ending: .complete))

func facts(_ change: (inout BlobFacts) -> Void) -> BlobFacts {
    var result = soundFacts
    change(&result)
    return result
}

/// The findings about one layer with these claims and facts.
func judged(_ assertions: [Claim.Assertion], _ facts: BlobFacts?) -> [Finding] {
    var inventory = inventory()
    inventory.claims = ClaimList(assertions.map { claim($0) })
    return Judge(inventory, facts: [facts]).findings().map { $0.finding }
}

func codes(_ assertions: [Claim.Assertion], _ facts: BlobFacts?) -> [FindingCode] {
    judged(assertions, facts).map { $0.code }
}

extension Inventory {
    /// Findings in a list that may be appended to the report of the inventory.
    func list(of findings: [LocatedFinding]) -> FindingList {
        findings.reduce(into: emptyFindings) { $0.append($1) }
    }
}
