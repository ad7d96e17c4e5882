# layerverify: stacks of layers for comparing file systems, from a seed.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Makes layers that change each other in all ways that runtimes load, and writes them as an image layout."""

import gzip
import hashlib
import io
import json
import os
import random
import tarfile
from dataclasses import dataclass, field

NAMES = ["a", "b", "c", "d e", "é", "x\\y", "#h", "[z]", "UP", "up", "=", ".hid", "line\nbreak", "t~", "0"]
DIRECTORY, FILE, SYMLINK, LINK, CHAR, BLOCK, FIFO = "5", "0", "2", "1", "3", "4", "6"


@dataclass
class Entry:
    """An entry of a layer. `path` is clean; `spelling` is what the tar says."""

    path: str
    type: str
    spelling: str = ""
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    time: float = 1_700_000_000.0
    content: bytes = b""
    target: str = ""
    device: tuple = (0, 0)


@dataclass
class Stack:
    layers: list = field(default_factory=list)
    # What in-place unpackers do differently: the row of the table, and the path below which trees may differ; "" is all.
    in_place: list = field(default_factory=list)


def join(folder, name):
    return f"{folder}/{name}" if folder else name


class Maker:
    """Makes one stack. It keeps a rough picture of what is there, so that most entries hit something."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.stack = Stack()
        # Path -> type, of all layers below, and of the current one.
        self.lower = {}
        self.here = {}
        self.entries = []
        # Directories with the setgid bit, which directories made in them get as well; with a slash at the end.
        self.setgid = set()

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def differs(self, row, path):
        self.stack.in_place.append((row, path))

    def make(self):
        for number in range(self.random.randint(1, 5)):
            self.entries, self.here = [], {}
            for _ in range(self.random.randint(3, 25)):
                self.change(number)
            self.stack.layers.append(self.entries)
            self.note_opaque()
            self.settle()
        return self.stack

    def note_opaque(self):
        """umoci makes the directories in an opaque one anew that have no entry of their own."""
        made = {entry.path for entry in self.entries if entry.type == DIRECTORY}
        for entry in self.entries:
            folder, _, name = entry.path.rpartition("/")
            if name == ".wh..wh..opq":
                for path in self.here:
                    if path.startswith(folder + "/") and path not in made and path in self.lower:
                        self.differs("opaque marker over a directory without an entry", path)

    def settle(self):
        """Adds the current layer to the picture of those below; roughly, since it only guides the choice of names."""
        for path, kind in self.here.items():
            if kind in ("w", None) or kind != DIRECTORY:
                self.lower = {p: k for p, k in self.lower.items() if p != path and not p.startswith(path + "/")}
            if kind not in ("w", None):
                self.lower[path] = kind

    # Choosing

    def folders(self, kinds):
        return [path for path, kind in kinds.items() if kind == DIRECTORY]

    def parent(self):
        """The path of a directory: of this layer, of a lower one, or of none."""
        choice = self.random.randrange(10)
        if choice < 4:
            return self.random.choice(self.folders(self.here) or [""])
        if choice < 8:
            return self.random.choice(self.folders(self.lower) or [""])
        return ""

    def new_path(self):
        folder = self.parent()
        if folder.count("/") > 4:
            folder = ""
        path = join(folder, self.random.choice(NAMES))
        if self.chance(10):
            path = join(path, self.random.choice(NAMES))
        return path

    def is_free(self, path):
        """Whether an entry can be made in this layer: its name is new, and no parent is something other than a directory."""
        parts = path.split("/")
        for count in range(1, len(parts)):
            if self.here.get("/".join(parts[:count]), DIRECTORY) != DIRECTORY:
                return False
        return path not in self.here

    def add(self, entry, kind):
        entry.spelling = entry.spelling or self.spelling(entry.path, entry.type == DIRECTORY)
        if entry.type == DIRECTORY and entry.mode & 0o2000:
            self.setgid.add(entry.path + "/")
        self.entries.append(entry)
        self.note_parents(entry.path)
        if kind:
            self.here[entry.path] = kind

    def note_parents(self, path):
        parts = path.split("/")
        for count in range(1, len(parts)):
            parent = "/".join(parts[:count])
            if parent not in self.here:
                self.here[parent] = DIRECTORY
                if any(parent.startswith(folder) for folder in self.setgid):
                    self.differs("group of a setgid directory", parent)
                if path.rpartition("/")[2].startswith(".wh.") and parent not in self.lower:
                    self.differs("W3", parent)
                if self.lower.get(parent, DIRECTORY) != DIRECTORY:
                    # In place a link may lead anywhere.
                    self.differs("M1", "" if self.lower[parent] == SYMLINK else parent)

    def spelling(self, path, is_directory):
        text = path
        if self.chance(10):
            text = "./" + text
        elif self.chance(5):
            text = "/" + text
        if self.chance(3):
            text = text.replace("/", "//", 1)
        if self.chance(2):
            text = "nothing/../" + text
        return text + "/" if is_directory and self.chance(80) else text

    def attributes(self, entry):
        if self.chance(40):
            entry.mode = self.random.choice([0o600, 0o755, 0o4755, 0o2755, 0o1777, 0o000, 0o644, 0o7777])
        if self.chance(30):
            entry.uid, entry.gid = self.random.choice([(1, 1), (1000, 100), (65534, 65534), (2**31, 5)])
        if self.chance(50):
            entry.time = self.random.choice([0.0, 1.5, 1_234_567_890.123456, 2**31 + 7.0, 2**33 + 0.25])
        return entry

    # Changing

    def change(self, number):
        choice = self.random.randrange(100)
        path = self.new_path()
        if self.chance(40) and self.lower:
            path = self.random.choice(list(self.lower))
        if choice < 3:
            return self.root_entry()
        if choice < 20 and number > 0:
            return self.whiteout(path)
        if choice < 26 and number > 0:
            return self.opaque()
        if choice < 30:
            return self.through_link()
        if choice < 33:
            return self.again()
        if not self.is_free(path):
            return None
        if choice < 52:
            return self.directory(path)
        if choice < 75:
            return self.file(path)
        if choice < 84:
            return self.symlink(path)
        if choice < 92:
            return self.link(path)
        return self.special(path)

    def directory(self, path):
        entry = self.attributes(Entry(path, DIRECTORY, mode=0o755))
        self.add(entry, DIRECTORY)

    def file(self, path):
        size = self.random.choice([0, 0, 1, 10, 511, 512, 513, 3000])
        self.add(self.attributes(Entry(path, FILE, content=self.random.randbytes(size))), FILE)

    def symlink(self, path):
        targets = ["nowhere", "/", "..", "../../../../x", "/a", "./b/../c", "\\o", "a\nb", path.split("/")[-1]]
        targets += [self.random.choice(list(self.here) or ["a"]), "/" + self.random.choice(list(self.lower) or ["b"])]
        self.add(self.attributes(Entry(path, SYMLINK, target=self.random.choice(targets))), SYMLINK)

    def link(self, path):
        files = [p for p, kind in self.here.items() if kind not in (DIRECTORY, "w", None)]
        if files:
            target = self.random.choice(files)
            self.add(Entry(path, LINK, target=self.random.choice(["", "./", "/"]) + target), self.here[target])

    def special(self, path):
        kind = self.random.choice([CHAR, BLOCK, FIFO, CHAR])
        device = self.random.choice([(1, 3), (8, 1), (259, 70000), (0, 7)])
        if kind == CHAR and self.chance(15):
            # Overlay's own whiteout.
            device = (0, 0)
            self.differs("W16", "")
        self.add(self.attributes(Entry(path, kind, device=device)), kind)

    def root_entry(self):
        if "" not in self.here:
            self.here[""] = DIRECTORY
            self.entries.append(self.attributes(Entry("", DIRECTORY, "./", mode=0o755)))
            if self.entries[-1].mode & 0o2000:
                self.setgid.add("")

    def whiteout(self, path):
        if path in self.here or not self.is_free(path):
            return
        folder, _, name = path.rpartition("/")
        kind = DIRECTORY if self.chance(10) else FILE
        content = b"not empty" if kind == FILE and self.chance(10) else b""
        self.add(Entry(join(folder, ".wh." + name), kind, mode=0o600, content=content), None)
        self.here[path] = "w"
        if self.chance(30):
            # What was deleted comes back in the same layer.
            del self.here[path]
            if self.chance(50):
                self.differs("W19", path)
                self.directory(path)
            else:
                self.file(path)

    def opaque(self):
        folder = self.parent()
        if folder and not self.is_free(join(folder, ".wh..wh..opq")):
            return
        if folder == "" and self.chance(70):
            return
        if folder == "":
            self.differs("W9", "")
        self.add(Entry(join(folder, ".wh..wh..opq"), FILE, mode=0o600), None)

    def through_link(self):
        """A file below a symbolic link of the same layer: it is written where the link leads."""
        links = [e for e in self.entries if e.type == SYMLINK and e.target and not e.target.startswith("..")]
        if not links:
            return
        link = self.random.choice(links)
        entry = Entry(join(link.path, self.random.choice(NAMES)), FILE, content=b"through")
        entry.spelling = entry.path
        # Whether the link leads to a directory is for the unpackers to find out.
        self.entries.append(entry)
        self.differs("U5", "")

    def again(self):
        """A name a second time: the last one wins, where it is not refused."""
        names = [e for e in self.entries if e.path and not e.path.split("/")[-1].startswith(".wh.")]
        if not names:
            return
        path = self.random.choice(names).path
        self.differs("U1", path)
        if self.chance(50):
            self.here[path] = FILE
            self.entries.append(self.attributes(Entry(path, FILE, path, content=b"again")))
        else:
            self.here[path] = DIRECTORY
            self.entries.append(self.attributes(Entry(path, DIRECTORY, path + "/", mode=0o711)))


def tar(entries, form, end):
    """The bytes of a layer."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for entry in entries:
            info = tarfile.TarInfo(entry.spelling)
            info.type = entry.type.encode()
            info.mode, info.uid, info.gid = entry.mode, entry.uid, entry.gid
            info.mtime = entry.time if form == tarfile.PAX_FORMAT else int(entry.time)
            info.linkname = entry.target
            info.devmajor, info.devminor = entry.device
            info.size = len(entry.content)
            archive.addfile(info, io.BytesIO(entry.content))
            # Other readers see the spelling without what Python's writer changes.
            assert info.name == entry.spelling
    return buffer.getvalue() if end else buffer.getvalue().rstrip(b"\0") + bytes(1024)


def write(stack, folder, seed):
    """Writes an image layout with the name `x`."""
    choice = random.Random(seed)
    os.makedirs(os.path.join(folder, "blobs", "sha256"))

    def blob(content, media_type, **members):
        digest = hashlib.sha256(content).hexdigest()
        with open(os.path.join(folder, "blobs", "sha256", digest), "wb") as file:
            file.write(content)
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(content), **members}

    layers, diff_ids = [], []
    for entries in stack.layers:
        # GNU's format has no fractions of seconds; `unpack` is told.
        content = tar(entries, tarfile.PAX_FORMAT, True)
        diff_ids.append("sha256:" + hashlib.sha256(content).hexdigest())
        media_type = "application/vnd.oci.image.layer.v1.tar"
        if choice.randrange(2):
            layers.append(blob(gzip.compress(content, 1, mtime=0), media_type + "+gzip"))
        else:
            layers.append(blob(content, media_type))
    config = {
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": diff_ids},
        "history": [{"created_by": f"layer {n + 1}"} for n in range(len(layers))],
    }
    manifest = {
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json"), "layers": layers,
    }
    entry = blob(
        json.dumps(manifest).encode(), manifest["mediaType"],
        annotations={"org.opencontainers.image.ref.name": "x"})
    for name, document in [
        ("index.json", {"schemaVersion": 2, "manifests": [entry]}), ("oci-layout", {"imageLayoutVersion": "1.0.0"}),
    ]:
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            json.dump(document, file)
