// layerverify: the fast paths that can be turned off.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import LayerPipeline

/// The fast paths that `LAYERVERIFY_DISABLE` can turn off.
package enum FastPaths {
    /// The valid names, in alphabetical order.
    package static let names: [String] = {
        let references = Set(Codecs.all.compactMap { Codecs.reference(for: $0.compression)?.name })
        return
            (Codecs.all.map { $0.name }.filter { !references.contains($0) }
            + [LaneSHA256.name, PipelineOptions.partsName, PipelineOptions.chunksName, Codec.hashingName]).sorted()
    }()

    /// Turns off the fast paths in the value of LAYERVERIFY_DISABLE. The program calls this; a library does not read
    /// the environment.
    ///
    /// Shape: names, separated by commas. Must be called before anything else.
    package static func turnOff(_ list: String) { DisabledPaths.turnOff(list) }

    /// A message of one line if the variable has unknown names, so that the user does not believe that they are turned
    /// off.
    package static var complaint: String? {
        let unknown = DisabledPaths.names.subtracting(names.map { $0[...] }).sorted()
        guard !unknown.isEmpty else { return nil }
        return
            "LAYERVERIFY_DISABLE: unknown: \(unknown.joined(separator: ", ")) (valid names: \(names.joined(separator: ", ")))"
    }
}
