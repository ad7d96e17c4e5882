// layerverify: the names of the forms of image.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// A form in which images are stored.
package struct ImageForm: Hashable, Sendable {
    /// The name of the form in JSON; never changed.
    package let rawValue: String
    /// The name of the form in reports for people.
    package let title: String
    /// True if the files of the image are entries of one archive.
    package let isArchive: Bool

    package init(_ rawValue: String, title: String, isArchive: Bool) {
        self.rawValue = rawValue
        self.title = title
        self.isArchive = isArchive
    }

    package static let ociLayout = ImageForm("oci-layout", title: "OCI image layout", isArchive: false)
    package static let ociArchive = ImageForm(
        "oci-archive", title: "OCI image layout in a tar archive", isArchive: true)
    package static let dockerArchive = ImageForm("docker-archive", title: "docker-save archive", isArchive: true)
    package static let dockerDirectory = ImageForm(
        "docker-directory", title: "extracted docker-save archive", isArchive: false)
    /// An image layout and a docker-save archive in one tar, as Docker has written it since version 25.
    package static let dockerOCIArchive = ImageForm(
        "docker-oci-archive", title: "docker-save archive with an OCI image layout", isArchive: true)
    package static let dockerOCIDirectory = ImageForm(
        "docker-oci-directory", title: "extracted docker-save archive with an OCI image layout", isArchive: false)
    /// A tar archive that has layers of an image and no document that lists them.
    package static let incompleteArchive = ImageForm(
        "incomplete-archive", title: "archive of an image without its documents", isArchive: true)
    /// A folder that is not an image, but has images below it.
    package static let folder = ImageForm("folder", title: "folder of images", isArchive: false)
    /// The path is not a supported kind of image.
    package static let unknown = ImageForm("unknown", title: "not recognised", isArchive: false)
}
