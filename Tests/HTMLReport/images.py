# layerverify: image layouts for the check of the HTML report.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Writes OCI image layouts: good ones, damaged ones, one of 300 layers, names that try to be markup."""

import gzip
import hashlib
import io
import json
import os
import random
import tarfile

LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
CONFIG = "application/vnd.oci.image.config.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def layer(seed, size):
    """One layer with a file of `size` bytes, half of which compress well: the stored and the uncompressed bytes."""
    numbers = random.Random(seed)
    content = numbers.randbytes(size // 2) + b"line of text\n" * (size // 26)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        entry = tarfile.TarInfo(f"srv/{seed}")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(tar.getvalue(), 1, mtime=0), tar.getvalue()


class Layout:
    """An OCI image layout in a folder."""

    def __init__(self, folder):
        self.folder = folder
        self.manifests = []
        os.makedirs(os.path.join(folder, "blobs/sha256"))
        with open(os.path.join(folder, "oci-layout"), "w", encoding="utf-8") as file:
            json.dump({"imageLayoutVersion": "1.0.0"}, file)

    def path(self, digest):
        return os.path.join(self.folder, "blobs/sha256", digest.removeprefix("sha256:"))

    def blob(self, content, media_type):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        with open(self.path(digest), "wb") as file:
            file.write(content)
        return {"mediaType": media_type, "digest": digest, "size": len(content)}

    def image(self, name, layers, platform=("linux", "amd64")):
        """Adds an image of (seed, size, command) and returns the digests of its layers."""
        made = [layer(seed, size) for seed, size, _ in layers]
        config = {
            "os": platform[0],
            "architecture": platform[1],
            "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(tar).hexdigest() for _, tar in made]},
            "history": [{"created_by": command} for _, _, command in layers],
        }
        blobs = [self.blob(stored, LAYER) for stored, _ in made]
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": self.blob(json.dumps(config).encode(), CONFIG),
            "layers": blobs,
        }
        entry = self.blob(json.dumps(manifest).encode(), MANIFEST)
        entry["annotations"] = {"org.opencontainers.image.ref.name": name}
        entry["platform"] = {"os": platform[0], "architecture": platform[1]}
        self.manifests.append(entry)
        with open(os.path.join(self.folder, "index.json"), "w", encoding="utf-8") as file:
            json.dump({"schemaVersion": 2, "manifests": self.manifests}, file)
        return [blob["digest"] for blob in blobs]

    def flip(self, digest, offset):
        """Changes one bit of a blob."""
        with open(self.path(digest), "r+b") as file:
            file.seek(offset)
            byte = file.read(1)[0]
            file.seek(offset)
            file.write(bytes([byte ^ 1]))


BASE = [(1, 900_000, "ADD rootfs.tar.gz / # buildkit"), (2, 40_000, "RUN apt-get update && apt-get install -y curl")]


def good(folder):
    """Three images that share layers."""
    layout = Layout(folder)
    layout.image("app:1", BASE + [(3, 300_000, "COPY dist/ /srv/app/ # buildkit"), (4, 2_000, 'CMD ["/srv/app/run"]')])
    layout.image("app:2", BASE + [(5, 310_000, "COPY dist/ /srv/app/ # buildkit"), (4, 2_000, 'CMD ["/srv/app/run"]')])
    layout.image("app:1", BASE[:1] + [(6, 150_000, "RUN make install")], ("linux", "arm64"))


def damaged(folder):
    """A flipped layer that two images share, a missing one, and one that is cut; a fourth image is good."""
    layout = Layout(folder)
    first = layout.image("app:1", BASE + [(3, 300_000, "COPY dist/ /srv/app/ # buildkit"), (4, 2_000, "CMD run")])
    second = layout.image("app:2", BASE + [(5, 310_000, "COPY dist/ /srv/app/ # buildkit"), (7, 90_000, "RUN make")])
    third = layout.image("tools:1", [(8, 200_000, "ADD tools.tar /"), (9, 20_000, "RUN ldconfig")])
    layout.image("base:1", BASE[:1] + [(10, 10_000, "RUN true")])
    layout.flip(first[1], 9_000)
    os.remove(layout.path(second[2]))
    os.truncate(layout.path(third[0]), 50_000)


def many(folder):
    """One image of 300 layers, two of them damaged."""
    numbers = random.Random(300)
    layers = [
        (1_000 + place, int(10 ** numbers.uniform(2, 5)), f"RUN step {place} --with 'a fairly long command line'")
        for place in range(300)
    ]
    layout = Layout(folder)
    digests = layout.image("large:300", layers)
    layout.flip(digests[17], 40)
    layout.flip(digests[200], 40)


def hostile(folder):
    """Names and commands that try to be markup, to hide, or to be very long."""
    layout = Layout(folder)
    digests = layout.image(
        "<script>document.title='owned'</script>\"onmouseover=x '&amp;\u202egpj\u2066",
        [
            (20, 5_000, "RUN echo '</code></details><img src=http://192.0.2.1/x.png onerror=alert(1)>' \x1b[2J\u202e\u0000"),
            (21, 9_000, "</style><style>body{display:none}</style>" + "x" * 5_000),
            (22, 9_000, "שלום עולם RUN \u0301\u0301 <a href='javascript:alert(1)'>"),
        ],
        ("li<b>nux", "amd64'\">"),
    )
    layout.image("n" * 400, [(20, 5_000, "RUN " + "a " * 400)])
    layout.flip(digests[1], 500)


ALL = {"good": good, "damaged": damaged, "many": many, "hostile": hostile}
