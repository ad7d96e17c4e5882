// layerverify: tests of opening files below a root.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerSystem
import SystemPackage
import Testing

@Suite struct DirectoryRootTests {
    private let folder: TemporaryDirectory
    private let root: DirectoryRoot

    init() throws {
        folder = try TemporaryDirectory()
        try folder.makeFolder("root")
        try folder.makeFile("secret", "secret")
        root = try DirectoryRoot(path: folder.appending("root"))
    }

    @Test func readsFilesBelowTheRoot() throws {
        try folder.makeFile("root/blobs/sha256/aa", "blob a")
        try folder.makeFile("root/blobs/sha256/bb", "blob b")
        try folder.makeFile("root/top", "top")
        #expect(text(of: "blobs/sha256/aa") == "blob a")
        #expect(text(of: "blobs/sha256/bb") == "blob b")
        #expect(text(of: "./blobs//sha256/./aa") == "blob a")
        #expect(text(of: "blobs/../top") == "top")
        #expect(text(of: "top") == "top")
    }

    @Test func missingFilesAreMissing() throws {
        try folder.makeFile("root/file")
        try folder.makeFolder("root/folder")
        for path in [
            "none", "none/none", "folder/none", "file/below", "file/a/b", "file/..", "folder/file\u{0}", "fi\u{0}le",
            "folder/a\u{0}/b",
            String(repeating: "n", count: 300), "folder/" + String(repeating: "n", count: 300),
            String(repeating: "folder/../", count: 1000) + "file",
        ] {
            #expect(name(of: root.open(path)) == "missing")
            #expect(root.kind(of: path) == .failure(.missing))
        }
    }

    @Test func listedFileThatIsGoneHasChanged() throws {
        for name in ["root/a", "root/folder/b", "root/folder/c"] { try folder.makeFile(name) }
        _ = try root.list("").get()
        #expect(unlink(folder.appending("root/a")) == 0)
        #expect(name(of: root.open("a")) == "changed")
        #expect(root.kind(of: "a") == .failure(.changed))
        // The first missing name in a folder makes the folder be listed.
        #expect(name(of: root.open("folder/none")) == "missing")
        #expect(unlink(folder.appending("root/folder/b")) == 0)
        #expect(name(of: root.open("folder/b")) == "changed")
        #expect(name(of: root.open("folder/none")) == "missing")
        // This name was never listed.
        #expect(name(of: root.open("none")) == "missing")
    }

    @Test func namesAreComparedByBytes() throws {
        try folder.makeFolder("root")
        for name in ["root/\u{e9}", "root/e\u{301}"] {
            #expect(mkdir(folder.appending(name), 0o700) == 0)
            close(open(folder.appending(name) + "/file", O_CREAT | O_WRONLY, 0o600))
        }
        #expect(text(of: "\u{e9}/file") == "")
        #expect(unlink(folder.appending("root/e\u{301}/file")) == 0)
        #expect(name(of: root.open("e\u{301}/file")) == "missing")
    }

    @Test func followsLinksInside() throws {
        try folder.makeFile("root/store/aa", "blob")
        try folder.makeLink("root/blobs/sha256/aa", to: "../../store/aa")
        try folder.makeLink("root/blobs/sha256/bb", to: "./aa")
        try folder.makeLink("root/blobs/sha512", to: "sha256")
        try folder.makeLink("root/elsewhere", to: "blobs/sha512/../../store")
        try folder.makeLink("root/here", to: ".")
        for path in [
            "blobs/sha256/aa", "blobs/sha256/bb", "blobs/sha512/aa", "blobs/sha512/bb", "elsewhere/aa",
            "here/here/blobs/sha256/bb",
        ] {
            #expect(text(of: path) == "blob")
            #expect(text(of: path) == "blob")
            #expect(root.kind(of: path) == .success(.regular))
        }
        #expect(root.kind(of: "blobs/sha512") == .success(.directory))
    }

    @Test func linksMayAddHundredsOfComponents() throws {
        try folder.makeFile("root/deep/file", "x")
        try folder.makeLink("root/short", to: String(repeating: "deep/../", count: 200) + "deep/file")
        try folder.makeLink("root/long", to: String(repeating: "deep/../", count: 300) + "deep/file")
        let root = try DirectoryRoot(path: folder.appending("root"))
        #expect(name(of: root.open("short")) == "opened")
        #expect(name(of: root.open("long")) == "failed \(Errno.tooManySymbolicLinkLevels)")
    }

    @Test func listingStopsAfterItsLimit() throws {
        for number in 0..<10 { try folder.makeFile("root/many/\(number)", "") }
        let root = try DirectoryRoot(path: folder.appending("root"))
        #expect(try root.list("many", limit: 10).get().count == 10)
        #expect(try root.list("many", limit: 4).get().count == 5)
    }

    @Test func doesNotFollowLinksOut() throws {
        try folder.makeFile("root/inside")
        try folder.makeLink("root/relative", to: "../secret")
        try folder.makeLink("root/absolute", to: folder.appending("secret"))
        try folder.makeLink("root/absoluteInside", to: folder.appending("root/inside"))
        try folder.makeLink("root/device", to: "/dev/null")
        try folder.makeLink("root/folder/deep", to: "../../secret")
        try folder.makeLink("root/outAndBack", to: "../root/inside")
        try folder.makeLink("root/up", to: "..")
        try folder.makeLink("root/chain", to: "relative")
        try folder.makeLink("root/slash", to: "/")
        let targets = [
            "relative": "../secret", "absolute": folder.appending("secret"),
            "absoluteInside": folder.appending("root/inside"), "device": "/dev/null", "folder/deep": "../../secret",
            "outAndBack": "../root/inside", "up/secret": "..", "chain": "../secret", "slash/etc/passwd": "/",
        ]
        for (path, target) in targets {
            #expect(name(of: root.open(path)) == "link to \(target)")
            #expect(root.kind(of: path) == .failure(.linkNotFollowed(target: target)))
        }
        for path in ["../secret", "folder/../../secret", "..", "../root/inside"] {
            #expect(name(of: root.open(path)) == "outsideImage")
            #expect(root.kind(of: path) == .success(.symbolicLink))
        }
    }

    @Test func linkAnywhereIsFollowedIfAllowed() throws {
        try folder.makeFile("secret", "text")
        try folder.makeFile("root/inside", "inside")
        try folder.makeLink("root/relative", to: "../secret")
        try folder.makeLink("root/absolute", to: folder.appending("secret"))
        try folder.makeLink("root/outAndBack", to: "../root/inside")
        try folder.makeLink("root/up", to: "..")
        try folder.makeLink("root/chain", to: "relative")
        try folder.makeLink("root/device", to: "/dev/null")
        let free = try DirectoryRoot(path: folder.appending("root"), links: .anywhere)
        for path in ["relative", "absolute", "up/secret", "chain", "up/root/relative"] {
            guard case .opened(let reader) = free.open(path) else {
                Issue.record("\(path): \(name(of: free.open(path)))")
                continue
            }
            #expect(try LayerSystemTests.text(of: reader) == "text")
        }
        #expect(name(of: free.open("outAndBack")) == "opened")
        #expect(name(of: free.open("device")) == "notRegularFile character device")
        #expect(name(of: free.open("../secret")) == "outsideImage")
        #expect(free.kind(of: "up/secret") == .success(.regular))
    }

    @Test func linkThatStaysBelowThePathGivenIsFollowed() throws {
        try folder.makeFile("secret", "text")
        try folder.makeFile("root/cache/file", "cached")
        try folder.makeLink("root/a/b/link", to: "../../cache/file")
        try folder.makeLink("root/a/b/out", to: "../../../secret")
        try folder.makeLink("root/a/b/back", to: "../../../root/cache/file")
        func below(_ names: String...) throws -> DirectoryRoot {
            try names.reduce(root) { try $0.directory(DirectoryEntry(name: $1, kind: .directory)) }
        }
        let image = try below("a", "b")
        #expect(name(of: image.open("link")) == "opened")
        #expect(name(of: image.open("out")) == "link to ../../../secret")
        #expect(name(of: image.open("back")) == "link to ../../../root/cache/file")
        #expect(name(of: image.open("../../cache/file")) == "outsideImage")
        // Reopened by its path it is the same.
        let closed = try ClosedRoot(image, at: folder.appending("root/a/b"))
        let store = BlobStore(roots: [.closed(closed)])
        #expect(name(of: store.open(.file(root: 0, path: "link"))) == "opened")
        #expect(name(of: store.open(.file(root: 0, path: "out"))) == "link to ../../../secret")
    }

    @Test func noLinkIsFollowedIfSoWanted() throws {
        try folder.makeFile("root/inside")
        try folder.makeLink("root/link", to: "inside")
        try folder.makeFile("root/folder/file")
        try folder.makeLink("root/way", to: "folder")
        let strict = try DirectoryRoot(path: folder.appending("root"), links: .never)
        #expect(name(of: strict.open("inside")) == "opened")
        #expect(name(of: strict.open("link")) == "link to inside")
        #expect(name(of: strict.open("way/file")) == "link to folder")
        #expect(name(of: try strict.directory("folder").open("file")) == "opened")
    }

    @Test func parentOfALinkedFolderIsItsRealParent() throws {
        try folder.makeFile("root/a/file", "right")
        try folder.makeFile("root/file", "wrong")
        try folder.makeFolder("root/a/b")
        try folder.makeLink("root/link", to: "a/b")
        #expect(text(of: "link/../file") == "right")
    }

    @Test func danglingLinkInsideIsMissing() throws {
        try folder.makeLink("root/dangling", to: "nothing/here")
        #expect(name(of: root.open("dangling")) == "missing")
    }

    @Test func loopOfLinksFails() throws {
        try folder.makeLink("root/a", to: "b")
        try folder.makeLink("root/b", to: "a")
        try folder.makeLink("root/self", to: "self/x")
        #expect(name(of: root.open("a")) == "failed \(Errno.tooManySymbolicLinkLevels)")
        #expect(name(of: root.open("self")) == "failed \(Errno.tooManySymbolicLinkLevels)")
    }

    @Test(.timeLimit(.minutes(30))) func onlyRegularFilesAreOpened() throws {
        try folder.makeFolder("root/folder")
        #expect(mkfifo(folder.appending("root/folder/fifo"), 0o600) == 0)
        try folder.makeLink("root/toFIFO", to: "folder/fifo")
        #expect(name(of: root.open("folder/fifo")) == "notRegularFile FIFO")
        #expect(name(of: root.open("toFIFO")) == "notRegularFile FIFO")
        #expect(name(of: root.open("folder")) == "notRegularFile directory")
        #expect(name(of: root.open("")) == "notRegularFile directory")
        #expect(root.kind(of: "toFIFO") == .success(.fifo))
        if mknod(folder.appending("root/null"), S_IFCHR | 0o600, 0x103) == 0 {
            #expect(name(of: root.open("null")) == "notRegularFile character device")
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything")) func unreadableFileFails() throws {
        try folder.makeFile("root/file")
        #expect(chmod(folder.appending("root/file"), 0) == 0)
        #expect(name(of: root.open("file")) == "failed \(Errno.permissionDenied)")
    }

    @Test func rootMayBeALinkToADirectory() throws {
        try folder.makeFile("root/file", "text")
        try folder.makeLink("link", to: "root")
        let linked = try DirectoryRoot(path: folder.appending("link"))
        #expect(name(of: linked.open("file")) == "opened")
        #expect(throws: Errno.notDirectory) { try DirectoryRoot(path: folder.appending("secret")) }
        #expect(throws: Errno.noSuchFileOrDirectory) { try DirectoryRoot(path: folder.appending("none")) }
        #expect(throws: Errno.noSuchFileOrDirectory) { try DirectoryRoot(path: folder.path + "\u{0}") }
    }

    @Test func pathsDoNotLeaveASubdirectoryRoot() throws {
        try folder.makeFile("root/sub/file", "sub")
        try folder.makeFile("root/file", "top")
        try folder.makeLink("root/sub/link", to: "../file")
        let sub = try root.directory("sub")
        #expect(name(of: sub.open("file")) == "opened")
        #expect(name(of: sub.open("link")) == "link to ../file")
        #expect(text(of: "sub/link") == "top")
        #expect(throws: LookupFault.wrongKind(.regular)) { try root.directory("file") }
    }

    @Test func listingIsSortedAndHasKinds() throws {
        try folder.makeFile("root/b")
        try folder.makeFile("root/B")
        try folder.makeFile("root/é")
        try folder.makeFolder("root/a")
        try folder.makeLink("root/c", to: "nowhere")
        try folder.makeLink("root/toA", to: "a")
        #expect(mkfifo(folder.appending("root/a/fifo"), 0o600) == 0)
        let entries = try root.list("").get()
        #expect(entries.map(\.name) == ["B", "a", "b", "c", "toA", "é"])
        #expect(entries.map(\.kind) == [.regular, .directory, .regular, .symbolicLink, .symbolicLink, .regular])
        #expect(try root.list("toA").get() == [DirectoryEntry(name: "fifo", kind: .fifo)])
        #expect(root.list("none") == .failure(.missing))
        #expect(root.list("b") == .failure(.wrongKind(.regular)))
        #expect(root.list("..") == .failure(.outsideImage))
    }

    @Test func twentyThousandEntriesAreListed() throws {
        for number in 0..<20_000 {
            close(open(folder.appending("root/file\(number)"), O_CREAT | O_WRONLY, 0o600))
        }
        let names = try root.list("").get().map(\.name)
        #expect(names.count == 20_000)
        #expect(names == names.sorted())
    }

    @Test func descriptorsAreClosed() async {
        await #expect(processExitsWith: .success) {
            let folder = try TemporaryDirectory()
            for number in 0..<200 { try folder.makeFile("f\(number)/file") }
            try folder.makeLink("loop", to: "loop")
            try folder.makeLink("f0/link", to: "../f1/file")
            func descriptorCount() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            }
            let before = try descriptorCount()
            do {
                let root = try DirectoryRoot(path: folder.path)
                for number in 0..<200 {
                    _ = root.open("f\(number)/file")
                    _ = root.open("f\(number)/none")
                    _ = root.open("f\(number)/../f0/link")
                    _ = root.list("f\(number)")
                }
                _ = root.open("loop")
                #expect(try descriptorCount() < before + 70)
            }
            #expect(try descriptorCount() == before)
        }
    }

    private func text(of path: String) -> String? {
        guard case .opened(let reader) = root.open(path) else { return nil }
        return try? LayerSystemTests.text(of: reader)
    }
}

/// The name of the case, and its value.
func name(of opened: OpenedBlob) -> String {
    switch opened {
    case .opened: "opened"
    case .cutOff: "cutOff"
    case .missing: "missing"
    case .outsideImage: "outsideImage"
    case .linkNotFollowed(let target): "link to \(target)"
    case .notRegularFile(let kind): "notRegularFile \(kind.rawValue)"
    case .failed(let error): "failed \(error)"
    case .changed: "changed"
    }
}

/// All bytes of a blob as text.
func text(of reader: any BlobReader, from offsetBytes: UInt64 = 0, room: Int = 64) throws -> String {
    var bytes = [UInt8](repeating: 0, count: room)
    let count = try bytes.withUnsafeMutableBytes { try reader.read(into: $0, at: offsetBytes) }
    return String(decoding: bytes[..<count], as: UTF8.self)
}
