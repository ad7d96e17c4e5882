# layerverify: images for diff-check: written as OCI image layouts, and read again without layerverify.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0

import gzip
import hashlib
import json
import os
import subprocess

LAYER = "application/vnd.oci.image.layer.v1.tar"


def digest(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


def put(folder, content):
    path = os.path.join(folder, "blobs", "sha256")
    os.makedirs(path, exist_ok=True)
    with open(os.path.join(path, hashlib.sha256(content).hexdigest()), "wb") as file:
        file.write(content)
    return {"digest": digest(content), "size": len(content)}


def compress(content, how):
    if how == "gzip":
        return gzip.compress(content, 6, mtime=0)
    if how == "zstd":
        return subprocess.run(["zstd", "-qc"], input=content, stdout=subprocess.PIPE, check=True).stdout
    return content


def write(folder, tars, compression="gzip", commands=None, **config):
    """Writes an image layout whose layers are these tars."""
    commands = commands or [f"layer {number}" for number in range(len(tars))]
    suffix = {"gzip": "+gzip", "zstd": "+zstd"}.get(compression, "")
    layers = [{"mediaType": LAYER + suffix, **put(folder, compress(tar, compression))} for tar in tars]
    document = {
        "created": "2020-01-01T00:00:00Z", "architecture": "amd64", "os": "linux",
        "config": {"Env": ["PATH=/bin", "HOME=/"]},
        "rootfs": {"type": "layers", "diff_ids": [digest(tar) for tar in tars]},
        "history": [{"created": "2020-01-01T00:00:00Z", "created_by": command} for command in commands], **config}
    config_descriptor = put(folder, json.dumps(document).encode())
    manifest = put(folder, json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", **config_descriptor},
        "layers": layers}).encode())
    index = {"schemaVersion": 2, "manifests": [
        {"mediaType": "application/vnd.oci.image.manifest.v1+json", **manifest,
         "annotations": {"org.opencontainers.image.ref.name": "v1"}}]}
    with open(os.path.join(folder, "index.json"), "w") as file:
        json.dump(index, file)
    with open(os.path.join(folder, "oci-layout"), "w") as file:
        file.write('{"imageLayoutVersion": "1.0.0"}')
    return folder


def blob(folder, name):
    with open(os.path.join(folder, "blobs", *name.split(":")), "rb") as file:
        return file.read()


def decompress(content):
    if content[:2] == b"\x1f\x8b":
        return gzip.decompress(content)
    if content[:4] == b"\x28\xb5\x2f\xfd":
        return subprocess.run(["zstd", "-dqc"], input=content, stdout=subprocess.PIPE, check=True).stdout
    return content


def tars(folder):
    """The uncompressed layers of the only image of a layout."""
    with open(os.path.join(folder, "index.json")) as file:
        manifest = json.loads(blob(folder, json.load(file)["manifests"][0]["digest"]))
    return [decompress(blob(folder, layer["digest"])) for layer in manifest["layers"]]
