// layerverify: keywords of pax records that replace fields of a header.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A keyword of a pax record that replaces a field of a header.
///
/// Spec: POSIX.1-2017 pax §pax Extended Header.
enum PaxKeyword: String, CaseIterable {
    case path
    case linkpath
    case uname
    case gname
    case uid
    case gid
    case size
    case mtime
    case atime
    case ctime

    /// The keyword of some bytes; nil for any other keyword.
    init?(_ key: ArraySlice<UInt8>) {
        guard key.count <= 8,
            let keyword = Self.all.first(where: { $0.0.count == key.count && $0.0.elementsEqual(key) })
        else { return nil }
        self = keyword.1
    }

    private static let all: [([UInt8], PaxKeyword)] = allCases.map { (Array($0.rawValue.utf8), $0) }

    /// Whether the value is a text, in which Go refuses a NUL.
    var isText: Bool {
        switch self {
        case .path, .linkpath, .uname, .gname: true
        case .uid, .gid, .size, .mtime, .atime, .ctime: false
        }
    }
}
