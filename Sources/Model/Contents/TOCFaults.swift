// layerverify: the faults of a table of contents.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The faults of the table of contents of one layer, in the order in which they are found.
///
/// Memory: of each kind at most `keptCount` are kept; the first one of the kind counts the others.
package struct TOCFaults: Hashable, Sendable {
    package private(set) var faults: [TOCFault] = []

    /// The number of faults of one kind that are kept.
    package static let keptCount = 4

    package init() {}

    package var isEmpty: Bool { faults.isEmpty }

    /// The most severe of the faults; nil if there are none.
    package var severity: TOCFault.Severity? {
        let severities = Set(faults.map(\.severity))
        return [.refute, .undetermined, .warning, .note].first(where: severities.contains)
    }

    /// Adds the faults of another list, with those that it only counts.
    package mutating func append(_ other: TOCFaults) {
        for fault in other.faults { add(fault) }
    }

    package mutating func add(_ fault: TOCFault) {
        let ofKind = faults.indices.filter { faults[$0].kind == fault.kind }
        if let first = ofKind.first, ofKind.count >= Self.keptCount {
            faults[first].furtherCount += 1 + fault.furtherCount
        } else {
            faults.append(fault)
        }
    }
}
