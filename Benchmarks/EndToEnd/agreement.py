# layerverify: checks that the benchmarked programs agree.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Checks that all programs compute the same digests; otherwise their times could not be compared."""
import concurrent.futures
import hashlib
import os
import subprocess
import zlib

import peers as programs
import timing

BLOCK = 1 << 20


def hashes(path, form):
    """The digests of a file and of its uncompressed content, by hashlib with zlib or the zstd program."""
    own, inner = hashlib.sha256(), hashlib.sha256()
    unzip = zlib.decompressobj(wbits=31)
    with open(path, "rb") as file:
        while block := file.read(BLOCK):
            own.update(block)
            if form == "gzip":
                inner.update(unzip.decompress(block))
    if form == "none":
        return own.hexdigest(), own.hexdigest()
    if form == "gzip":
        if not unzip.eof or unzip.unused_data:
            raise timing.Failure(f"{path}: not one whole gzip member")
        return own.hexdigest(), inner.hexdigest()
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as unpacking:
        while block := unpacking.stdout.read(BLOCK):
            inner.update(block)
    if unpacking.returncode:
        raise timing.Failure(f"{path}: zstd cannot decompress it")
    return own.hexdigest(), inner.hexdigest()


def truth(image):
    """The diffID of each layer by its digest, computed independently of the programs that are timed."""
    with concurrent.futures.ThreadPoolExecutor(programs.JOBS) as pool:
        results = dict(pool.map(lambda blob: hashes(blob, image.form), image.blobs()))
    named = {os.path.basename(blob) for blob in image.blobs()}
    if results.keys() != named:
        raise timing.Failure(f"{image.name}: blobs that do not match their names: {sorted(named - results.keys())}")
    return results


def compare(name, image, expected, results):
    """Raises Failure, with both values, for the first layer with another diffID."""
    for digest, diff_id in expected.items():
        got = results.get(digest, "nothing")
        if got != diff_id:
            raise timing.Failure(f"{name} disagrees about {image.name}, layer {digest}:"
                                 f" diffID {got}, must be {diff_id}")
    if extra := sorted(results.keys() - expected.keys()):
        raise timing.Failure(f"{name} disagrees about {image.name}: it has layers that are not there: {extra}")


def check(peers, image, names):
    """Runs each of the named programs on an image and compares; returns those that agreed. Also warms the cache."""
    expected = truth(image)
    for name in names:
        if name == "layerverify":
            compare(name, image, expected, programs.layerverify_results(peers, image))
        elif name == "yardstick":
            compare(name, image, expected, programs.yardstick_results(peers, image))
        elif name == "skopeo copy":
            compare(name, image, expected, programs.copied_results(peers, image))
        elif name == "umoci unpack":
            # It prints no digests; it compares them with the image's, which `truth` has verified, and fails if they
            # differ.
            timing.once(peers.unpack(image))
        else:
            compare(name, image, expected, programs.script_results(name, peers, image))
    return list(names)
