// layerverify: the command that prints a file of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify cat`.
struct CatCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cat",
        abstract: "Print a file of an image.",
        usage: "layerverify cat [<options>] <image> <path>",
        discussion: """
            Writes the content of a file to standard output. Symbolic links are followed within the image. The whole image is \
            verified first, then the layer that has the file is read again, up to the end of the file.

            The content is written even if the image is damaged, so that the damage can be examined: look at the exit status. \
            Sparse files are refused, and so are archives that can be read only once: standard input, and compressed ones.

            EXAMPLES:
              layerverify cat alpine/ /etc/os-release
              layerverify cat --layer 1 app.tar /etc/passwd     as the base has it
              layerverify cat -o sh alpine/ /bin/sh

            \(ExitStatus.helpOfFiles)
            """)

    @Argument(
        help: ArgumentHelp("The image: a directory or an archive.", valueName: "image"), completion: .file())
    var image: String

    @Argument(help: ArgumentHelp("A file in the image.", valueName: "path")) var path: String

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to a file, replacing it only once the content is complete.", valueName: "file"),
        completion: .file())
    var output: String?
    @OptionGroup var files: FilesOptions

    func validate() throws {
        try StandardInputPath.validate([image])
        try OutputPlace.validate(output, reading: [image])
        try TraceFile.validate(files.running.trace, beside: output, reading: [image])
        _ = try files.makeVerifier()
    }

    func run() throws {
        try FilesRun(image: image, options: files, digestsFiles: false, output: output).run { image, output in
            var failure: ReportOutput.Failure?
            try image.readContent(of: path, layer: files.layer.map { $0 - 1 }) { bytes in
                do throws(ReportOutput.Failure) {
                    // SAFETY: the bytes are valid during the call.
                    try output.write(bytes.withUnsafeBytes { Array($0) })
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
            if let failure { throw failure }
        }
    }
}
