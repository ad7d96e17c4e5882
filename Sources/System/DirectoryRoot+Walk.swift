// layerverify: the lookup of a path, one component after another.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import CLayerShims
import Glibc
import LayerModel
import SystemPackage

/// A file that a lookup found: a name in an open folder. It is not a symbolic link.
struct FoundFile {
    let folder: OwnedDescriptor
    /// One path component; `.` for the root itself.
    let name: String
    let kind: FileKind
}

/// Opens a path only for lookups: such a descriptor cannot read the file and needs no permission to.
let pathOnly = lv_o_path()

extension DirectoryRoot {
    /// The number of links that Linux follows in one path (MAXSYMLINKS).
    private static let maximumLinkCount = 40
    /// The number of components that the links of one path may add to it. Each costs one or two system calls, and forty
    /// link targets of 4 KiB have 80 000 components.
    private static let maximumLinkedComponentCount = 512

    /// Finds the file at a path and follows the symbolic links that `links` allows.
    ///
    /// Throws: `.missing`, `.outsideImage`, `.linkNotFollowed`, `.failed` or `.changed`.
    ///
    /// Complexity: one or two system calls per component, and a descriptor per level below the root during the call.
    func walk(to path: String) throws(LookupFault) -> FoundFile {
        // By POSIX no longer path is valid, and a manifest may contain megabytes of slashes.
        guard path.utf8.count < Int(PATH_MAX) else { throw .missing }
        // The open folders from the root to the current one: `..` returns to the folder that was actually traversed,
        // even if names change in the meantime.
        var folders = [descriptor]
        var pending = Self.reversedComponents(of: path)
        var linkCount = 0
        var linkedComponentCount = 0
        var latestTarget: String?
        var climbedLevelCount = 0
        while let component = pending.popLast() {
            guard component != ".." else {
                let last = folders.removeLast()
                guard folders.isEmpty else { continue }
                // A path that climbs by itself leads outside; one that followed a link before was led there.
                guard let latestTarget else { throw .outsideImage }
                climbedLevelCount += 1
                guard links == .anywhere || links == .inside && climbedLevelCount <= outerLevelCount else {
                    throw .linkNotFollowed(target: latestTarget)
                }
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
                // The caller decides how the last component is opened.
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
