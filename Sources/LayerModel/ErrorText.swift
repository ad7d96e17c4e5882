// layerverify: what the system says of an error.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// What the system says of an error.
package enum ErrorText {
    /// Some errors by number, as strerror words them; the rest by their number.
    package static func describe(_ errno: Int32) -> String {
        switch errno {
        case 1: "operation not permitted"
        case 2: "no such file or directory"
        case 5: "input/output error"
        case 12: "out of memory"
        case 13: "permission denied"
        case 20: "not a directory"
        case 21: "is a directory"
        case 23, 24: "too many open files"
        case 36: "file name too long"
        case 40: "too many levels of symbolic links"
        case 116: "stale file handle"
        default: "error \(errno)"
        }
    }
}
