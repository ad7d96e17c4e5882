// layerverify: lists of files for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerTree
import TestSupport

/// The file system of layers, as lines such as `dir etc 755 @1`.
struct Listing {
    let tree: MergedTree

    init(_ layers: ((inout SampleTar) -> Void)...) {
        tree = MergedTree(layers.map { LayerTree.reading(SampleTar.bytes($0)) })
    }

    init(_ layers: [LayerTree]) { tree = MergedTree(layers) }

    /// All files.
    var lines: [String] { lines(includesHidden: false) }

    /// All files, and what is hidden.
    var allLines: [String] { lines(includesHidden: true) }

    private func lines(includesHidden: Bool) -> [String] {
        var lines: [String] = []
        guard let start = try? tree.find([], followsLast: false) else { return ["no root"] }
        tree.list(start, isRecursive: true, includesHidden: includesHidden) { file in
            guard !file.path.isEmpty else { return }
            var line = "\(file.kind.rawValue) \(String(decoding: file.path, as: UTF8.self))"
            if let mode = file.attributes?.mode, file.kind != .symbolicLink { line += " " + String(mode, radix: 8) }
            if let size = file.byteCount { line += " \(size)" }
            if let target = file.target { line += " -> " + String(decoding: target, as: UTF8.self) }
            if let link = file.hardLink { line += " = " + String(decoding: link, as: UTF8.self) }
            line += " @\(file.layer + 1)"
            if let layer = file.hiddenBy { line += " hidden by \(layer + 1)" }
            lines.append(line)
        }
        return lines
    }

    /// The real path of a path and what is there, or why nothing is.
    func find(_ path: String, followsLast: Bool = true) -> String {
        do throws(MergedTree.LookupFault) {
            let found = try tree.find(Array(path.utf8), followsLast: followsLast)
            return "/" + String(decoding: found.path, as: UTF8.self)
        } catch {
            return switch error {
            case .missing(let path): "missing \(String(decoding: path, as: UTF8.self))"
            case .danglingLink(let link, let path):
                "link \(String(decoding: link, as: UTF8.self)) to missing \(String(decoding: path, as: UTF8.self))"
            case .notADirectory(let path): "not a directory \(String(decoding: path, as: UTF8.self))"
            case .linkLoop: "loop"
            }
        }
    }
}

extension LayerTree {
    /// Reads a tar, in blocks of different sizes.
    static func reading(_ tar: [UInt8], _ budget: TreeBudget = TreeBudget()) -> LayerTree {
        var result: LayerTree?
        let consumer = TreeConsumer(budget) { result = $1 }
        var start = 0
        var count = 1
        while start < tar.count {
            let block = Array(tar[start..<min(start + count, tar.count)])
            consumer.consume(block.span.bytes)
            start += count
            count = count * 3 % 5000 + 1
        }
        var facts = BlobFacts(reading: .complete)
        consumer.finish(into: &facts)
        guard let result else { preconditionFailure("a consumer delivers a tree") }
        return result
    }
}
