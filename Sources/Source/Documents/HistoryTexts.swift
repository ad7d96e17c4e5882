// layerverify: the commands that made the layers.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The commands in a config's history that made a layer, base first.
///
/// Spec: OCI image-spec v1.1.1 config.md §history.
///
/// Memory: at most 120 characters for each of 1024 layers.
struct HistoryTexts {
    private(set) var texts: [String?] = []

    private static let maximumCount = 1_024
    private static let maximumLength = 120

    /// The approximate memory in bytes.
    var byteCount: Int { texts.reduce(0) { $0 + 16 + ($1?.utf8.count ?? 0) } }

    /// Adds an entry that made a layer.
    mutating func add(_ createdBy: String?) {
        guard texts.count < Self.maximumCount else { return }
        texts.append(createdBy.flatMap { Self.shortened($0) })
    }

    /// The command that made a layer; nil unless there are as many commands as layers.
    func text(of layer: Int, among layerCount: Int) -> String? {
        guard texts.count == layerCount, texts.indices.contains(layer) else { return nil }
        return texts[layer]
    }

    /// The command on one line, truncated, and without Docker's prefix of instructions that run no command.
    static func shortened(_ text: String) -> String? {
        // Words further on would be truncated anyway.
        let words = text.prefix(4 * maximumLength).split(whereSeparator: \.isWhitespace)
        var line = words.joined(separator: " ")
        let prefix = "/bin/sh -c #(nop) "
        if line.hasPrefix(prefix) { line.removeFirst(prefix.count) }
        guard !line.isEmpty else { return nil }
        return line.count > maximumLength ? line.prefix(maximumLength - 1) + "…" : line
    }
}

extension InventoryBuilder {
    /// The command that made a layer, as long as the limit of memory is not reached.
    mutating func createdBy(_ layer: Int, _ config: ParsedConfig?) -> String? {
        guard let config, let layerCount = config.diffIDs?.count,
            let text = config.history.text(of: layer, among: layerCount),
            current.historyByteCount + text.utf8.count <= Self.maximumHistoryByteCount
        else { return nil }
        current.historyByteCount += text.utf8.count
        return text
    }

    /// For each root: enough for about 10 000 layers. Further layers are reported without the command.
    private static let maximumHistoryByteCount = 1 << 20
}
