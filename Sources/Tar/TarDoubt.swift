// layerverify: what readers of a tar archive interpret differently.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Why other readers may see other entries in an archive.
package enum TarDoubt: Hashable, Sendable {
    /// Readers interpret it differently; the text says what.
    case ambiguous(String)
    /// It is not read here, such as GNU's sparse files.
    case unsupported(String)

    /// The same doubt with the name of the entry, if it is known.
    func at(_ name: String) -> TarDoubt {
        let place = name.isEmpty ? "" : " at '\(name)'"
        switch self {
        case .ambiguous(let text): return .ambiguous(text + place)
        case .unsupported(let text): return .unsupported(text + place)
        }
    }
}

extension TarEntry {
    /// Whether a name ends as only folder names may end on the system.
    static func endsAsFolder(_ name: some BidirectionalCollection<UInt8>) -> Bool {
        name.last == UInt8(ascii: "/") || name.suffix(2).elementsEqual("/.".utf8)
    }

    /// How readers interpret a name differently; nil if all interpret it alike.
    ///
    /// Shape: the bytes as the archive has them.
    static func doubt(aboutName name: [UInt8]) -> String? {
        let slash = UInt8(ascii: "/")
        let components = name.split(separator: slash)
        if components.contains(where: { $0.elementsEqual("..".utf8) }) {
            // `TarIndex.contradictions` reports the names that climb out.
            return TarEntry.normalized(String(decoding: name, as: UTF8.self)).map { _ in "a name with '..'" }
        }
        // bsdtar removes prefixes that mean the root of a file system on Windows.
        let first = components.first { !$0.elementsEqual(".".utf8) } ?? []
        if first.first == UInt8(ascii: "\\") { return "a name that begins with a backslash" }
        let isLetter = first.first.map { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0 | 0x20) } ?? false
        if isLetter, first.dropFirst().first == UInt8(ascii: ":") { return "a name that begins with a drive" }
        if name.starts(with: "//?/".utf8) { return "a name that begins with '//?/'" }
        return nil
    }
}
