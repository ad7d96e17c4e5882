// layerverify: files that could not be read refute nothing.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import LayerModel
import LayerVerify
import Testing
import TestSupport

/// Each read of each case of the corpus fails in turn.
///
/// A library that is loaded before the C library makes the calls fail. The tests therefore run in a process of their
/// own, `ReadFaultHelperTests`.
@Suite(.enabled(if: ReadFaults.compiler != nil, "needs a C compiler"))
struct ReadFaultTests {
    @Test(arguments: 0..<ReadFaults.shardCount)
    func noReadErrorRefutesAnything(_ shard: Int) throws {
        let folder = try ScratchFolder()
        let library = folder.url.appending(path: "read-faults.so").path
        try run(
            try #require(ReadFaults.compiler),
            ["-O1", "-shared", "-fPIC", "-o", library, ReadFaults.source, "-ldl"])
        let output = try run(
            "/proc/self/exe", ["--testing-library", "swift-testing", "--filter", "ReadFaultHelperTests"],
            environment: ["LD_PRELOAD": library, ReadFaults.variable: "\(shard)/\(ReadFaults.shardCount)"])
        #expect(output.contains("faults were injected"), "\(output)")
    }

    /// Runs a program that must succeed. Returns: its output.
    @discardableResult
    private func run(
        _ program: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> String {
        let folder = try ScratchFolder()
        let file = folder.url.appending(path: "output")
        try Data().write(to: file)
        let process = Process()
        // `/proc/self/exe` must be resolved in this process.
        process.executableURL = URL(filePath: program).resolvingSymlinksInPath()
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: file)
        process.standardError = try FileHandle(forWritingTo: file)
        try process.run()
        process.waitUntilExit()
        let output = String(decoding: try Data(contentsOf: file), as: UTF8.self)
        #expect(process.terminationReason == .exit && process.terminationStatus == 0, "\(output)")
        return output
    }
}

/// Runs in the process in which reads fail.
@Suite(.enabled(if: ReadFaults.shard != nil, "runs in a process of its own"))
struct ReadFaultHelperTests {
    @Test func everyReadFailsInTurn() throws {
        let shard = try #require(ReadFaults.shard)
        let library = try #require(ReadFaults.Library(), "the library is not loaded")
        var matrix = ReadFaultMatrix(library)
        let cases = ReadFaultMatrix.Case.all
        for place in stride(from: shard.number, to: cases.count, by: shard.count) { try matrix.run(cases[place]) }
        print("\(matrix.count) faults were injected, \(matrix.deliveredCount) delivered; \(matrix.summary)")
    }
}
