// layerverify: an image store whose blobs are being read.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import LayerAudit
internal import LayerModel
internal import LayerSystem

/// An image store between its walk and its part of the report: its inventory, the blobs to read, and their facts.
///
/// ## Concurrency
/// `state` is guarded by its lock; all other members never change.
final class OpenRoot: Sendable {
    let inventory: Inventory
    /// The number of the first blob of the inventory among all blobs of the run.
    let firstBlob: Int
    /// The number of blobs to read, and the sum of their expected sizes.
    let requestCount: Int
    let expectedByteCount: UInt64
    /// The bytes of the inventory.
    let byteCount: Int
    private let state: Locked<State>

    private struct State {
        var requests: BlobRequests?
        var facts: FactsList
        /// The number of blobs without facts.
        var leftCount: Int
        var paths = KeptPaths()

        mutating func set(_ blobFacts: BlobFacts, of blob: BlobIndex) {
            facts[blob] = blobFacts
            guard let table = blobFacts.uncompressed?.contents?.paths else { return }
            for dropped in paths.add(blob, byteCount: table.byteCount) { facts.dropPaths(of: dropped) }
        }
    }

    /// - Parameter requests: the blobs to read, by their indexes in the inventory.
    init(_ inventory: Inventory, requests: BlobRequests, firstBlob: Int) {
        self.inventory = inventory
        self.firstBlob = firstBlob
        requestCount = requests.count
        expectedByteCount = requests.expectedByteCount
        byteCount = inventory.byteCount
        state = Locked(State(requests: requests, facts: inventory.knownFacts, leftCount: requests.count))
    }

    /// Some requests of the root, by their indexes in the order of reading. Their blobs are numbered among all blobs of
    /// the run.
    func runRequests(_ places: Range<Int>) -> [BlobRequest] {
        guard let requests = state.withLock({ $0.requests }) else { return [] }
        return places.map { place in
            var request = requests[place]
            request.blob += firstBlob
            return request
        }
    }

    /// The requests for some blobs, in the order of the inventory. The root has none after that.
    func takeRequests(where isWanted: (BlobIndex) -> Bool) -> BlobRequests {
        state.withLock { $0.requests.take() }?.filtered(isWanted) ?? BlobRequests([], of: inventory)
    }

    /// The path of a blob that is numbered among all blobs of the run.
    func path(ofRunBlob number: Int) -> String { inventory.blobs[number - firstBlob].path }

    /// Takes the facts of a blob that is numbered among all blobs of the run.
    ///
    /// Returns: whether they were the last ones.
    func take(_ facts: BlobFacts, ofRunBlob number: Int) -> Bool {
        let blob = number - firstBlob
        return state.withLock { state in
            state.set(facts.merged(into: state.facts[blob]), of: blob)
            state.leftCount -= 1
            return state.leftCount == 0
        }
    }

    /// Whether the facts of all blobs are known.
    var isRead: Bool { state.withLock { $0.leftCount == 0 } }

    /// The facts of all blobs. The root has none after that.
    func takeFacts() -> FactsList {
        state.withLock { state in
            let facts = state.facts
            state.facts = []
            return facts
        }
    }
}

/// The blobs of an inventory that must be read, in the order of reading.
///
/// Memory: for a plan four bytes for each blob.
struct BlobRequests: Sendable {
    private enum Content {
        case planned(Plan, order: [UInt32], offers: @Sendable (DigestAlgorithm) -> Bool)
        case listed([BlobRequest])
    }

    private var content: Content
    private let inventory: Inventory

    /// The blobs that have claims which the facts so far do not decide, the largest first.
    ///
    /// - Parameter offers: whether an algorithm can be computed.
    init(planning inventory: Inventory, offers: @escaping @Sendable (DigestAlgorithm) -> Bool) {
        self.inventory = inventory
        let plan = Plan(inventory)
        var order = plan.blobs
        let sizes = order.map { inventory.blobs[Int($0)].expectedByteCount }
        if zip(sizes, sizes.dropFirst()).contains(where: { $0 < $1 }) {
            order = zip(sizes, order).sorted { $0.0 != $1.0 ? $0.0 > $1.0 : $0.1 < $1.1 }.map { $0.1 }
        }
        content = .planned(plan, order: order, offers: offers)
    }

    /// These blobs, in this order.
    init(_ requests: [BlobRequest], of inventory: Inventory) {
        self.inventory = inventory
        content = .listed(requests)
    }

    var count: Int {
        switch content {
        case .planned(_, let order, _): order.count
        case .listed(let requests): requests.count
        }
    }

    /// The sum of the expected sizes.
    var expectedByteCount: UInt64 {
        switch content {
        case .planned(_, let order, _): order.reduce(0) { $0 &+ inventory.blobs[Int($1)].expectedByteCount }
        case .listed(let requests): requests.reduce(0) { $0 &+ $1.expectedByteCount }
        }
    }

    subscript(place: Int) -> BlobRequest {
        switch content {
        case .planned(let plan, let order, let offers): request(Int(order[place]), plan, offers)
        case .listed(let requests): requests[place]
        }
    }

    /// The requests for some blobs, in the order of the inventory.
    func filtered(_ isWanted: (BlobIndex) -> Bool) -> BlobRequests {
        var result = self
        switch content {
        case .planned(let plan, _, let offers):
            result.content = .planned(plan, order: plan.blobs.filter { isWanted(Int($0)) }, offers: offers)
        case .listed(let requests): result.content = .listed(requests.filter { isWanted($0.blob) })
        }
        return result
    }

    private func request(
        _ blob: BlobIndex, _ plan: Plan, _ offers: @Sendable (DigestAlgorithm) -> Bool
    ) -> BlobRequest {
        plan.request(blob).limited(to: offers, comparing: inventory.blobs[blob].facts)
    }
}
