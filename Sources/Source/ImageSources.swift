// layerverify: the supported forms of image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

import LayerModel

/// The supported forms of image, in the order in which they are tried.
package enum ImageSources {
    package static let all: [ImageSource] = [.dockerAndLayout, .layout, .dockerSave, .repositoriesOnly]

    /// The form of a tree.
    enum Recognized {
        case image(ImageSource, unread: UnreadMark?)
        case none
        case unknown(UnreadMark)
    }

    /// The first form whose marks a tree has.
    ///
    /// The forms after `layout` require that the tree is not a layout. A form is chosen despite an unreadable mark of
    /// another one only for a layout that may also have docker-save's view; its walk reports that `manifest.json` could
    /// not be read.
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

/// A file that identifies the form of a tree, and that could not be read or looked up.
struct UnreadMark: Sendable {
    let path: String
    let ending: ReadEnding
}
