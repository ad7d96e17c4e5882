// layerverify: the commands that made the layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The commands of a config's history that made a layer each, base first.
///
/// Spec: OCI image-spec v1.1.1 config.md §history.
///
/// Memory: 120 characters for each of 256 layers at most.
struct HistoryTexts {
    private(set) var texts: [String?] = []

    private static let maximumCount = 256
    private static let maximumLength = 120

    /// The bytes that all this takes, roughly.
    var byteCount: Int { texts.reduce(0) { $0 + 16 + ($1?.utf8.count ?? 0) } }

    /// Takes an entry that made a layer.
    mutating func add(_ createdBy: String?) {
        guard texts.count < Self.maximumCount else { return }
        texts.append(createdBy.flatMap { Self.shortened($0) })
    }

    /// The command that made a layer, if there are as many commands as layers.
    func text(of layer: Int, among layerCount: Int) -> String? {
        guard texts.count == layerCount, texts.indices.contains(layer) else { return nil }
        return texts[layer]
    }

    /// On one line, without what Docker puts before instructions that run nothing, and not too long.
    static func shortened(_ text: String) -> String? {
        // What comes later would be cut off anyway.
        let words = text.prefix(4 * maximumLength).split(whereSeparator: \.isWhitespace)
        var line = words.joined(separator: " ")
        let prefix = "/bin/sh -c #(nop) "
        if line.hasPrefix(prefix) { line.removeFirst(prefix.count) }
        guard !line.isEmpty else { return nil }
        return line.count > maximumLength ? line.prefix(maximumLength - 1) + "…" : line
    }
}

extension InventoryBuilder {
    /// The command that made a layer, as long as there is room for such texts.
    mutating func createdBy(_ layer: Int, _ config: ParsedConfig?) -> String? {
        guard let config, let layerCount = config.diffIDs?.count,
            let text = config.history.text(of: layer, among: layerCount),
            historyByteCount + text.utf8.count <= Self.maximumHistoryByteCount
        else { return nil }
        historyByteCount += text.utf8.count
        return text
    }

    /// For the whole run; enough for some 10 000 layers. Reports of layers beyond do not tell the command.
    private static let maximumHistoryByteCount = 1 << 20
}
