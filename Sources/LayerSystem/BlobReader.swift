// layerverify: opening and reading blobs.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import SystemPackage

/// Reads the bytes of one blob by position. Safe to use from several threads at once.
package protocol BlobReader: AnyObject, Sendable {
    /// The number of bytes of the blob when it was opened; a range that its file cuts off counts what is there.
    var byteCount: UInt64 { get }

    /// What tells whether the file changed since it was opened.
    var identity: FileIdentity { get }

    /// Looks at the file again.
    ///
    /// Throws: the `Errno` of fstat.
    func currentIdentity() throws(Errno) -> FileIdentity

    /// Fills `buffer` from `offsetBytes` on, as far as the blob goes.
    ///
    /// Returns: the number of bytes read, less than the buffer holds only at the end of the blob.
    ///
    /// Throws: the `Errno` of pread, EINTR excepted.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offsetBytes: UInt64) throws(Errno) -> Int

    /// Says that bytes from `offsetBytes` on will soon be read, so that storage can begin to fetch them.
    ///
    /// Advice, which changes no result and waits for nothing. A blob may be shorter than that.
    func announce(byteCount: Int, at offsetBytes: UInt64)
}

extension BlobReader {
    /// Nothing, for what lies in no storage.
    package func announce(byteCount: Int, at offsetBytes: UInt64) {}

    /// True if the file was written to or replaced since it was opened, or can no longer be asked.
    package var hasChanged: Bool {
        do {
            return try currentIdentity() != identity
        } catch {
            return true
        }
    }
}

/// What changes when a file is written to or replaced.
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

/// What came of opening a blob.
package enum OpenedBlob: Sendable {
    case opened(any BlobReader)
    /// A range of an archive of which only the first `BlobReader.byteCount` bytes are there.
    case cutOff(any BlobReader)
    case missing
    /// The path leads out of the root.
    case outsideImage
    /// The way leads through a symbolic link that is not followed; with what the link holds.
    case linkNotFollowed(target: String)
    case notRegularFile(FileKind)
    case failed(Errno)
    /// Something was seen there, and a moment later it was gone, or something else.
    case changed
}

/// Opens blobs by their location.
package protocol BlobOpener: Sendable {
    func open(_ location: BlobLocation) -> OpenedBlob
}
