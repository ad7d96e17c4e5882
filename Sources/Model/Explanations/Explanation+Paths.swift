// layerverify: explanations of findings about paths and searches.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

extension Explanation {
    static var pathMissing: Explanation {
        Explanation(
            """
            Nothing exists at the path given, so nothing was verified. The run is undetermined: a gate must not pass \
            because its image was not found.
            """,
            causes: [
                "The path is mistyped, or relative to another working directory.",
                "An earlier step of the pipeline failed, or wrote the image somewhere else.",
                "The path is a symbolic link whose target was removed.",
            ],
            remedies: [
                "Look at what is there: `ls -l PATH`.",
                """
                In a pipeline, stop at the first failed step (`set -e`), and use the same variable for the path in \
                both steps.
                """,
            ],
            sources: [.policy("Folders")])
    }

    static var pathUnreadable: Explanation {
        Explanation(
            """
            The operating system refused to open or list the path, or failed while reading it. Images that it may \
            contain were not checked.
            """,
            causes: [
                "The user who runs layerverify lacks permission, as for `/var/lib/docker`.",
                "Another program removed or replaced files during the run.",
                "The storage returned an error (EIO), or a network file system became unavailable.",
            ],
            remedies: [
                "Compare the owner and the mode of each folder on the path: `namei -l PATH`.",
                "Run layerverify as a user who may read the files, or copy the image to a place where it is readable.",
                "For EIO look for errors of the device: `dmesg | tail`.",
                "Run again when no other program writes to the folder.",
            ],
            sources: [.policy("Missing files")])
    }

    static var notAnImage: Explanation {
        Explanation(
            """
            The file or folder exists, and is not an OCI image layout or a docker-save archive. The message names what \
            was found instead, and the hint the command that makes an image of it.
            """,
            causes: [
                "The archive is compressed by xz, bzip2 or lz4, which are not decoded.",
                """
                The path is a store in another form: a registry's storage, `/var/lib/docker`, a store of Podman, or \
                skopeo's `dir:`.
                """,
                "The path is a folder above or below the image, or a single layer, or what `docker export` wrote.",
                "A download saved an error page, a Git LFS pointer or an empty file under the name of the image.",
                "The path is a pipe: only standard input may be one, with the path `-`.",
                "A search found a file that is called an archive and cannot be examined, such as `*.tar.xz`.",
            ],
            remedies: [
                "Follow the hint of the finding; it has the command for this kind of file.",
                "Decompress an archive that is neither plain nor compressed by gzip or zstd: `xz -dc image.tar.xz | layerverify -`.",
                """
                Get an image from a registry: `skopeo copy docker://NAME oci:DIRECTORY`; from Docker: `docker save -o \
                FILE NAME`.
                """,
                "Check a single layer with `layerverify digest FILE`.",
                "If a search reports a file that is not an image, give the paths of the images instead of the folder.",
            ],
            sources: [.image("image-layout", "Content", "content"), .dockerArchive, .policy("Folders")])
    }

    static var filesIgnored: Explanation {
        Explanation(
            """
            A folder was searched for images, and other files in it were not examined. They are counted so that they \
            are not mistaken for verified ones.
            """,
            causes: [
                "Logs, scripts or checksums are stored next to images.",
                "The folder has symbolic links to other places, which a search does not follow.",
                "A `manifest.json` next to an image layout belongs to other software.",
            ],
            remedies: [
                "Nothing, if the files are not images.",
                """
                List them with `layerverify --verbose PATH` or `layerverify --format json PATH`; both name the first \
                1000.
                """,
                "Give a path explicitly to have it examined: `layerverify PATH/FILE`.",
            ],
            sources: [.policy("Folders")])
    }

    static var searchLimit: Explanation {
        Explanation(
            """
            The search below a path stopped at a limit, and the rest of the folder was not searched. Images there were \
            not verified.
            """,
            causes: [
                """
                The folder holds more than 100 000 files and folders, for instance because it is `/` or a home \
                directory.
                """,
                "An image was extracted with all its files into the folder.",
                "Folders nest deeper than 256 levels.",
            ],
            remedies: [
                "Give the paths of the images instead of a folder far above them.",
                "Raise the limit: `layerverify --max-files 1000000 PATH`.",
                "Leave other mounts out: `layerverify --one-file-system PATH`.",
                "For deep folders give a path further down.",
            ],
            sources: [.policy("Folders")])
    }

    static var linkNotFollowed: Explanation {
        Explanation(
            """
            A file of the image is a symbolic link that was not followed, because it leads out of the path given, or \
            because links are not to be followed at all. Its target was not read, which is not evidence for or against \
            the image.
            """,
            causes: [
                "The build tool writes layouts whose blobs are links into a cache; Bazel's rules do that.",
                "A deduplicating store links blobs of several images to one folder.",
                "`--follow-symlinks never` was given.",
                "The link was placed there to make a reader open another file.",
            ],
            remedies: [
                "If you trust the link, follow it: `layerverify --follow-symlinks anywhere PATH`.",
                "Give a folder that contains both the image and the targets of its links.",
                "Before the image is transferred, replace links by files: `cp -rL IMAGE COPY`.",
            ],
            sources: [.policy("Missing files")])
    }
}
