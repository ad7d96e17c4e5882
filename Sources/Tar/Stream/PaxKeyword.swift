// layerverify: keywords of pax records that replace fields of a header.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A keyword of a pax record that replaces a field of a header. The values are its bytes, the first one as the most significant
/// one.
///
/// Spec: POSIX.1-2017 pax §pax Extended Header.
enum PaxKeyword: UInt64 {
    case path = 0x7061_7468
    case linkpath = 0x6c69_6e6b_7061_7468
    case uname = 0x75_6e61_6d65
    case gname = 0x67_6e61_6d65
    case uid = 0x75_6964
    case gid = 0x67_6964
    case size = 0x7369_7a65
    case mtime = 0x6d_7469_6d65
    case atime = 0x61_7469_6d65
    case ctime = 0x63_7469_6d65

    /// The keyword of some bytes; nil for any other keyword.
    init?(_ key: ArraySlice<UInt8>) {
        guard key.count <= 8, key.first != 0 else { return nil }
        self.init(rawValue: key.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// Whether the value is a text, in which Go refuses a NUL.
    var isText: Bool {
        switch self {
        case .path, .linkpath, .uname, .gname: true
        case .uid, .gid, .size, .mtime, .atime, .ctime: false
        }
    }
}
