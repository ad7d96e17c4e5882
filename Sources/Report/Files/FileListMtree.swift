// layerverify: lists of files as mtree specifications.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// A specification with which mtree and gomtree compare a directory, and which bsdtar reads.
///
/// A line has a name and keywords; what follows a directory is in it, up to a line `..`. gomtree does not read full paths.
///
/// What the layers do not say has no keyword: the time of a directory without an entry. What a layer hides is left out, and so are
/// extended attributes, link counts and the sizes of directories, which depend on the file system.
///
/// Spec: mtree(5) of libarchive and NetBSD.
struct FileListMtree: FileListWriter {
    /// The names of the directory that the next line is in; nil before the first line.
    private var folder: [ArraySlice<UInt8>]?

    private let isFromTables: Bool

    init(_ image: ListedImage) { isFromTables = image.isFromTables }

    mutating func begin(_ bytes: inout [UInt8]) {
        bytes += "#mtree\n".utf8
        if isFromTables { bytes += "# files of tables of contents; the layers were not read\n".utf8 }
    }

    mutating func end(_ bytes: inout [UInt8]) {
        for _ in folder ?? [] { bytes += "..\n".utf8 }
    }

    mutating func add(_ file: ListedFile, to bytes: inout [UInt8]) {
        guard file.hiddenBy == nil, let attributes = file.attributes else { return }
        var names = file.path.split(separator: UInt8(ascii: "/"))
        if let name = names.popLast() {
            enter(names, &bytes)
            Self.add(name, to: &bytes)
            if file.kind == .directory { folder = names + [name] }
        } else {
            bytes.append(UInt8(ascii: "."))
            folder = []
        }
        bytes += " type=\(file.kind.rawValue) mode=\(Self.octal(attributes.mode))".utf8
        bytes += " uid=\(attributes.userID) gid=\(attributes.groupID)".utf8
        if let size = file.byteCount { bytes += " size=\(size)".utf8 }
        if let seconds = attributes.seconds {
            let digits = String(attributes.nanoseconds)
            bytes += " time=\(seconds).\(String(repeating: "0", count: max(0, 9 - digits.utf8.count)))\(digits)".utf8
        }
        if let device = file.device { bytes += " device=native,\(device.major),\(device.minor)".utf8 }
        if let target = file.target {
            bytes += " link=".utf8
            Self.add(target, to: &bytes)
        }
        if let digest = file.sha256 {
            bytes += " sha256digest=".utf8
            for byte in digest {
                for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? digit + 0x30 : digit + 0x57) }
            }
        }
        bytes.append(UInt8(ascii: "\n"))
    }

    /// Octal digits after a zero, as gomtree writes and compares them.
    private static func octal(_ mode: UInt16) -> String { mode == 0 ? "0" : "0" + String(mode, radix: 8) }

    /// Goes from the current directory to another one.
    private mutating func enter(_ names: [ArraySlice<UInt8>], _ bytes: inout [UInt8]) {
        if folder == nil { bytes += ". type=dir\n".utf8 }
        var folder = folder ?? []
        while !names.starts(with: folder) {
            folder.removeLast()
            bytes += "..\n".utf8
        }
        for name in names[folder.count...] {
            Self.add(name, to: &bytes)
            bytes += " type=dir\n".utf8
        }
        self.folder = names
    }

    /// Adds a name. All bytes but those that no reader takes for something else become `\ooo`, as bsdtar and vis(3) write them.
    private static func add(_ name: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        for byte in name {
            if isPlain[Int(byte)] {
                bytes.append(byte)
            } else {
                bytes.append(UInt8(ascii: "\\"))
                for shift: UInt8 in [6, 3, 0] { bytes.append(0x30 + byte >> shift & 7) }
            }
        }
    }

    private static let isPlain: [Bool] = {
        var table = [Bool](repeating: false, count: 256)
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!$%&'()+,-./:;<>@^_{|}~"
        for byte in letters.utf8 { table[Int(byte)] = true }
        return table
    }()
}
