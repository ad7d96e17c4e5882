// layerverify: the names of checks.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel

/// Names the checks of a run one after another.
///
/// A service that compares the tests of two runs knows a test by its class and its name. They are therefore unique, and
/// contain no digest, because every build of an image changes those, and no folder above the images that differs between
/// machines. Names are not escaped, and are limited to 200 characters.
struct CheckNames {
    private let report: Report
    /// The folder that all absolute paths have in common, with a slash at the end.
    private let folder: String
    private var root: RootIndex?
    private var isBeforeFirst = true
    /// The next number for a name that was given before, by the hash of the name.
    private var numbers: [UInt64: Int] = [:]

    /// The path of the current group, as far as it is not in `folder`; `run` for a group without a path.
    private(set) var path = ""
    /// `layerverify.`, and the path with underscores for dots: readers take the text before the last dot for a package.
    private(set) var className = ""
    /// The image of the current group: reference and platform; nil if the group has no image.
    private(set) var image: String?

    init(_ report: Report) {
        self.report = report
        folder = Self.commonFolder(report.roots.lazy.map { $0.path })
    }

    /// Makes a group the current one.
    mutating func enter(_ group: CheckGroup) {
        if isBeforeFirst || group.root != root {
            isBeforeFirst = false
            root = group.root
            let known = root.flatMap { report.roots.indices.contains($0) ? report.roots[$0].path : nil }
            path = unique(known.map { Self.cut(relative($0)) } ?? "run", in: "path")
            className = unique(
                "layerverify." + path.split(separator: ".", omittingEmptySubsequences: false).joined(separator: "_"),
                in: "class")
        }
        image = group.image.map { image in unique(Self.name(of: image.report.record, image.number), in: path) }
    }

    /// Names the next check of the current group.
    mutating func name(of check: Check) -> String {
        let name =
            switch check.subject {
            case .documents: (image ?? path) + ": documents"
            case .layer(let number): (image ?? path) + ": layer \(number)"
            case .platform(let platform): "platform " + Self.cut(platform)
            case .path: "path"
            case .run: "outcome"
            }
        return unique(name, in: className)
    }

    /// `alpine:3.20 linux/amd64`; an image without a reference has its number in the root.
    private static func name(of record: ImageRecord, _ number: Int) -> String {
        let words = [record.references.first ?? "image \(number)", record.shownPlatform, record.kindName]
        return cut(words.compactMap { $0 }.joined(separator: " "))
    }

    private static func cut(_ text: String) -> String {
        let limit = 200
        guard text.unicodeScalars.dropFirst(limit).first != nil else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.prefix(limit))) + "…"
    }

    /// The name; with a number if it was given in this scope before.
    private mutating func unique(_ name: String, in scope: String) -> String {
        let key = Self.hash(scope, name)
        guard var number = numbers[key] else {
            numbers[key] = 2
            return name
        }
        while true {
            let candidate = "\(name) (\(number))"
            number += 1
            numbers[key] = number
            let own = Self.hash(scope, candidate)
            if numbers[own] == nil {
                numbers[own] = 2
                return candidate
            }
        }
    }

    /// FNV-1a, the same in every run. Two names with one hash get numbers, which does no harm.
    private static func hash(_ scope: String, _ name: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for text in [scope, name] {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            // A byte that UTF-8 does not have.
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        return hash
    }

    private func relative(_ path: String) -> String {
        var rest = path[...]
        if rest.hasPrefix("/"), rest.hasPrefix(folder) { rest = rest.dropFirst(folder.count) }
        while rest.hasPrefix("./") { rest = rest.dropFirst(2) }
        while rest.count > 1, rest.hasSuffix("/") { rest = rest.dropLast() }
        return rest.isEmpty ? path : String(rest)
    }

    /// The longest folder that contains all absolute paths.
    private static func commonFolder(_ paths: some Sequence<String>) -> String {
        var common: [Substring]?
        for path in paths where path.hasPrefix("/") {
            let folders = path.split(separator: "/").dropLast()
            guard let known = common else {
                common = Array(folders)
                continue
            }
            common = zip(known, folders).prefix { $0 == $1 }.map { $0.0 }
        }
        return "/" + (common ?? []).map { $0 + "/" }.joined()
    }
}
