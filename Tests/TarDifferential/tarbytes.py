# layerverify: tar archives, field by field, in forms that no writer makes.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Entries and extended headers of tar archives, in which every field can be changed."""

USTAR, GNU, V7 = b"ustar\x0000", b"ustar  \x00", bytes(8)

# Offset and length of each field of a header block.
FIELDS = {
    "name": (0, 100), "mode": (100, 8), "uid": (108, 8), "gid": (116, 8), "size": (124, 12), "mtime": (136, 12),
    "checksum": (148, 8), "type": (156, 1), "link": (157, 100), "magic": (257, 8), "uname": (265, 32),
    "gname": (297, 32), "devmajor": (329, 8), "devminor": (337, 8), "prefix": (345, 155), "tail": (500, 12),
}


def octal(value, length):
    return b"%0*o\0" % (length - 1, value)


def padded(data):
    return data + bytes(-len(data) % 512)


class Entry:
    """A header block, with the bytes before and after it."""

    def __init__(self, name, content=b"", type=b"0", magic=USTAR, before=b"", **fields):
        self.content = content
        self.before = before
        self.fields = {
            "name": name, "mode": octal(0o644, 8), "uid": octal(0, 8), "gid": octal(0, 8), "mtime": octal(0, 12),
            "type": type, "magic": magic, "size": len(content)}
        self.fields.update(fields)

    def set(self, **fields):
        self.fields.update(fields)
        return self

    def header(self):
        block = bytearray(512)
        for key, value in self.fields.items():
            if key == "checksum":
                continue
            offset, length = FIELDS[key]
            if key == "size" and isinstance(value, int):
                value = octal(value, length)
            value = value[:length]
            block[offset:offset + len(value)] = value
        block[148:156] = b" " * 8
        form = self.fields.get("checksum", b"%06o\0 ")
        if callable(form):
            block[148:156] = form(block)[:8]
        else:
            block[148:156] = (form % sum(block))[:8]
        return bytes(block)

    def bytes(self):
        return self.before + self.header() + padded(self.content)


def record(key, value, length=None):
    """A pax record; `length` replaces the number at its beginning."""
    rest = b" " + key + b"=" + value + b"\n"
    count = len(rest) + 1
    while count != len(rest) + len(b"%d" % count):
        count = len(rest) + len(b"%d" % count)
    return (b"%d" % count if length is None else length) + rest


def extended(data, type=b"x", **fields):
    """An extended header of pax or Solaris."""
    return Entry(b"PaxHeaders/x", data, type, **fields).bytes()


def pax(*pairs, type=b"x"):
    return extended(b"".join(record(key, value) for key, value in pairs), type)


def long(data, type=b"L", **fields):
    """A GNU header with a long name."""
    return Entry(b"././@LongLink", data, type, GNU, **fields).bytes()


class Archive:
    """An image in a tar archive: pieces that can be changed, in order."""

    def __init__(self, image, magic=USTAR):
        self.image = image
        self.magic = magic
        self.entries = [Entry(name, content, magic=magic) for name, content in image.files]
        self.end = bytes(1024)
        # A change to the final bytes of the archive.
        self.cut = None

    def find(self, name):
        for entry in self.entries:
            if isinstance(entry, Entry) and entry.fields["name"] == name:
                return entry
        return self.entries[0]

    def add(self, piece, place="end"):
        if place == "start":
            self.entries.insert(0, piece)
        elif place == "middle":
            self.entries.insert(len(self.entries) // 2, piece)
        else:
            self.entries.append(piece)

    def bytes(self):
        parts = [piece.bytes() if isinstance(piece, Entry) else piece for piece in self.entries]
        data = b"".join(parts) + self.end
        return self.cut(data) if self.cut else data
