// layerverify: running the built program.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Runs the built program and waits for its end.
struct Program {
    /// The status of a run, and its output.
    struct Ending {
        let status: Int32
        let wasKilled: Bool
        let output: String
        let errors: String
    }

    /// The built program, next to the tests or where they were built.
    static let url: URL = {
        let tests = CommandLine.arguments.first.map { URL(filePath: $0) } ?? Bundle.main.bundleURL
        var folder = tests
        while folder.path != "/" {
            folder.deleteLastPathComponent()
            let candidate = folder.appending(path: "layerverify")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
        }
        return URL(filePath: ".build/debug/layerverify")
    }()

    /// Runs the program with arguments, in an environment of `PATH` and the given variables.
    static func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Ending {
        try run(url, arguments, environment: environment)
    }

    /// Runs a line of shell in which `$LAYERVERIFY` is the program.
    static func shell(_ line: String) throws -> Ending {
        try run(URL(filePath: "/bin/sh"), ["-c", line], environment: ["LAYERVERIFY": url.path])
    }

    private static func run(_ url: URL, _ arguments: [String], environment: [String: String]) throws -> Ending {
        let process = Process()
        let (output, errors) = (Pipe(), Pipe())
        process.executableURL = url
        process.arguments = arguments
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
        process.environment = environment.merging(["PATH": path, "COLUMNS": "100"]) { given, _ in given }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // The output of these tests fits into a pipe, so reading one pipe after the other cannot block.
        let outputData = try output.fileHandleForReading.readToEnd() ?? Data()
        let errorData = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Ending(
            status: process.terminationStatus, wasKilled: process.terminationReason == .uncaughtSignal,
            output: String(decoding: outputData, as: UTF8.self), errors: String(decoding: errorData, as: UTF8.self))
    }
}
