// layerverify: tests of reading blobs by position.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerSystem
import SystemPackage
import Testing

@Suite struct BlobStoreTests {
    private let folder: TemporaryDirectory
    private let store: BlobStore

    init() throws {
        folder = try TemporaryDirectory()
        try folder.makeFile("archive", "0123456789")
        try folder.makeFile("root/file", "a file")
        store = BlobStore(roots: [
            .directory(try DirectoryRoot(path: folder.appending("root"))),
            .archive(try PositionedFile(path: folder.appending("archive"))),
        ])
    }

    @Test func readsAFileFromAnyPosition() throws {
        let file = try PositionedFile(path: folder.appending("archive"))
        #expect(file.byteCount == 10)
        #expect(try text(of: file) == "0123456789")
        #expect(try text(of: file, from: 7) == "789")
        #expect(try text(of: file, from: 2, room: 3) == "234")
        #expect(try text(of: file, from: 10) == "")
        #expect(try text(of: file, from: .max) == "")
    }

    @Test func readsARangeFromAnyPosition() throws {
        guard case .opened(let range) = store.open(.range(root: 1, offset: 2, byteCount: 5)) else {
            Issue.record("the range is there")
            return
        }
        #expect(range.byteCount == 5)
        #expect(try text(of: range) == "23456")
        #expect(try text(of: range, from: 3) == "56")
        #expect(try text(of: range, from: 1, room: 2) == "34")
        #expect(try text(of: range, from: 5) == "")
        #expect(try text(of: range, from: .max) == "")
        #expect(name(of: store.open(.range(root: 1, offset: 10, byteCount: 0))) == "opened")
        #expect(name(of: store.open(.range(root: 1, offset: 0, byteCount: 10))) == "opened")
    }

    @Test func rangePastTheEndIsTruncated() throws {
        for (offset, byteCount, available) in [
            (8 as UInt64, 3 as UInt64, 2 as UInt64), (10, 1, 0), (11, 1, 0), (.max, .max, 0), (4, .max, 6),
        ] {
            guard case .cutOff(let range) = store.open(.range(root: 1, offset: offset, byteCount: byteCount)) else {
                Issue.record("the range from \(offset) on is cut off")
                continue
            }
            #expect(range.byteCount == available)
            #expect(try text(of: range) == String("0123456789".suffix(Int(available))))
        }
    }

    @Test func opensAPathInItsRoot() throws {
        guard case .opened(let file) = store.open(.file(root: 0, path: "file")) else {
            Issue.record("the file is there")
            return
        }
        #expect(try text(of: file) == "a file")
        #expect(name(of: store.open(.file(root: 0, path: "archive"))) == "missing")
    }

    /// Locations come from images; one that does not match its root is a blob that cannot be opened.
    @Test func locationsThatDoNotMatchTheirRootCannotBeOpened() throws {
        var store = store
        store.roots.append(.nothing)
        let locations: [BlobLocation] = [
            .file(root: 1, path: "file"), .range(root: 0, offset: 0, byteCount: 1), .memory,
            .range(root: 2, offset: 0, byteCount: 1), .file(root: 2, path: "a"), .file(root: 3, path: "a"),
            .range(root: -1, offset: 0, byteCount: 1),
        ]
        for location in locations {
            #expect(name(of: store.open(location)) == "failed \(Errno.invalidArgument)", "\(location)")
        }
    }

    @Test func closedRootIsOpenedAgainForEachBlob() throws {
        let archive = try PositionedFile(path: folder.appending("archive"))
        let directory = try DirectoryRoot(path: folder.appending("root"))
        let store = BlobStore(roots: [
            .closed(try ClosedRoot(directory, at: folder.appending("root"))),
            .closed(ClosedRoot(archive, at: folder.appending("archive"))),
        ])
        #expect(name(of: store.open(.file(root: 0, path: "file"))) == "opened")
        #expect(name(of: store.open(.file(root: 0, path: "none"))) == "missing")
        #expect(name(of: store.open(.range(root: 1, offset: 8, byteCount: 3))) == "cutOff")
        // Files in a directory may change; an archive must be the same.
        try folder.makeFile("root/none", "x")
        #expect(name(of: store.open(.file(root: 0, path: "none"))) == "opened")
        #expect(truncate(folder.appending("archive"), 9) == 0)
        let stale = "failed \(Errno.staleNFSFileHandle)"
        #expect(name(of: store.open(.range(root: 1, offset: 0, byteCount: 1))) == stale)
        #expect(rename(folder.appending("root"), folder.appending("old")) == 0)
        #expect(name(of: store.open(.file(root: 0, path: "file"))) == "missing")
        try folder.makeFile("root/file", "another")
        #expect(name(of: store.open(.file(root: 0, path: "file"))) == stale)
    }

    @Test func changesAreDetected() throws {
        let file = try PositionedFile(path: folder.appending("archive"))
        #expect(try file.currentIdentity() == file.identity)
        #expect(truncate(folder.appending("archive"), 4) == 0)
        #expect(try file.currentIdentity() != file.identity)
        #expect(file.byteCount == 10)
        #expect(try text(of: file) == "0123")
    }

    @Test(.timeLimit(.minutes(30))) func onlyRegularFilesAreOpenedByPath() throws {
        #expect(mkfifo(folder.appending("fifo"), 0o600) == 0)
        #expect(throws: LookupFault.wrongKind(.fifo)) { try PositionedFile(path: folder.appending("fifo")) }
        #expect(throws: LookupFault.wrongKind(.directory)) { try PositionedFile(path: folder.path) }
        #expect(throws: LookupFault.wrongKind(.characterDevice)) { try PositionedFile(path: "/dev/null") }
        #expect(throws: LookupFault.missing) { try PositionedFile(path: folder.appending("none")) }
        try folder.makeLink("link", to: folder.appending("archive"))
        #expect(try PositionedFile(path: folder.appending("link")).byteCount == 10)
    }

    @Test func largeFileIsReadWhole() throws {
        let content = Data((0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 5) })
        try content.write(to: URL(fileURLWithPath: folder.appending("large")))
        let file = try PositionedFile(path: folder.appending("large"))
        var bytes = [UInt8](repeating: 0, count: 4 << 20)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
        #expect(count == content.count)
        #expect(Data(bytes[..<count]) == content)
    }

    @Test func simulatedFaultsOccur() throws {
        func reader(_ fault: FaultyOpener.Fault) throws -> any BlobReader {
            let opener = FaultyOpener(store) { location in
                if case .range = location { fault } else { nil }
            }
            #expect(name(of: opener.open(.file(root: 0, path: "file"))) == "opened")
            guard case .opened(let reader) = opener.open(.range(root: 1, offset: 0, byteCount: 10)) else {
                throw Errno.badAddress
            }
            return reader
        }
        let failing = try reader(.failsToRead(number: 2, .ioError))
        #expect(try text(of: failing, room: 2) == "01")
        #expect(throws: Errno.ioError) { try text(of: failing, from: 2, room: 2) }
        #expect(throws: Errno.ioError) { try text(of: failing, from: 4, room: 2) }

        let cut = try reader(.isCut(atRead: 2, byteCount: 1))
        #expect(try text(of: cut, room: 2) == "01")
        #expect(try text(of: cut, from: 2, room: 2) == "2")
        #expect(try text(of: cut, from: 3, room: 2) == "")

        let changing = try reader(.changes(afterReads: 1))
        #expect(try changing.currentIdentity() == changing.identity)
        #expect(try text(of: changing) == "0123456789")
        #expect(try changing.currentIdentity() != changing.identity)

        let closed = FaultyOpener(store) { _ in .failsToOpen(.permissionDenied) }
        #expect(name(of: closed.open(.file(root: 0, path: "file"))) == "failed \(Errno.permissionDenied)")
    }
}
