// layerverify: finding images at the given paths.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

package import LayerModel
package import LayerSystem
import SystemPackage

/// Finds the images at a path: the path itself, and the files below a folder.
package struct ImageFinder {
    /// The results, in the order of the paths and, below each, of the names.
    package private(set) var found: [Found] = []
    /// The given paths.
    package private(set) var paths: [String] = []
    /// The files below all paths that are not images.
    package var ignored = IgnoredFiles()
    let limits: SearchLimits
    let forms: ImageSources
    let watch: WalkWatch
    let links: LinkPolicy
    /// Nil if archives are not read in one pass.
    let tools: StreamTools?
    var count = SearchCount()
    var listedFiles = ListedFiles()
    var kept = KeptRoots()

    /// - Parameters:
    ///   - watch: tells for each file and folder whether the search must end.
    ///   - links: the symbolic links that are followed to the files of an image. The search itself follows none.
    ///   - limits: the limits of the search.
    ///   - forms: the forms of image that are searched for.
    ///   - tools: for archives that are read in one pass: compressed ones, and standard input.
    package init(
        watch: WalkWatch = WalkWatch(), links: LinkPolicy = .inside, limits: SearchLimits = SearchLimits(),
        forms: ImageSources = .supported,
        tools: StreamTools? = nil
    ) {
        self.watch = watch
        self.links = links
        self.limits = limits
        self.forms = forms
        self.tools = tools
    }

    /// Opens the blobs of all results.
    package var store: BlobStore { BlobStore(roots: found.map { $0.store }) }

    /// Finds the images at a given path.
    package mutating func find(_ path: String) { find(GivenPath(path)) }

    /// Finds the images at a given path that need not be UTF-8.
    package mutating func find(_ given: GivenPath) {
        let path = given.text
        paths.append(path)
        count.beginPath()
        guard watch.permits() else { return add(path, .searchInterrupted) }
        if let tools, StandardInput.isPipe(path) { return findInStandardInput(path, tools) }
        do throws(LookupFault) {
            find(try PositionedFile(given), given, canReopen: given.isText)
        } catch {
            if case .wrongKind(.directory) = error { return findInFolder(given) }
            add(path, Self.finding(error, at: given))
        }
    }

    /// Finds the image in standard input, whose path is `-`. The finder must have `tools`.
    package mutating func findInStandardInput() {
        paths.append("-")
        count.beginPath()
        guard watch.permits() else { return add("-", .searchInterrupted) }
        guard let tools else { preconditionFailure("standard input is read in one pass") }
        findInStandardInput("-", tools)
    }

    /// Finds the image in a given file.
    ///
    /// - Parameter canReopen: false for standard input, and for paths that are not UTF-8.
    mutating func find(_ file: PositionedFile, _ given: GivenPath, canReopen: Bool) {
        let path = given.text
        guard let nature = addArchive(file, path: path, canReopen: canReopen, isGiven: true) else { return }
        if nature.isIncompleteImage { return addIncomplete(file, path: path, canReopen: canReopen) }
        if case .unreadable(.changed) = nature, given.isOfKernel {
            return add(path, Self.kernelFile)
        }
        var finding = Finding.notAnImage(nature, path: path, forms)
        // A file that was not read has no known kind.
        if finding.code == .notAnImage, canReopen, let owner = OwningImage(of: path, forms) {
            finding.hint = owner.hint
        }
        add(path, finding)
    }

    private static var kernelFile: Finding {
        Finding(
            .notAnImage, "a file in which the kernel shows its own state, as below /proc: its content has no size",
            at: Place(""))
    }

    /// The reason for which a given path cannot be read.
    private static func finding(_ fault: LookupFault, at path: GivenPath) -> Finding {
        switch fault {
        case .missing:
            // In a path that was given as a string, bytes that are not UTF-8 were replaced.
            let isDamaged = path.isText && path.text.unicodeScalars.contains("\u{fffd}")
            let hint = isDamaged ? "names that are not UTF-8 cannot be given: give the folder above" : nil
            let message =
                path.linkTarget.map { "a symbolic link to '\($0)', where nothing is" }
                ?? "no such file or directory"
            return Finding(.pathMissing, message, at: Place(""), hint: hint)
        case .wrongKind(let kind):
            let isPipe = kind == .fifo || kind == .socket
            return Finding(
                .notAnImage, "a \(kind.rawValue) is not an image", at: Place(""),
                hint: isPipe ? "write what comes out of it to a file, and give that" : nil)
        case .outsideImage: return Finding(.pathUnreadable, "the path leads out of itself", at: Place(""))
        case .changed where path.isOfKernel: return kernelFile
        case .failed, .changed, .linkNotFollowed: return .unread(ReadEnding(fault))
        }
    }

    // Results

    /// Adds an image store.
    mutating func add(
        _ path: String, _ source: ImageSource, form: ImageForm, store: BlobStore.Root, tree: (any ImageTree)?,
        unread: UnreadMark?
    ) {
        count.addImage()
        found.append(
            Found(
                pathIndex: paths.count - 1, root: found.count, record: RootRecord(path: path, form: form),
                store: store, source: source, finding: nil, watch: watch, latestTree: kept.keep(tree), unread: unread))
    }

    /// Adds a finding about a path without an image.
    mutating func add(_ path: String, _ finding: Finding, form: ImageForm = .unknown) {
        found.append(
            Found(
                pathIndex: paths.count - 1, root: found.count, record: RootRecord(path: path, form: form),
                store: .nothing, source: nil, finding: finding, watch: watch, latestTree: nil, unread: nil))
    }
}
