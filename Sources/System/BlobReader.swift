// layerverify: opening and reading blobs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import SystemPackage

/// Reads the bytes of one blob by position. It may be used from several threads at once.
package protocol BlobReader: AnyObject, Sendable {
    /// The number of bytes of the blob when it was opened; for a range that extends past the end of its file, the
    /// number of bytes that exist.
    var byteCount: UInt64 { get }

    /// The identity of the file when it was opened.
    var identity: FileIdentity { get }

    /// The identity of the file now.
    ///
    /// Throws: the `Errno` of fstat.
    func currentIdentity() throws(Errno) -> FileIdentity

    /// Fills `buffer` with the bytes from `offsetBytes` on.
    ///
    /// Returns: the number of bytes read, less than the size of the buffer only at the end of the blob.
    ///
    /// Throws: the `Errno` of pread, but not EINTR.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int

    /// Announces that bytes from `offsetBytes` on will be read soon, so that the storage can begin to fetch them.
    ///
    /// This is only a hint: it changes no result and does not wait. The range may extend past the end of the blob.
    func announce(byteCount: Int, at offsetBytes: UInt64)
}

extension BlobReader {
    /// Does nothing, for readers without storage.
    package func announce(byteCount: Int, at offsetBytes: UInt64) {}

    /// True if the file was written to or replaced since it was opened, or if its identity cannot be read any more.
    package var hasChanged: Bool {
        do {
            return try currentIdentity() != identity
        } catch {
            return true
        }
    }
}

/// Properties that change when a file is written to or replaced.
package struct FileIdentity: Hashable, Sendable {
    package var device: UInt64
    package var inode: UInt64
    package var byteCount: UInt64
    package var modificationNanoseconds: Int64
    package var changeNanoseconds: Int64

    package init(
        device: UInt64, inode: UInt64, byteCount: UInt64, modificationNanoseconds: Int64, changeNanoseconds: Int64
    ) {
        self.device = device
        self.inode = inode
        self.byteCount = byteCount
        self.modificationNanoseconds = modificationNanoseconds
        self.changeNanoseconds = changeNanoseconds
    }
}

/// The result of opening a blob.
package enum OpenedBlob: Sendable {
    case opened(any BlobReader)
    /// A range of an archive of which only the first `BlobReader.byteCount` bytes exist.
    case cutOff(any BlobReader)
    case missing
    /// The path leads out of the root.
    case outsideImage
    /// The way leads through a symbolic link that is not followed; with what the link holds.
    case linkNotFollowed(target: String)
    case notRegularFile(FileKind)
    case failed(Errno)
    /// A file was found at the path, and a moment later it was gone or replaced.
    case changed
}

extension OpenedBlob {
    /// A reader if there is anything to read, and how reading ends if no error follows.
    package var reading: (reader: (any BlobReader)?, ending: ReadEnding) {
        switch self {
        case .opened(let reader): (reader, .complete)
        case .cutOff(let reader): (reader, .cutOff(atByte: reader.byteCount))
        case .missing: (nil, .missing)
        case .outsideImage: (nil, .outsideImage)
        case .linkNotFollowed(let target): (nil, .linkNotFollowed(target: target))
        case .notRegularFile(let kind): (nil, .notRegularFile(kind))
        case .failed(let errno): (nil, .unreadable(errno: errno.rawValue, atByte: 0))
        case .changed: (nil, .changed)
        }
    }
}

/// Opens blobs by their location.
package protocol BlobOpener: Sendable {
    func open(_ location: BlobLocation) -> OpenedBlob
}
