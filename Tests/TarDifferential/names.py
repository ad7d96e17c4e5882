# layerverify: features of names, links and endings of tar archives, one by one.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Each feature is a label and a function that changes an `Archive`; see headers.py."""

import bz2
import gzip
import lzma

from headers import evil
from tarbytes import GNU, USTAR, V7, Entry, long, pax

MAGICS = {
    "ustar": USTAR, "GNU": GNU, "V7": V7, "ustar, version NUL": b"ustar\0\0\0", "ustar, blanks": b"ustar\0  ",
    "ustar, 0 and blank": b"ustar\x000 ", "ustar blank 00": b"ustar 00", "ustar2": b"ustar2\0\0", "USTAR": b"USTAR\x0000",
    "GNU, NUL": b"ustar  \0"[:6] + b"\0\0", "GNU, 00": b"ustar  0", "tar": b"tar\0\0\0\0\0"}


def prefixes():
    """Each magic with and without a prefix."""
    for label, magic in MAGICS.items():
        for form in (b"", b"\0junk", b"dir", b"dir/", b"/", b".", b"./", b"d" * 155, b"d/" * 65 + b"e", b"d" * 131, b"\xe9"):
            short = form[:12]

            def target(a, magic=magic, form=form):
                a.find(a.image.target).set(magic=magic, prefix=form)

            def split(a, magic=magic, form=form):
                # The prefix is part of the target's name for readers that use it.
                entry = evil(a)
                folder, _, name = entry.fields["name"].rpartition(b"/")
                entry.set(magic=magic, prefix=(folder or b".") + (form if form[:1] == b"\0" else b""), name=name)
                a.add(entry)

            def tail(a, magic=magic, form=form):
                a.find(a.image.target).set(magic=magic, prefix=form, tail=bytes(8) + b"tar\0")

            def overridden(a, magic=magic, form=form):
                entry = a.find(a.image.target)
                entry.set(magic=magic, prefix=form, name=b"junk")
                entry.before = pax((b"path", a.image.target))

            yield f"{label} {len(form)} {short!r} target", target
            yield f"{label} {len(form)} {short!r} split", split
            yield f"{label} {len(form)} {short!r} star", tail
            yield f"{label} {len(form)} {short!r} overridden", overridden


NAMES = [
    b"/%s", b"//%s", b"./%s", b".//%s", b"././%s", b"%s/", b"%s//", b"%s/.", b"%s/..", b"%s/./", b"x/../%s", b"../%s", b"/../%s",
    b"./../%s", b"blobs/../%s", b"a/b/../../%s", b"..", b".", b"./", b"/", b"", b"//", b"c:%s", b"C:/%s", b"c:\\%s", b"cc:%s",
    b"/c:%s", b"./c:%s", b"c:c:%s", b"1:%s", b"\\%s", b"\\\\%s", b".\\%s", b"//?/%s", b"//./%s", b"?/%s", b"/?/%s",
    b"//?/UNC/%s", b"/\\%s", b"\\./%s", b"%s\0junk", b"%s ", b" %s", b"%s\n", b"%s\r", b"\t%s", b"%s\xff", b"\xef\xbb\xbf%s",
    b"host:%s", b"~/%s", b"-%s", b"@%s", b"%%s", b"\"%s\"", b"%s\\", b"%s:", b"%s.", b".%s", b"...%s", b".../%s", b"._%s",
    b"\\056/%s", b"%s\\0"]


def names():
    """Names that readers may convert to that of the target, for each type of entry and each kind of header."""
    for form in NAMES:
        for kind in (b"0", b"\0", b"7", b"5", b"2", b"1", b"6"):
            link = {b"2": b"oci-layout", b"1": b"oci-layout"}.get(kind, b"")

            def last(a, form=form, kind=kind, link=link):
                entry = evil(a, form.replace(b"%s", a.image.target), type=kind, link=link)
                if kind in b"1256":
                    entry.content = b""
                    entry.set(size=0)
                a.add(entry)

            yield f"{form!r} {kind!r} last", last
        for way in ("header", "pax", "long"):

            def target(a, form=form, way=way):
                entry = a.find(a.image.target)
                rename(entry, form.replace(b"%s", a.image.target), way)

            def other(a, form=form, way=way):
                entry = Entry(b"", b"junk", magic=a.magic)
                rename(entry, form.replace(b"%s", b"junk"), way)
                a.add(entry, "middle")

            yield f"{form!r} {way} target", target
            yield f"{form!r} {way} junk", other
    for kind in (b"0", b"\0", b"5", b"2"):
        for header in (b"junk/", b"junk"):
            for way in ("pax", "long"):

                def slashed(a, kind=kind, header=header, way=way):
                    entry = evil(a, header, type=kind, link=b"x" if kind == b"2" else b"")
                    if kind in b"25":
                        entry.content = b""
                        entry.set(size=0)
                    name = a.image.target + (b"" if header.endswith(b"/") else b"/")
                    entry.before = pax((b"path", name)) if way == "pax" else long(name + b"\0")
                    a.add(entry)

                yield f"slash of one name {kind!r} {header!r} {way}", slashed
    for length in (99, 100, 254, 255, 256, 600):
        yield f"{length} bytes long", lambda a, length=length: long_name(a, b"junk" + b"n" * (length - 4))
        yield f"{length} bytes deep", lambda a, length=length: long_name(a, b"junk/" + b"d/" * (length // 2))


def rename(entry, name, way):
    if way == "header":
        entry.set(name=name)
    elif way == "pax":
        entry.before = pax((b"path", name))
        entry.set(name=b"junkheader")
    else:
        entry.before = long(name + b"\0")
        entry.set(name=b"junkheader")


def long_name(archive, name):
    entry = Entry(b"junk", b"junk", magic=archive.magic)
    rename(entry, name, "long")
    archive.add(entry, "middle")


def links():
    """Links to the target and in its place, and entries that replace a link."""
    def add(a, *parts):
        for part in parts:
            a.add(part)

    def symbolic(name, target, **fields):
        return Entry(name, type=b"2", link=target, **fields)

    def hard(name, target, **fields):
        return Entry(name, type=b"1", link=target, **fields)

    for maker, label in ((symbolic, "symbolic"), (hard, "hard")):
        for form in (b"%s", b"./%s", b"/%s", b"x/../%s", b"../%s", b"%s/", b"c:%s", b"\\%s", b".//%s", b"//%s", b"blobs/../%s",
                     b"//?/%s", b"", b".", b"/", b"..", b"nothing", b"%s\0x"):

            def through(a, maker=maker, form=form):
                # Python writes through an existing link.
                add(a, maker(b"junk", form.replace(b"%s", a.image.target)), evil(a, b"junk"))

            def alias(a, maker=maker, form=form):
                add(a, maker(b"junk", form.replace(b"%s", a.image.target)))

            def over(a, maker=maker, form=form):
                add(a, evil(a, b"junk"), maker(a.image.target, form.replace(b"%s", b"junk")))

            def instead(a, maker=maker, form=form):
                entry = a.find(a.image.target)
                place = a.entries.index(entry)
                name = entry.fields["name"]
                entry.set(name=b"junk")
                a.entries.insert(place + 1, maker(name, form.replace(b"%s", b"junk")))

            def ahead(a, maker=maker, form=form):
                entry = a.find(a.image.target)
                name = entry.fields["name"]
                entry.set(name=b"junk")
                a.add(maker(name, form.replace(b"%s", b"junk")), "start")

            def between(a, maker=maker, form=form):
                add(a, evil(a, b"junk"), maker(b"junk2", form.replace(b"%s", b"junk")),
                    Entry(b"junk", a.image.good), hard(a.image.target, b"junk2"))

            for change in (through, alias, over, instead, ahead, between):
                yield f"{label} {form!r} {change.__name__}", change
        for target in (b"blobs", b"./blobs/", b"/", b".", b"junkfolder", b"blobs/sha256"):

            def below(a, maker=maker, target=target):
                a.add(maker(b"junkfolder", target))
                a.add(evil(a, b"junkfolder/" + a.image.target.removeprefix(b"blobs/")))

            def replaced(a, maker=maker, target=target):
                a.add(Entry(b"junkfolder/x", b"x"), "start")
                a.add(maker(b"blobs", target))

            def parent(a, maker=maker, target=target):
                a.add(maker(b"blobs", target), "start")

            yield f"{label} below {target}", below
            yield f"{label} in place of a folder {target}", replaced
            yield f"{label} before the folder {target}", parent
    for kind in (b"0", b"1", b"2", b"3", b"4", b"5", b"6"):
        for again in (b"0", b"1", b"2", b"5", b"6"):
            for name in (b"junk", None, b"blobs", b"manifest.json"):

                def twice(a, kind=kind, again=again, name=name):
                    for number, type in enumerate((kind, again)):
                        link = (a.image.target if number == 0 else b"oci-layout") if type in b"12" else b""
                        content = b"" if type not in b"0" else a.image.good if name is None else b"junk%d" % number
                        a.add(Entry(name or a.image.target, content, type=type, link=link, magic=a.magic))

                yield f"{kind!r} then {again!r} {name}", twice
    yield "hard link to itself", lambda a: a.add(hard(a.image.target, a.image.target))
    yield "symbolic link to itself", lambda a: a.add(symbolic(a.image.target, a.image.target))
    yield "same again", lambda a: a.add(Entry(a.image.target, a.image.good))
    yield "other first", lambda a: a.add(evil(a), "start")
    yield "other last", lambda a: a.add(evil(a))
    yield "folder again", lambda a: add(a, Entry(b"blobs/", type=b"5"), Entry(b"blobs/", type=b"5"))
    yield "file above", lambda a: a.add(evil(a, b"blobs"))
    yield "file above, first", lambda a: a.add(evil(a, b"blobs"), "start")
    for kind in (b"0", b"\0", b"7", b"3", b"4", b"5", b"6"):
        for ways in ("", "comment", "linkpath", "K"):

            def idle(a, kind=kind, ways=ways):
                entry = Entry(b"junk", b"junk" if kind in b"07\0" else b"", type=kind, link=a.image.target, magic=a.magic)
                if ways == "comment":
                    entry.before = pax((b"comment", b"text"))
                elif ways == "linkpath":
                    entry.before = pax((b"linkpath", a.image.target))
                elif ways == "K":
                    entry.before = long(a.image.target + b"\0", b"K")
                a.add(entry)

            def target(a, kind=kind, ways=ways):
                idle(a, kind, ways)
                entry = a.entries.pop()
                entry.set(name=a.image.target, link=b"oci-layout", size=len(a.image.good))
                entry.content = a.image.good
                a.entries[a.entries.index(a.find(a.image.target))] = entry

            yield f"link name of {kind!r} {ways}", idle
            if kind in b"07\0":
                yield f"link name of {kind!r} {ways} target", target


def sizes_of_links():
    """Sizes of entries without content: readers that use them skip the following entries."""
    for kind in (b"1", b"2", b"3", b"4", b"5", b"6", b"S", b"D", b"V", b"M", b"7", b"N"):
        for magic in (USTAR, GNU, V7):
            for size in (1, 512, 1024, 5000):
                for way in ("header", "pax"):

                    def hiding(a, kind=kind, magic=magic, size=size, way=way):
                        entry = Entry(b"junk", type=kind, link=b"oci-layout" if kind in b"12" else b"", magic=magic)
                        if way == "pax":
                            entry.before = pax((b"size", b"%d" % size))
                        else:
                            entry.set(size=size)
                        a.add(entry)
                        a.add(evil(a))

                    def having(a, kind=kind, magic=magic, size=size, way=way):
                        hiding(a, kind, magic, size, way)
                        a.entries.pop()
                        a.entries[-1].content = bytes(size)

                    def zeroed(a, kind=kind, magic=magic, size=size, way=way):
                        hiding(a, kind, magic, size, way)
                        a.entries.pop()
                        entry = a.entries[-1]
                        entry.before = pax((b"size", b"0"))
                        entry.set(size=size)

                    yield f"{kind!r} {magic!r} {size} {way} hiding", hiding
                    yield f"{kind!r} {magic!r} {size} {way} having", having
                    yield f"{kind!r} {magic!r} {size} {way} zeroed", zeroed


def endings():
    """The end of an archive, and what follows it."""
    def end(data):
        def change(a):
            a.end = data(a) if callable(data) else data
        return change

    def cut(count):
        def change(a):
            a.cut = lambda bytes: bytes[:len(bytes) - count]
        return change

    for blocks in range(25):
        yield f"{blocks} blocks", end(bytes(512 * blocks))
    yield "one block, then an entry", end(lambda a: bytes(512) + evil(a).bytes() + bytes(1024))
    yield "two blocks, then an entry", end(lambda a: bytes(1024) + evil(a).bytes() + bytes(1024))
    yield "three blocks, then an entry", end(lambda a: bytes(1536) + evil(a).bytes() + bytes(1024))
    yield "a record, then an entry", end(lambda a: bytes(10240) + evil(a).bytes() + bytes(1024))
    yield "one block, then text", end(bytes(512) + b"x" * 512)
    yield "two blocks, then text", end(bytes(1024) + b"x" * 700)
    yield "text", end(b"x" * 512 + bytes(1024))
    yield "some text", end(b"x" * 100)
    yield "wrong checksum, then an entry", end(lambda a: evil(a, checksum=lambda block: b"0000000\0").bytes() + evil(a).bytes() + bytes(1024))
    yield "wrong checksum of junk, then zeros", end(lambda a: evil(a, b"junk", checksum=lambda block: b"0000000\0").bytes() + bytes(1024))
    for count in (1, 100, 511, 512, 513, 1000, 1023, 1024, 1025, 1100, 1536, 2000, 2048):
        yield f"cut by {count}", cut(count)
    for place in range(3):
        yield f"a block of zeros before {place}", lambda a, place=place: a.entries.insert(place, bytes(512))
        yield f"two blocks of zeros before {place}", lambda a, place=place: a.entries.insert(place, bytes(1024))
    yield "nothing but the end", lambda a: a.entries.clear()
    yield "two archives", end(lambda a: bytes(1024) + b"".join(entry.bytes() for entry in a.entries) + bytes(1024))


def polyglots():
    """Archives whose first name begins like a compressed stream; the stream itself is another archive."""
    def magic(form, version):
        return lambda a: a.add(Entry(form, b"junk", magic=version), "start")

    for label, form in {
            "gzip": b"\x1f\x8b\x08", "compress": b"\x1f\x9d\x90", "bzip2": b"BZh91AY&SY", "bzip2 alone": b"BZh", "BZ": b"BZ0",
            "xz": b"\xfd7zXZ\0", "lzma": b"\x5d\0\0\x80\0", "zstd": b"\x28\xb5\x2f\xfd", "zstd skippable": b"\x50\x2a\x4d\x18",
            "lz4": b"\x04\x22\x4d\x18", "lz4 legacy": b"\x02\x21\x4c\x18", "lzip": b"LZIP\x01", "lzop": b"\x89LZO\0\r\n\x1a\n",
            "lrzip": b"LRZI", "zip": b"PK\x03\x04", "7z": b"7z\xbc\xaf\x27\x1c", "rpm": b"\xed\xab\xee\xdb", "uu": b"begin 644 x\n",
            "cpio": b"070707", "ar": b"!<arch>\n", "xar": b"xar!", "rar": b"Rar!\x1a\x07\0", "mtree": b"#mtree\n",
            "warc": b"WARC/1.0\r\n", "cab": b"MSCF", "elf": b"\x7fELF", "exe": b"MZ",
            "cpio newc": b"070701" + b"0" * 104, "cpio crc": b"070702" + b"0" * 104, "cpio odc": b"070707" + b"0" * 70,
            "cpio binary": b"\xc7\x71" + bytes(20), "cpio big": b"\x71\xc7" + bytes(20), "lha": b"xx-lh5-" + bytes(20),
            "mtree entry": b"x type=file\n", "mtree set": b"/set type=file\n", "rar5": b"Rar!\x1a\x07\x01\0",
            "zip empty": b"PK\x05\x06", "zip split": b"PK\x07\x08PK\x03\x04", "lrzip": b"LRZI\0\x06", "grzip": b"GRZipII\0\x02\x04:)",
            "iso": b"\x01CD001\x01", "shar": b"#!/bin/sh\n", "warc 1.1": b"WARC/1.1\r\n", "warc 0": b"WARC/0.9\r\n"}.items():
        for version in (USTAR, GNU, V7):
            yield f"name of {label} in {version!r}", magic(form, version)

    def stream(a, compress):
        entry = evil(a)
        inner = a.bytes() if a.cut else b"".join(
            part.bytes() for part in a.entries if part.fields["name"] != a.image.target) + entry.bytes() + bytes(1024)
        return compress(inner)

    def inside(a):
        # A gzip header with a file name as long as the rest of the tar header; the stream is the content of the entry.
        data = stream(a, lambda inner: gzip.compress(inner, mtime=0))[10:]
        head = Entry(b"\x1f\x8b\x08\x04\0\0\0\0\0\x03" + (500).to_bytes(2, "little"), data, magic=a.magic)
        a.add(head, "start")

    yield "gzip inside", inside
    yield "gzip whole", lambda a: setattr(a, "cut", lambda data: gzip.compress(data, mtime=0))
    yield "bzip2 whole", lambda a: setattr(a, "cut", bz2.compress)
    yield "xz whole", lambda a: setattr(a, "cut", lzma.compress)


FAMILIES = (prefixes, names, links, sizes_of_links, endings, polyglots)
