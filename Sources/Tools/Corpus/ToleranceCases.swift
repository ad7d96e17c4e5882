// layerverify: findings that a pipeline tolerates.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

let toleranceCases: [CorpusCase] = [
    .good("ignore-code", "A warning that `--strict` refutes, and a rule for its code.") { image in
        image.historyWithoutLayers(1800)
        image.arguments = ["--strict", "--ignore", "history-count-mismatch"]
    },
    .good("ignore-digest", "A damaged layer, and rules for its digest; the stream's fault follows from the other.") {
        image in
        let layer = image.damagedLayer(1801)
        image.arguments = ["--ignore", "blob-digest-mismatch:" + layer.digest]
        image.ignoreAll(as: "option")
    },
    .bad("ignore-digest-of-other-layer", "Two damaged layers, and a rule for one of them.") { image in
        let layers = image.damagedLayers(1802, 1803)
        image.arguments = ["--ignore", "blob-digest-mismatch:" + layers[0].digest]
        image.ignore(as: "option") { $0.digest == layers[0].digest }
    },
    .bad("ignore-size-only", "A layer with appended bytes: a rule for the size does not excuse the digest.") { image in
        let layer = Layer.plain(1804)
        image.singleImage([layer])
        image.damage(blobPath(layer.digest)) { $0 += [1, 2, 3] }
        image.expect("blob-size-mismatch", layer.digest)
        image.expect("blob-digest-mismatch", layer.digest, follows: "blob-size-mismatch")
        image.expect("diffid-mismatch", layer.digest, follows: "blob-digest-mismatch")
        image.arguments = ["--ignore", "blob-size-mismatch:" + layer.digest]
        image.ignore(as: "option") { $0.code == "blob-size-mismatch" }
    },
    .good("ignore-file", "A damaged layer, and a file with a rule that has not expired, and one that is not needed.") {
        image in
        let layer = image.damagedLayer(1805)
        image.ignoreFile(
            """
            # Layers of the old base image; ticket 7

            blob-digest-mismatch:\(layer.digest)  until=9999-12-31  known since the move; ticket #7
            platform-mismatch\tthe builder writes the host's platform

            """)
        image.ignoreAll(as: "file")
        image.expect("ignore-rule-unused")
    },
    .bad("ignore-file-expired", "A damaged layer, and a rule that has expired.") { image in
        let layer = image.damagedLayer(1806)
        image.ignoreFile("blob-digest-mismatch:\(layer.digest) until=2020-02-29 to be pulled again\n")
        image.expect("ignore-rule-expired")
    },
    .bad("expect-digest-ignored", "The expected digest is claimed of other bytes, and a rule for it.") { image in
        let digest = image.singleImage([.gzip(1812)])["digest"].text
        image.damage(blobPath(digest)) { $0[$0.count - 1] = UInt8(ascii: " ") }
        image.damage(blobPath(digest)) { $0 += [UInt8(ascii: "}")] }
        image.expect("blob-size-mismatch", digest)
        image.expect("blob-digest-mismatch", digest, follows: "blob-size-mismatch")
        image.arguments = ["--expect-digest", digest]
        for code in ["blob-digest-mismatch", "blob-size-mismatch"] {
            image.arguments += ["--ignore", code + ":" + digest]
            image.expect("ignore-rule-unused")
        }
    },
    .undetermined("ignore-nothing-found", "No image at all: a baseline does not make a success of that.") { image in
        image.put("notes.txt", "to do\n")
        image.expect("not-an-image")
        image.baseline([Known(code: "not-an-image")])
    },
    .good("baseline-known", "A damaged layer that the baseline lists.") { image in
        let layer = image.damagedLayer(1807)
        image.baseline([image.known(layer)])
        image.ignoreAll(as: "baseline")
    },
    .bad("baseline-and-new", "Two damaged layers, one of which the baseline lists.") { image in
        let layers = image.damagedLayers(1808, 1809)
        image.baseline([image.known(layers[0])])
        image.ignore(as: "baseline") { $0.digest == layers[0].digest }
    },
    .bad("baseline-changed-again", "A damaged layer that the baseline lists with other bytes.") { image in
        let layer = image.damagedLayer(1810)
        var known = image.known(layer)
        known.actual = digestOf(prose(seed: 1810, byteCount: 9))
        image.baseline([known])
        image.expect("baseline-unused")
    },
    .bad("baseline-of-rule", "A damaged layer that the baseline lists as ignored by a rule, which is not given now.") {
        image in
        let layer = image.damagedLayer(1811)
        var known = image.known(layer)
        known.waiver = ["source": "file", "reason": "until it is pulled again", "until": .null]
        image.baseline([known])
    },
]

/// A finding of a baseline.
private struct Known {
    var code: String
    var digest: String?
    var path = ""
    var pointer = ""
    var expected: String?
    var actual: String?
    var waiver: JSON = .null

    var json: JSON {
        func text(_ value: String?) -> JSON { value.map { .string($0) } ?? .null }
        return [
            "code": .string(code), "severity": "error", "outcome": "refuted", "message": "", "digest": text(digest),
            "path": .string(path), "pointer": .string(pointer), "expected": text(expected), "actual": text(actual),
            "hint": .null, "follows": .null, "root": "/srv/images/app", "blob": .null, "waiver": waiver,
        ]
    }
}

extension ImageBuilder {
    /// One image whose history has no layer.
    fileprivate mutating func historyWithoutLayers(_ seed: Int) {
        let manifest = singleImage([.gzip(seed)]) {
            $0.setting("history", [["created_by": "CMD", "empty_layer": .bool(true)]])
        }
        expect("history-count-mismatch", configDigest(of: manifest), ignored: "option")
    }

    /// One image with one layer that is damaged.
    fileprivate mutating func damagedLayer(_ seed: Int) -> Layer { damagedLayers(seed)[0] }

    /// One image whose layers are all damaged.
    fileprivate mutating func damagedLayers(_ seeds: Int...) -> [Layer] {
        let layers = seeds.map { Layer.gzip($0, level: 0) }
        singleImage(layers)
        for layer in layers {
            damage(blobPath(layer.digest)) { $0.flip(at: 2000) }
            expect("blob-digest-mismatch", layer.digest)
            expect("stream-corrupt", layer.digest, follows: "blob-digest-mismatch")
        }
        return layers
    }

    /// The finding about the digest of a damaged layer of the only image.
    fileprivate func known(_ layer: Layer) -> Known {
        let manifest = entries.first { entry in
            guard case .file(let bytes) = entry.node else { return false }
            return String(decoding: bytes, as: UTF8.self).contains("\"layers\":[{")
        }
        guard let manifest, case .file(let bytes) = manifest.node else { preconditionFailure("no manifest") }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let layers = text.firstRange(of: "\"layers\":["), let own = text.firstRange(of: layer.digest) else {
            preconditionFailure("no layer \(layer.digest)")
        }
        let place = text[layers.upperBound..<own.lowerBound].split(separator: "},").count - 1
        return Known(
            code: "blob-digest-mismatch", digest: layer.digest, path: manifest.path,
            pointer: "/layers/\(place)/digest", expected: layer.digest,
            actual: digestOf(self.bytes(at: blobPath(layer.digest))))
    }

    fileprivate mutating func ignoreFile(_ text: String) {
        files.append(("ignore.txt", Array(text.utf8)))
        arguments = ["--ignore-file", "ignore.txt"]
    }

    /// Adds a report with these findings. It names a store elsewhere: only the place below the store counts.
    fileprivate mutating func baseline(_ known: [Known]) {
        let report: JSON = [
            "schemaVersion": 1, "tool": ["name": "layerverify", "version": "0.1.0"], "outcome": "refuted", "images": [],
            "findings": .array(known.map { $0.json }), "roots": [["path": "/srv/images/app", "form": "oci-layout"]],
            "summary": [:],
        ]
        files.append(("baseline.json", report.prettyBytes))
        arguments = ["--baseline", "baseline.json"]
    }
}
