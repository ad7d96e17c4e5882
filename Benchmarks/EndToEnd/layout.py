# layerverify: writes OCI image layouts for the benchmarks.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes an OCI image layout piece by piece."""
import hashlib
import json
import os
import subprocess

COMMANDS = {"gzip": ["gzip", "-6nc"], "zstd": ["zstd", "-3qc"], "none": None}


class HashedFile:
    """A file of which the bytes are hashed as they are written."""

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


class Layout:
    """An image layout in a new folder, whose layers are all of one form: gzip, zstd or none."""

    def __init__(self, folder, form):
        self.folder = folder
        self.form = form
        self.blobs = os.path.join(folder, "blobs", "sha256")
        self.manifests = []
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
        suffix = "" if self.form == "none" else "+" + self.form
        return "application/vnd.oci.image.layer.v1.tar" + suffix

    def layer(self, plain):
        """Takes the file of a plain layer over; returns the descriptor of what becomes of it."""
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
        self.manifests.append(self.blob("application/vnd.oci.image.manifest.v1+json", json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": config, "layers": layers}).encode()))

    def finish(self):
        with open(self.path("index.json"), "w") as write:
            json.dump({"schemaVersion": 2, "manifests": self.manifests}, write)
        with open(self.path("oci-layout"), "w") as write:
            json.dump({"imageLayoutVersion": "1.0.0"}, write)
