// layerverify: reading no faster than asked for.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import LayerModel
import SystemPackage

/// How fast a run may read, all its threads together.
///
/// ## Concurrency
/// `free` is guarded by its lock. Threads sleep outside it.
package final class ReadingPace: Sendable {
    private let bytesPerSecond: UInt64
    private let isCancelled: @Sendable () -> Bool
    /// When what was read so far is paid for.
    private let free = Locked<ContinuousClock.Instant?>(nil)

    /// A pace of at least one byte a second. A sleeping thread asks `isCancelled` twenty times a second.
    package init(bytesPerSecond: UInt64, isCancelled: @escaping @Sendable () -> Bool) {
        precondition(bytesPerSecond > 0, "a pace that never ends")
        self.bytesPerSecond = bytesPerSecond
        self.isCancelled = isCancelled
    }

    /// Waits as long as reading so many bytes should have taken, after what other threads have read.
    func wait(for byteCount: Int) {
        let cost = Duration.seconds(Double(byteCount) / Double(bytesPerSecond))
        let end = free.withLock { free in
            let end = max(free ?? .now, .now) + cost
            free = end
            return end
        }
        while !isCancelled() {
            let left = end - .now
            guard left > .zero else { return }
            // Sleeping exactly is not wanted: what is overslept is taken off the next time.
            usleep(UInt32(min(left, .milliseconds(50)) / .microseconds(1)) + 1)
        }
    }
}

/// Opens blobs through another opener; they are read at a pace.
package struct PacedOpener: BlobOpener {
    private let base: any BlobOpener
    private let pace: ReadingPace

    package init(_ base: any BlobOpener, _ pace: ReadingPace) {
        self.base = base
        self.pace = pace
    }

    package func open(_ location: BlobLocation) -> OpenedBlob {
        switch base.open(location) {
        case .opened(let reader): .opened(PacedReader(reader, pace))
        case .cutOff(let reader): .cutOff(PacedReader(reader, pace))
        case let other: other
        }
    }
}

/// Reads a blob through another reader, at a pace.
private final class PacedReader: BlobReader {
    private let base: any BlobReader
    private let pace: ReadingPace

    init(_ base: any BlobReader, _ pace: ReadingPace) {
        self.base = base
        self.pace = pace
    }

    var byteCount: UInt64 { base.byteCount }
    var identity: FileIdentity { base.identity }

    func currentIdentity() throws(Errno) -> FileIdentity { try base.currentIdentity() }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        let byteCount = try base.read(into: buffer, at: offsetBytes)
        pace.wait(for: byteCount)
        return byteCount
    }

    /// Nothing: what is fetched ahead is not paid for.
    func announce(byteCount: Int, at offsetBytes: UInt64) {}
}
