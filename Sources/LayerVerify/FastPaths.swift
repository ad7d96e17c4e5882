// layerverify: which fast paths there are to turn off.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerCodec
import LayerDigest
import LayerModel
import LayerPipeline

/// What `LAYERVERIFY_DISABLE` can turn off.
package enum FastPaths {
    /// The names it knows, in alphabetical order.
    package static let names: [String] = {
        let references = Set(Codecs.all.compactMap { Codecs.reference(for: $0.compression)?.name })
        return
            (Codecs.all.map { $0.name }.filter { !references.contains($0) }
            + [LaneSHA256.name, PipelineOptions.partsName, Codec.hashingName]).sorted()
    }()

    /// Turns off what LAYERVERIFY_DISABLE names. For the program: a library does not read the environment.
    ///
    /// Shape: names, separated by commas. Call it before anything else.
    package static func turnOff(_ list: String) { DisabledPaths.turnOff(list) }

    /// One line for people if the variable names what is not there: whoever looks for a fault must not think it turned off.
    package static var complaint: String? {
        let unknown = DisabledPaths.names.subtracting(names.map { $0[...] }).sorted()
        guard !unknown.isEmpty else { return nil }
        return
            "LAYERVERIFY_DISABLE: unknown: \(unknown.joined(separator: ", ")) (valid names: \(names.joined(separator: ", ")))"
    }
}
