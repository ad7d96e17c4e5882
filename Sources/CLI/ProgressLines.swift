// layerverify: the text of the progress display.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerVerify

/// Progress as lines of text.
package struct ProgressLines {
    private let progress: Verifier.Progress
    private let bytesPerSecond: Double?

    /// The greatest number of blobs with a line of their own.
    private static let maximumBlobLineCount = 8
    private static let longestBar = 40
    private static let shortestBar = 8
    private static let longestName = 24

    package init(_ progress: Verifier.Progress, rate: ProgressRate) {
        self.progress = progress
        bytesPerSecond = rate.bytesPerSecond(progress)
    }

    /// An overall bar, and below it a line for each blob that is being read, as far as the terminal has room. At least one
    /// line; none is wider than `columns - 1`, since some terminals wrap as soon as the last column is written, and there are
    /// fewer lines than `rows`.
    ///
    ///     ━━━━━━━━━━━━━━━────────────────────   45 %  1.02 GiB of 2.30 GiB  12 of 40 blobs  1.21 GiB/s  1.05 s left
    ///       6c3c624b58db  ━━━━━━━━━━━━━━──────   71 %  266 MiB
    ///       9f86d081884c  ━━━━━━──────────────   31 %  254 MiB
    ///       and 2 more
    package func screen(columns: Int, rows: Int) -> [String] {
        let width = max(0, columns - 1)
        guard isReading else { return [String(figures.prefix(width))] }
        return [bar(width: width)] + blobLines(width: width, atMost: min(Self.maximumBlobLineCount + 1, rows - 2))
    }

    /// All numbers in one line.
    package var figures: String {
        guard isReading else { return gathering }
        return (totals + blobCounts + speed + timeLeft).joined(separator: "  ")
    }

    /// The numbers of a run that has ended.
    package var finalFigures: String {
        guard isReading else { return gathering }
        var average: [String] = []
        if let rate = HumanText.rate(progress.doneByteCount, seconds: progress.elapsedSeconds) { average = [rate] }
        return (totals + blobCounts + average + ["after " + HumanText.duration(progress.elapsedSeconds)])
            .joined(separator: "  ")
    }

    // MARK: Numbers

    /// False while images are searched and documents are read.
    private var isReading: Bool {
        progress.documentCount == 0 && progress.searchedFileCount == 0 && progress.streamedByteCount == 0
    }

    private var gathering: String {
        if progress.streamedByteCount > 0 {
            return "\(HumanText.bytes(progress.streamedByteCount)) of a stream read"
        }
        if progress.documentCount > 0 { return "\(Self.counted(progress.documentCount, "document")) read" }
        let files = Self.counted(progress.searchedFileCount, "file")
        return "searching: \(files), \(Self.counted(progress.imageStoreCount, "image"))"
    }

    private var totals: [String] {
        guard progress.isTotalKnown else {
            return [
                HumanText.bytes(progress.doneByteCount) + " of at least " + HumanText.bytes(progress.totalByteCount)
            ]
        }
        return [
            Self.percent(progress.doneByteCount, of: progress.totalByteCount),
            HumanText.bytes(progress.doneByteCount) + " of " + HumanText.bytes(progress.totalByteCount),
        ]
    }

    private var blobCounts: [String] {
        progress.totalBlobCount > 1
            ? [
                "\(progress.doneBlobCount) of \(progress.isTotalKnown ? "" : "at least ")"
                    + Self.counted(progress.totalBlobCount, "blob")
            ] : []
    }

    private var speed: [String] {
        guard let rate = bytesPerSecond, rate >= 0, let count = Int(exactly: rate.rounded()) else { return [] }
        return [HumanText.bytes(count) + "/s"]
    }

    private var timeLeft: [String] {
        guard let rate = bytesPerSecond, rate > 0, progress.totalByteCount > progress.doneByteCount,
            progress.isTotalKnown
        else { return [] }
        return [HumanText.duration(Double(progress.totalByteCount - progress.doneByteCount) / rate) + " left"]
    }

    // MARK: Bars

    /// The overall bar and the numbers that fit next to it.
    ///
    /// There is no bar while further image stores are walked: it would become shorter.
    private func bar(width: Int) -> String {
        guard progress.isTotalKnown else {
            let choices = [totals + blobCounts + speed, totals + speed, totals].map { $0.joined(separator: "  ") }
            return choices.first { $0.count <= width } ?? String(totals[0].prefix(width))
        }
        let choices = [
            totals + blobCounts + speed + timeLeft, totals + speed + timeLeft, totals + speed, totals, [totals[0]],
        ].map { $0.joined(separator: "  ") }
        // The number of blobs is shown if the bar can have half of its length.
        for (figures, shortest) in zip(choices, [Self.longestBar / 2] + choices.map { _ in Self.shortestBar }) {
            let room = min(width - figures.count - 2, Self.longestBar)
            if room >= shortest {
                return Self.bar(progress.doneByteCount, of: progress.totalByteCount, room) + "  " + figures
            }
        }
        return String(totals[0].prefix(width))
    }

    private func blobLines(width: Int, atMost room: Int) -> [String] {
        // The overall bar is that of a single blob.
        guard progress.totalBlobCount > 1, room > 0 else { return [] }
        let isCut = progress.blobInWorkCount > min(room, progress.blobsInWork.count)
        let shown = progress.blobsInWork.prefix(isCut ? room - 1 : room)
        let names = shown.map { BlobLabel.shortened($0.path, to: Self.longestName) }
        let longest = names.reduce(0) { max($0, BlobLabel.width(of: $1)) }
        var lines = zip(shown, names).map { blob, name in
            Self.line(
                of: blob, name: name + Self.spaces(longest - BlobLabel.width(of: name)), nameWidth: longest,
                width: width)
        }
        if isCut, shown.count > 0 {
            lines.append(String("  and \(progress.blobInWorkCount - shown.count) more".prefix(width)))
        }
        return lines
    }

    private static func line(of blob: Verifier.Progress.BlobInWork, name: String, nameWidth: Int, width: Int) -> String
    {
        let percent = percent(blob.doneByteCount, of: blob.totalByteCount)
        let size = HumanText.bytes(blob.totalByteCount)
        let lead = "  " + name + "  "
        let figures = percent + "  " + size
        let room = min(width - nameWidth - 4 - figures.count - 2, longestBar / 2)
        if room >= shortestBar { return lead + bar(blob.doneByteCount, of: blob.totalByteCount, room) + "  " + figures }
        for text in [figures, percent] where nameWidth + 4 + text.count <= width { return lead + text }
        return String(("  " + percent).prefix(width))
    }

    private static func bar(_ done: Int, of total: Int, _ width: Int) -> String {
        let filled = min(width, Int(Double(width) * share(done, of: total)))
        return String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
    }

    private static func percent(_ done: Int, of total: Int) -> String {
        let percent = String(Int(share(done, of: total) * 100))
        return spaces(3 - percent.count) + percent + " %"
    }

    private static func share(_ done: Int, of total: Int) -> Double {
        total > 0 ? min(1, Double(done) / Double(total)) : 0
    }

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    private static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}
