// layerverify: words of a shell.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Paths in command lines that people may copy.
package enum ShellWord {
    /// The text as one word of a POSIX shell, quoted if it has to be.
    package static func quoting(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xff:
                true
            default: "/._-+:,@%=".utf8.contains(byte)
            }
        }
        let word = text.hasPrefix("-") ? "./" + text : text
        return plain && !text.isEmpty ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }
}
