// layerverify: faults of JSON documents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The first fault in a JSON document, which is why the document is not read.
package struct JSONFault: Error, Equatable, Sendable {
    /// What kind of fault it is.
    package enum Code: Hashable, Sendable {
        /// The bytes are not JSON by RFC 8259, or not UTF-8.
        case invalid
        /// Two members of an object have the same name, and readers disagree about which one they use.
        case duplicateKey
        /// Objects and arrays nest deeper than `JSONDocument.maximumDepth`.
        case tooDeep
        /// The document is larger than `JSONDocument.maximumByteCount`.
        case tooLarge
    }

    package let code: Code
    /// Bytes from the beginning of the document.
    package let offsetBytes: Int
    /// Counted from 1; lines end with a line feed.
    package let line: Int
    /// Counted from 1, in Unicode scalars.
    package let column: Int
    /// One line of text, without the place.
    package let message: String
    /// JSON Pointer to the second of two members with the same name; empty for all other faults.
    ///
    /// If a name on the path is very long, the pointer ends at the object above it.
    ///
    /// Spec: RFC 6901.
    package let pointer: String

    init(_ code: Code, _ message: String, at offsetBytes: Int, in bytes: [UInt8], pointer: String = "") {
        self.code = code
        self.offsetBytes = offsetBytes
        self.message = message
        self.pointer = pointer
        var line = 1
        var column = 1
        for byte in bytes.prefix(offsetBytes) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}
