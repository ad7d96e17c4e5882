# layerverify: what diff-check expects of two layers, by Python's tarfile.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0

import bisect
import collections
import hashlib
import io
import tarfile

APPLIED = {"path", "linkpath", "size", "uid", "gid", "uname", "gname", "mtime"}
TIMES = {"atime", "ctime", "LIBARCHIVE.creationtime"}
ATTRIBUTES = ("SCHILY.xattr.", "SCHILY.acl.", "LIBARCHIVE.xattr.", "RHT.security.")
Entry = collections.namedtuple(
    "Entry", "path type content size link device mode owner time attributes written header")


def entries(tar):
    """The entries of a tar in order."""
    found = []
    with tarfile.open(fileobj=io.BytesIO(tar), mode="r:", errors="surrogateescape", encoding="utf-8") as archive:
        for member in archive:
            found.append(entry(archive, member, tar))
    return found


def entry(archive, member, tar):
    name = raw_name(member, tar)
    path = name
    while path[:1] == b"/" or path == b"." or path[:2] == b"./":
        path = path[1:] if path[:1] == b"/" else path[2:]
    path = path.rstrip(b"/")
    content = archive.extractfile(member).read() if member.isreg() else b""
    records = member.pax_headers
    seconds = records.get("mtime", str(member.mtime))
    attributes = sorted((key, value) for key, value in records.items() if key.startswith(ATTRIBUTES))
    others = sorted(
        (key, value) for key, value in records.items()
        if key not in APPLIED | TIMES and not key.startswith(ATTRIBUTES))
    block = tar[member.offset_data - 512:member.offset_data]
    magic = (block[257:265], bool(records))
    return Entry(
        path, member.type, hashlib.sha256(content).digest() if content else b"", member.size if member.isreg() else 0,
        member.linkname if member.islnk() or member.issym() else "",
        (member.devmajor, member.devminor) if member.isdev() and not member.isfifo() else None, member.mode & 0o7777,
        (member.uid, member.gid), (float(seconds), sorted((k, v) for k, v in records.items() if k in TIMES)),
        attributes, (name, magic, member.uname, member.gname, others, member.mode & ~0o7777),
        tar[member.offset:member.offset_data])


def raw_name(member, tar):
    """The name as it is written: tarfile removes slashes at the end."""
    name = member.name.encode("utf-8", "surrogateescape")
    block = tar[member.offset_data - 512:member.offset_data]
    short = block[:100].rstrip(b"\0")
    if member.pax_headers.get("path"):
        return member.pax_headers["path"].encode("utf-8", "surrogateescape")
    return name + b"/" if member.isdir() and short.endswith(b"/") else name


def aspects(one, other):
    found = set()
    if one.type != other.type:
        found.add("type")
    elif (one.content, one.size) != (other.content, other.size):
        found.add("content")
    if one.type == other.type and one.link != other.link:
        found.add("linkTarget")
    for name in ("device", "mode", "owner", "time"):
        if getattr(one, name) != getattr(other, name):
            found.add(name)
    if one.attributes != other.attributes:
        found.add("xattrs")
    if one.written != other.written or not found and one.header != other.header:
        found.add("header")
    return found


def longest_run(values):
    ends = []
    for value in values:
        place = bisect.bisect_left(ends, value)
        ends[place:place + 1] = [value]
    return len(ends)


def differences(first, second):
    """The differences between two tars: a set of (path, change, aspects), and the number of entries that moved."""
    ones, others = entries(first), entries(second)
    waiting = collections.defaultdict(collections.deque)
    for place, one in enumerate(ones):
        waiting[one.path].append(place)
    found, order = collections.Counter(), []
    for other in others:
        if not waiting[other.path]:
            found[other.path, "added", ()] += 1
            continue
        place = waiting[other.path].popleft()
        order.append(place)
        differing = aspects(ones[place], other)
        if differing:
            found[other.path, "changed", tuple(sorted(differing))] += 1
    for path, places in waiting.items():
        if places:
            found[path, "removed", ()] += len(places)
    return found, len(order) - longest_run(order)
