// layerverify: the table of simulated runs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerBench
import LayerModel
import LayerPipeline

/// The output of `Benchmarks/simulate`: the scheduler's own code, simulated with 1 to 128 workers over the shapes of
/// images.
///
/// The costs of the kernels and of the scheduler's transitions are measured on this machine; other costs are assumed,
/// see `BlockCosts.init(_:)`.
package struct SchedulerTable: Sendable {
    package static let workerCounts = [1, 2, 4, 8, 16, 32, 64, 128]

    private let costs: BlockCosts
    private let teamSize: Int

    /// Nil if kernels that images need were not measured.
    package init?(_ speeds: KernelSpeeds) {
        guard let costs = BlockCosts(speeds), let gzip = speeds.fastest(.decode(.gzip)) else { return nil }
        self.costs = costs
        teamSize = gzip.kernel.teamSize
    }

    /// The runs of one shape, in the order of `workerCounts`.
    package func runs(of shape: ImageShape) -> [SimulatedRun] { runs(of: shape, costs) }

    private func runs(of shape: ImageShape, _ costs: BlockCosts) -> [SimulatedRun] {
        let model = SchedulerModel(shape, costs)
        return Self.workerCounts.map { count in
            let transitions = model.measureTransitions(workers: count, teamSize: teamSize)
            return model.run(workers: count, teamSize: teamSize, transitions: transitions)
        }
    }

    /// The table, with one line per shape.
    package func text(_ shapes: [ImageShape] = ImageShape.all) -> String {
        let rows = shapes.map { shape in [shape.name] + runs(of: shape).map(Self.cell) }
        let head = ["workers"] + Self.workerCounts.map(String.init)
        let lines = BenchReport.aligned([head] + rows, left: [0])
        return "\nThe scheduler by a model's clock: efficiency, and what it is lost to where it is under 90 %\n"
            + "(b: the largest blob, k: the lock, l: lanes that are not full, o: too few open blobs, t: the tail):\n"
            + lines.map { $0 + "\n" }.joined()
    }

    /// The times of runs with and without chunks inside gzip members, with three lines per shape: without, with, and the
    /// ratio. Empty if the kernels of chunks were not measured.
    package func cutText(_ shapes: [ImageShape] = [.oneLayer, .eightLayers, .mixedLayers, .application, .model])
        -> String
    {
        guard costs.cuts != nil else { return "" }
        var whole = costs
        whole.cuts = nil
        let rows = shapes.flatMap { shape in
            let times = [whole, costs].map { costs in
                runs(of: shape, costs).map { $0.wallNanoseconds / 1e9 }
            }
            return [
                [shape.name + ", without"] + times[0].map(Self.decimal),
                ["with"] + times[1].map(Self.decimal),
                ["ratio"] + zip(times[0], times[1]).map { Self.decimal($0 / $1) },
            ]
        }
        let head = ["seconds"] + Self.workerCounts.map(String.init)
        return "\nWithout and with chunks inside gzip members, and the ratio, by the number of workers:\n"
            + BenchReport.aligned([head] + rows, left: [0]).map { $0 + "\n" }.joined()
    }

    /// With two decimals.
    private static func decimal(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100)." + (hundredths % 100 < 10 ? "0" : "") + "\(hundredths % 100)"
    }

    /// The effect of each rule of the scheduler that may be left out, with one line per rule.
    package func ruleText(
        _ shapes: [ImageShape] = [.eightLayers, .plainLayers, .mixedLayers, .application], workers: [Int] = [2, 8]
    ) -> String {
        let runs = workers.flatMap { count in
            shapes.map { shape in
                let model = SchedulerModel(shape, costs)
                let transitions = model.measureTransitions(workers: count, teamSize: teamSize)
                return { (rules: [SchedulingPolicy]) in
                    model.run(workers: count, teamSize: teamSize, transitions: transitions, rules: rules)
                        .wallNanoseconds
                }
            }
        }
        let times = runs.map { $0(SchedulingPolicy.rules) }
        let rows = SchedulingPolicy.rules.filter(\.isOptional).map { left in
            let rules = SchedulingPolicy.rules.filter { $0.name != left.name }
            return [left.name] + zip(runs, times).map { String(Int((100 * $0(rules) / $1).rounded())) }
        }
        let head = ["without"] + workers.flatMap { count in shapes.map { "\($0.name), \(count)" } }
        return "\nThe time without a rule of the scheduler, in per cent of the time with it, by shape and workers:\n"
            + BenchReport.aligned([head] + rows, left: [0]).map { $0 + "\n" }.joined()
    }

    private static func cell(_ run: SimulatedRun) -> String {
        let letter =
            switch run.limit {
            case .largestBlob: "b"
            case .lock: "k"
            case .lanes: "l"
            case .openBlobs: "o"
            case .tail: "t"
            case nil: " "
            }
        return "\(Int((run.efficiency * 100).rounded())) \(letter)"
    }
}

extension BlockCosts {
    /// Makes costs from measured kernels; nil if one is missing.
    ///
    /// Assumed, not measured: 20 µs to open, check and close a file; 20 µs until another thread runs a worker; 5 µs to
    /// wake up a worker that waited for the lock; 0.2 µs to move the guarded data to another core.
    package init?(_ speeds: KernelSpeeds) {
        guard let read = speeds.fastest(.read)?.bytesPerSecond,
            let gzip = Self.rates(speeds, .decode(.gzip)), let hash = Self.rates(speeds, .hash(.sha256))
        else { return nil }
        self.init(
            readBytesPerSecond: read, gzipBytesPerSecond: gzip,
            zstdBytesPerSecond: Self.rates(speeds, .decode(.zstd)) ?? [gzip[0]], hashBytesPerSecond: hash,
            interleavedGzip: Self.interleaved(speeds), cuts: CutCosts(speeds, gzip: gzip),
            openNanoseconds: 20_000, startNanoseconds: 20_000, wakeNanoseconds: 5_000, handoverNanoseconds: 200)
    }

    private static func interleaved(_ speeds: KernelSpeeds) -> InterleavedHashing? {
        guard let (kernel, decoded) = speeds.fastest(.decodeInterleaved(.gzip)),
            let hashed = speeds.fastest(.hashInterleaved(.sha256))?.bytesPerSecond
        else { return nil }
        return InterleavedHashing(
            teamSize: kernel.teamSize, decodedBytesPerSecond: decoded, hashedBytesPerSecond: hashed)
    }

    /// The best rate for one stream, two streams, and so on; interpolated for numbers that were not measured.
    fileprivate static func rates(_ speeds: KernelSpeeds, _ work: Kernel.Work) -> [Double]? {
        var known: [Int: Double] = [:]
        for (kernel, rate) in speeds.bytesPerSecond where kernel.work == work && kernel.isFastPath {
            known[kernel.teamSize] = max(known[kernel.teamSize] ?? 0, rate)
        }
        guard let most = known.keys.max(), known[1] != nil else { return nil }
        return (1...most).map { count in
            if let rate = known[count] { return rate }
            let below = known.keys.filter { $0 < count }.max() ?? 1
            let above = known.keys.filter { $0 > count }.min() ?? most
            let (low, high) = (known[below] ?? 0, known[above] ?? 0)
            return low + (high - low) * Double(count - below) / Double(above - below)
        }
    }
}

extension CutCosts {
    /// Makes costs from measured kernels; nil if one is missing.
    ///
    /// - Parameter gzip: the rates of decoding in one plane, by the number of streams.
    fileprivate init?(_ speeds: KernelSpeeds, gzip: [Double]) {
        guard let planes = BlockCosts.rates(speeds, .decodeInPlanes(.gzip)),
            let search = speeds.fastest(.findBlocks(.gzip))?.bytesPerSecond,
            let resolve = speeds.fastest(.resolve(.gzip))?.bytesPerSecond
        else { return nil }
        // Other parts of the image are measured, which may be faster.
        self.init(
            searchBytesPerSecond: search, resolveBytesPerSecond: resolve,
            planesFactors: zip(gzip, planes).map { max(1, $0 / $1) })
    }
}
