// layerverify: keys of pax records.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// How readers treat pax records that are not read here.
enum PaxKey {
    /// Whether a record sets the name, the link or the size of its entry.
    static func isOfEntry(_ key: String) -> Bool {
        ["path", "linkpath", "size"].contains(key) || key.hasPrefix("GNU.sparse.")
    }

    /// The doubt about a record; nil if it changes neither names nor content for any reader.
    ///
    /// Known keys are those of POSIX and of the tar programs themselves; keys of other vendors are ignored by all
    /// readers.
    static func doubt(about key: String, _ value: ArraySlice<UInt8>) -> TarDoubt? {
        switch key {
        case "comment", "charset": return nil
        case "hdrcharset":
            let known = ["BINARY", "ISO-IR 10646 2000 UTF-8"]
            return known.contains { $0.utf8.elementsEqual(value) } ? nil : bad(key)
        // Go refuses the archive.
        case "uname", "gname": return value.contains(0) ? bad(key) : nil
        case "uid", "gid": return decimal(value) == nil ? bad(key) : nil
        case "atime", "ctime", "mtime": return isTime(value) ? nil : bad(key)
        // bsdtar uses these as the file's size and its holes.
        case "SCHILY.realsize", "SUN.holesdata": return .ambiguous("a pax record '\(key)'")
        default: break
        }
        // GNU tar skips blanks before a key.
        guard key.utf8.first.map({ (0x21...0x7e).contains($0) }) == true else {
            return .ambiguous("a pax record with a blank before its key")
        }
        guard let dot = key.utf8.firstIndex(of: UInt8(ascii: ".")) else { return unknown(key) }
        guard ["GNU", "SCHILY", "SUN", "LIBARCHIVE"].contains(key[..<dot]) else { return nil }
        let rest = key[key.index(after: dot)...]
        let attributes = ["xattr.", "acl."]
        let known = ["dev", "ino", "nlink", "devmajor", "devminor", "fflags", "creationtime", "symlinktype"]
        let isAttribute =
            !key.hasPrefix("GNU.") && attributes.contains { rest.hasPrefix($0) } || known.contains(String(rest))
        return isAttribute ? nil : unknown(key)
    }

    /// An unsigned decimal number below 2^63; nil for anything else.
    static func decimal(_ value: ArraySlice<UInt8>) -> UInt64? {
        guard value.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(String(decoding: value, as: UTF8.self)),
            number <= UInt64(Int64.max)
        else { return nil }
        return number
    }

    /// Whether a value is a decimal number, optionally negative, optionally with a fraction.
    private static func isTime(_ value: ArraySlice<UInt8>) -> Bool {
        let digits = value.first == UInt8(ascii: "-") ? value.dropFirst() : value
        let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let seconds = parts.first, decimal(seconds) != nil else { return false }
        return parts.dropFirst().allSatisfy { part in part.allSatisfy { (0x30...0x39).contains($0) } }
    }

    private static func bad(_ key: String) -> TarDoubt {
        .ambiguous("a pax record with a value that \(key) cannot have")
    }

    private static func unknown(_ key: String) -> TarDoubt { .unsupported("a pax record '\(key)'") }
}
