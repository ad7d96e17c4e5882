// layerverify: the command line.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import CLayerShims
internal import Glibc
internal import LayerVerify

@main
enum Main {
    static func main() {
        lv_return_freed_memory()
        StandardStreams.prepare()
        FileLimit.raise()
        if let list = getenv("LAYERVERIFY_DISABLE") { FastPaths.turnOff(String(cString: list)) }
        do {
            try Arguments.validate()
            if let plain = VerifyRun(plain: Arguments.all) { try plain.run() }
            var command = try RootCommand.parseAsRoot(Arguments.all)
            try command.run()
        } catch let status as ExitCode {
            // What is to be said was said. ArgumentParser would look at the command line once more to find that out.
            exit(ExitStatus(ending: status).rawValue)
        } catch {
            finish(with: error)
        }
    }

    /// Ends the program as `error` wants. No error that nobody thought of may look like a verdict.
    private static func finish(with error: any Error) -> Never {
        let status = ExitStatus(ending: error)
        let message = CompletionScript.completingPaths(RootCommand.fullMessage(for: error))
        if status == .verified, !message.isEmpty {
            // Help, the version, a completion script: they are the output, and a lost output is no success.
            do {
                let output = try ReportOutput(path: nil)
                try output.write(message + "\n")
                try output.commit()
            } catch {
                StandardStreams.complain(error.description)
                exit(ExitStatus.undetermined.rawValue)
            }
        } else if !message.isEmpty {
            StandardStreams.write(message + "\n", to: STDERR_FILENO)
        }
        exit(status.rawValue)
    }
}
