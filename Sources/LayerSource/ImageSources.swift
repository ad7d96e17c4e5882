// layerverify: the forms of image that are known.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The forms of image that are known, in the order in which they are tried.
package enum ImageSources {
    package static let all: [ImageSource] = [.dockerAndLayout, .layout, .dockerSave, .repositoriesOnly]
}
