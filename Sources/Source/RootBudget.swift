// layerverify: the limits of one image store.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
package import StrictJSON

/// The cost of the walk through one root so far, and its limits.
///
/// A root that reaches a limit is not walked any further, and what was found until then is checked. Each root has its
/// own budget, so one image does not take anything from the next.
package struct RootBudget: Sendable {
    /// The limits of one root.
    package struct Limits: Sendable {
        /// Descriptors, entries of other long lists (names, layers, files), and findings about documents.
        package var stepCount = 120_000
        /// Bytes of the documents that are read. Twice the bytes that 120 000 descriptors of real images lead to.
        package var documentByteCount = 1 << 30
        /// Values and names in these documents.
        package var valueCount = 64_000_000
        /// Bytes of memory for the index of an archive, the documents that are open at a time, and the inventory.
        package var byteCount = 44 << 20
        /// Bytes of memory for the inventory alone, without the facts and findings of the run.
        package var inventoryByteCount = 22 << 20
        /// Bytes of memory for what all roots of a run leave in its report. A later root still gets `assuredByteCount`,
        /// unless `Inventory.maximumByteCount` is reached.
        package var runByteCount = 256 << 20
        /// Several times the size of the inventory of an image with a few platforms.
        package var assuredByteCount = 64 << 10

        package init() {}
    }

    package var limits: Limits
    /// The descriptors and list entries that were followed.
    package private(set) var stepCount = 0
    /// The documents that were parsed; one that is parsed again counts again.
    package private(set) var documentCount = 0
    package private(set) var documentByteCount = 0
    package private(set) var valueCount = 0
    /// Bytes of memory of lists that a walk keeps in addition to the inventory.
    private var listByteCount = 0
    private let indexByteCount: Int
    /// The bytes of the inventory when the root began, and of what earlier roots leave in the report.
    private let inventoryByteCount: Int
    private let reportByteCount: Int
    private let held: HeldDocuments
    /// The limit that was reached, in words; nil if none was.
    package private(set) var excess: String?

    package init(
        limits: Limits = Limits(), indexByteCount: Int = 0, inventoryByteCount: Int = 0, reportByteCount: Int = 0,
        held: HeldDocuments
    ) {
        self.limits = limits
        self.indexByteCount = indexByteCount
        self.inventoryByteCount = inventoryByteCount
        self.reportByteCount = reportByteCount
        self.held = held
    }

    /// Counts steps, and the memory of lists that a walk keeps for each of them.
    mutating func step(_ count: Int, keeping byteCount: Int, _ inventory: Inventory) {
        stepCount += count
        listByteCount += byteCount
        guard excess == nil else { return }
        if stepCount > limits.stepCount {
            excess = "more than \(limits.stepCount) descriptors and faults in documents"
        } else {
            check(inventory, reading: 0)
        }
    }

    /// Counts a document before it is read, when only its size is known.
    ///
    /// Returns: whether it may be read.
    mutating func read(byteCount: Int, _ inventory: Inventory) -> Bool {
        guard excess == nil else { return false }
        documentByteCount += byteCount
        if documentByteCount > limits.documentByteCount {
            excess = "more than \(Self.mebibytes(limits.documentByteCount)) of documents"
        } else {
            check(inventory, reading: byteCount)
        }
        return excess == nil
    }

    /// Counts a document that was read, before it is parsed.
    ///
    /// Returns: whether it may be parsed.
    mutating func parse(_ bytes: [UInt8], _ inventory: Inventory) -> Bool {
        guard excess == nil else { return false }
        documentCount += 1
        check(inventory, reading: JSONDocument.readingByteCount(bytes))
        return excess == nil
    }

    /// Counts the values of a document that was parsed.
    mutating func add(_ document: JSONDocument) {
        valueCount += document.nodeCount
        guard excess == nil, valueCount > limits.valueCount else { return }
        excess = "documents of more than \(limits.valueCount) values"
    }

    private mutating func check(_ inventory: Inventory, reading: Int) {
        let found = inventory.byteCount - inventoryByteCount
        let total = reportByteCount + found
        let open = indexByteCount + held.byteCount + listByteCount + reading
        if found > limits.inventoryByteCount {
            excess = "descriptors that take more than \(Self.mebibytes(limits.inventoryByteCount))"
        } else if found + open > limits.byteCount {
            excess =
                "descriptors, documents and an index that together take more than \(Self.mebibytes(limits.byteCount))"
        } else if total > limits.runByteCount, found > limits.assuredByteCount || total > Inventory.maximumByteCount {
            excess =
                "more than \(Self.mebibytes(limits.assuredByteCount)) of descriptors, after other images of this run "
                + "that take \(Self.mebibytes(limits.runByteCount))"
        }
    }

    private static func mebibytes(_ byteCount: Int) -> String {
        byteCount >= 1 << 20 ? "\(byteCount >> 20) MiB" : "\(byteCount >> 10) KiB"
    }
}
