// layerverify: comparing a benchmark with an earlier one.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerReport
internal import LayerSystem
internal import StrictJSON

/// The figures of an earlier JSON report of `bench`.
package struct BenchBaseline: Hashable, Sendable {
    /// A figure with its range.
    package struct Figure: Hashable, Sendable {
        package var median: Double
        package var minimum: Double
        package var maximum: Double

        package init(median: Double, minimum: Double, maximum: Double) {
            self.median = median
            self.minimum = minimum
            self.maximum = maximum
        }
    }

    /// The path of the report.
    package var path: String
    /// Bytes per second by the title of the kernel (`BenchReport.title`).
    package var kernels: [String: Figure] = [:]
    /// Seconds by the number of jobs.
    package var scaling: [Int: Figure] = [:]
    /// Stored and uncompressed bytes of the image.
    package var imageByteCounts: [UInt64] = []
    /// Whether the report says why its figures are uncertain.
    package var isUncertain = false

    /// Reads the report in a file.
    ///
    /// Throws: `BenchError` if it cannot be read, is larger than 4 MiB, or is not a report of `bench` with figures.
    package init(path: String) throws(BenchError) {
        guard let bytes = SystemText.bytes(of: path, atMost: JSONDocument.maximumByteCount + 1) else {
            throw BenchError("cannot read '\(VisibleText.escaping(path))'")
        }
        try self.init(path: path, bytes: bytes)
    }

    /// Reads a report.
    package init(path: String, bytes: [UInt8]) throws(BenchError) {
        self.path = path
        let problem = BenchError(
            "'\(VisibleText.escaping(path))' is not a JSON report of 'layerverify bench' with figures")
        let root: JSONValue
        do throws(JSONFault) { root = try JSONDocument(parsing: bytes).root } catch { throw problem }
        guard root["schemaVersion"]?.uint64 == 1, let kernels = root["kernels"]?.array,
            let scaling = root["scaling"]?.array
        else { throw problem }
        for entry in kernels {
            guard let title = Self.title(of: entry), let figure = Self.figure(entry, "bytesPerSecond", "BytesPerSecond")
            else { throw problem }
            self.kernels[title] = figure
        }
        for entry in scaling {
            guard let jobs = entry["jobs"]?.uint64, let count = Int(exactly: jobs),
                let figure = Self.figure(entry, "seconds", "Seconds")
            else { throw problem }
            self.scaling[count] = figure
        }
        guard !self.kernels.isEmpty, !self.scaling.isEmpty else { throw problem }
        let image = root["image"]
        isUncertain = root["noise"]?["reasons"]?.array.map { $0.contains { _ in true } } ?? false
        imageByteCounts = ["compressedBytes", "uncompressedBytes"].compactMap { image?[$0]?.uint64 }
    }

    private static func title(of entry: JSONValue) -> String? {
        guard let work = entry["work"]?.string, let implementation = entry["implementation"]?.string,
            let lanes = entry["lanes"]?.uint64
        else { return nil }
        return BenchReport.title(work: work, kind: entry["kind"]?.string, implementation, lanes: Int(clamping: lanes))
    }

    private static func figure(_ entry: JSONValue, _ name: String, _ suffix: String) -> Figure? {
        func number(_ name: String) -> Double? {
            guard let value = entry[name], value.kind == .number, let number = Double(value.rawText), number.isFinite,
                number > 0
            else { return nil }
            return number
        }
        guard let median = number(name), let minimum = number("minimum" + suffix),
            let maximum = number("maximum" + suffix)
        else { return nil }
        return Figure(median: median, minimum: minimum, maximum: maximum)
    }
}

extension BenchBaseline {
    /// The medians of the kernels that this program has.
    package var speeds: KernelSpeeds {
        KernelSpeeds(
            KernelBench.kernels.reduce(into: [:]) { speeds, kernel in
                speeds[kernel] = kernels[BenchReport.title(kernel)]?.median
            })
    }
}

/// A benchmark next to an earlier one.
package struct BenchComparison: Hashable, Sendable {
    /// How a figure differs from the earlier one.
    package enum Change: String, Hashable, Sendable {
        case faster
        case slower
        /// The ranges of both overlap, or the medians differ by less than 5 %.
        case withinNoise = "within-noise"
        /// The figures of one of the reports are uncertain.
        case uncertain
    }

    /// A figure in both reports.
    package struct Entry: Hashable, Sendable {
        /// The kernel, or the number of jobs.
        package var title: String
        /// The medians of the earlier report and of this one: bytes per second of a kernel, seconds of a run.
        package var before: Double
        package var now: Double
        /// The speed now by the earlier speed, from the medians: 2 is twice as fast.
        package var ratio: Double
        package var change: Change
    }

    package var path: String
    package var kernels: [Entry]
    package var scaling: [Entry]
    /// Whether both reports are of an image of the same size.
    package var isSameImage: Bool
    /// Whose figures are uncertain, as the subject of a clause; nil if neither report says so.
    package var uncertainReports: String?

    /// Compares the figures that both have.
    package init(_ report: BenchReport, with earlier: BenchBaseline) {
        path = earlier.path
        let isUncertain = report.noise?.reasons.isEmpty == false
        uncertainReports =
            switch (earlier.isUncertain, isUncertain) {
            case (true, true): "the figures of both reports are"
            case (true, false): "the figures of the earlier report are"
            case (false, true): "the figures of this report are"
            case (false, false): nil
            }
        let isComparable = uncertainReports == nil
        isSameImage = report.image.map { [$0.byteCount, $0.uncompressedByteCount] } == earlier.imageByteCounts
        kernels = report.kernels.compactMap { measured in
            let title = BenchReport.title(measured.kernel)
            return earlier.kernels[title].map { before in
                let now = measured.bytesPerSecond
                return Entry(
                    title: title, before: before.median, now: now.median, ratio: now.median / before.median,
                    isAbove: now.minimum > before.maximum, isBelow: now.maximum < before.minimum,
                    isComparable: isComparable)
            }
        }
        scaling = report.scaling.compactMap { entry in
            earlier.scaling[entry.jobCount].map { before in
                let now = entry.seconds
                return Entry(
                    title: HumanUnits.count(entry.jobCount, "job"), before: before.median, now: now.median,
                    ratio: before.median / now.median, isAbove: now.maximum < before.minimum,
                    isBelow: now.minimum > before.maximum, isComparable: isComparable)
            }
        }
    }

    /// The sentence, without a newline.
    package var sentence: String {
        let other = isSameImage ? "" : " The earlier report is of another image, which also makes figures differ."
        if let uncertainReports {
            return "The comparison is uncertain, because \(uncertainReports) uncertain." + other
        }
        let entries = scaling + kernels
        let noted = [(Change.slower, "Slower"), (.faster, "Faster")].compactMap { change, word -> String? in
            let found = entries.filter { $0.change == change }.map {
                "\($0.title) (\(HumanUnits.decimal($0.ratio, 2)) times)"
            }
            return found.isEmpty ? nil : "\(word) beyond the noise of both: \(found.joined(separator: "; "))."
        }
        let result =
            noted.isEmpty ? "Nothing is faster or slower beyond the noise of both." : noted.joined(separator: " ")
        return result + other
    }
}

extension BenchComparison.Entry {
    /// - Parameters:
    ///   - isAbove: whether the slowest round is faster than the fastest of the earlier report; `isBelow` the opposite.
    ///   - isComparable: false if the figures of a report are uncertain.
    fileprivate init(
        title: String, before: Double, now: Double, ratio: Double, isAbove: Bool, isBelow: Bool, isComparable: Bool
    ) {
        let change: BenchComparison.Change =
            isAbove && ratio > 1.05 ? .faster : isBelow && ratio < 0.95 ? .slower : .withinNoise
        self.init(title: title, before: before, now: now, ratio: ratio, change: isComparable ? change : .uncertain)
    }
}

extension BenchReport {
    /// A kernel in one line: `decode gzip by inflate-lanes, 2 at once`.
    static func title(_ kernel: Kernel) -> String {
        title(work: kernel.work.name, kind: kernel.work.kind, kernel.implementation, lanes: kernel.teamSize)
    }

    static func title(work: String, kind: String?, _ implementation: String, lanes: Int) -> String {
        work + (kind.map { " " + $0 } ?? "") + " by " + implementation + (lanes > 1 ? ", \(lanes) at once" : "")
    }
}
