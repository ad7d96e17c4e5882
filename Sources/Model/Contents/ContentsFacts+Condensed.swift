// layerverify: less of what a layer contains.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension LayerFault {
    /// The first fault of each kind, with the number of all further ones.
    package static func firstOfEachKind(_ faults: [LayerFault]) -> [LayerFault] {
        var result: [LayerFault] = []
        for fault in faults {
            if let place = result.firstIndex(where: { $0.kind == fault.kind }) {
                result[place].furtherCount += 1 + fault.furtherCount
            } else {
                result.append(fault)
            }
        }
        return result
    }

    /// The approximate memory in bytes.
    fileprivate var byteCount: Int { MemoryLayout<LayerFault>.stride + path.count + other.count }
}

extension ContentsFacts {
    /// The same with one fault of each kind, which is what reports have.
    ///
    /// - Parameter isBrief: whether only the first fault of each severity is kept.
    func condensed(isBrief: Bool) -> ContentsFacts {
        var kept = LayerFault.firstOfEachKind(faults)
        if isBrief {
            let severities: [LayerFault.Severity] = [.refute, .undetermined, .warning, .note]
            kept = severities.compactMap { severity in kept.first { $0.severity == severity } }
        }
        return kept.count == faults.count
            ? self
            : ContentsFacts(entryCount: entryCount, faults: kept, paths: paths, globalFolders: globalFolders)
    }

    /// The approximate memory in bytes of the faults.
    var faultByteCount: Int { faults.reduce(0) { $0 + $1.byteCount } }
}
