// layerverify: the timeline of a run.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What each thread of a run did in each of some hundred slices of time.
///
/// Memory: 12 KiB for each thread, however long the run is.
package struct Timeline: Hashable, Sendable {
    /// The actions of one thread.
    package struct Row: Hashable, Sendable {
        /// The worker's number, beginning with 0; nil for the calling thread.
        package let worker: Int?
        /// The nanoseconds of each kind in each slice, one slice after the other.
        fileprivate(set) var cells: [UInt64]

        /// The nanoseconds that the thread spent on a kind of action in all.
        package func nanoseconds(of kind: TraceRecord.Kind) -> UInt64 {
            stride(from: kind.place, to: cells.count, by: TraceRecord.Kind.count).reduce(0) { $0 + cells[$1] }
        }

        /// The nanoseconds that the thread spent on a kind of action in a slice.
        package func nanoseconds(of kind: TraceRecord.Kind, in slice: Int) -> UInt64 {
            cells[slice * TraceRecord.Kind.count + kind.place]
        }
    }

    /// The calling thread first, then the workers by their numbers; threads without an action are left out.
    package private(set) var rows: [Row]
    package let durationNanoseconds: UInt64
    /// The length of a slice; the last one may be shorter.
    package private(set) var sliceNanoseconds: UInt64
    package private(set) var sliceCount: Int

    fileprivate init(rows: [Row], durationNanoseconds: UInt64, sliceNanoseconds: UInt64) {
        self.durationNanoseconds = durationNanoseconds
        self.sliceNanoseconds = sliceNanoseconds
        sliceCount = Int((durationNanoseconds + sliceNanoseconds - 1) / sliceNanoseconds)
        self.rows = rows
        for index in rows.indices {
            self.rows[index].cells.removeLast(max(0, rows[index].cells.count - sliceCount * TraceRecord.Kind.count))
        }
    }

    package var seconds: Double { Double(durationNanoseconds) * 1e-9 }

    /// The length of one slice: of the last one only as much as the run lasted.
    package func nanoseconds(ofSlice slice: Int) -> UInt64 {
        min(sliceNanoseconds, durationNanoseconds - UInt64(slice) * sliceNanoseconds)
    }

    /// The same timeline in at most `count` slices. `count` is at least 1.
    package func coarsened(toSliceCount count: Int) -> Timeline {
        var result = self
        while result.sliceCount > count {
            for index in result.rows.indices { result.rows[index].cells = folded(result.rows[index].cells) }
            result.sliceNanoseconds *= 2
            result.sliceCount = (result.sliceCount + 1) / 2
        }
        return result
    }
}

/// Sums the times of actions into a timeline as they are reported.
package struct TimelineBuilder: Sendable {
    /// Slices; even, because two become one when the run outlasts them.
    package static let sliceCount = 256
    /// The length of the first slices: 20 µs, so that 256 are 5 ms.
    private static let leastSliceNanoseconds: UInt64 = 20_000

    private var sliceNanoseconds = leastSliceNanoseconds
    /// The cells of each worker; those of the calling thread have the key -1.
    private var cells: [Int: [UInt64]] = [:]

    package init() {}

    /// Adds an action. Units: nanoseconds since the start of the run; `end` is not before `start`.
    package mutating func add(_ kind: TraceRecord.Kind, worker: Int?, from start: UInt64, to end: UInt64) {
        reach(end)
        let key = worker ?? -1
        var own =
            cells.updateValue([], forKey: key)
            ?? Array(repeating: 0, count: Self.sliceCount * TraceRecord.Kind.count)
        var time = start
        while time < end {
            let slice = time / sliceNanoseconds
            let next = min(end, (slice + 1) * sliceNanoseconds)
            own[Int(slice) * TraceRecord.Kind.count + kind.place] += next - time
            time = next
        }
        cells[key] = own
    }

    /// Makes slices longer until all of them together are as long as `end`, in nanoseconds.
    private mutating func reach(_ end: UInt64) {
        while end > sliceNanoseconds * UInt64(Self.sliceCount) {
            sliceNanoseconds *= 2
            for (key, value) in cells {
                let half = folded(value)
                cells[key] = half + Array(repeating: 0, count: value.count - half.count)
            }
        }
    }

    /// The timeline of a run of this length, which is at least the end of the last action.
    package consuming func timeline(durationNanoseconds: UInt64) -> Timeline {
        reach(durationNanoseconds)
        return Timeline(
            rows: cells.keys.sorted().map { Timeline.Row(worker: $0 < 0 ? nil : $0, cells: cells[$0] ?? []) },
            durationNanoseconds: durationNanoseconds, sliceNanoseconds: sliceNanoseconds)
    }
}

extension TraceRecord.Kind {
    fileprivate static let count = allCases.count

    /// The place of the kind in a slice.
    fileprivate var place: Int {
        switch self {
        case .gather: 0
        case .read: 1
        case .hash: 2
        case .contents: 3
        case .whole: 4
        case .judge: 5
        case .confirm: 6
        }
    }
}

/// The cells with two neighbouring slices as one.
private func folded(_ cells: [UInt64]) -> [UInt64] {
    let width = TraceRecord.Kind.count
    let count = cells.count / width
    var result: [UInt64] = []
    result.reserveCapacity((count + 1) / 2 * width)
    for slice in stride(from: 0, to: count, by: 2) {
        for kind in 0..<width {
            let second = slice + 1 < count ? cells[(slice + 1) * width + kind] : 0
            result.append(cells[slice * width + kind] + second)
        }
    }
    return result
}
