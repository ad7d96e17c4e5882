// layerverify: a limit for the speed of reading.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import LayerModel
import SystemPackage

/// The speed at which all threads of a run together may read.
///
/// ## Concurrency
/// `free` is guarded by its lock. Threads sleep outside of it.
package final class ReadingPace: Sendable {
    private let bytesPerSecond: UInt64
    private let isCancelled: @Sendable () -> Bool
    /// The time until which the bytes read so far use up the allowed speed.
    private let free = Locked<ContinuousClock.Instant?>(nil)

    /// Makes a limit of at least one byte per second. A sleeping thread calls `isCancelled` twenty times per second.
    package init(bytesPerSecond: UInt64, isCancelled: @escaping @Sendable () -> Bool) {
        precondition(bytesPerSecond > 0, "a pace that never ends")
        self.bytesPerSecond = bytesPerSecond
        self.isCancelled = isCancelled
    }

    /// Sleeps until the allowed time for `byteCount` further bytes has passed, in addition to that of all other
    /// threads.
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
            // The sleep need not be exact: the next call sleeps less if this one sleeps too long.
            usleep(UInt32(min(left, .milliseconds(50)) / .microseconds(1)) + 1)
        }
    }
}

/// Opens blobs through another opener, with limited speed of reading.
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

/// Reads a blob through another reader, with limited speed.
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

    /// Does nothing, because reading ahead would exceed the limit.
    func announce(byteCount: Int, at offsetBytes: UInt64) {}
}

/// Reads another source, with limited speed.
package final class PacedSource: SequentialSource {
    private let base: any SequentialSource
    private let pace: ReadingPace

    package init(_ base: any SequentialSource, _ pace: ReadingPace) {
        self.base = base
        self.pace = pace
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SourceFault) -> Int {
        let byteCount = try base.read(into: buffer)
        pace.wait(for: byteCount)
        return byteCount
    }
}
