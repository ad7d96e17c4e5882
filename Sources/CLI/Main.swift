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
        lv_explain_lack_of_memory(ExitStatus.undetermined.rawValue)
        StandardStreams.prepare()
        FileLimit.raise()
        if let list = getenv("LAYERVERIFY_DISABLE") { FastPaths.turnOff(String(cString: list)) }
        do {
            try Arguments.validate()
            if let plain = VerifyRun(plain: Arguments.all) { try plain.run() }
            var command = try parse(Arguments.all)
            try command.run()
        } catch let status as ExitCode {
            // The message was already printed. ArgumentParser would parse the command line again to find that out.
            exit(ExitStatus(ending: status).rawValue)
        } catch is ClosedPipe {
            lv_end_by_signal(SIGPIPE)
        } catch {
            finish(with: error)
        }
    }

    /// Throws: the error that ends the program; `UsageFault` for wrong usage.
    private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
        // ArgumentParser takes the next argument as the value of `--output=`: an image, which would be overwritten.
        if arguments.contains(where: { $0.hasPrefix("--") && $0.firstIndex(of: "=") == $0.indices.last }),
            let fault = UsageFault(explaining: arguments)
        {
            throw fault
        }
        do {
            let command = try RootCommand.parse(line: arguments)
            if arguments.first == "help", let fault = UsageFault(explaining: arguments) { throw fault }
            return command
        } catch {
            guard ExitStatus(ending: error) == .usage, !arguments.isEmpty else { throw error }
            if let fault = UsageFault(explaining: arguments) { throw fault }
            // ArgumentParser checks paths first, and reports a wrong value only once there is a path.
            do {
                _ = try RootCommand.parseAsRoot(arguments + ["/dev/null"])
            } catch let other where ExitStatus(ending: other) == .usage {
                let fault = UsageFault(other)
                throw fault.text.contains("'/dev/null'") ? UsageFault(error) : fault
            } catch {}
            throw UsageFault(error)
        }
    }

    /// Ends the program with the status of `error`. An unexpected error must not look like a verdict.
    private static func finish(with error: any Error) -> Never {
        let status = ExitStatus(ending: error)
        var message =
            (error as? UsageFault)?.text ?? TopLevelCommand.fullMessage(for: error, columns: HelpText.unlimited)
        if status == .verified, !message.isEmpty {
            if message.hasPrefix("OVERVIEW: ") {
                let isTopLevel = !RootCommand.names.contains(Arguments.all.first ?? "") || Arguments.all == ["help"]
                let width = Terminal.width(of: STDOUT_FILENO)
                message =
                    isTopLevel
                    ? HelpText.page(for: RootCommand.self, width: width) : HelpText.wrapped(message, to: width)
            } else {
                message = CompletionScript.completingDefault(RootCommand.fullMessage(for: error))
            }
            // Help, version and completion scripts are output. Losing output is an error.
            do throws(ReportOutput.Failure) {
                let output = try ReportOutput(path: nil)
                try output.write(message + "\n")
                try output.commit()
            } catch  where error.isClosedPipe {
                lv_end_by_signal(SIGPIPE)
            } catch {
                StandardStreams.complain(error.description)
                exit(ExitStatus.undetermined.rawValue)
            }
        } else if !message.isEmpty {
            // Lines are wrapped only on a terminal.
            if isatty(STDERR_FILENO) == 1 { message = HelpText.wrapped(message, to: Terminal.width(of: STDERR_FILENO)) }
            StandardStreams.write(message + "\n", to: STDERR_FILENO)
        }
        exit(status.rawValue)
    }
}
