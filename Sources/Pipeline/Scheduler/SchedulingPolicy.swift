// layerverify: the rules of the scheduler.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The rules by which the next action of a worker is chosen: the first one in the list that gives a lease. There is no
/// mode to choose: many layers keep every core busy with all steps of one layer each, and the steps of a single large
/// layer are distributed over the cores.
///
/// The figures are wall times without the rule, divided by those with it; simulated ones are from `Benchmarks/simulate`, with
/// 2 workers if nothing else is said. docs/performance.md has more of them.
package struct SchedulingPolicy: Sendable {
    package let name: String
    /// True if later rules do the same work in other steps, so that it may be left out.
    package let isOptional: Bool
    /// Whether the rule applies at all; nil if it always does.
    let applies: (@Sendable (inout PipelineState) -> Bool)?
    /// The lease; nil if there is nothing to do for this rule.
    let lease: @Sendable (inout PipelineState) -> Lease?

    private init(
        _ name: String, isOptional: Bool = false, if applies: (@Sendable (inout PipelineState) -> Bool)? = nil,
        lease: @escaping @Sendable (inout PipelineState) -> Lease?
    ) {
        self.name = name
        self.isOptional = isOptional
        self.applies = applies
        self.lease = lease
    }

    /// A worker has little to decide, and all share the lock: each rule is a few comparisons.
    static func nextLease(_ state: inout PipelineState) -> Lease? {
        for rule in state.rules where rule.applies?(&state) ?? true {
            if let lease = rule.lease(&state) { return lease }
        }
        return nil
    }

    package static let rules = [
        // The chunks after it wait for it, and so do the consumers.
        SchedulingPolicy("join chunks") { $0.leaseJoint() },
        // It is quick, and what waits for it keeps chunks from being read with interleaved digests. 8 layers gzip, with the tar
        // read: 1.04.
        SchedulingPolicy("consume what waits for others than digests", isOptional: true) { $0.leaseWaitingConsumer() },
        // The gaps of inflating, which waits for its tables, hold SHA-256 for nothing. 8 layers gzip: 1.14; simulated 1.17,
        // 200 layers 1.10. In chunks of one blob, hashing first makes room for further chunks.
        SchedulingPolicy(
            "interleave digests with decoding", isOptional: true, if: { !$0.isShortOfChunks || $0.mayInterleaveCuts() }
        ) {
            $0.leaseInterleaved()
        },
        // Four messages in lockstep take little longer than one, which waits for the latency of its own rounds. Simulated
        // 1.00: teams fill without it, but only after more was read; that they leave the cache is not simulated.
        SchedulingPolicy("hash a full team", isOptional: true) { $0.leaseFullTeam() },
        // One transition instead of five, with blocks that stay in the cache. 8 layers plain, simulated without the cache:
        // 1.04.
        SchedulingPolicy("read and hash uncompressed blobs", isOptional: true) { $0.leaseDirectTeam() },
        // What waits keeps uncompressed blobs from being read by the rule above. 8 layers plain, simulated: 1.05.
        SchedulingPolicy("hash before uncompressed blobs", isOptional: true, if: { $0.shouldHashFirst() }) {
            $0.leaseAnyConsumers()
        },
        // The blob with the most bytes left first, because it is what the run waits for in the end. Few chunks of one
        // blob are hardly faster in lockstep than one, so they are read last. 8 layers gzip, simulated: 1.02, with 8
        // workers 1.08.
        SchedulingPolicy("read before hashing", isOptional: true, if: { !$0.isShortOfChunks }) { $0.leaseChunks() },
        SchedulingPolicy("hash what waits") { $0.leaseAnyConsumers() },
        SchedulingPolicy("read few chunks") { $0.leaseChunks() },
        // Last, because they fill the ends of the others: each is read in one action.
        SchedulingPolicy("read small blobs") { $0.leaseSmallBlobs() },
    ]
}
