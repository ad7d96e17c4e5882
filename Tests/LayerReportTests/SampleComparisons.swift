// layerverify: comparisons for the tests of reports.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// Comparisons with every kind of difference.
enum SampleComparisons {
    static let all: [(name: String, report: ComparisonReport)] = [
        ("same", same), ("times", times), ("everything", everything), ("trouble", trouble), ("documents", documents),
    ]

    private static func image(_ path: String, _ letter: Character) -> ComparedImage {
        var image = ComparedImage(path: path)
        image.isChosen = true
        image.form = .ociLayout
        image.references = ["app:1"]
        image.platform = Platform(parsing: "linux/amd64")
        image.imageID = SampleReport.digest(letter)
        image.manifestDigest = SampleReport.digest(letter)
        return image
    }

    private static func layer(_ index: Int, _ letter: Character, _ compression: Compression = .gzip) -> ComparedLayer {
        var layer = ComparedLayer(index: index)
        layer.hasClaimedDigest = true
        layer.digest = SampleReport.digest(letter)
        layer.diffID = SampleReport.digest(letter)
        layer.mediaType = MediaType("application/vnd.oci.image.layer.v1.tar+gzip")
        layer.compression = compression
        layer.byteCount = 3_400_000
        layer.uncompressedByteCount = 7_800_000
        layer.createdBy = "RUN /bin/sh -c apt-get update && apt-get install --yes something-with-a-long-name"
        return layer
    }

    private static func entry(
        _ path: String, _ type: Character = "0", _ change: (inout LayerEntry) -> Void = { _ in }
    ) -> LayerEntry {
        var entry = LayerEntry(path: Array(path.utf8), typeFlag: type.asciiValue ?? 0)
        entry.mode = 0o644
        entry.seconds = 1_764_237_600
        entry.byteCount = type == "0" ? 2048 : 0
        entry.format = 2
        change(&entry)
        return entry
    }

    private static func files(_ pairs: [(LayerEntry?, LayerEntry?, EntryAspects)]) -> FileComparison {
        var (first, second) = (LayerEntries(), LayerEntries())
        var differences: [EntryDifference] = []
        var counts = DifferenceCounts()
        for (one, other, aspects) in pairs {
            if let one { first.append(one) }
            if let other { second.append(other) }
            differences.append(
                EntryDifference(
                    first: one.map { _ in first.count - 1 }, second: other.map { _ in second.count - 1 },
                    aspects: aspects))
            counts.aspects.formUnion(aspects)
            if one == nil {
                counts.added += 1
            } else if other == nil {
                counts.removed += 1
            } else if !aspects.isDisjoint(with: .substance) {
                counts.changed += 1
            } else if !aspects.isDisjoint(with: .metadata) {
                counts.metadataOnly += 1
            } else {
                counts.headerOnly += 1
            }
        }
        var files = FileComparison(first, second)
        files.differences = differences
        files.counts = counts
        return files
    }

    private static let same = {
        var report = ComparisonReport(image("one", "a"), image("two.tar", "a"))
        report.layers = [LayerComparison(layer(0, "b"), layer(0, "b"), .identical)]
        return report
    }()

    private static let times = {
        var report = ComparisonReport(image("one", "a"), image("two", "b"))
        var changed = LayerComparison(layer(1, "c"), layer(1, "d"), .different)
        changed.files = files(
            (0..<14).map { number in
                let path = "etc/file-\(number)"
                return (
                    entry(path),
                    entry(path) {
                        $0.seconds += 311; $0.nanoseconds = 250_000_000
                    }, .time
                )
            })
        report.layers = [LayerComparison(layer(0, "b"), layer(0, "b"), .identical), changed]
        report.config = DocumentComparison(first: SampleReport.digest("a"), second: SampleReport.digest("b"))
        report.config.members = [
            MemberDifference(
                pointer: "/created", first: "\"2025-11-27T10:00:00Z\"", second: "\"2025-11-27T10:05:11Z\"")
        ]
        return report
    }()

    private static let everything = {
        var report = ComparisonReport(image("one", "a"), image("two\n", "b"))
        report.ignored = [.owners]
        var changed = LayerComparison(layer(1, "c"), layer(1, "d"), .different)
        var xattrs = entry("bin/ping")
        xattrs.attributes = [EntryAttribute(name: Array("security.capability".utf8), valueHash: 1)]
        var compared = files([
            (nil, entry("etc/.wh.gone"), []), (nil, entry("opt/.wh..wh..opq"), []), (entry("new\u{1b}[31m/"), nil, []),
            (entry("usr/bin/a", "2") { $0.linkTarget = [0xff, 0x2f] }, entry("usr/bin/a", "2"), .linkTarget),
            (entry("etc/passwd"), entry("etc/passwd") { $0.byteCount = 2050 }, [.content, .time]),
            (entry("etc/group"), entry("etc/group"), .content),
            (entry("dev/null", "3"), entry("dev/null", "3") { $0.deviceMinor = 3 }, .device),
            (entry("var/run", "5"), entry("var/run", "2") { $0.linkTarget = Array("/run".utf8) }, .type),
            (entry("bin/ping"), xattrs, .attributes),
            (entry("bin/su"), entry("bin/su") { $0.mode = 0o4755 }, .mode),
            (
                entry("srv", "5"),
                entry("srv", "5") {
                    $0.userName = Array("root".utf8); $0.format = 3
                }, .header
            ),
        ])
        compared.movedCount = 2
        compared.firstMoved = Array("usr/lib".utf8)
        compared.differsOutsideEntries = true
        compared.counts.ignored = 3
        changed.files = compared
        var moved = LayerComparison(layer(3, "e"), layer(2, "e"), .identical)
        moved.isMoved = true
        var unread = LayerComparison(layer(4, "1"), layer(4, "2"), .different)
        unread.note = "the files were not compared: it is not a tar"
        report.layers = [
            LayerComparison(layer(0, "b"), layer(0, "f", .zstd), .recompressed), changed,
            LayerComparison(layer(2, "7"), nil, .removed), moved, LayerComparison(nil, layer(3, "8"), .added), unread,
        ]
        report.manifest.members = [
            MemberDifference(pointer: "/annotations/a~1b", first: nil, second: #"{"x":"\u001b[31m"}"#),
            MemberDifference(pointer: "/layers/0/mediaType", first: "\"x\"", second: "\"y\""),
        ]
        report.config.isEncodedDifferently = true
        return report
    }()

    private static let trouble = {
        var report = times
        report.second.troubles = ["blobs/sha256/ab: the stream is damaged [stream-corrupt]"]
        return report
    }()

    private static let documents = {
        var report = ComparisonReport(image("one", "a"), image("two", "b"))
        report.readsLayers = false
        report.layers = [LayerComparison(layer(0, "b"), layer(0, "c"), .different)]
        return report
    }()
}
