# layerverify: file systems of image layers, made by the kernel and by umoci.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Unpacks layers each into a directory of its own, as containerd does for overlay file systems, and reads trees."""

import hashlib
import os
import shutil
import stat
import subprocess
from decimal import Decimal

import stacks

WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
TYPES = {
    stat.S_IFDIR: "dir", stat.S_IFREG: "file", stat.S_IFLNK: "link", stat.S_IFCHR: "char", stat.S_IFBLK: "block",
    stat.S_IFIFO: "fifo",
}


class Refused(Exception):
    """The runtimes refuse the layer."""


def lstat(path):
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def within(root, path):
    """The real path of `path` with all symbolic links followed within `root`; components may be missing."""
    current, rest, count = "", [part for part in path.split("/") if part], 0
    while rest:
        part = rest.pop(0)
        if part == ".":
            continue
        if part == "..":
            current = os.path.dirname(current)
            continue
        place = stacks.join(current, part)
        status = lstat(os.path.join(root, place))
        if status and stat.S_ISLNK(status.st_mode):
            count += 1
            if count > 40:
                raise Refused("loop")
            target = os.readlink(os.path.join(root, place))
            if target.startswith("/"):
                current = ""
            rest = [part for part in target.split("/") if part] + rest
        else:
            current = place
    return current


class Layer:
    """One layer in a directory of its own."""

    def __init__(self, root, below):
        self.root, self.below = root, below
        os.mkdir(root, 0o755)
        # Directories whose times are set at the end, and those without an entry.
        self.times, self.implied = {}, set()

    def unpack(self, entries):
        for entry in entries:
            try:
                self.apply(entry)
            except (OSError, Refused) as error:
                raise Refused(f"{entry.path}: {error}") from error
        for path, time in self.times.items():
            place = os.path.join(self.root, path)
            status = lstat(place)
            if status and stat.S_ISDIR(status.st_mode):
                os.utime(place, ns=(time, time))

    def parents(self, path):
        """Makes the directories that are missing; they get the attributes of those below, as in containerd."""
        current = ""
        for part in [part for part in path.split("/") if part]:
            current = stacks.join(current, part)
            place = os.path.join(self.root, current)
            status = lstat(place)
            if status is None:
                os.mkdir(place, 0o755)
                # Not the group of a setgid directory, as containerd leaves it: Docker makes it root's.
                os.chown(place, 0, 0)
                os.chmod(place, 0o755)
                self.implied.add(current)
                lower = self.lower(current)
                if lower and stat.S_ISDIR(lower.st_mode):
                    os.chown(place, lower.st_uid, lower.st_gid)
                    os.chmod(place, stat.S_IMODE(lower.st_mode))
            elif not stat.S_ISDIR(status.st_mode):
                raise Refused(f"{current} is not a directory")

    def lower(self, path):
        """What the layers below have at a path, links in them followed within their root."""
        if not self.below:
            return None
        folder, _, base = path.rpartition("/")
        try:
            return lstat(os.path.join(self.below, within(self.below, folder), base))
        except (Refused, NotADirectoryError):
            return None

    def apply(self, entry):
        folder, _, base = entry.path.rpartition("/")
        folder = within(self.root, folder)
        self.parents(folder)
        place = os.path.join(self.root, folder, base)
        time = int(Decimal(str(entry.time)) * 1_000_000_000)
        if base == OPAQUE:
            os.setxattr(os.path.join(self.root, folder), "trusted.overlay.opaque", b"y")
            return
        if base.startswith(WHITEOUT):
            os.mknod(os.path.join(self.root, folder, base[len(WHITEOUT):]), stat.S_IFCHR, 0)
            return
        status = lstat(place)
        if status and not (stat.S_ISDIR(status.st_mode) and entry.type == stacks.DIRECTORY):
            if stat.S_ISDIR(status.st_mode):
                shutil.rmtree(place)
            else:
                os.unlink(place)
            status = None
        device = os.makedev(*entry.device)
        if entry.type == stacks.DIRECTORY:
            if status is None:
                os.mkdir(place)
            self.implied.discard(stacks.join(folder, base))
            self.times[stacks.join(folder, base)] = time
        elif entry.type == stacks.FILE:
            with open(place, "xb") as file:
                file.write(entry.content)
        elif entry.type == stacks.SYMLINK:
            os.symlink(entry.target, place)
        elif entry.type == stacks.LINK:
            target_folder, _, target = entry.target.lstrip("/").rpartition("/")
            os.link(
                os.path.join(self.root, within(self.root, target_folder), target), place, follow_symlinks=False)
            return
        elif entry.type == stacks.FIFO:
            os.mkfifo(place)
        else:
            os.mknod(place, stat.S_IFCHR if entry.type == stacks.CHAR else stat.S_IFBLK, device)
        if entry.path == "":
            return
        os.chown(place, entry.uid, entry.gid, follow_symlinks=False)
        if entry.type != stacks.SYMLINK:
            os.chmod(place, entry.mode)
        os.utime(place, ns=(time, time), follow_symlinks=False)


class Overlay:
    """The layers of a stack, mounted by the kernel. Needs root in a mount namespace."""

    def __init__(self, stack, folder):
        self.folder = folder
        os.mkdir(os.path.join(folder, "none"))
        self.mounts = []
        implied, below = set(), None
        for number, entries in enumerate(stack.layers):
            layer = Layer(os.path.join(folder, f"l{number}"), below)
            try:
                layer.unpack(entries)
            except Refused:
                self.close()
                raise
            implied |= layer.implied
            below = self.mount(number)
        self.tree = read(below)
        # Making files in a directory without an entry changes its time.
        for path in implied:
            if path in self.tree:
                self.tree[path].pop("time", None)
        self.close()

    def mount(self, top):
        place = os.path.join(self.folder, f"m{top}")
        os.mkdir(place)
        lower = ":".join([f"l{number}" for number in range(top, -1, -1)] + ["none"])
        subprocess.run(
            ["mount", "-t", "overlay", "overlay", "-o", f"ro,lowerdir={lower}", place], check=True, cwd=self.folder)
        self.mounts.append(place)
        return place

    def close(self):
        for place in reversed(self.mounts):
            subprocess.run(["umount", place], check=True)
        self.mounts = []


def read(root):
    """The tree below a directory: path -> keywords as mtree has them. Names that cannot be opened are not there: an overlay
    file system lists a whiteout in a directory that has nothing below it."""
    tree = {}
    for path in walk(root, ""):
        place = os.path.join(root, path)
        status = lstat(place)
        if status is None:
            continue
        kind = TYPES[stat.S_IFMT(status.st_mode)]
        entry = {
            "type": kind, "mode": octal(stat.S_IMODE(status.st_mode)), "uid": str(status.st_uid),
            "gid": str(status.st_gid), "time": "%d.%09d" % divmod(status.st_mtime_ns, 1_000_000_000),
        }
        if kind == "file":
            entry["size"] = str(status.st_size)
            with open(place, "rb") as file:
                entry["sha256digest"] = hashlib.sha256(file.read()).hexdigest()
        if kind == "link":
            entry["link"] = os.readlink(place)
        if kind in ("char", "block"):
            entry["device"] = f"native,{os.major(status.st_rdev)},{os.minor(status.st_rdev)}"
        tree[path] = entry
    return tree


def octal(mode):
    """A mode as gomtree writes it."""
    return f"0{mode:o}" if mode else "0"


def walk(root, folder):
    yield folder
    status = lstat(os.path.join(root, folder))
    if status and stat.S_ISDIR(status.st_mode):
        for name in sorted(os.listdir(os.path.join(root, folder))):
            yield from walk(root, stacks.join(folder, name))


def unescaped(text):
    """A name of an mtree specification."""
    result, rest = bytearray(), text.encode()
    while rest:
        if rest[:1] == b"\\":
            result.append(int(rest[1:4], 8))
            rest = rest[4:]
        else:
            result += rest[:1]
            rest = rest[1:]
    return os.fsdecode(bytes(result))


def parse(mtree):
    """The tree of an mtree specification."""
    lines = mtree.splitlines()
    assert lines[0] == "#mtree", mtree
    tree, folder = {}, ""
    for line in lines[1:]:
        name, *words = line.split(" ")
        if name == "..":
            folder = folder.rpartition("/")[0]
            continue
        entry = dict(word.split("=", 1) for word in words)
        if "link" in entry:
            entry["link"] = unescaped(entry["link"])
        path = "" if name == "." else stacks.join(folder, unescaped(name))
        tree[path] = entry
        if entry["type"] == "dir":
            folder = path
    return tree
