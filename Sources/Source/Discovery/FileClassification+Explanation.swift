// layerverify: messages about files that are not images.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel
import LayerSystem
import SystemPackage
import Tar

extension FileClassification {
    /// The message about the file, and a hint.
    func explanation(path: String, _ forms: ImageSources) -> (message: String, hint: String?) {
        let marks = forms.marks
        let file = ShellWord.quoting(path)
        switch self {
        case .empty: return ("the file is empty", "download or write it again")
        case .other(let beginning):
            guard let content = FileContent(beginning) else {
                return ("the file is neither a tar archive nor a folder", nil)
            }
            return ("the file is \(content.title), and not an image", content.hint)
        case .otherArchive(let shape):
            let (title, hint) = shape.explanation(file: file)
            return (title ?? "the tar archive holds no image; looked for \(marks)", hint)
        case .disputedArchive(let why):
            return ("the tar archive holds no image as it is read here, and tar readers disagree: \(why)", nil)
        case .undocumentedArchive:
            return (
                "the tar archive has layers of an image, and no document that could be read as one that lists them", nil
            )
        case .archiveWithoutEntries: return ("the tar archive has no entries", "download or write it again")
        case .brokenArchive(let ending, _, _):
            return ("\(ending.explanation), and before that no image was found; looked for \(marks)", nil)
        case .tarWithDamagedStart:
            return ("the file is a tar archive whose beginning is damaged", "download or copy the archive again")
        case .compressed(let compression, let content):
            return content.explanation(compression, path: path)
        case .unreadable(let fault): return (fault.explanation, nil)
        }
    }
}

extension ArchiveShape {
    /// The kind of the archive, and a hint; `file` is its path, quoted for a shell.
    fileprivate func explanation(file: String) -> (title: String?, hint: String?) {
        let digest = "layerverify digest \(file) computes the digest of a single layer"
        switch self {
        case .unknown: return (nil, digest)
        case .imageBelow(let folder):
            return (
                "the tar archive holds an image one or more folders down, in \(folder)/, where no reader looks for it",
                "tar -xf \(file) && layerverify \(ShellWord.quoting(folder))"
            )
        case .rootFileSystem(isExport: true):
            return (
                "the tar archive is the root file system of a container, as docker export writes it: no document describes it",
                "docker save -o FILE IMAGE writes an image"
            )
        case .rootFileSystem(isExport: false):
            return (
                "the tar archive is a root file system: a layer, or what docker export writes; no document describes it",
                "\(digest); docker save -o FILE IMAGE writes an image"
            )
        case .layer: return ("the tar archive is a single layer, with whiteouts; no document describes it", digest)
        case .documentAlone(let title): return ("the tar archive has the " + title, nil)
        }
    }
}

extension PackedContent {
    /// The message about the compressed file, and a hint.
    fileprivate func explanation(_ compression: Compression, path: String) -> (message: String, hint: String?) {
        let name = compression.rawValue
        switch self {
        case .archive, .undecoded:
            let tool = ["gzip", "zstd", "xz", "bzip2", "lz4"].first { $0 == name } ?? "gzip"
            return (
                "the file is \(name)-compressed, and only gzip and zstd are decoded here",
                "decompress it first: \(tool) -dc \(ShellWord.quoting(path)) | layerverify -; or see layerverify digest if it is a single layer"
            )
        case .nothing:
            return (
                "the file is \(name)-compressed, and nothing comes out when its beginning is decompressed",
                "download or write it again"
            )
        case .other(let beginning):
            let content = FileContent(beginning).map { $0.title } ?? "not a tar archive"
            return ("the file is \(name)-compressed, and its content is \(content)", nil)
        }
    }
}

extension ReadFault {
    /// The reason for which a file could not be read, for a message.
    var explanation: String {
        switch self {
        case .failed(let errno): ErrorText.describe(errno.rawValue)
        case .changed: "the file changed while it was read"
        }
    }
}

extension TarEnding {
    /// The place and the reason of an archive's end, for a message.
    var explanation: String {
        switch self {
        case .endOfArchive(let atByte): "the archive ends at byte \(atByte)"
        case .endOfFile: "the archive ends with the file"
        case .truncated(let atByte, let entryName):
            "the archive ends at byte \(atByte), within \(entryName ?? "a header")"
        case .corrupt(let atByte, let reason): "the header at byte \(atByte) is damaged: \(reason)"
        case .tooManyEntries(let atByte):
            "the archive has more entries than are read; from byte \(atByte) on nothing was"
        case .unreadable(.failed(let errno), let atByte): "\(ErrorText.describe(errno)) at byte \(atByte)"
        case .unreadable(.changed, _): ReadFault.changed.explanation
        case .unreadable(.stopped, let atByte): "the archive was not read beyond byte \(atByte)"
        }
    }
}
