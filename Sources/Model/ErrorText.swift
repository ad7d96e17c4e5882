// layerverify: texts for errors of the system.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Texts for errors of the system.
package enum ErrorText {
    /// The text of an error as in strerror for common error numbers; the number for others.
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
        case 27: "file too large"
        case 29: "it is in a stream, which is read once, and was not kept"
        case 36: "file name too long"
        case 40: "too many levels of symbolic links"
        case 116: "stale file handle"
        default: "error \(errno)"
        }
    }
}
