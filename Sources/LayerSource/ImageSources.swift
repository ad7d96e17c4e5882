// layerverify: the forms of image that are known.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The forms of image that are known, in the order in which they are tried.
package enum ImageSources {
    package static let all: [ImageSource] = [.dockerAndLayout, .layout, .dockerSave, .repositoriesOnly]

    /// What form a tree has.
    enum Recognized {
        case image(ImageSource, unread: UnreadMark?)
        case none
        case unknown(UnreadMark)
    }

    /// The first form whose marks a tree has.
    ///
    /// Those behind `layout` want it not to be a layout. So the only form that is taken though another's mark could not be
    /// read is a layout that may have docker-save's view, too; its walk says that `manifest.json` could not be read.
    static func recognize(_ tree: RecognizableTree) -> Recognized {
        var unread: UnreadMark?
        for source in all {
            switch source.recognizes(tree) {
            case .yes: return .image(source, unread: unread)
            case .no: continue
            case .unknown(let path, let ending): unread = unread ?? UnreadMark(path: path, ending: ending)
            }
        }
        return unread.map { .unknown($0) } ?? .none
    }
}

/// A file that tells the form of a tree, and could not be read or looked up.
struct UnreadMark: Sendable {
    let path: String
    let ending: ReadEnding
}
