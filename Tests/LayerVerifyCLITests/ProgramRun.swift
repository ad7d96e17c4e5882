// layerverify: runs programs for tests.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// A program that has ended.
struct ProgramRun: Sendable {
    /// The exit status; 128 plus the number of the signal if a signal ended it.
    var status: Int32
    var output: Data
    var errors: Data

    var text: String { String(decoding: output, as: UTF8.self) }
    /// Its whole output, for the comment of an expectation.
    var transcript: String { text + String(decoding: errors, as: UTF8.self) }

    /// Runs a program, searched in `PATH` unless it is a path, and reads its output.
    ///
    /// - Parameter current: the current folder; nil for that of the tests.
    static func run(
        _ program: String, _ arguments: [String], input: Data? = nil, in current: URL? = nil
    ) throws -> ProgramRun {
        let process = Process()
        process.executableURL = URL(filePath: program.contains("/") ? program : "/usr/bin/env")
        process.arguments = program.contains("/") ? arguments : [program] + arguments
        // Files instead of pipes, so that a long output cannot block.
        let folder = try ScratchFolder()
        let places = ["in", "out", "err"].map { folder.url.appending(path: $0) }
        for (place, data) in zip(places, [input ?? Data(), Data(), Data()]) { try data.write(to: place) }
        process.standardInput = try FileHandle(forReadingFrom: places[0])
        process.standardOutput = try FileHandle(forWritingTo: places[1])
        process.standardError = try FileHandle(forWritingTo: places[2])
        if let current { process.currentDirectoryURL = current }
        try process.run()
        process.waitUntilExit()
        let status = process.terminationStatus
        return ProgramRun(
            status: process.terminationReason == .exit ? status : 128 + status,
            output: try Data(contentsOf: places[1]), errors: try Data(contentsOf: places[2]))
    }

    /// Runs the layerverify that was built with these tests.
    static func layerverify(_ arguments: String...) throws -> ProgramRun { try run(layerverifyPath, arguments) }

    static func layerverify(_ arguments: [String], in current: URL? = nil) throws -> ProgramRun {
        try run(layerverifyPath, arguments, in: current)
    }

    /// The program next to the bundle of the tests; `LAYERVERIFY_PROGRAM` overrides it.
    static let layerverifyPath: String = {
        if let path = ProcessInfo.processInfo.environment["LAYERVERIFY_PROGRAM"] { return path }
        // On some hosts Bundle.main is the test runner of the toolchain; the bundle is one of its arguments then.
        let candidates = [Bundle.main.executablePath ?? ""] + CommandLine.arguments + ["/proc/self/exe"]
        let folders = candidates.filter { !$0.isEmpty }.map {
            URL(filePath: $0).resolvingSymlinksInPath().deletingLastPathComponent()
        }
        let programs = folders.map { $0.appending(path: "layerverify").path }
        return programs.first { FileManager.default.isExecutableFile(atPath: $0) } ?? "layerverify"
    }()

    /// The path of a file in the corpus.
    static func corpus(_ path: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../corpus").standardizedFileURL
            .appending(path: path).path
    }

    /// Whether all these programs are in `PATH`.
    static func areInstalled(_ programs: String...) -> Bool {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return programs.allSatisfy { program in
            folders.contains { FileManager.default.isExecutableFile(atPath: $0 + "/" + program) }
        }
    }
}
