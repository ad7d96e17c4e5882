// layerverify: the content of files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerModel
internal import LayerTree
internal import SystemPackage

extension ImageFiles {
    /// Reads the content of a file. The layer that has it is read a second time, up to the end of the file.
    ///
    /// The layers were verified before: ``outcome`` says whether the bytes are those that the image claims. They are read even if
    /// not, so that damage can be examined.
    ///
    /// - Parameters:
    ///   - path: The path in the image. Symbolic links are followed within the root.
    ///   - layer: The index of the only layer to look at, base first; nil for all layers together.
    ///   - body: Receives the bytes in order, and returns whether more are wanted.
    /// - Throws: ``Verifier/Error`` with ``Verifier/Error/Code/fileMissing`` if there is no file at the path,
    ///   ``Verifier/Error/Code/filesUnknown`` if it cannot be read, or if the layer is not the one that was verified any more: then
    ///   `body` may have received wrong bytes.
    public func readContent(
        of path: String, layer: Int? = nil, _ body: (RawSpan) -> Bool
    ) throws(Verifier.Error) {
        let tree = try tree(ofLayer: layer)
        let found = try Self.find(path, in: tree, followsLast: true, false)
        let name = TerminalText.shortened(found.path)
        guard !isFromTables else { throw Verifier.Error(.filesUnknown, "the layers were not read") }
        guard let content = tree.content(of: found.place) else {
            throw Verifier.Error(.fileMissing, "'/\(name)' is not a regular file")
        }
        guard !content.isSparse else {
            throw Verifier.Error(.filesUnknown, "'/\(name)' is a sparse file, whose content is not put together here")
        }
        let number = layer ?? content.layer
        guard let bytes = layers[number].bytes else { throw Verifier.Error(.filesUnknown, "the layer has no blob") }
        do throws(LayerBytes.Fault) {
            try bytes.read(from: content.offset, byteCount: content.byteCount, body)
        } catch {
            let reason =
                switch error {
                case .unreadable(let error): error.description
                case .changed: "it was changed after it was verified"
                case .cutOff: "it ends before the file does"
                case .passed:
                    "an archive in standard input, or a compressed one, can be read only once; decompress it first"
                }
            throw Verifier.Error(.filesUnknown, "layer \(number + 1) could not be read again: \(reason)")
        }
    }
}
