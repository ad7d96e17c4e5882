// layerverify: the way to a file, one component after another.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLayerShims
import Glibc
import LayerModel
import SystemPackage

/// What lies in a folder under a name; never a symbolic link.
struct FoundFile {
    let folder: OwnedDescriptor
    /// One component; `.` for the root itself.
    let name: String
    let kind: FileKind
}

/// Opens a place in the file system and nothing else: such a descriptor reads no byte and needs no permission to.
let pathOnly = lv_o_path()

extension DirectoryRoot {
    /// As many links as Linux itself follows in one path (MAXSYMLINKS).
    private static let maximumLinkCount = 40
    /// The links of one path may add this many components to it. Each costs a system call or two, and forty targets of
    /// 4 KiB have 80 000.
    private static let maximumLinkedComponentCount = 512

    /// Finds what lies at a path, following the links that `links` allows.
    ///
    /// Throws: `.missing`, `.outsideImage`, `.linkNotFollowed`, `.failed` or `.changed`.
    ///
    /// Complexity: a system call or two for each component; a descriptor for each level below the root meanwhile.
    func walk(to path: String) throws(LookupFault) -> FoundFile {
        // A longer path is none by POSIX, and manifests may be made of megabytes of slashes.
        guard path.utf8.count < Int(PATH_MAX) else { throw .missing }
        // The folders from the root down to where we are: `..` goes back to where we really came from, whatever happens
        // to the names meanwhile.
        var folders = [descriptor]
        var pending = Self.reversedComponents(of: path)
        var linkCount = 0
        var linkedComponentCount = 0
        var latestTarget: String?
        while let component = pending.popLast() {
            guard component != ".." else {
                let last = folders.removeLast()
                guard folders.isEmpty else { continue }
                // A path that climbs by itself leads outside; one that followed a link before was led there.
                guard let latestTarget else { throw .outsideImage }
                guard links == .anywhere else { throw .linkNotFollowed(target: latestTarget) }
                folders = [try Self.openFolder("..", in: last)]
                continue
            }
            let folder = folders[folders.count - 1]
            let kind = try kind(of: component, in: folder)
            switch kind {
            case .symbolicLink:
                linkCount += 1
                guard linkCount <= Self.maximumLinkCount else { throw .failed(.tooManySymbolicLinkLevels) }
                let target = try LookupFault.opening { () throws(Errno) in try folder.linkTarget(of: component) }
                latestTarget = target
                let isAbsolute = target.utf8.starts(with: "/".utf8)
                switch links {
                case .never: throw .linkNotFollowed(target: target)
                case .inside: if isAbsolute { throw .linkNotFollowed(target: target) }
                case .anywhere: if isAbsolute { folders = [try Self.openFolder("/", in: folder)] }
                }
                let components = Self.reversedComponents(of: target)
                linkedComponentCount += components.count
                guard linkedComponentCount <= Self.maximumLinkedComponentCount else {
                    throw .failed(.tooManySymbolicLinkLevels)
                }
                pending += components
            case .directory:
                // How the last one is opened is for the caller to choose.
                guard !pending.isEmpty else { return FoundFile(folder: folder, name: component, kind: kind) }
                folders.append(try Self.openFolder(component, in: folder))
            case .regular, .fifo, .socket, .characterDevice, .blockDevice, .other:
                guard pending.isEmpty else { throw .missing }
                return FoundFile(folder: folder, name: component, kind: kind)
            }
        }
        return FoundFile(folder: folders[folders.count - 1], name: ".", kind: .directory)
    }

    private static func openFolder(_ name: String, in folder: OwnedDescriptor) throws(LookupFault) -> OwnedDescriptor {
        try LookupFault.opening { () throws(Errno) in
            try folder.open(name, flags: pathOnly | O_DIRECTORY | O_NOFOLLOW)
        }
    }

    private static func reversedComponents(of path: String) -> [String] {
        path.utf8.split(separator: UInt8(ascii: "/")).reversed().lazy.map { String(Substring($0)) }.filter { $0 != "." }
    }
}
