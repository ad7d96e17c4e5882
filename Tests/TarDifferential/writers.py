# layerverify: archives made by common writers.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Packs an image with GNU tar, bsdtar, Python and Go, which must verify in every format."""

import io
import os
import subprocess
import tarfile
import tempfile

GNU_OPTIONS = [
    "--format=v7", "--format=ustar", "--format=oldgnu", "--format=gnu", "--format=pax", "--format=pax --sort=name",
    "--format=pax --pax-option=exthdr.name=%d/p/%f", "--format=pax --pax-option=comment:=text",
    "--format=pax --pax-option=comment=text", "--format=pax --pax-option=delete=mtime", "--format=pax --xattrs --acls",
    "--format=gnu --owner=long:3000000000", "--format=gnu --mtime=1960-01-01", "--format=pax --mtime=1960-01-01T00:00:00.5",
    "--format=ustar --owner=0 --group=0 --numeric-owner", "--format=gnu --blocking-factor=1", "--format=pax --absolute-names",
    "--format=gnu --hard-dereference", "--format=gnu --mode=000", "--format=pax --owner=\u00e9:1 --group=\u00fc:2"]
BSD_OPTIONS = [
    "--format=v7", "--format=ustar", "--format=gnutar", "--format=pax", "--format=paxr", "--format=pax --xattrs --acls --fflags",
    "--format=pax --options hdrcharset=BINARY", "--format=ustar --uid 0 --gid 0"]
PYTHON_FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]


def lay_out(image, folder):
    for name, content in image.files:
        path = os.path.join(folder, name.decode())
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    # Files that images do not need, but archives may contain.
    extra = os.path.join(folder, "junk")
    os.makedirs(os.path.join(extra, "deep" * 20, "deeper" * 20))
    for name in ("short", "\u00e9\u4e16", "n" * 200, "deep" * 20 + "/" + "deeper" * 20 + "/" + "x" * 60):
        with open(os.path.join(extra, name), "w") as file:
            file.write(name)
    os.symlink("short", os.path.join(extra, "symbolic"))
    os.symlink("l" * 150, os.path.join(extra, "dangling"))
    os.link(os.path.join(extra, "short"), os.path.join(extra, "zhard"))
    os.link(os.path.join(extra, "n" * 200), os.path.join(extra, "zhardlong"))
    os.mkfifo(os.path.join(extra, "fifo"))


def tool(program, options):
    def write(folder, path):
        # v7 and ustar cannot represent all names; the other files are packed.
        subprocess.run(
            [program, *options.split(), "-cf", path, "-C", folder, "."], stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, check=False, env=dict(os.environ, LC_ALL="C.UTF-8"))
    return write


def python(form, names):
    def write(folder, path):
        with tarfile.open(path, "w", format=form) as file:
            for name in sorted(os.listdir(folder)):
                try:
                    file.add(os.path.join(folder, name), names % name)
                except ValueError:
                    continue
    return write


def python_pax(folder, path):
    headers = {"comment": "text", "VENDOR.key": "value", "SCHILY.xattr.user.x": "y", "uname": "somebody"}
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "text"}) as file:
        for parent, _, files in os.walk(folder):
            for name in sorted(files):
                place = os.path.join(parent, name)
                if not os.path.isfile(place) or os.path.islink(place):
                    continue
                with open(place, "rb") as source:
                    content = source.read()
                member = tarfile.TarInfo(os.path.relpath(place, folder))
                member.size, member.mtime, member.pax_headers = len(content), 1.5, headers
                file.addfile(member, io.BytesIO(content))


def go(program, form):
    def write(folder, path):
        subprocess.run([program, form, folder, path], check=True)
    return write


def writers(go_program):
    """Pairs of a label and a function that packs a folder into an archive."""
    for options in GNU_OPTIONS:
        yield f"GNU tar {options}", tool("tar", options)
    for options in BSD_OPTIONS:
        yield f"bsdtar {options}", tool("bsdtar", options)
    for form in PYTHON_FORMATS:
        for names in ("%s", "./%s"):
            yield f"Python {form} {names}", python(form, names)
    yield "Python, pax headers", python_pax
    for form in ("unknown", "ustar", "pax", "gnu"):
        yield f"Go {form}", go(go_program, form)


class Packed:
    """An archive made by a writer; see `tarbytes.Archive`."""

    def __init__(self, image, data):
        self.image = image
        self.data = data

    def bytes(self):
        return self.data


def archives(images, go_program, scratch):
    """Each image, packed by each writer."""
    for name, make in images.items():
        image = make()
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            inside, path = os.path.join(folder, "inside"), os.path.join(folder, "out.tar")
            os.mkdir(inside)
            lay_out(image, inside)
            for label, write in writers(go_program):
                write(inside, path)
                with open(path, "rb") as file:
                    yield f"{name}: writers: {label}", Packed(image, file.read())
