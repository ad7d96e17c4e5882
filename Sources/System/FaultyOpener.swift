// layerverify: simulated storage faults, for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import SystemPackage

/// Opens blobs through another opener, and makes those that tests choose fail. The product does not use it.
package struct FaultyOpener: BlobOpener {
    /// The fault of a blob. Reads are counted from 1, separately for each opened blob.
    package enum Fault: Hashable, Sendable {
        /// Opening fails.
        case failsToOpen(Errno)
        /// The read with this number fails, and so do all later ones.
        case failsToRead(number: Int, Errno)
        /// The read with this number returns at most `byteCount` bytes, and all later ones return none: the file was
        /// truncated.
        case isCut(atRead: Int, byteCount: Int)
        /// The identity of the file changes after this number of reads.
        case changes(afterReads: Int)
    }

    private let base: any BlobOpener
    private let fault: @Sendable (BlobLocation) -> Fault?

    /// Wraps `base`; `fault` returns the fault of each location, or nil for none.
    package init(_ base: any BlobOpener, fault: @escaping @Sendable (BlobLocation) -> Fault?) {
        self.base = base
        self.fault = fault
    }

    package func open(_ location: BlobLocation) -> OpenedBlob {
        guard let fault = fault(location) else { return base.open(location) }
        if case .failsToOpen(let error) = fault { return .failed(error) }
        switch base.open(location) {
        case .opened(let reader): return .opened(FaultyReader(reader, fault))
        case .cutOff(let reader): return .cutOff(FaultyReader(reader, fault))
        case let other: return other
        }
    }
}

/// Reads a blob through another reader with a simulated fault. The product does not use it.
///
/// ## Concurrency
/// `readCount` has a lock; nothing else changes.
package final class FaultyReader: BlobReader {
    private let base: any BlobReader
    private let fault: FaultyOpener.Fault
    private let readCount = Locked(0)

    package init(_ base: any BlobReader, _ fault: FaultyOpener.Fault) {
        self.base = base
        self.fault = fault
    }

    package var byteCount: UInt64 { base.byteCount }
    package var identity: FileIdentity { base.identity }

    package func currentIdentity() throws(Errno) -> FileIdentity {
        var identity = try base.currentIdentity()
        if case .changes(let limit) = fault, readCount.withLock({ $0 }) >= limit { identity.changeNanoseconds &+= 1 }
        return identity
    }

    package func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int {
        let number = readCount.withLock { count in
            count += 1
            return count
        }
        switch fault {
        case .failsToOpen(let error): throw error
        case .failsToRead(let first, let error) where number >= first: throw error
        case .isCut(let cut, _) where number > cut: return 0
        case .isCut(let cut, let byteCount) where number == cut:
            // SAFETY: the caller owns the buffer during the call.
            let room = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(byteCount))
            return try base.read(into: room, at: offsetBytes)
        case .failsToRead, .isCut, .changes:
            return try base.read(into: buffer, at: offsetBytes)
        }
    }
}
