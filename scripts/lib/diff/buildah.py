# layerverify: images that buildah makes, for diff-check.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""buildah needs no daemon, registry or network for images from scratch. podman builds with the same code."""

import json
import os
import stat
import subprocess

from check import fill, relink, run, write_file

TYPES = {stat.S_IFDIR: "dir", stat.S_IFREG: "file", stat.S_IFLNK: "link"}


class Store:
    """Containers and images in a folder, without an overlay file system."""

    def __init__(self, folder):
        self.folder = folder

    def call(self, *arguments):
        command = [
            "buildah", "--root", os.path.join(self.folder, "root"), "--runroot", os.path.join(self.folder, "run"),
            "--storage-driver", "vfs", *arguments]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout.strip()

    def build(self, image, *changes):
        """Makes an image layout with a layer for each change to the root file system.

        Returns: the files of the last container, by path.
        """
        base = "scratch"
        for number, change in enumerate(changes):
            container = self.call("from", base)
            root = self.call("mount", container)
            change(root)
            if number == len(changes) - 1:
                files = tree(root)
            place = image if number == len(changes) - 1 else f"{image}-{number}"
            self.call("commit", "--quiet", "--timestamp", "1600000000", container, f"oci:{place}:v1")
            self.call("rm", container)
            base = f"oci:{place}:v1"
        return files


def tree(root):
    """The files below a folder: type, mode, owner, size and target."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            place = os.path.join(folder, name)
            status = os.lstat(place)
            kind = TYPES[stat.S_IFMT(status.st_mode)]
            found[os.path.relpath(place, root)] = (
                kind, status.st_mode & 0o7777, status.st_uid, status.st_size if kind == "file" else None,
                os.readlink(place) if kind == "link" else None)
    return found


def listed(program, image):
    """The same as layerverify lists it."""
    output = subprocess.run([program, "ls", "-R", "--format", "json", image], check=True, stdout=subprocess.PIPE).stdout
    return {
        file["path"]: (file["type"], int(file["mode"], 8), file["uid"], file.get("size"), file.get("target"))
        for file in json.loads(output)["files"]}


def change(root):
    write_file(os.path.join(root, "etc", "f4"), b"changed")
    write_file(os.path.join(root, "etc", "new"), b"new")
    os.remove(os.path.join(root, "etc", "f6"))
    os.chmod(os.path.join(root, "etc", "f5"), 0o600)
    relink(os.path.join(root, "bin", "link"), "other")
    os.remove(os.path.join(root, "etc", "hard"))
    os.mkdir(os.path.join(root, "etc", "hard"))
    write_file(os.path.join(root, "etc", "hard", "file"), b"in a folder")


def remove_folder(root):
    run("rm", "-r", os.path.join(root, "etc"))
    os.mkdir(os.path.join(root, "etc"))
    write_file(os.path.join(root, "etc", "again"), b"again")


def check_images(check):
    """Images of one layer and of several are clean, their files are those of the container, and pairs differ as they should."""
    store = Store(check.path("buildah"))
    images = {
        "base": [fill], "again": [fill], "more": [fill, change], "folder": [fill, change, remove_folder],
        "added": [lambda root: (fill(root), write_file(os.path.join(root, "etc", "new"), b"new"))],
        "content": [lambda root: (fill(root), write_file(os.path.join(root, "etc", "f2"), b"other"))],
    }
    for name, changes in images.items():
        image = check.path(f"buildah-{name}")
        files = store.build(image, *changes)
        ran = subprocess.run(
            [check.program, "verify", "--report", "json", image], check=False, stdout=subprocess.PIPE)
        findings = [finding["code"] for finding in json.loads(ran.stdout)["findings"]]
        check.expect(f"buildah: {name}: clean", (ran.returncode, findings), (0, []))
        check.expect(f"buildah: {name}: files", listed(check.program, image), files)
    base = check.path("buildah-base")
    for name in list(images)[1:]:
        check.compare(f"buildah: {name}", base, check.path(f"buildah-{name}"))
    # The same files, with a time for all of them: the same image.
    check.expect("buildah: again", check.diff(base, check.path("buildah-again"))[0], 0)
    relations = [layer["relation"] for layer in check.diff(base, check.path("buildah-more"))[1]["layers"]]
    check.expect("buildah: more", relations, ["identical", "added"])
