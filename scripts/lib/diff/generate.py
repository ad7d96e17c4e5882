# layerverify: seeded layers for diff-check, in pairs that differ a little.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0

import copy
import io
import tarfile

NAMES = ["a", "b", "etc", "file.txt", "x" * 90, "name with spaces", "line\nbreak", "\x1b[31mred", "caf\u00e9", "cafe\u0301",
         "\udcff\udcfe", "\u202e", ".wh.gone", ".wh..wh..opq", "deep/" * 30 + "file"]
FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


class Item:
    """An entry that is to be written."""

    def __init__(self, random, path):
        self.info = tarfile.TarInfo(random.choice(["", "", "./"]) + path)
        kind = random.random()
        self.content = b""
        if kind < 0.6:
            self.content = random.randbytes(random.choice([0, 1, 511, 512, 513, 5000, 200_000]))
        elif kind < 0.8:
            self.info.type = tarfile.DIRTYPE
        elif kind < 0.9:
            self.info.type = tarfile.SYMTYPE
            self.info.linkname = random.choice(["target", "../up", "t" * 150])
        elif kind < 0.95:
            self.info.type = tarfile.LNKTYPE
            self.info.linkname = path
        else:
            self.info.type = tarfile.CHRTYPE
            self.info.devmajor, self.info.devminor = 1, random.randrange(9)
        self.info.size = len(self.content)
        self.info.mode = random.choice([0o644, 0o755, 0o4755])
        self.info.mtime = 1_500_000_000 + random.randrange(1000)


def layer(random):
    paths = {"/".join(random.choices(NAMES, k=random.randint(1, 3))) for _ in range(random.randint(0, 40))}
    return [Item(random, path) for path in sorted(paths)]


def loadable_layer(random):
    """A layer that every runtime loads."""
    paths = {f"folder {random.randrange(5)}/file {random.randrange(100)}" for _ in range(40)}
    items = [Item(random, path) for path in sorted(paths)]
    return [item for item in items if item.info.type != tarfile.LNKTYPE]


def changed(random, items):
    """A copy of a layer with some changes."""
    items = [copy.deepcopy(item) for item in items]
    for _ in range(random.choice([0, 1, 1, 2, 5, 20])):
        change = random.randrange(10)
        item = random.choice(items) if items else None
        if change == 0 or item is None:
            items.insert(random.randint(0, len(items)), Item(random, f"new{random.randrange(10**6)}"))
        elif change == 1:
            items.remove(item)
        elif change == 2 and item.info.isreg():
            item.content = random.randbytes(len(item.content) + random.randrange(2))
            item.info.size = len(item.content)
        elif change == 3:
            item.info.mtime += random.choice([1, 0.25, -2_000_000_000])
        elif change == 4:
            item.info.mode ^= random.choice([0o111, 0o1000, 0o100000])
        elif change == 5:
            item.info.uid, item.info.gid = random.choice([(0, 0), (1000, 1000), (2**21 + 5, 0)])
        elif change == 6:
            item.info.uname = random.choice(["", "root", "user"])
        elif change == 7:
            item.info.pax_headers[random.choice(["SCHILY.xattr.user.a", "atime", "comment"])] = random.choice(["1", "2"])
        elif change == 8:
            items.remove(item)
            items.insert(random.randint(0, len(items)), item)
        elif item.info.issym():
            item.info.linkname += "x"
    return items


def tar(items, form, end=10240):
    """The tar of a layer; the numbers of `end` bytes are filled up at its end."""
    buffer = io.BytesIO()
    with tarfile.open(
            fileobj=buffer, mode="w", format=form, encoding="utf-8", errors="surrogateescape") as archive:
        for item in items:
            info = copy.deepcopy(item.info)
            if form != tarfile.PAX_FORMAT:
                info.pax_headers = {}
                info.mtime = int(info.mtime)
                if form == tarfile.USTAR_FORMAT:
                    info.mtime = max(0, info.mtime)
                    info.uid = min(info.uid, 2**21 - 1)
                    if len(info.name.encode("utf-8", "surrogateescape")) > 99 or len(info.linkname) > 99:
                        continue
            archive.addfile(info, io.BytesIO(item.content))
        length = archive.offset
    whole = buffer.getvalue()[:length]
    return whole + bytes(-(len(whole) + 1024) % end + 1024)
