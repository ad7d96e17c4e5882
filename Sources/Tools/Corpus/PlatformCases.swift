// layerverify: platforms that an index lists and whose manifest is missing.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension ImageBuilder {
    /// A layout for two platforms; returns the descriptor of the second, for arm64.
    fileprivate mutating func twoPlatforms(_ seed: Int) -> JSON {
        let first = image([.gzip(seed)]).on(platform("amd64"))
        let second = image([.gzip(seed + 1)], architecture: "arm64").on(platform("arm64"))
        layout([first, second])
        return second
    }
}

/// The cases of platforms with missing files.
let platformCases: [CorpusCase] = [
    .undetermined("platform-manifest-lost", "The manifest of a platform is missing; its config and layer are present.")
    {
        image in
        let lost = image.twoPlatforms(1520)
        let config = image.configDigest(of: lost)
        image.remove(blobPath(lost["digest"].text))
        image.expect("platform-incomplete", lost["digest"].text)
        image.expect("platform-absent", lost["digest"].text)
        image.expectUnreferenced(config, Layer.gzip(1521).digest)
    },
    .undetermined(
        "platform-config-left", "The manifest and the layer of a platform are missing; its config is present."
    ) {
        image in
        let lost = image.twoPlatforms(1522)
        let config = image.configDigest(of: lost)
        image.remove(blobPath(lost["digest"].text))
        image.remove(blobPath(Layer.gzip(1523).digest))
        image.expect("platform-incomplete", lost["digest"].text)
        image.expect("platform-absent", lost["digest"].text)
        image.expectUnreferenced(config)
    },
    .undetermined("platform-layer-left", "The manifest and the config of a platform are missing; its layer is present.")
    {
        image in
        let lost = image.twoPlatforms(1524)
        let config = image.configDigest(of: lost)
        image.remove(blobPath(lost["digest"].text))
        image.remove(blobPath(config))
        image.expect("platform-incomplete", lost["digest"].text)
        image.expect("platform-absent", lost["digest"].text)
        image.expectUnreferenced(Layer.gzip(1525).digest)
    },
    .bad("platform-manifest-lost-required", "The same with `--require-all-platforms`.") { image in
        let lost = image.twoPlatforms(1526)
        let config = image.configDigest(of: lost)
        image.remove(blobPath(lost["digest"].text))
        image.arguments = ["--require-all-platforms"]
        image.expect("platform-incomplete", lost["digest"].text)
        image.expect("platform-absent", lost["digest"].text)
        image.expectUnreferenced(config, Layer.gzip(1527).digest)
    },
    .good(
        "platform-absent-other-left", "A platform was left out; files of an older build are for another platform."
    ) {
        image in
        let lost = image.twoPlatforms(1528)
        let config = image.configDigest(of: lost)
        image.remove(blobPath(lost["digest"].text))
        image.remove(blobPath(config))
        image.remove(blobPath(Layer.gzip(1529).digest))
        let old = image.image([.gzip(1530)])
        image.expectUnreferenced(old["digest"].text, image.configDigest(of: old), Layer.gzip(1530).digest)
        image.expect("platform-absent", lost["digest"].text)
    },
]
