# layerverify: the views of four readers of tar archives.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Unpacks archives with GNU tar, bsdtar, Python's tarfile and Go's archive/tar, and compares the files."""

import hashlib
import os
import shutil
import stat
import subprocess
import tarfile

LARGEST = 16 << 20
READERS = ("gnu", "bsd", "python", "go")
# Newer versions filter by default.
TRUSTED = {"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}


def digest(path):
    # A sparse file may be of any size.
    if os.path.getsize(path) > LARGEST:
        return "huge"
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def view(folder, names):
    """The content of a folder: the digests of the files at `names`, through links; and every file and link with its content."""
    everything = {}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(parent, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                everything[os.path.relpath(path, folder)] = "-> " + os.readlink(path)
            elif stat.S_ISREG(mode):
                everything[os.path.relpath(path, folder)] = digest(path)
            elif stat.S_ISDIR(mode):
                os.chmod(path, 0o755)
    needed = {}
    for name in names:
        path = os.path.join(folder, name)
        if not os.path.lexists(path):
            continue
        inside = os.path.realpath(path).startswith(folder + "/")
        needed[name] = digest(path) if inside and os.path.isfile(path) else "no file"
    return needed, everything


def run(command):
    # A name may make GNU tar ask a remote host; the options prevent that.
    environment = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", TAPE="")
    result = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment,
        timeout=60)
    return result.returncode, result.stderr.decode(errors="replace")


# Messages for malformed archives; other errors are those of unpacking, which the files show.
GNU_REFUSALS = (
    "does not look like a tar archive", "Skipping to next header", "Unexpected EOF", "Malformed extended header",
    "Extended header length", "is not recoverable")
BSD_REFUSALS = (
    "Damaged tar", "Unrecognized archive format", "Truncated", "truncated", "malformed", "Malformed", "negative size",
    "Retrying", "Rejecting", "bad header", "Bad header", "Invalid", "incompatible", "Ignoring malformed", "too large")


def unpack_gnu(archive, folder):
    status, text = run([
        "tar", "--force-local", "--no-same-owner", "--no-same-permissions", "-xf", archive, "-C", folder])
    found = [line for line in text.splitlines() if any(words in line for words in GNU_REFUSALS)]
    return found[0] if status != 0 and found else None


def unpack_bsd(archive, folder):
    status, text = run(["bsdtar", "--no-same-owner", "--no-same-permissions", "-xf", archive, "-C", folder])
    found = [line for line in text.splitlines() if any(words in line for words in BSD_REFUSALS)]
    return found[0] if status != 0 and found else None


def unpack_python(archive, folder):
    try:
        with tarfile.open(archive, "r:") as file:
            # The same as tarfile's own filter, which older versions do not have.
            for member in file:
                member.name = member.name.lstrip("/")
                place = os.path.realpath(os.path.join(folder, member.name))
                if os.path.commonpath([place, folder]) != folder:
                    continue
                if member.islnk():
                    target = os.path.realpath(os.path.join(folder, member.linkname))
                    if os.path.commonpath([target, folder]) != folder:
                        continue
                # Writing to a FIFO would block forever.
                if member.ischr() or member.isblk() or os.path.exists(place) and stat.S_ISFIFO(os.stat(place).st_mode):
                    continue
                try:
                    file.extract(member, folder, set_attrs=False, **TRUSTED)
                except (OSError, KeyError, ValueError, RecursionError):
                    continue
    except (tarfile.TarError, EOFError, OSError, ValueError, OverflowError, IndexError, KeyError, RecursionError) as error:
        return f"{type(error).__name__}: {error}"
    return None


class Readers:
    """The four readers, and a folder in which they unpack."""

    def __init__(self, source, scratch):
        self.scratch = scratch
        self.program = self.build(source, "readtar")
        self.writer = self.build(source, "writetar")

    def build(self, source, name):
        program = os.path.join(self.scratch, name)
        environment = dict(
            os.environ, GO111MODULE="off", CGO_ENABLED="0", GOCACHE=os.path.join(self.scratch, "go-cache"), GOFLAGS="")
        subprocess.run(["go", "build", "-o", program, os.path.join(source, name + ".go")], check=True, env=environment)
        return program

    def views(self, archives, names):
        """For each archive and its important names, a dictionary from readers to (refusal or None, view)."""
        results = [{} for _ in archives]
        folders = [self.folder("go", number) for number in range(len(archives))]
        lines = "".join(f"{archive} {folder}\n" for archive, folder in zip(archives, folders))
        answers = subprocess.run(
            [self.program], input=lines, capture_output=True, text=True, check=True, timeout=600).stdout.splitlines()
        for number, archive in enumerate(archives):
            answer = answers[number]
            results[number]["go"] = (None if answer == "ok" else answer, view(folders[number], names[number]))
            shutil.rmtree(folders[number])
            for name, unpack in (("gnu", unpack_gnu), ("bsd", unpack_bsd), ("python", unpack_python)):
                folder = self.folder(name, number)
                refusal = unpack(archive, folder)
                results[number][name] = (refusal, view(folder, names[number]))
                shutil.rmtree(folder)
        return results

    def folder(self, name, number):
        path = os.path.realpath(os.path.join(self.scratch, f"{name}-{number}"))
        os.makedirs(path)
        return path
