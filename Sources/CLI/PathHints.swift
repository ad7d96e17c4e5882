// layerverify: help with typical mistakes.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import LayerVerify

/// Hints for paths that do not exist and look like something else.
enum PathHints {
    /// Prints a replacement for each missing path, if there is a likely one. The report says that the path is missing.
    static func complain(about paths: [String]) {
        for path in paths {
            guard access(path, F_OK) != 0, let hint = hint(for: path, exists: { access($0, F_OK) == 0 }) else {
                continue
            }
            StandardStreams.complain(TerminalText.escaped(hint.message) + "\n  " + TerminalText.escaped(hint.command))
        }
    }

    /// The mistake in an argument, and the command line that was probably meant.
    struct Hint: Equatable {
        var message: String
        var command: String
    }

    /// The hint for a path that does not exist; nil if there is none.
    ///
    /// - Parameter exists: whether a path exists.
    static func hint(for path: String, exists: (String) -> Bool) -> Hint? {
        if let hint = ofTransport(path, exists) { return hint }
        if path.hasPrefix("~") { return ofHome(path) }
        if path.hasPrefix("file:") { return ofFileURL(path) }
        if isDigest(path) {
            return Hint(
                message: "'\(path)' is a digest, and layerverify reads images on disk. Give the path of the image:",
                command: "layerverify PATH")
        }
        if let (place, tag) = split(path, exists), !tag.isEmpty {
            return Hint(
                message: "'\(path)' is not a path; '\(place)' is there, and a name is given with --ref:",
                command: verify(place, tag: tag))
        }
        guard isReference(path) else { return nil }
        return ofRegistry(path)
    }

    // Transports, in the names of skopeo and Podman

    private static func ofTransport(_ path: String, _ exists: (String) -> Bool) -> Hint? {
        guard let colon = path.firstIndex(of: ":") else { return nil }
        let transport = String(path[..<colon])
        let rest = String(path[path.index(after: colon)...])
        // A folder may have the name of a transport.
        guard !rest.isEmpty, !exists(transport) || split(rest, exists) != nil else { return nil }
        switch transport {
        case "oci", "oci-archive", "docker-archive":
            let (place, tag) = split(rest, exists) ?? guess(rest)
            return Hint(
                message: "'\(path)' begins with a transport prefix, and layerverify takes paths. Leave the prefix out:",
                command: verify(place, tag: tag))
        case "dir":
            return Hint(
                message: "'\(path)' is an image in the dir: form, which layerverify does not read. Copy it first:",
                command: copy(path, to: name(of: rest)))
        case "containers-storage":
            return Hint(
                message: "'\(path)' is in Podman's storage, which layerverify does not read. Copy it first:",
                command: copy(path, to: name(of: rest)))
        case "docker-daemon":
            return Hint(
                message: "'\(path)' is in Docker's storage, which layerverify does not read. Save it first:",
                command: "docker save -o \(word(name(of: rest) + ".tar")) \(word(rest)) && layerverify "
                    + word(name(of: rest) + ".tar"))
        case "docker": return rest.hasPrefix("//") ? ofRegistry(path) : nil
        default: return nil
        }
    }

    private static func ofRegistry(_ path: String) -> Hint {
        Hint(
            message: """
                '\(path)' looks like the name of an image in a registry, and layerverify reads images on disk. \
                Fetch it first:
                """,
            command: copy(path.hasPrefix("docker://") ? path : "docker://" + path, to: name(of: path)))
    }

    /// Splits a text into a path that exists and the part after its colon.
    private static func split(_ path: String, _ exists: (String) -> Bool) -> (place: String, tag: String)? {
        if exists(path) { return (path, "") }
        // File names may contain colons: the longest path that exists is used.
        for colon in path.indices.reversed() where path[colon] == ":" && colon > path.startIndex {
            let place = String(path[..<colon])
            if exists(place) { return (place, String(path[path.index(after: colon)...])) }
        }
        return nil
    }

    /// The probable path, if no part of it exists.
    private static func guess(_ path: String) -> (place: String, tag: String) {
        guard let colon = path.firstIndex(of: ":"), colon > path.startIndex else { return (path, "") }
        return (String(path[..<colon]), String(path[path.index(after: colon)...]))
    }

    // Other spellings

    private static func ofHome(_ path: String) -> Hint? {
        guard path == "~" || path.hasPrefix("~/") else { return nil }
        return Hint(
            message: "'\(path)' begins with '~', which the shell replaces only outside of quotes:",
            command: "layerverify " + (path == "~" ? "\"$HOME\"" : "\"$HOME\"/" + word(String(path.dropFirst(2)))))
    }

    private static func ofFileURL(_ path: String) -> Hint? {
        guard path.hasPrefix("file:/") else { return nil }
        var rest = path.dropFirst("file:".count)
        if rest.hasPrefix("//") {
            rest = rest.dropFirst(2)
            if rest.hasPrefix("localhost/") { rest = rest.dropFirst("localhost".count) }
        }
        return Hint(
            message: "'\(path)' is a URL, and layerverify takes paths:",
            command: "layerverify " + word(unescaped(String(rest))))
    }

    /// Decodes percent-encoded text. Spec: RFC 3986 §2.1.
    private static func unescaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isDigest(_ path: String) -> Bool {
        ["sha256:", "sha384:", "sha512:"].contains {
            path.hasPrefix($0) && path.dropFirst($0.count).allSatisfy(\.isHexDigit)
        }
    }

    /// Whether the text has the form `host/name:tag`, `name@sha256:…` or `docker://…`.
    static func isReference(_ path: String) -> Bool {
        if path.hasPrefix("docker://") || path.hasPrefix("docker-daemon:") { return true }
        guard let first = path.first, first != "/", first != ".", !path.hasSuffix("/") else { return false }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard let last = parts.last else { return false }
        if last.contains(":") || last.contains("@sha256") { return true }
        return parts.count > 1 && (parts[0].contains(".") || parts[0].hasPrefix("localhost"))
    }

    // Command lines

    /// The last component of a reference, without tag and digest, as the name of a folder for its image.
    private static func name(of reference: String) -> String {
        let last = reference.split(separator: "/", omittingEmptySubsequences: true).last ?? "image"
        return String(last.prefix { $0 != ":" && $0 != "@" })
    }

    private static func verify(_ place: String, tag: String) -> String {
        // The third part of docker-archive:FILE:@0 is an index in the archive.
        guard !tag.isEmpty, !tag.hasPrefix("@") else { return "layerverify " + word(place) }
        return "layerverify --ref \(word(tag)) \(word(place))"
    }

    private static func copy(_ source: String, to folder: String) -> String {
        let folder = folder.isEmpty ? "image" : folder
        return "skopeo copy \(word(source)) oci:\(word(folder)) && layerverify \(word(folder))"
    }

    private static func word(_ text: String) -> String { ReferenceDocs.shellWord(text) }
}
