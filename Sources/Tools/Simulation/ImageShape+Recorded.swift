// layerverify: the shapes of images that the scheduler is modelled over.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

extension ImageShape {
    /// The shapes over which the scheduler is modelled.
    package static let all: [ImageShape] = [eightLayers, mixedLayers, oneLayer, application, store, model, smallBlobs]

    /// Recorded from `Benchmarks/EndToEnd/usr-image DIR gzip 2600`, 2026-11-24.
    package static let eightLayers = ImageShape(
        "8 layers",
        [
            Blob(247_324_655, 325_089_280, .gzip), Blob(131_232_826, 378_490_880, .gzip),
            Blob(117_312_960, 325_365_760, .gzip), Blob(110_996_441, 354_877_440, .gzip),
            Blob(105_324_760, 325_017_600, .gzip), Blob(94_634_009, 326_512_640, .gzip),
            Blob(82_927_015, 331_909_120, .gzip), Blob(58_157_420, 325_017_600, .gzip),
        ])

    /// The same layers uncompressed.
    package static let plainLayers = ImageShape(
        "8 layers plain",
        eightLayers.blobs.map { Blob($0.uncompressedByteCount, $0.uncompressedByteCount, .none) })

    /// Like `usr-image DIR gzip 2000 200 mixed`, but not recorded: sizes in ten steps, each twice the previous one, 1.4
    /// GB in total; every layer has a compression ratio of 2.8.
    package static let mixedLayers = ImageShape(
        "200 layers, made up",
        (0..<200).map { index in
            let uncompressed = 69_000 << UInt64(index * 37 % 200 / 20)
            return Blob(UInt64(uncompressed) * 5 / 14, UInt64(uncompressed), .gzip)
        })

    /// Recorded from `usr-image DIR gzip 1000 1`.
    package static let oneLayer = ImageShape("1 layer", [Blob(343_104_679, 1_030_205_440, .gzip)])

    /// A typical application: a base, a runtime, libraries and the application itself. The sizes are invented.
    package static let application = ImageShape(
        "application",
        [
            Blob(29_100_000, 77_900_000, .gzip), Blob(48_500_000, 150_000_000, .gzip),
            Blob(18_000_000, 63_000_000, .gzip),
            Blob(3_500_000, 10_000_000, .gzip), Blob(900_000, 3_000_000, .gzip), Blob(12_000, 40_000, .gzip),
            Blob(1_400, 6_000, .gzip),
        ])

    /// A store of forty images on three bases: each base once, and four layers per image. The sizes are invented.
    package static let store = ImageShape(
        "store of 40 images",
        (0..<3).map { Blob(30_000_000 + UInt64($0) * 9_000_000, 80_000_000 + UInt64($0) * 24_000_000, .gzip) }
            + (0..<160).map { index in
                let compressed = 200_000 + UInt64(index * 7_919 % 160) * 150_000
                return Blob(compressed, compressed * 14 / 5, .gzip)
            })

    /// An image with a language model in it: one layer of 8 GB that hardly compresses, and some others. The sizes are
    /// invented.
    package static let model = ImageShape(
        "8 GB layer and others",
        [
            Blob(8_000_000_000, 8_200_000_000, .gzip), Blob(1_900_000_000, 4_200_000_000, .gzip),
            Blob(29_100_000, 77_900_000, .gzip), Blob(400_000_000, 1_100_000_000, .gzip),
        ])

    /// As `small-image DIR` makes them: 100 000 blobs of 1 to 16 KiB.
    package static let smallBlobs = ImageShape(
        "100 000 small",
        (0..<100_000).map { index in
            let compressed = 1_024 + UInt64(index * 7_919 % 15_361)
            return Blob(compressed, compressed * 3, .gzip)
        })
}
