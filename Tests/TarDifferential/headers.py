# layerverify: features of tar headers, one by one.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Each feature is a label and a function that changes an `Archive`.

Names that begin with `junk` are files that images do not need.
"""

from images import EVIL_MANIFEST
from tarbytes import GNU, Entry, extended, long, octal, pax, record


def evil(archive, name=None, **fields):
    """A last entry that some readers see as the target."""
    content = EVIL_MANIFEST if name == b"manifest.json" else archive.image.evil
    return Entry(archive.image.target if name is None else name, content, magic=archive.magic, **fields)


def types():
    """Each type flag, for entries that an image needs and for others."""
    for flag in range(256):
        kind = bytes([flag])
        label = f"{flag:#04x}"
        yield f"{label} last", lambda a, kind=kind: a.add(evil(a, type=kind))
        yield f"{label} first", lambda a, kind=kind: a.add(evil(a, type=kind), "start")
        yield f"{label} same", lambda a, kind=kind: a.add(Entry(a.image.target, a.image.good, type=kind))
        yield f"{label} only", lambda a, kind=kind: a.find(a.image.target).set(type=kind)
        yield f"{label} empty", lambda a, kind=kind: a.add(Entry(a.image.target, b"", type=kind))
        yield f"{label} manifest", lambda a, kind=kind: a.add(evil(a, b"manifest.json", type=kind))
        yield f"{label} junk", lambda a, kind=kind: a.add(Entry(b"junk", b"junk", type=kind), "middle")
        yield f"{label} empty junk", lambda a, kind=kind: a.add(Entry(b"junk", type=kind), "middle")
        yield f"{label} folder", lambda a, kind=kind: a.add(Entry(b"blobs/", type=kind), "start")
        yield f"{label} parent", lambda a, kind=kind: a.add(Entry(b"blobs", b"x", type=kind))


def types_as_headers():
    """Each type flag with the content of an extended header."""
    for flag in range(256):
        kind = bytes([flag])
        label = f"{flag:#04x}"

        def records(a, kind=kind):
            a.add(extended(record(b"path", a.image.target), kind))
            a.add(evil(a, b"junk"))

        def name(a, kind=kind):
            a.add(long(a.image.target + b"\0", kind))
            a.add(evil(a, b"junk"))

        def harmless(a, kind=kind):
            a.add(extended(record(b"comment", b"text"), kind), "middle")

        yield f"{label} path", records
        yield f"{label} name", name
        yield f"{label} comment", harmless


KEYS = """path linkpath size hdrcharset charset comment uid gid uname gname mtime atime ctime
GNU.sparse.name GNU.sparse.size GNU.sparse.realsize GNU.sparse.major GNU.sparse.minor GNU.sparse.map
GNU.sparse.numblocks GNU.sparse.offset GNU.sparse.numbytes GNU.sparse.other GNU.volume.label GNU.volume.filename
GNU.volume.size GNU.volume.offset GNU.dumpdir GNU.other SCHILY.realsize SCHILY.size SCHILY.filetype SCHILY.dev
SCHILY.ino SCHILY.nlink SCHILY.devmajor SCHILY.devminor SCHILY.fflags SCHILY.offset SCHILY.dir SCHILY.acl.access
SCHILY.acl.default SCHILY.xattr.user.x SCHILY.other SUN.holesdata SUN.devmajor LIBARCHIVE.xattr.user.x
LIBARCHIVE.creationtime LIBARCHIVE.symlinktype LIBARCHIVE.other RHT.security.selinux MSWINDOWS.rawsd VENDOR.key
realtime.x security.x Path PATH LINKPATH Size name filename typeflag other""".split()
EXACT_KEYS = [key.encode() for key in KEYS] + [
    b" path", b"\tpath", b"path ", b"pa\nth", b"\xffpath", b"path\0", b"  path", b" linkpath", b" size", b"a b"]
VALUES = [
    b"index.json", b"", b"0", b"5", b"-1", b"1.5", b"abc", b"+3", b" 3", b"3 ", b"0x5", b"99999999999999999999",
    b"BINARY", b"ISO-IR 10646 2000 UTF-8", b"ISO-8859-1", b"index.json\0x", b"\0", b"index.json/", b"a\nb",
    b"0,3", b"100,12", b"-5.25", b"1_0", b"=", b"\xff\xfe"]


def pax_keys():
    """Each key with each value, before an entry that an image needs and before another."""
    for key in EXACT_KEYS:
        for value in VALUES:
            label = f"{key!r}={value!r}"

            def last(a, key=key, value=value):
                a.add(pax((key, a.image.target if value == b"index.json" else value)))
                a.add(evil(a, b"junk"))

            def target(a, key=key, value=value):
                a.find(a.image.target).before = pax((key, value))

            def everywhere(a, key=key, value=value):
                a.add(pax((key, value), type=b"g"), "start")

            def link(a, key=key, value=value):
                a.add(pax((key, value)))
                a.add(Entry(b"junklink", type=b"2", link=b"junk"))

            yield f"{label} last", last
            yield f"{label} target", target
            yield f"{label} global", everywhere
            yield f"{label} link", link
    for key in (b"path", b"size", b"uname", b"comment", b"mtime"):
        for pair in ((b"junk", b""), (b"", b"junk"), (b"5", b"7"), (b"5", b""), (b"", b"5")):

            def twice(a, key=key, pair=pair):
                a.find(a.image.target).before = pax((key, pair[0]), (key, pair[1]))

            def twice_last(a, key=key, pair=pair):
                values = [a.image.target if value == b"5" else value for value in pair]
                a.add(pax((key, values[0]), (key, values[1])))
                a.add(evil(a, b"junk"))

            yield f"{key!r} twice {pair}", twice
            yield f"{key!r} twice {pair} last", twice_last
    yield "true size", lambda a: size_record(a, 0)
    yield "true size, none in the header", lambda a: size_record(a, 0).set(size=0)
    yield "true size, another in the header", lambda a: size_record(a, 0).set(size=1000)
    yield "size too small", lambda a: size_record(a, -1)
    yield "size with zeros", lambda a: size_record(a, 0, b"000%d")
    yield "true path", lambda a: true_path(a, b"%s")
    for form in (b"./%s", b"/%s", b"%s/", b"x/../%s", b"../%s", b"%s/.", b"c:%s", b"\\%s", b".//%s"):
        yield f"path {form!r}", lambda a, form=form: true_path(a, form)


def size_record(archive, more, form=b"%d"):
    entry = archive.find(archive.image.target)
    entry.before = pax((b"size", form % (len(entry.content) + more)))
    return entry


def true_path(archive, form):
    entry = archive.find(archive.image.target)
    entry.before = pax((b"path", form % entry.fields["name"]))
    entry.set(name=b"junk")


def pax_syntax():
    """Records that are malformed, or have a form that some parsers accept."""
    def forms(key, value):
        good = record(key, value)
        length = len(good)
        rest = b" " + key + b"=" + value + b"\n"
        return {
            "good": good, "leading zero": b"%04d" % (length + 2) + rest, "eight digits": b"%08d" % (length + 6) + rest,
            "ten digits": b"%010d" % (length + 8) + rest,
            "plus": b"+%d" % (length + 1) + rest, "minus": b"-%d" % length + rest, "space before": b" " + good,
            "space before, counted": b" %d" % (length + 1) + rest, "two spaces": b"%d " % (length + 1) + rest,
            "tab": b"%d\t" % length + rest[1:], "space and tab": b"%d \t" % (length + 1) + rest[1:],
            "short": b"%d" % (length - 1) + rest, "long": b"%d" % (length + 1) + rest, "zero": b"0" + rest,
            "no line feed": b"%d" % length + rest[:-1] + b"x", "no equals": record(key, value).replace(b"=", b":"),
            "cut": good[:-1], "NULs after": good + bytes(5), "line feed after": good + b"\n", "text after": good + b"junk",
            "NULs before": bytes(3) + good, "empty": b"", "only NULs": bytes(10), "twice": good + good,
            "huge": b"99999999999999999999" + rest, "hexadecimal": b"0x%x" % (length + 2) + rest,
            "no key": record(b"", value), "underscore": b"1_0" + rest, "no digits": rest,
            "carriage return": b"%d" % (length + 1) + rest[:-1] + b"\r\n",
            "inner record": record(b"comment", b"x\n" + good), "empty record": b"4 =\n" + good, "nothing": b"3 \n" + good,
            "after another": record(b"comment", b"y") + good}

    for label in forms(b"path", b"x"):

        def last(a, label=label):
            a.add(extended(forms(b"path", a.image.target)[label]))
            a.add(evil(a, b"junk"))

        def target(a, label=label):
            a.find(a.image.target).before = extended(forms(b"comment", b"text")[label])

        yield f"{label} path", last
        yield f"{label} comment", target


def sparse():
    """Sparse files of each format, complete or not, with the name of the target or another."""
    for name in (None, b"junk"):
        for real in (b"%d", b"99", b""):
            sets = {
                "1.0": [(b"major", b"1"), (b"minor", b"0"), (b"name", None), (b"realsize", real)],
                "1.0 without name": [(b"major", b"1"), (b"minor", b"0"), (b"realsize", real)],
                "0.1": [(b"size", real), (b"numblocks", b"1"), (b"map", b"0,%d"), (b"name", None)],
                "0.0": [(b"size", real), (b"numblocks", b"1"), (b"offset", b"0"), (b"numbytes", b"%d")],
                "only name": [(b"name", None)], "only major": [(b"major", b"1"), (b"minor", b"0")],
                "2.0": [(b"major", b"2"), (b"minor", b"0"), (b"name", None), (b"realsize", real)]}
            for label, pairs in sets.items():
                for mapped in (b"", b"1\n0\n%d\n"):

                    def add(a, name=name, pairs=pairs, mapped=mapped):
                        content = a.image.evil
                        length = b"%d" % len(content)
                        filled = [
                            (b"GNU.sparse." + key, (name or a.image.target) if value is None
                             else value.replace(b"%d", length)) for key, value in pairs]
                        block = mapped.replace(b"%d", length)
                        block += bytes(-len(block) % 512)
                        a.add(pax(*filled))
                        a.add(Entry(b"junk0", block + content))

                    yield f"{label} {name} {real} {mapped}", add
    for name in (None, b"junk"):
        for extended_blocks in range(3):
            for flag in (b"\x00", b"\x01", b"1"):

                def add(a, name=name, extended_blocks=extended_blocks, flag=flag):
                    content = a.image.evil
                    entry = Entry(name or a.image.target, content, b"S", GNU)
                    # Four places for pieces, the flag for further ones, and the real size, where ustar has its prefix.
                    place = octal(0, 12) + octal(len(content), 12) + bytes(72)
                    more = flag if extended_blocks else b"\x00"
                    entry.set(prefix=bytes(41) + place + more + octal(len(content), 12))
                    blocks = b"".join(
                        bytes(504) + (flag if number + 1 < extended_blocks else b"\x00") + bytes(7)
                        for number in range(extended_blocks))
                    entry.set(size=len(content))
                    a.add(entry.header() + blocks + entry.content + bytes(-len(entry.content) % 512))

                yield f"S {name} {extended_blocks} {flag}", add
    yield "SUN holes", lambda a: a.add(
        pax((b"SUN.holesdata", b" 0 %d" % len(a.image.evil))) + evil(a, b"junk").bytes())


def gnu_names():
    """Long names and long links with odd content."""
    forms = [
        b"%s", b"%s\0", b"%s\0junk", b"%s\0\0\0", b"", b"\0", b"%s/", b"./%s", b"/%s", b"x/../%s", b"../%s", b"junk", b"%s\n",
        b"c:%s", b"\\%s", b"%s/.", b"\0%s"]
    for form in forms:

        def last(a, form=form):
            a.add(long(form.replace(b"%s", a.image.target)))
            a.add(evil(a, b"junk"))

        def target(a, form=form):
            entry = a.find(a.image.target)
            entry.before = long(form.replace(b"%s", a.image.target))
            entry.set(name=b"junk0")

        def link(a, form=form):
            a.add(long(form.replace(b"%s", b"junk"), b"K"))
            a.add(Entry(b"junklink", type=b"2", link=b"elsewhere"))

        def hard(a, form=form):
            a.add(evil(a, b"junk"))
            a.add(long(form.replace(b"%s", b"junk"), b"K"))
            a.add(Entry(b"junklink", type=b"1", link=b"oci-layout"))

        def idle(a, form=form):
            a.find(a.image.target).before = long(form.replace(b"%s", b"junk"), b"K")

        yield f"L {form!r} last", last
        yield f"L {form!r} target", target
        yield f"K {form!r} link", link
        yield f"K {form!r} hard link", hard
        yield f"K {form!r} file", idle


def header_order():
    """Extended headers of several kinds before one entry."""
    makers = {
        "L": lambda name: long(name + b"\0"), "x": lambda name: pax((b"path", name)),
        "K": lambda name: long(b"junktarget\0", b"K"), "g": lambda name: pax((b"comment", b"c"), type=b"g"),
        "c": lambda name: pax((b"comment", b"c")), "G": lambda name: pax((b"path", name), type=b"g"),
        "X": lambda name: pax((b"path", name), type=b"X"), "s": lambda name: pax((b"size", b"0"))}
    for one in makers:
        for two in [""] + list(makers):
            for three in ["", "g", "c", "L"]:
                for names in ("te", "et", "tt"):

                    def add(a, kinds=one + two + three, names=names):
                        wanted = [a.image.target if letter == "t" else b"junkname" for letter in names + names[1]]
                        a.add(b"".join(makers[kind](name) for kind, name in zip(kinds, wanted)))
                        a.add(evil(a, b"junk"))

                    yield f"{one}{two}{three} {names}", add
    for kind in "Lxgc":
        yield f"{kind} at the end", lambda a, kind=kind: a.add(makers[kind](b"junk"))


def numbers():
    """Each numeric field in each notation, in the header of the target and in the first one."""
    def forms(value, length):
        digits = b"%o" % value
        return {
            "usual": octal(value, length), "space": b"%0*o " % (length - 1, value), "full": b"%0*o" % (length, value),
            "spaces before": digits.rjust(length - 1) + b"\0", "spaces before and after": digits.rjust(length - 1) + b" ",
            "short": digits + b"\0", "short and space": digits + b" \0", "spaces after": digits.ljust(length),
            "NUL before": b"\0" + b"%0*o" % (length - 2, value) + b"\0", "NULs before": bytes(2) + digits + b"\0",
            "NUL, space before": b"\0 " + digits, "junk after NUL": digits + b"\0junk", "junk after space": digits + b" junk",
            "junk": b"junk", "junk after": digits + b"junk", "two numbers": digits + b" 1", "eight": b"8",
            "plus": b"+" + digits, "minus": b"-" + digits, "tab": b"\t" + digits, "line feed": b"\n" + digits + b"\n",
            "tab after": digits + b"\t", "underscore": b"0_" + digits, "prefix": b"0o" + digits,
            "blank": b" " * length, "empty": bytes(length), "blank and NUL": b" " * (length - 1) + b"\0",
            "NUL and blank": b"\0" + b" " * (length - 1), "spaces and NUL": b"  \0" + digits,
            "base 256": b"\x80" + value.to_bytes(length - 1, "big"), "base 256, 0x81": b"\x81" + value.to_bytes(length - 1, "big"),
            "base 256, 0xff": b"\xff" * (length - 2) + b"\xff\x10", "base 256, all ones": b"\xff" * length,
            "base 256, large": b"\x80" + b"\xff" * (length - 1), "base 256, 0xc0": b"\xc0" + value.to_bytes(length - 1, "big"),
            "base 256, 2^63": b"\x80" + (1 << 63).to_bytes(length - 1, "big") if length == 12 else b"\x80\x7f",
            "base 256, 2^64 more": b"\x80" + ((1 << 64) + value).to_bytes(length - 1, "big") if length == 12 else b"\x80",
            "base 64": b"+AAA", "only NUL after digit": digits, "0xa0": b"\xa0" + digits}

    for field in ("size", "mode", "uid", "gid", "mtime", "devmajor", "devminor"):
        for label in forms(0, 8 if field not in ("size", "mtime") else 12):

            def change(a, field, label, entry, value=None):
                if value is None:
                    value = len(entry.content) if field == "size" else 0o644 if field == "mode" else 0
                length = 12 if field in ("size", "mtime") else 8
                entry.set(**{field: forms(value, length)[label]})

            yield f"{field} {label} target", lambda a, f=field, b=label: change(a, f, b, a.find(a.image.target))
            yield f"{field} {label} first", lambda a, f=field, b=label: change(a, f, b, a.entries[0])

            def last(a, field=field, label=label):
                entry = evil(a)
                change(a, field, label, entry)
                a.add(entry)

            def header(a, field=field, label=label):
                entry = Entry(b"PaxHeaders/x", record(b"comment", b"text"), b"x", a.magic)
                change(a, field, label, entry)
                a.find(a.image.target).before = entry.bytes()

            def hiding(a, field=field, label=label):
                # Readers that use the size 0 see an entry within.
                entry = Entry(b"junk", evil(a).bytes(), magic=a.magic)
                change(a, field, label, entry)
                a.add(entry)

            yield f"{field} {label} last", last
            yield f"{field} {label} extended header", header
            if field == "size":
                yield f"{field} {label} hiding", hiding
    for field in ("atime", "ctime"):
        for form in (b"junk", octal(1, 12), b"\x80" + bytes(11), b"8", b" " * 12):
            offset = 345 if field == "atime" else 357

            def gnu(a, form=form, offset=offset):
                a.find(a.image.target).set(magic=GNU, prefix=bytes(offset - 345) + form)

            def star(a, form=form, offset=offset):
                a.find(a.image.target).set(prefix=bytes(131 + offset - 345) + form, tail=bytes(8) + b"tar\0")

            yield f"GNU {field} {form!r}", gnu
            yield f"star {field} {form!r}", star


def checksums():
    """The checksum in each notation, of unsigned and of signed characters."""
    def signed(block):
        return sum(byte - 256 if byte > 127 else byte for byte in block)

    forms = {
        "usual": b"%06o\0 ", "space first": b"%06o \0", "full": b"%08o", "seven": b"%07o\0", "spaces": b"%6o\0 ",
        "short": b"%o\0", "NUL before": b"\0%06o\0", "space, NUL": b" \0%06o", "junk": b"%06o\0j", "tab": b"\t%06o\0",
        "plus": b"+%06o\0", "prefix": b"0o%o\0", "wrong": b"1%05o\0 ", "spaces around": b" %05o ", "underscore": b"0_%o\0"}
    for label, form in forms.items():
        yield f"{label} target", lambda a, form=form: a.find(a.image.target).set(checksum=form)
        yield f"{label} first", lambda a, form=form: a.entries[0].set(checksum=form)
        yield f"{label} last", lambda a, form=form: a.add(evil(a, checksum=form))
    for high in (b"\xe9", b"\xff" * 32):
        yield f"signed {len(high)}", lambda a, high=high: a.find(a.image.target).set(
            uname=high, checksum=lambda block: b"%06o\0 " % max(0, signed(block)))
        yield f"unsigned {len(high)}", lambda a, high=high: a.find(a.image.target).set(uname=high)
    yield "base 256", lambda a: a.find(a.image.target).set(
        checksum=lambda block: b"\x80" + sum(block).to_bytes(7, "big"))


FAMILIES = (types, types_as_headers, pax_keys, pax_syntax, sparse, gnu_names, header_order, numbers, checksums)
