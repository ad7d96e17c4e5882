// layerverify: the command that lists the files of an image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

internal import ArgumentParser
internal import LayerVerify

/// `layerverify ls`.
struct LsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the files of an image, without unpacking it.",
        usage: "layerverify ls [<options>] <image> [<path>]",
        discussion: """
            Shows the file system that the layers make together, as an overlay mount of them shows it, and the layer that each \
            file comes from. The image is verified in the same pass. A line has type and permissions, owner, size, time (UTC), the \
            number of the layer (1 is the base), and the path. A plus sign after the permissions stands for extended attributes, \
            and 'h' for a further name of a file.

            With --all-layers, files that a layer hides are listed as well, with the layer that hides them, and so are whiteouts \
            ('w') and opaque markers ('o').

            The format mtree is for comparing a real directory with the image: mtree, gomtree and bsdtar read it.

            With --toc the files are those that the tables of contents of the layers list (eStargz, zstd:chunked). The tables have \
            the digests that the manifest gives, and the layers are not read: whether they have these files is not verified, and \
            the exit status is never 0.

            EXAMPLES:
              layerverify ls alpine/                            the root
              layerverify ls -R alpine/ /etc                    all below /etc
              layerverify ls --long alpine/ /etc/passwd         with the layer's digest, and all layers with their commands
              layerverify ls -R --all-layers alpine.tar         also what is hidden
              layerverify ls --layer 3 -R alpine.tar            what layer 3 has
              layerverify ls --format mtree --sha256 alpine/ > alpine.mtree
              gomtree validate -p rootfs/ -f alpine.mtree
              layerverify ls -R --toc lazy/ /usr/lib             by the tables of contents
              layerverify ls -R --names -0 alpine/ | grep -z '\\.so'

            \(ExitStatus.helpOfFiles)
            """)

    @Argument(
        help: ArgumentHelp("The image: a directory or an archive; - is standard input.", valueName: "image"),
        completion: .file())
    var image: String

    @Argument(help: ArgumentHelp("A file or a directory in the image.", valueName: "path")) var path = "/"

    @Flag(
        name: [.customShort("R"), .long],
        help: "List directories in the directory as well. Always on with --format mtree.")
    var recursive = false
    @Flag(name: .shortAndLong, help: "List a directory itself, and not what is in it.") var directory = false
    @Flag(name: [.customShort("a"), .long], help: "List what layers hide as well, and what hides it.")
    var allLayers = false
    @Flag(name: .shortAndLong, help: "Describe the layers first, and show their digests.") var long = false
    @Flag(help: "Print paths and nothing else.") var names = false
    @Flag(
        name: [.customShort("0"), .customLong("null")],
        help: "End lines with NUL, and print names as they are, without escapes.")
    var null = false
    @Flag(help: "Compute the SHA-256 of each file, for the formats json and mtree.") var sha256 = false
    @Flag(help: "List what the layers' tables of contents say, without reading or verifying the layers.") var toc =
        false
    @Option(help: ArgumentHelp("The format of the list.", valueName: "format")) var format = FileListFormatName(.text)
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to a file, replacing it only once the list is complete.", valueName: "file"),
        completion: .file())
    var output: String?
    @OptionGroup var files: FilesOptions

    func validate() throws {
        try StandardInputPath.validate([image])
        try OutputPlace.validate(output, reading: [image])
        try TraceFile.validate(files.running.trace, beside: output, reading: [image])
        if format.format != .text, long || names || null {
            throw ValidationError("--long, --names and -0 are for the format text.")
        }
        if toc, image == "-" {
            throw ValidationError("--toc reads the end of each layer first, and standard input has an order.")
        }
        _ = try files.makeVerifier()
    }

    func run() throws {
        let isMtree = format.format == .mtree
        let options = ImageFiles.ListOptions(
            isRecursive: recursive || isMtree, includesHidden: allLayers,
            includesDirectory: directory || isMtree, includesContent: !directory, layer: files.layer.map { $0 - 1 })
        let style = ImageFiles.Style(isLong: long, hasOnlyPaths: names, endsInNUL: null)
        let run = FilesRun(image: image, options: files, digestsFiles: sha256, fromTables: toc, output: output)
        try run.run { files, output in
            try files.write(path, options, as: format.format, style: style) { try output.write($0) }
        }
    }
}

/// A format for lists of files, by its name.
struct FileListFormatName: ExpressibleByArgument {
    let format: ImageFiles.Format

    init(_ format: ImageFiles.Format) { self.format = format }

    init?(argument: String) {
        guard let format = ImageFiles.Format(argument) else { return nil }
        self.format = format
    }

    var defaultValueDescription: String { format.description }

    static var allValueStrings: [String] { ImageFiles.Format.all.map { $0.description } }

    static var defaultCompletionKind: CompletionKind { .list(allValueStrings) }
}
