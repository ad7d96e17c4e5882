# layerverify: the images in the differential test of tar archives.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Small images that verify, and the content that replaces one of their files for some readers."""

import hashlib
import json
import random

from tarbytes import Entry


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def layer(seed):
    content = random.Random(seed).randbytes(900)
    return Entry(b"file", content).bytes() + bytes(1024)


# A `manifest.json` whose files do not exist.
EVIL_MANIFEST = compact([{"Config": "none.json", "RepoTags": ["app:2"], "Layers": ["none/layer.tar"]}])


class Image:
    """Files in the order of an archive, and the name of the one that readers may disagree on."""

    def __init__(self, files, target, evil):
        self.files = files
        self.target = target
        # Other content for the target; an image with it is refuted.
        self.evil = evil
        self.good = dict(files)[target]
        self.view = {name.decode(): digest(content) for name, content in files}


def config(seed):
    return compact({
        "architecture": "amd64", "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(layer(seed))]}})


def layout():
    data, document = layer(1), config(1)

    def descriptor(kind, bytes):
        return {"mediaType": "application/vnd.oci.image." + kind, "digest": "sha256:" + digest(bytes), "size": len(bytes)}

    def index(manifest):
        return compact({"schemaVersion": 2, "manifests": [descriptor("manifest.v1+json", manifest)]})

    def manifest(document):
        return compact({
            "schemaVersion": 2, "config": descriptor("config.v1+json", document),
            "layers": [descriptor("layer.v1.tar", data)]})

    good, other = manifest(document), manifest(config(2))
    blobs = [b"blobs/sha256/" + digest(blob).encode() for blob in (good, document, data)]
    files = [
        (b"oci-layout", compact({"imageLayoutVersion": "1.0.0"})), (b"index.json", index(good)),
        (blobs[0], good), (blobs[1], document), (blobs[2], data)]
    return Image(files, b"index.json", index(other))


def layout_layer():
    """The same image; readers may disagree on the layer."""
    image = layout()
    name, content = image.files[-1]
    return Image(image.files, name, content[:700] + b"evil" + content[704:])


def docker():
    data, document = layer(3), config(3)
    name = digest(document) + ".json"

    def manifest(layers):
        return compact([{"Config": name, "RepoTags": ["app:1"], "Layers": layers}])

    files = [(b"a/layer.tar", data), (name.encode(), document), (b"manifest.json", manifest(["a/layer.tar"]))]
    return Image(files, b"manifest.json", manifest(["b/layer.tar"]))


IMAGES = {"layout": layout, "layer": layout_layer, "docker": docker}
