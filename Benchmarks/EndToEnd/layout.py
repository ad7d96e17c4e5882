# layerverify: writes OCI image layouts for the benchmarks.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes an OCI image layout piece by piece."""
import concurrent.futures
import hashlib
import json
import os
import subprocess
import tarfile

PACK_MEMBERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pack-members")
# The last three have many members or frames: BGZF, one per file as in eStargz, and one per 8 MiB.
COMMANDS = {
    "gzip": ["gzip", "-6nc"], "zstd": ["zstd", "-3qc"], "none": None,
    "bgzip": ["bgzip", "-l6", "-c"], "members": [PACK_MEMBERS], "pzstd": ["pzstd", "-3qc"]}


class HashedFile:
    """A file whose bytes are hashed when they are written."""

    def __init__(self, path):
        self.file = open(path, "wb")
        self.hash = hashlib.sha256()
        self.size = 0

    def write(self, data):
        self.hash.update(data)
        self.size += len(data)
        return self.file.write(data)

    def close(self):
        self.file.close()


class LayerTar(tarfile.TarFile):
    """The tar of a layer, which names each path once and has the target of each hard link before it.

    Entries whose name is taken, as after all files were added once, are put into another folder, or left out if they are
    folders themselves.
    """

    def __init__(self, *arguments, **options):
        # By the name of an entry, the name under which it is in the tar.
        self.written = {}
        self.paths = {}
        super().__init__(*arguments, **options)

    def addfile(self, tarinfo, fileobj=None):
        name = tarinfo.name.removeprefix("./").strip("/")
        if tarinfo.isdir() and self.paths.get(name or "."):
            return
        if tarinfo.islnk():
            target = self.written.get(tarinfo.linkname.removeprefix("./").strip("/"))
            if target is None:
                return
            tarinfo.linkname = target
        path, number = name or ".", 0
        while self.is_taken(path):
            number += 1
            path = f"again-{number}/{name}"
        self.written[name] = path
        for end in [at for at, letter in enumerate(path) if letter == "/"]:
            self.paths[path[:end]] = True
        self.paths[path] = tarinfo.isdir()
        if number:
            tarinfo.name = path
        super().addfile(tarinfo, fileobj)

    def is_taken(self, path):
        """Whether there is an entry for the path, or one that is not a folder above it."""
        above = [path[:at] for at, letter in enumerate(path) if letter == "/"]
        return path in self.paths or not all(self.paths.get(folder, True) for folder in above)


class Layout:
    """An image layout in a new folder; all layers have the same form, one of `COMMANDS`."""

    def __init__(self, folder, form):
        self.folder = folder
        self.form = form
        self.blobs = os.path.join(folder, "blobs", "sha256")
        self.manifests = []
        self.packing = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
        os.makedirs(self.blobs)

    def path(self, name):
        return os.path.join(self.folder, name)

    def descriptor(self, media_type, digest, size):
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": size}

    def blob(self, media_type, data):
        digest = hashlib.sha256(data).hexdigest()
        with open(os.path.join(self.blobs, digest), "wb") as write:
            write.write(data)
        return self.descriptor(media_type, digest, len(data))

    def layer_type(self):
        suffix = {"none": "", "bgzip": "+gzip", "members": "+gzip", "pzstd": "+zstd"}.get(self.form, "+" + self.form)
        return "application/vnd.oci.image.layer.v1.tar" + suffix

    def layer(self, plain):
        """Compresses the file of an uncompressed layer and stores it; returns its descriptor."""
        packed = plain
        if COMMANDS[self.form]:
            packed = plain + ".packed"
            with open(plain, "rb") as read, open(packed, "wb") as write:
                subprocess.run(COMMANDS[self.form], stdin=read, stdout=write, check=True)
            os.unlink(plain)
        with open(packed, "rb") as read:
            digest = hashlib.file_digest(read, "sha256").hexdigest()
        size = os.path.getsize(packed)
        os.rename(packed, os.path.join(self.blobs, digest))
        return self.descriptor(self.layer_type(), digest, size)

    def image(self, layers, diff_ids):
        config = self.blob("application/vnd.oci.image.config.v1+json", json.dumps({
            "architecture": "amd64", "os": "linux",
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + one for one in diff_ids]}}).encode())
        manifest = self.blob("application/vnd.oci.image.manifest.v1+json", json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config, "layers": layers}).encode())
        # umoci finds an image only by this name.
        manifest["annotations"] = {"org.opencontainers.image.ref.name": f"image{len(self.manifests)}"}
        self.manifests.append(manifest)

    def fill(self, entries, byte_count, count, mixed):
        """Writes an image of `count` layers with `byte_count` of tar, of entries that add themselves to a tar."""
        packed, diff_ids = [], []
        for index, share in enumerate(shares(count, mixed)):
            part = HashedFile(self.path(f"layer{index}.tar"))
            with LayerTar.open(fileobj=part, mode="w|", format=tarfile.GNU_FORMAT) as tar:
                for add in entries:
                    add(tar)
                    if part.size >= byte_count * share:
                        break
            part.close()
            diff_ids.append(part.hash.hexdigest())
            packed.append(self.packing.submit(self.layer, self.path(f"layer{index}.tar")))
        self.image([one.result() for one in packed], diff_ids)

    def repack(self, plain):
        """Writes the image of a layout with uncompressed layers again, in the form of this layout."""
        packed, diff_ids = [], []
        for index, layer in enumerate(layers_of(plain)):
            hexadecimal = layer["digest"].removeprefix("sha256:")
            name = self.path(f"layer{index}.tar")
            os.link(os.path.join(plain, "blobs", "sha256", hexadecimal), name)
            diff_ids.append(hexadecimal)
            packed.append(self.packing.submit(self.layer, name))
        self.image([one.result() for one in packed], diff_ids)

    def finish(self):
        self.packing.shutdown()
        with open(self.path("index.json"), "w") as write:
            json.dump({"schemaVersion": 2, "manifests": self.manifests}, write)
        with open(self.path("oci-layout"), "w") as write:
            json.dump({"imageLayoutVersion": "1.0.0"}, write)


def shares(count, mixed):
    """The share of each layer; 37 and `count` have no common factor, so that the sizes are not sorted."""
    weights = [2 ** ((index * 37 % count) * 10 / count) if mixed else 1 for index in range(count)]
    return [weight / sum(weights) for weight in weights]


def layers_of(folder):
    """The descriptors of all layers of the images in a layout made here, in the order of the images."""
    def read(path):
        with open(os.path.join(folder, path), encoding="utf-8") as file:
            return json.load(file)

    for manifest in read("index.json")["manifests"]:
        yield from read("blobs/sha256/" + manifest["digest"].removeprefix("sha256:"))["layers"]
