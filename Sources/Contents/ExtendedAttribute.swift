// layerverify: extended attributes, as Linux takes them.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// An extended attribute of an entry, and whether setxattr(2) takes it.
///
/// Spec: xattr(7), and the checks of fs/xattr.c, security/commoncap.c and fs/posix_acl.c of Linux.
struct ExtendedAttribute {
    let name: ArraySlice<UInt8>
    let value: ArraySlice<UInt8>

    /// What is at fault when it is set on an entry of this type; nil if nothing is.
    func fault(on typeFlag: UInt8) -> LayerFault.Kind? {
        if name.isEmpty || name.count > 255 || value.count > Self.maximumValueByteCount { return .attributeRefused }
        let fault = faultOfName(on: typeFlag)
        return value.count > Self.maximumValueByteCountOfExt4 && fault?.severity != .refute ? .attributeTooLong : fault
    }

    private func faultOfName(on typeFlag: UInt8) -> LayerFault.Kind? {
        if let rest = rest(after: "user.") {
            // Docker ignores that user attributes are not permitted there; containerd does not.
            if rest.isEmpty { return .attributeRefused }
            guard [.file, .hardLink, .directory].contains(typeFlag) else { return .attributeMisplaced }
            return rest.starts(with: "overlay.".utf8) ? .userOverlayAttribute : nil
        }
        if let rest = rest(after: "trusted.") {
            if rest.isEmpty { return .attributeRefused }
            return rest.starts(with: "overlay.".utf8) ? .overlayAttribute : .attributeDropped
        }
        if let rest = rest(after: "security.") {
            if rest.isEmpty { return .attributeRefused }
            return rest.elementsEqual("capability".utf8) && !isCapability ? .attributeMalformed : nil
        }
        if name.elementsEqual("system.posix_acl_access".utf8) {
            guard typeFlag != .symbolicLink else { return .attributeMisplaced }
            return isAccessList ? nil : .attributeMalformed
        }
        if name.elementsEqual("system.posix_acl_default".utf8) {
            // A list without entries removes the attribute, which is permitted on files as well.
            let isPermitted = typeFlag == .directory || value.count <= 4 && typeFlag != .symbolicLink
            guard isPermitted else { return .attributeMisplaced }
            return isAccessList ? nil : .attributeMalformed
        }
        return .attributeNamespace
    }

    /// XATTR_SIZE_MAX.
    private static let maximumValueByteCount = 65536
    /// ext4 stores an attribute in a block of 4 KiB, of which its own records take 52 bytes. Other file systems take what the
    /// kernel does.
    private static let maximumValueByteCountOfExt4 = 4096 - 52

    private func rest(after prefix: String) -> ArraySlice<UInt8>? {
        name.starts(with: prefix.utf8) ? name.dropFirst(prefix.utf8.count) : nil
    }

    /// The value of `security.capability`: revision 2 of 20 bytes or 3 of 24, with the flag of effective bits or without.
    /// vfs_setxattr takes an empty value without a look at it.
    private var isCapability: Bool {
        if value.isEmpty { return true }
        guard let magic = number(at: 0, byteCount: 4) else { return false }
        switch magic & ~1 {
        case 0x0200_0000: return value.count == 20
        case 0x0300_0000: return value.count == 24
        default: return false
        }
    }

    /// The value of a POSIX access control list: version 2, and entries in ascending order of their tags.
    private var isAccessList: Bool {
        if value.isEmpty { return true }
        guard number(at: 0, byteCount: 4) == 2, (value.count - 4) % 8 == 0 else { return false }
        var last: UInt32 = 0
        var seen: UInt32 = 0
        for place in stride(from: 4, to: value.count, by: 8) {
            guard let tag = number(at: place, byteCount: 2), let permissions = number(at: place + 2, byteCount: 2),
                permissions <= 7, [1, 2, 4, 8, 0x10, 0x20].contains(tag), tag >= last,
                tag > last || tag == 2 || tag == 8
            else { return false }
            last = tag
            seen |= tag
        }
        let needsMask = seen & (2 | 8) != 0
        return value.count == 4 || seen & (1 | 4 | 0x20) == (1 | 4 | 0x20) && (!needsMask || seen & 0x10 != 0)
    }

    /// A number of the value, lower bytes first; nil beyond its end.
    private func number(at offset: Int, byteCount: Int) -> UInt32? {
        guard offset + byteCount <= value.count else { return nil }
        let start = value.startIndex + offset
        return (0..<byteCount).reduce(0) { $0 | UInt32(value[start + $1]) << UInt32(8 * $1) }
    }
}
