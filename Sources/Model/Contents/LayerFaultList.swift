// layerverify: the faults of one layer, of each kind the first few.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// Collects faults in order. Of each kind it keeps the first few and counts the others, so a layer of a million faults takes
/// the memory of a layer of some hundred.
package struct LayerFaultList: Sendable {
    package private(set) var faults: [LayerFault] = []
    private var places: [LayerFault.Kind: Place] = [:]

    /// The number of faults that are kept of each kind.
    package static let countOfKind = 4

    private struct Place {
        var count: Int
        var last: Int
    }

    package init() {}

    /// Adds a fault, which is only made if it is kept.
    package mutating func add(_ kind: LayerFault.Kind, _ make: (LayerFault.Kind) -> LayerFault) {
        var place = places[kind] ?? Place(count: 0, last: 0)
        place.count += 1
        if place.count <= Self.countOfKind {
            place.last = faults.count
            faults.append(make(kind))
        } else {
            faults[place.last].furtherCount += 1
        }
        places[kind] = place
    }
}
