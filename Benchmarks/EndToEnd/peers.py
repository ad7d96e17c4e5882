# layerverify: the programs that the benchmarks run.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""layerverify, and the programs that do the same or that people use instead, if they are installed."""
import dataclasses
import json
import os
import shlex
import shutil
import subprocess
import tarfile

import timing
from layout import layers_of

HERE = os.path.dirname(os.path.realpath(__file__))
JOBS = len(os.sched_getaffinity(0))
# The tools that each alternative needs.
NEEDS = {
    "gzip, sha256sum": ["parallel", "gzip", "sha256sum"],
    "igzip, openssl": ["parallel", "igzip", "openssl"],
    "zstd, openssl": ["parallel", "zstd", "openssl"],
    "openssl": ["parallel", "openssl"],
    "skopeo copy": ["skopeo"],
    "umoci unpack": ["umoci"],
}
# The scripts: the form of layers, and the commands that decompress and hash.
SCRIPTS = {
    "gzip, sha256sum": ("gzip", "gzip -dc", "sha256sum"),
    "igzip, openssl": ("gzip", "igzip -dc", "openssl sha256 -r"),
    "zstd, openssl": ("zstd", "zstd -dcq", "openssl sha256 -r"),
    "openssl": ("none", "cat", "openssl sha256 -r"),
}


@dataclasses.dataclass(frozen=True)
class Image:
    """A layout in a folder, whose layers are all of one form, with their tar's total size."""
    name: str
    folder: str
    form: str
    byte_count: int

    def blobs(self):
        """The paths of the layers, each once, in the order of the images."""
        return list(dict.fromkeys(os.path.join(self.folder, "blobs", "sha256", one["digest"].removeprefix("sha256:"))
                                  for one in layers_of(self.folder)))


class Peers:
    """The programs that can be run: layerverify, the yardstick if there is one, and the tools that were found."""

    def __init__(self, program, yardstick, scratch, at_most):
        self.program = program
        self.yardstick = yardstick
        self.scratch = scratch
        # The maximum number of rounds of the programs that take many times as long as the others.
        self.at_most = at_most
        needed = {tool for tools in NEEDS.values() for tool in tools}
        self.found = {tool for tool in needed if shutil.which(tool)}
        self.missing = sorted(needed - self.found)

    def layerverify(self, image, jobs=JOBS):
        return timing.Command([self.program, "--quiet", "--jobs", str(jobs), image.folder])

    def bare(self, image, jobs=JOBS):
        # Four blobs at once for each thread: fewer leave lanes of its hashing empty (0.55 s instead of 0.83 s for 2.7
        # GB of uncompressed layers, 2 CPUs; 1 % for gzip).
        return timing.Command([self.yardstick, image.folder, str(jobs), str(4 * jobs)])

    def script(self, name, image):
        _, decoder, hasher = SCRIPTS[name]
        listed = os.path.join(self.scratch, image.name + ".list")
        with open(listed, "w", encoding="utf-8") as file:
            file.writelines(blob + "\n" for blob in image.blobs())
        each = shlex.join([os.path.join(HERE, "hash-blob"), decoder, hasher]) + " {}"
        # The citation notice of parallel would wait for a terminal.
        return timing.Command(["parallel", "--will-cite", "--halt", "now,fail=1", "-j", str(JOBS), "-a", listed, each],
                              most_rounds=self.at_most if hasher == "sha256sum" else 1_000_000)

    def copy(self, image):
        out = os.path.join(self.scratch, "copied.tar")
        return timing.Command(["skopeo", "copy", "-q", "oci:" + image.folder, "docker-archive:" + out], out,
                              self.at_most)

    def unpack(self, image):
        out = os.path.join(self.scratch, "unpacked")
        rootless = [] if os.geteuid() == 0 else ["--rootless"]
        return timing.Command(["umoci", "unpack", *rootless, "--image", image.folder + ":image0", out], out,
                              self.at_most)

    def commands(self, image, names):
        """The commands for an image by their names: layerverify, the yardstick, and those of `names` that can run."""
        found = {"layerverify": self.layerverify(image)}
        if self.yardstick:
            found["yardstick"] = self.bare(image)
        for name in names:
            if not self.found.issuperset(NEEDS[name]):
                continue
            if name in SCRIPTS:
                if SCRIPTS[name][0] == image.form:
                    found[name] = self.script(name, image)
            elif image.form != "zstd":
                # Debian 12's versions do not unpack zstd layers, and docker archives do not have them.
                found[name] = self.copy(image) if name == "skopeo copy" else self.unpack(image)
        return found


def output(arguments):
    """The output of a program; raises Failure if it fails."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise timing.Failure(f"{shlex.join(arguments)}: status {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def layerverify_results(peers, image):
    """The diffID of each layer by its digest, as reported by layerverify; both hexadecimal."""
    report = json.loads(output([peers.program, "--format", "json", image.folder]))
    if report["outcome"] != "verified":
        raise timing.Failure(f"layerverify, {image.name}: {report['outcome']}")
    return {layer["digest"].removeprefix("sha256:"): layer["diffID"].removeprefix("sha256:")
            for one in report["images"] for layer in one["layers"]}


def yardstick_results(peers, image):
    """The same from the yardstick, which does not distinguish layers from other blobs."""
    wanted = {os.path.basename(blob) for blob in image.blobs()}
    results = {}
    for line in output([*peers.bare(image).arguments, "-v"]).splitlines():
        digest, diff_id, path = line.split(" ", 2)
        if os.path.basename(path) in wanted:
            results[digest.removeprefix("sha256:")] = diff_id.removeprefix("sha256:")
    return results


def script_results(name, peers, image):
    """The same from a script."""
    lines = [line.split(" ", 2) for line in output(peers.script(name, image).arguments).splitlines()]
    return {digest: diff_id for digest, diff_id, _ in lines}


def copied_results(peers, image):
    """The same from skopeo: a docker archive names its layers by their diffIDs, in the order of the manifest."""
    command = peers.copy(image)
    try:
        output(command.arguments)
        with tarfile.open(command.leaves) as tar:
            layers = json.load(tar.extractfile("manifest.json"))[0]["Layers"]
    finally:
        subprocess.run(["rm", "-rf", command.leaves], check=True)
    digests = [one["digest"].removeprefix("sha256:") for one in layers_of(image.folder)]
    if len(digests) != len(layers):
        raise timing.Failure(f"skopeo copy, {image.name}: {len(layers)} layers of {len(digests)}")
    return {digest: layer.removesuffix(".tar") for digest, layer in zip(digests, layers)}
