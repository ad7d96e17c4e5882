// layerverify: the arguments of the program.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import CLayerShims
internal import LayerVerify

/// The arguments of the process, without its name.
enum Arguments {
    /// An argument that is not UTF-8 contains U+FFFD. It must not be used, since it may be the name of another file.
    static let all: [String] = {
        let count = lv_argument_count()
        guard count > 0 else { return Array(CommandLine.arguments.dropFirst()) }
        // SAFETY: the arguments live as long as the process.
        return (1..<max(1, count)).compactMap { lv_argument($0).map { String(cString: $0) } }
    }()

    /// Throws: `ValidationError` with the first argument that is not UTF-8.
    static func validate() throws {
        for index in 1..<max(1, lv_argument_count()) {
            guard let argument = lv_argument(index), String(validatingCString: argument) == nil else {
                continue
            }
            throw ValidationError(
                "Argument \(index) is not UTF-8: '\(TerminalText.escaped(String(cString: argument)))'. "
                    + "Names that are not UTF-8 cannot be given; give the folder above.")
        }
    }
}
