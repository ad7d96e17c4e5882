// layerverify: storage that fails on demand.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import SystemPackage

/// Opens blobs through another opener, and makes those that tests choose fail. No part of the product uses it.
package struct FaultyOpener: BlobOpener {
    /// What goes wrong with a blob. Reads are counted from 1, for each opened blob by itself.
    package enum Fault: Hashable, Sendable {
        /// Opening fails.
        case failsToOpen(Errno)
        /// The read of that number, and all after it, fail.
        case failsToRead(number: Int, Errno)
        /// The read of that number returns no more than so many bytes, and all after it nothing: the file was cut.
        case isCut(atRead: Int, byteCount: Int)
        /// The file is another one after so many reads.
        case changes(afterReads: Int)
    }

    private let base: any BlobOpener
    private let fault: @Sendable (BlobLocation) -> Fault?

    /// Wraps `base`; `fault` tells for each location what goes wrong, nil for nothing.
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

/// Reads a blob through another reader, and fails as told. No part of the product uses it.
///
/// ## Concurrency
/// `readCount` has its lock; the rest never changes.
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
